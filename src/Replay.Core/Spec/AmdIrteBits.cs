namespace Replay.Core.Spec;

/// <summary>
/// Fields of a 128-bit AMD interrupt-remapping entry (AMD I/O Virtualization specification, guest-APIC format; Linux
/// union irte_ga_lo and irte_ga_hi).
/// </summary>
/// <remarks>
/// <code>
/// lo  63     32 31        8  7     6   5     4..2     1       0
///      GA tag   dest 23:0   guest  DM  RqEoi IntType SupIOPF RemapEn
/// hi  63    56 55       8 7      0
///     dest31:24    0       vector
/// </code>
/// </remarks>
public static class AmdIrteBits
{
    public static bool IsEnabled(ulong lo) => (lo & 1) != 0;

    public static bool IsGuestMode(ulong lo) => (lo >> 7 & 1) != 0;

    public static byte Vector(ulong hi) => (byte)hi;

    public static uint Destination(ulong lo, ulong hi) => (uint)(lo >> 8 & 0xFF_FFFF | (hi >> 56) << 24);
}
