namespace Replay.Core.Spec;

/// <summary>
/// Fields of a 128-bit VT-d interrupt-remapping entry (VT-d specification 9.10; Linux struct irte in dmar.h).
/// </summary>
/// <remarks>
/// <code>
/// lo  63      32 31   24 23    16  15  14..12 11..8 7..5  4   3   2   1   0
///       DST        0      vector   IM    0    avail DLM   TM  RH  DM  FPD P
/// hi  63             20 19..18 17..16 15    0
///           0            SVT     SQ     SID
/// </code>
/// </remarks>
public static class IrteBits
{
    public const ulong Present = 1;
    public const ulong LogicalDestination = 1 << 2;
    public const ulong RedirectionHint = 1 << 3;
    public const ulong Posted = 1 << 15;
    public const int VectorShift = 16;
    public const int DestinationShift = 32;
    public const int SourceValidationShift = 18;

    /// <summary>Source validation type: compare the source id.</summary>
    public const int VerifyBySourceId = 1;

    public static bool IsPresent(ulong lo) => (lo & Present) != 0;

    public static bool IsPosted(ulong lo) => (lo & Posted) != 0;

    public static byte Vector(ulong lo) => (byte)(lo >> 16);

    /// <summary>Destination field as it stands; with 8-bit APIC IDs the ID is in bits 15:8 of it.</summary>
    public static uint Destination(ulong lo) => (uint)(lo >> 32);

    /// <summary>Requester that may use the entry: bus 15:8, device 7:3, function 2:0.</summary>
    public static ushort SourceId(ulong hi) => (ushort)hi;

    /// <summary>Source validation type: 0 none, 1 compare the source id, 2 compare the bus range.</summary>
    public static int SourceValidation(ulong hi) => (int)(hi >> 18) & 3;
}
