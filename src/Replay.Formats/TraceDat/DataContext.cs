using System.Numerics;
using System.Threading;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

/// <summary>What the page sources of one recording share: the file, the decompressor, and the budget for buffers.</summary>
internal sealed class DataContext
{
    /// <summary>Most bytes that all page buffers together may take.</summary>
    public const long BufferBudgetBytes = 192L << 20;

    private long _bytesRead;
    private long _bufferBytes;

    public DataContext(TraceDatLayout layout)
    {
        File = layout.File;
        Decompressor = layout.Decompressor;
        Report = layout.Report;
        BigEndian = layout.BigEndian;
        Ring = layout.Ring!;
    }

    public InputFile File { get; }

    public Decompressor? Decompressor { get; }

    public ImportReport Report { get; }

    public bool BigEndian { get; }

    public RingBufferSpec Ring { get; }

    /// <summary>Offset of the 2-byte event number in each record.</summary>
    public int TypeOffset { get; init; }

    /// <summary>Bytes of plain data that a source reads at once; a multiple of every page size below it.</summary>
    public int WindowBytes { get; init; }

    /// <summary>Packed bytes of the chunk at hand; shared, since chunks are unpacked one after the other.</summary>
    public byte[] Packed { get; private set; } = [];

    /// <summary>Bytes of CPU data read so far; another thread may ask.</summary>
    public long BytesRead => Volatile.Read(ref _bytesRead);

    public void AddBytesRead(long count) => Volatile.Write(ref _bytesRead, _bytesRead + count);

    /// <summary>Makes <paramref name="buffer"/> hold <paramref name="length"/> bytes; false when the budget is spent.</summary>
    public bool TryGrow(ref byte[] buffer, int length)
    {
        if (buffer.Length >= length) return true;
        if (_bufferBytes - buffer.Length + length > BufferBudgetBytes) return false;
        _bufferBytes += length - buffer.Length;
        buffer = new byte[length];
        return true;
    }

    /// <summary>
    /// Makes <see cref="Packed"/> hold <paramref name="length"/> bytes, and rather more: packed sizes vary from chunk to chunk,
    /// and each largest one so far would allocate again.
    /// </summary>
    public bool TryGrowPacked(int length)
    {
        byte[] packed = Packed;
        bool good = TryGrow(ref packed, (int)BitOperations.RoundUpToPowerOf2((uint)length)) || TryGrow(ref packed, length);
        Packed = packed;
        return good;
    }

    /// <summary>Gives a buffer back to the budget.</summary>
    public void Release(ref byte[] buffer)
    {
        _bufferBytes -= buffer.Length;
        buffer = [];
    }
}
