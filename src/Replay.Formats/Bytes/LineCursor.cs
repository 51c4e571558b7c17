using System;

namespace Replay.Formats.Bytes;

/// <summary>Walks over a line that a program printed: literal words and numbers, nothing left over.</summary>
internal ref struct LineCursor
{
    private ReadOnlySpan<byte> _rest;

    public LineCursor(ReadOnlySpan<byte> text) => _rest = text;

    /// <summary>What was not taken yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>True when all was taken.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Takes a literal.</summary>
    public bool Take(ReadOnlySpan<byte> literal)
    {
        if (!_rest.StartsWith(literal)) return false;
        _rest = _rest[literal.Length..];
        return true;
    }

    /// <summary>Takes what lies before a byte, and that byte.</summary>
    public bool TakeUntil(byte end, out ReadOnlySpan<byte> text)
    {
        int at = _rest.IndexOf(end);
        text = at < 0 ? default : _rest[..at];
        if (at < 0) return false;
        _rest = _rest[(at + 1)..];
        return true;
    }

    /// <summary>Takes a number as %d, %u, 0x%x print it; false when it has more than 64 bits or none.</summary>
    public bool TakeNumber(out ulong value)
    {
        if (Take("0x"u8)) return TakeHex(out value);
        bool negative = Take("-"u8);
        value = 0;
        int used = 0;
        for (; used < _rest.Length && _rest[used] is >= (byte)'0' and <= (byte)'9'; used++)
        {
            if (value > (ulong.MaxValue - 9) / 10) return false;
            value = (value * 10) + _rest[used] - (byte)'0';
        }
        if (negative) value = 0 - value;
        _rest = _rest[used..];
        return used > 0;
    }

    /// <summary>Takes hexadecimal digits without 0x.</summary>
    public bool TakeHex(out ulong value)
    {
        value = 0;
        int used = 0;
        for (; used < _rest.Length; used++)
        {
            int digit = _rest[used] switch
            {
                >= (byte)'0' and <= (byte)'9' => _rest[used] - '0',
                >= (byte)'a' and <= (byte)'f' => _rest[used] - 'a' + 10,
                _ => -1,
            };
            if (digit < 0) break;
            if (value >> 60 != 0) return false;
            value = (value << 4) | (uint)digit;
        }
        _rest = _rest[used..];
        return used > 0;
    }

    /// <summary>A literal, then a number of at most so many bits.</summary>
    public bool Take(ReadOnlySpan<byte> literal, int bits, out ulong value)
    {
        value = 0;
        return Take(literal) && TakeNumber(out value) && (bits == 64 || value >> bits == 0);
    }
}
