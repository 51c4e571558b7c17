namespace Replay.Core.Spec;

/// <summary>Fields of an IO-APIC's redirection entry (Intel 82093AA; Linux struct IO_APIC_route_entry).</summary>
/// <remarks>
/// <code>
/// 63..56 55..49   48..17  16    15     14          13        12       11  10..8  7..0
///  dest  dest14:8    0    mask  level  remote IRR  polarity  pending  DM   DLM   vector
/// </code>
/// </remarks>
public static class IoApicRte
{
    public static byte Vector(ulong rte) => (byte)rte;

    /// <summary>The pin sent an interrupt and waits for its end; level pins only.</summary>
    public static bool RemoteIrr(ulong rte) => (rte >> 14 & 1) != 0;

    public static bool IsLevel(ulong rte) => (rte >> 15 & 1) != 0;
}
