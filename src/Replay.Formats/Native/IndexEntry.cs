using System.Runtime.InteropServices;

namespace Replay.Formats.Native;

/// <summary>
/// What the index says of one block of records: where it is, and fields of its header again. Derived and disposable;
/// the block is right where the two differ.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct IndexEntry
{
    public const int SizeBytes = 64;

    /// <summary>Entries that fit a block of index.</summary>
    public const int PerBlockMax = NativeSpec.PayloadBytesMax / SizeBytes;

    [FieldOffset(0)] public ulong Offset;
    [FieldOffset(8)] public ulong Sequence;
    [FieldOffset(16)] public ulong FirstEvent;
    [FieldOffset(24)] public ulong MinTime;
    [FieldOffset(32)] public ulong MaxTime;
    [FieldOffset(40)] public ulong CpuMask;
    [FieldOffset(48)] public uint TotalBytes;
    [FieldOffset(52)] public uint RecordCount;
    [FieldOffset(56)] public uint EventCount;
    [FieldOffset(60)] public BlockFlags Flags;

    public static IndexEntry Of(in BlockHeader header, long offset) => new()
    {
        Offset = (ulong)offset,
        Sequence = header.Sequence,
        FirstEvent = header.FirstEvent,
        MinTime = header.MinTime,
        MaxTime = header.MaxTime,
        CpuMask = header.CpuMask,
        TotalBytes = header.TotalBytes,
        RecordCount = header.RecordCount,
        EventCount = header.EventCount,
        Flags = header.Flags,
    };

    /// <summary>True when the block at the entry's place is the one that the entry means.</summary>
    public readonly bool Agrees(in BlockHeader header) =>
        header.Type == BlockType.Records && header.Sequence == Sequence && header.FirstEvent == FirstEvent
        && header.EventCount == EventCount && header.TotalBytes == TotalBytes
        && header.MinTime == MinTime && header.MaxTime == MaxTime;
}
