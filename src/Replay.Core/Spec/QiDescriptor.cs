namespace Replay.Core.Spec;

/// <summary>
/// First quadword of a VT-d queued-invalidation descriptor (VT-d specification 6.5.2; Linux QI_IEC_* in intel/iommu.h).
/// </summary>
public static class QiDescriptor
{
    public const int InterruptEntryCache = 4;

    /// <summary>The descriptor that drops the cached copy of one entry.</summary>
    public static ulong ForIndex(int index) => InterruptEntryCache | 1UL << 4 | (ulong)(uint)index << 32;

    public static int Type(ulong qw0) => (int)(qw0 & 0xF);

    /// <summary>True when an interrupt-entry-cache descriptor names entries; false when it clears all.</summary>
    public static bool IsIndexSelective(ulong qw0) => (qw0 >> 4 & 1) != 0;

    /// <summary>First entry named.</summary>
    public static int Index(ulong qw0) => (int)(qw0 >> 32 & 0xFFFF);

    /// <summary>Low bits of the index that are ignored: 2^mask entries are cleared.</summary>
    public static int IndexMask(ulong qw0) => (int)(qw0 >> 27 & 0x1F);

    /// <summary>True when the descriptor clears the cached entry <paramref name="index"/>.</summary>
    public static bool Covers(ulong qw0, int index) =>
        Type(qw0) == InterruptEntryCache
        && (!IsIndexSelective(qw0) || (index ^ Index(qw0)) >> IndexMask(qw0) == 0);
}
