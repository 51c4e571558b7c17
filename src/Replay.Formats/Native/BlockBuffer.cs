using System;
using System.Runtime.InteropServices;
using Microsoft.Extensions.ObjectPool;
using Replay.Core.Events;

namespace Replay.Formats.Native;

/// <summary>
/// Room for one block of the largest size and the header of the next. The records in it begin at a cache line, so
/// none of them straddles two.
/// </summary>
internal sealed class BlockBuffer
{
    private const int CacheLine = 64;
    private const int Bytes = NativeSpec.BlockBytesMax + NativeSpec.BlockHeaderBytes;

    private static readonly DefaultObjectPool<BlockBuffer> Pool = new(new DefaultPooledObjectPolicy<BlockBuffer>(), 16);

    private readonly byte[] _bytes;
    private readonly int _start;

    /// <summary>For the pool; use <see cref="Rent"/>.</summary>
    public BlockBuffer()
    {
        // Pinned, so that the alignment found here stays true.
        _bytes = GC.AllocateUninitializedArray<byte>(Bytes + CacheLine, pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        _start = (int)(-address & (CacheLine - 1));
    }

    public Span<byte> Span => _bytes.AsSpan(_start, Bytes);

    /// <summary>Records from a byte on.</summary>
    public Span<IrqEvent> Records(int firstByte, int count) =>
        MemoryMarshal.Cast<byte, IrqEvent>(_bytes.AsSpan(_start + firstByte, count * IrqEvent.SizeBytes));

    public static BlockBuffer Rent() => Pool.Get();

    /// <summary>The caller must hold no span of the buffer any more.</summary>
    public static void Return(BlockBuffer buffer) => Pool.Return(buffer);

    /// <summary>A part of the buffer as memory, for codecs that keep a reference.</summary>
    public ReadOnlyMemory<byte> Memory(int offset, int length) => _bytes.AsMemory(_start + offset, length);
}
