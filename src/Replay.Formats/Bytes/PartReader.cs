using System;
using System.Buffers.Binary;
using System.Text;

namespace Replay.Formats.Bytes;

/// <summary>
/// Walks a <see cref="FilePart"/> forward through a small buffer. Each method moves only on success; what is skipped is
/// not read.
/// </summary>
internal sealed class PartReader
{
    private const int BufferBytes = 64 * 1024;

    private readonly FilePart _part;
    private readonly bool _bigEndian;
    private readonly byte[] _buffer;
    private long _bufferStart;
    private int _bufferLength;

    public PartReader(FilePart part, bool bigEndian)
    {
        _part = part;
        _bigEndian = bigEndian;
        _buffer = new byte[(int)Math.Min(part.Length, BufferBytes)];
    }

    /// <summary>Position in the part.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes left in the part.</summary>
    public long Remaining => _part.Length - Position;

    /// <summary>What lies ahead in the buffer already; may be nothing. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Buffered
    {
        get
        {
            long start = Position - _bufferStart;
            return start >= 0 && start < _bufferLength ? _buffer.AsSpan((int)start.._bufferLength) : default;
        }
    }

    /// <summary>Position in the file, for messages.</summary>
    public long FileOffset => _part.FileOffset(Position);

    public bool TryReadUInt16(out ushort value)
    {
        value = 0;
        if (!TryPeek(2, out ReadOnlySpan<byte> at)) return false;
        value = _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
        Position += 2;
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        value = 0;
        if (!TryPeek(4, out ReadOnlySpan<byte> at)) return false;
        value = _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        Position += 4;
        return true;
    }

    public bool TryReadUInt64(out ulong value)
    {
        value = 0;
        if (!TryPeek(8, out ReadOnlySpan<byte> at)) return false;
        value = _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);
        Position += 8;
        return true;
    }

    /// <summary>
    /// The next bytes without moving; at most the buffer's size. The span is valid until the next call.
    /// </summary>
    public bool TryPeek(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length > Remaining || length > _buffer.Length) return false;
        long start = Position - _bufferStart;
        if (start < 0 || start + length > _bufferLength)
        {
            _bufferStart = Position;
            _bufferLength = _part.Read(Position, _buffer);
            if (_bufferLength < length) return false;
            start = 0;
        }
        bytes = _buffer.AsSpan((int)start, length);
        return true;
    }

    /// <summary>Moves over <paramref name="length"/> bytes; false when the part ends before.</summary>
    public bool TrySkip(ulong length)
    {
        if (length > (ulong)Remaining) return false;
        Position += (long)length;
        return true;
    }

    /// <summary>Moves to a position inside the part.</summary>
    public bool TrySeek(ulong position)
    {
        if (position > (ulong)_part.Length) return false;
        Position = (long)position;
        return true;
    }

    /// <summary>Text up to a NUL within <paramref name="lengthMax"/> bytes; the NUL is consumed.</summary>
    public bool TryReadText(int lengthMax, out string text)
    {
        text = "";
        int length = (int)Math.Min(Math.Min(lengthMax, Remaining), _buffer.Length);
        if (!TryPeek(length, out ReadOnlySpan<byte> bytes)) return false;
        int end = bytes.IndexOf((byte)0);
        if (end < 0) return false;
        text = Encoding.UTF8.GetString(bytes[..end]);
        Position += end + 1;
        return true;
    }

    /// <summary>A range that starts here, and moves over it; false when the part ends before.</summary>
    public bool TryTakePart(ulong length, out FilePart part)
    {
        part = FilePart.Empty;
        if (length > (ulong)Remaining) return false;
        part = _part.Slice(Position, (long)length);
        Position += (long)length;
        return true;
    }
}
