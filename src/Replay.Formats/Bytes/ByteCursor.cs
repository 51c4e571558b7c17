using System;
using System.Buffers.Binary;
using System.Text;

namespace Replay.Formats.Bytes;

/// <summary>
/// Reads numbers and texts of one byte order from a span. Every method moves only on success, so a caller that got
/// false still stands at the damage.
/// </summary>
internal ref struct ByteCursor
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _bigEndian;

    public ByteCursor(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        _bytes = bytes;
        _bigEndian = bigEndian;
    }

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Remaining => _bytes.Length - Position;

    public bool TryReadUInt16(out ushort value)
    {
        value = 0;
        if (Remaining < 2) return false;
        ReadOnlySpan<byte> at = _bytes[Position..];
        value = _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(at) : BinaryPrimitives.ReadUInt16LittleEndian(at);
        Position += 2;
        return true;
    }

    public bool TryReadUInt32(out uint value)
    {
        value = 0;
        if (Remaining < 4) return false;
        ReadOnlySpan<byte> at = _bytes[Position..];
        value = _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(at) : BinaryPrimitives.ReadUInt32LittleEndian(at);
        Position += 4;
        return true;
    }

    public bool TryReadUInt64(out ulong value)
    {
        value = 0;
        if (Remaining < 8) return false;
        ReadOnlySpan<byte> at = _bytes[Position..];
        value = _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(at) : BinaryPrimitives.ReadUInt64LittleEndian(at);
        Position += 8;
        return true;
    }

    /// <summary>The next <paramref name="length"/> bytes.</summary>
    public bool TryReadBytes(int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (length < 0 || Remaining < length) return false;
        bytes = _bytes.Slice(Position, length);
        Position += length;
        return true;
    }

    /// <summary>Text up to a NUL, which is consumed; false when there is no NUL left.</summary>
    public bool TryReadText(out string text)
    {
        text = "";
        int length = _bytes[Position..].IndexOf((byte)0);
        if (length < 0) return false;
        text = Encoding.UTF8.GetString(_bytes.Slice(Position, length));
        Position += length + 1;
        return true;
    }
}
