using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Replay.Core.Events;
using Replay.Formats.Bytes;

namespace Replay.Formats.Native;

/// <summary>
/// The 192 bytes before a block's payload. Says everything about the block without context, so that a block found by
/// scanning a damaged file can be used.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = NativeSpec.BlockHeaderBytes)]
internal struct BlockHeader
{
    public const int CrcOffset = NativeSpec.BlockHeaderBytes - sizeof(uint);

    [FieldOffset(0)] public ulong Magic;
    [FieldOffset(8)] public BlockType Type;
    [FieldOffset(10)] public BlockFlags Flags;

    /// <summary>How the payload is stored; 0 is "as it is", the only way of version 1.0.</summary>
    [FieldOffset(12)] public ushort Codec;

    /// <summary>Bytes of the whole block, this header and the trailer included; a multiple of 4096.</summary>
    [FieldOffset(16)] public uint TotalBytes;
    [FieldOffset(20)] public uint PayloadBytes;
    [FieldOffset(24)] public uint PayloadCrc;

    /// <summary>Records, or entries of an index or of machines; else 0.</summary>
    [FieldOffset(28)] public uint RecordCount;

    /// <summary>Records that are not extensions of the one before them.</summary>
    [FieldOffset(32)] public uint EventCount;

    /// <summary>One more than that of the block before, whatever its type. The first block has 0.</summary>
    [FieldOffset(40)] public ulong Sequence;

    /// <summary>Index in the recording of the block's first event; where there is none, of the next one.</summary>
    [FieldOffset(48)] public ulong FirstEvent;
    [FieldOffset(56)] public ulong FirstTime;
    [FieldOffset(64)] public ulong LastTime;
    [FieldOffset(72)] public ulong MinTime;
    [FieldOffset(80)] public ulong MaxTime;

    /// <summary>Bit c: CPU c recorded something in this block. Bit 63: some CPU from 63 on.</summary>
    [FieldOffset(88)] public ulong CpuMask;

    /// <summary>Records known to be missing between the block before and this one, not told by a loss event.</summary>
    [FieldOffset(96)] public ulong LossBefore;

    /// <summary>
    /// All losses up to the end of this block: those of loss events (unknown counts 1) and before blocks.
    /// </summary>
    [FieldOffset(104)] public ulong LossTotal;

    /// <summary>Bit k: a record of kind k is in the block.</summary>
    [FieldOffset(112)] public Bits256 Kinds;

    /// <summary>CRC-32C of the 188 bytes before it.</summary>
    [FieldOffset(CrcOffset)] public uint Crc;

    /// <summary>Index of the first event after the block.</summary>
    public readonly ulong EndEvent => FirstEvent + EventCount;

    /// <summary>Sets magic and checksum; the header is final after that.</summary>
    public static void Seal(Span<byte> bytes)
    {
        ref BlockHeader header = ref MemoryMarshal.AsRef<BlockHeader>(bytes);
        header.Magic = NativeSpec.BlockMagic;
        header.Crc = Crc32C.Compute(bytes[..CrcOffset]);
    }

    /// <summary>
    /// True when magic and checksum hold and the lengths can be true; only then is anything else looked at.
    /// </summary>
    public static bool IsValid(ReadOnlySpan<byte> bytes)
    {
        ref readonly BlockHeader header = ref MemoryMarshal.AsRef<BlockHeader>(bytes);
        if (header.Magic != NativeSpec.BlockMagic || header.Crc != Crc32C.Compute(bytes[..CrcOffset])) return false;
        uint overhead = NativeSpec.BlockHeaderBytes + NativeSpec.BlockTrailerBytes;
        if (header.TotalBytes is < NativeSpec.Alignment or > NativeSpec.BlockBytesMax) return false;
        if (header.TotalBytes % NativeSpec.Alignment != 0 || header.PayloadBytes > header.TotalBytes - overhead)
            return false;
        if (header.Sequence > long.MaxValue || header.FirstEvent > long.MaxValue - uint.MaxValue) return false;
        return header.Type switch
        {
            BlockType.Records => header.Codec != 0
                || (header.RecordCount * (ulong)IrqEvent.SizeBytes == header.PayloadBytes
                    && header.EventCount <= header.RecordCount),
            BlockType.Index => header.RecordCount * (ulong)IndexEntry.SizeBytes == header.PayloadBytes,
            _ => true,
        };
    }
}

/// <summary>The last 16 bytes of a block: its length again, so that a file can be walked from its end.</summary>
[StructLayout(LayoutKind.Explicit, Size = NativeSpec.BlockTrailerBytes)]
internal struct BlockTrailer
{
    [FieldOffset(0)] public uint Magic;
    [FieldOffset(4)] public uint TotalBytes;
    [FieldOffset(8)] public ulong Sequence;
}

/// <summary>One bit for each kind of event.</summary>
[InlineArray(4)]
internal struct Bits256
{
    private ulong _first;

    public readonly bool Has(byte kind) => (this[kind >> 6] >> (kind & 63) & 1) != 0;
}
