using System;
using System.Buffers.Binary;

namespace Replay.Formats.TraceDat;

// plain:   page page page …                     read a window at a time
// chunks:  u32 count { u32 packed size, u32 size, packed pages }…   unpacked a chunk at a time

/// <summary>Gives the ring-buffer pages of one CPU, some at a time, into one reused buffer.</summary>
internal sealed partial class PageSource
{
    /// <summary>Largest unpacked chunk; trace-cmd's have ten pages.</summary>
    public const int ChunkMax = 16 << 20;

    /// <summary>What packed data may be longer than unpacked data, for data that does not pack.</summary>
    private const int PackedSlack = 64 * 1024;

    private readonly DataContext _context;
    private readonly long _bytesMax;
    private readonly int _cpu;
    private readonly int _pageSize;
    private readonly bool _compressed;
    private readonly long _start;
    private readonly long _end;
    private long _position;
    private long _fileOffset;
    private long _chunksLeft = -1;
    private byte[] _buffer = [];
    private bool _isCut;

    /// <param name="context">The file.</param>
    /// <param name="buffer">The buffer that the CPU's data is a part of.</param>
    /// <param name="span">Where the data lies.</param>
    /// <param name="bytesMax">Most bytes that the buffer may take.</param>
    /// <param name="tools">What reading needs; <see cref="Tools"/> may be others later.</param>
    public PageSource(DataContext context, BufferLayout buffer, CpuSpan span, long bytesMax, DataTools tools)
    {
        _context = context;
        _bytesMax = bytesMax;
        Tools = tools;
        _cpu = span.Cpu;
        _pageSize = buffer.PageSize;
        _compressed = buffer.Compressed;
        _position = _start = _sumEnd = span.Offset;
        // Writers up to trace-cmd 3.1 leave the count of chunks out of the size.
        long slack = _compressed ? sizeof(uint) : 0;
        _end = Math.Min(span.Offset + span.Size + slack, context.File.Length);
    }

    /// <summary>Those of whoever reads now.</summary>
    public DataTools Tools { get; set; }

    /// <summary>
    /// The pages at hand, in its first <see cref="Length"/> bytes. Replaced by <see cref="TryFill"/>.
    /// </summary>
    public byte[] Buffer => _buffer;

    /// <summary>Valid bytes; whole pages but for a cut at the end.</summary>
    public int Length { get; private set; }

    /// <summary>True when pages are missing before those at hand; the reader takes note and clears it.</summary>
    public bool HasGap { get; set; }

    /// <summary>Place in the file of a position in the buffer; in packed data, of its chunk.</summary>
    public long FileOffset(int position) => _compressed ? _fileOffset : _fileOffset + position;

    /// <summary>Reads the next pages; false at the end of this CPU's data.</summary>
    public bool TryFill()
    {
        long before = _position;
        bool filled = _compressed ? TryFillChunk() : TryFillWindow();
        _context.AddBytesRead(_position - before);
        if (!filled) _buffer = [];
        return filled;
    }

    private bool TryFillWindow()
    {
        Length = 0;
        if (_isCut) return Stop("file became shorter while it was read", "the length that it had when it was opened");
        if (_position >= _end) return false;
        int length = (int)Math.Min(Math.Max(_context.WindowBytes, _pageSize), _end - _position);
        if (length > _bytesMax) return Stop("buffers for all CPUs exceed 192 MiB", "fewer CPUs or pages");
        if (_buffer.Length < length) _buffer = new byte[length];
        Length = Read(_position, _buffer.AsSpan(0, length));
        _fileOffset = _position;
        _position += Length;
        // The gap is behind the pages that are still there: the next call reports it.
        _isCut = Length < length;
        if (Length == 0) return TryFillWindow();
        return true;
    }

    private bool TryFillChunk()
    {
        Length = 0;
        if (_chunksLeft < 0)
        {
            if (!TryReadUInt32(out uint count)) return Stop("CPU data too short for a count of chunks", "4 bytes");
            _chunksLeft = count;
        }
        while (_chunksLeft > 0)
        {
            _chunksLeft--;
            long chunk = _position;
            if (!TryReadUInt32(out uint packed) || !TryReadUInt32(out uint size))
                return Stop("CPU data ends before its last chunk", "sizes of a chunk");
            if (packed > _end - _position)
                return Stop("chunk goes on past the CPU's data", $"{_end - _position} bytes");
            _fileOffset = chunk;
            if (TryUnpack(packed, size)) return true;
            HasGap = true;
        }
        // What follows the last chunk, a few bytes at most, is alignment.
        _position = _end;
        return false;
    }

    private bool TryUnpack(uint packed, uint size)
    {
        long start = _position;
        _position += packed;
        if (size == 0) return false;
        if (size > ChunkMax || packed > ChunkMax + PackedSlack)
            return Damage("chunk larger than 16 MiB", $"at most {ChunkMax}", $"{size}");
        if (size > _bytesMax || packed > _bytesMax + PackedSlack)
            return Damage("buffers for all CPUs exceed 192 MiB", "smaller chunks", $"{size}");
        if (Tools.Decompressor is null)
            return Damage("compressed chunk in a file without compression", "plain data", "a chunk");
        if (_buffer.Length < size) _buffer = new byte[size];
        byte[] bytes = Tools.Packed((int)packed);
        int read = Read(start, bytes.AsSpan(0, (int)packed));
        int length = read < packed
            ? -1 : Tools.Decompressor.Decompress(bytes, (int)packed, _buffer.AsSpan(0, (int)size));
        if (length != (int)size)
            return Damage("chunk that cannot be unpacked", $"{size} bytes", "damaged compressed data");
        Length = length;
        return true;
    }

    private bool TryReadUInt32(out uint value)
    {
        value = 0;
        Span<byte> bytes = stackalloc byte[4];
        if (_end - _position < 4 || Read(_position, bytes) < 4) return false;
        _position += 4;
        value = _context.BigEndian
            ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return true;
    }

    /// <summary>Reports damage behind which nothing of this CPU can be found.</summary>
    private bool Stop(string what, string expected)
    {
        Damage(what, expected, $"damage on CPU {_cpu}, the rest of which is lost");
        _position = _end;
        _chunksLeft = 0;
        _isCut = false;
        return false;
    }

    private bool Damage(string what, string expected, string found)
    {
        HasGap = true;
        if (!Tools.Report.Seen(what))
            Tools.Report.Add(LossSeverity.DataLoss, what, _position, expected, found);
        return false;
    }
}
