using System;

namespace Replay.Formats.Text;

/// <summary>Integers and times, to and from ASCII digits. No culture, no format strings, no floating point.</summary>
internal static class TextNumber
{
    /// <summary>Most bytes of a number written here: a time of 11 digits, a point and 9 digits.</summary>
    public const int BytesMax = 24;

    private const ulong NsPerSecond = 1_000_000_000;

    public static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    private static ReadOnlySpan<byte> DigitPairs =>
        "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"u8
        + "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899"u8;

    /// <summary>Writes an unsigned decimal; returns its length.</summary>
    public static int WriteDecimal(ulong value, Span<byte> target)
    {
        if (value < 10)
        {
            target[0] = (byte)('0' + value);
            return 1;
        }
        int length = CountDigits(value);
        int at = length;
        if (value > uint.MaxValue)
        {
            while (value > uint.MaxValue)
            {
                ulong rest = value / 100;
                at -= 2;
                WritePair((uint)(value - (rest * 100)), target, at);
                value = rest;
            }
        }
        uint small = (uint)value;
        while (small >= 100)
        {
            uint rest = small / 100;
            at -= 2;
            WritePair(small - (rest * 100), target, at);
            small = rest;
        }
        if (at == 2) WritePair(small, target, 0);
        else target[0] = (byte)('0' + small);
        return length;
    }

    /// <summary>Writes <c>0x</c> and lower-case digits without leading zeros; returns the length.</summary>
    public static int WriteHex(ulong value, Span<byte> target)
    {
        target[1] = (byte)'x';
        target[0] = (byte)'0';
        int digits = value == 0 ? 1 : (67 - System.Numerics.BitOperations.LeadingZeroCount(value)) >> 2;
        for (int i = digits + 1; i >= 2; i--)
        {
            target[i] = HexDigits[(int)(value & 15)];
            value >>= 4;
        }
        return digits + 2;
    }

    /// <summary>Writes <c>SECONDS.NANOSECONDS</c> with nine digits behind the point; returns the length.</summary>
    public static int WriteTime(ulong timeNs, Span<byte> target)
    {
        ulong seconds = timeNs / NsPerSecond;
        uint ns = (uint)(timeNs - (seconds * NsPerSecond));
        int at = WriteDecimal(seconds, target);
        Span<byte> fraction = target.Slice(at, 10);
        fraction[0] = (byte)'.';
        uint upper = ns / 10_000;
        uint lower = ns - (upper * 10_000);
        WritePair(lower % 100, fraction, 8);
        WritePair(lower / 100, fraction, 6);
        WritePair(upper % 100, fraction, 4);
        upper /= 100;
        WritePair(upper % 100, fraction, 2);
        fraction[1] = (byte)('0' + (upper / 100));
        return at + 10;
    }

    /// <summary>
    /// Reads <c>[-]digits</c> or <c>0xdigits</c> at <paramref name="at"/>, which moves only on success, behind the last
    /// digit. False when there is no digit or the number does not fit 64 bits.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> line, scoped ref int at, out ulong magnitude, out bool negative,
        out bool hex)
    {
        magnitude = 0;
        hex = false;
        int i = at;
        negative = i < line.Length && line[i] == (byte)'-';
        if (negative) i++;
        if (i + 1 < line.Length && line[i] == (byte)'0' && (line[i + 1] | 0x20) == 'x')
        {
            hex = true;
            return TryReadHex(line, i + 2, ref at, out magnitude);
        }
        int first = i;
        while (i < line.Length)
        {
            uint digit = (uint)(line[i] - '0');
            if (digit > 9) break;
            // Up to 19 digits always fit; only the twentieth can overflow.
            if (i - first >= 19 && (magnitude > ulong.MaxValue / 10 || magnitude * 10 > ulong.MaxValue - digit))
            {
                return false;
            }
            magnitude = (magnitude * 10) + digit;
            i++;
        }
        if (i == first) return false;
        at = i;
        return true;
    }

    /// <summary>
    /// Reads <c>12.345</c>, <c>20ms</c>, <c>1.5us</c> at <paramref name="at"/>: a duration in ns. Without a unit it
    /// is in seconds. False for more than nine fraction digits, a fraction of a nanosecond, or a time beyond 64 bits.
    /// </summary>
    public static bool TryReadTime(ReadOnlySpan<byte> line, scoped ref int at, out ulong timeNs, out bool hasUnit)
    {
        timeNs = 0;
        hasUnit = false;
        int i = at;
        if (!TryReadDigits(line, ref i, 20, out ulong whole)) return false;
        ulong fraction = 0;
        if (i < line.Length && line[i] == (byte)'.')
        {
            i++;
            int start = i;
            if (!TryReadDigits(line, ref i, 9, out fraction)) return false;
            for (int digits = i - start; digits < 9; digits++) fraction *= 10;
        }
        ulong scale = ReadUnit(line, ref i);
        hasUnit = scale != 0;
        if (scale == 0) scale = NsPerSecond;
        ulong part = fraction * scale;
        if (part % NsPerSecond != 0) return false;
        part /= NsPerSecond;
        if (whole > (ulong.MaxValue - part) / scale) return false;
        timeNs = (whole * scale) + part;
        at = i;
        return true;
    }

    public static bool TryHexDigit(byte b, out int value)
    {
        int letter = b | 0x20;
        value = b is >= (byte)'0' and <= (byte)'9' ? b - '0' : letter is >= 'a' and <= 'f' ? letter - 'a' + 10 : -1;
        return value >= 0;
    }

    private static bool TryReadHex(ReadOnlySpan<byte> line, int first, scoped ref int at, out ulong value)
    {
        value = 0;
        int i = first;
        while (i < line.Length && TryHexDigit(line[i], out int digit))
        {
            if (value >> 60 != 0) return false;
            value = (value << 4) | (uint)digit;
            i++;
        }
        if (i == first) return false;
        at = i;
        return true;
    }

    private static bool TryReadDigits(ReadOnlySpan<byte> line, scoped ref int at, int digitsMax, out ulong value)
    {
        value = 0;
        int i = at;
        while (i < line.Length)
        {
            uint digit = (uint)(line[i] - '0');
            if (digit > 9) break;
            if (i - at >= digitsMax) return false;
            if (i - at >= 19 && (value > ulong.MaxValue / 10 || value * 10 > ulong.MaxValue - digit)) return false;
            value = (value * 10) + digit;
            i++;
        }
        if (i == at) return false;
        at = i;
        return true;
    }

    private static ulong ReadUnit(ReadOnlySpan<byte> line, scoped ref int at)
    {
        ReadOnlySpan<byte> rest = line[at..];
        if (rest.IsEmpty) return 0;
        if (rest[0] == (byte)'s')
        {
            at++;
            return NsPerSecond;
        }
        ulong scale = rest.StartsWith("ms"u8) ? 1_000_000UL : rest.StartsWith("us"u8) ? 1_000UL
            : rest.StartsWith("ns"u8) ? 1UL : 0UL;
        if (scale != 0) at += 2;
        return scale;
    }

    private static void WritePair(uint value, Span<byte> target, int at) =>
        DigitPairs.Slice((int)value * 2, 2).CopyTo(target.Slice(at, 2));

    private static int CountDigits(ulong value)
    {
        int digits = 1;
        if (value >= 10_000_000_000)
        {
            value /= 10_000_000_000;
            digits += 10;
        }
        uint low = (uint)Math.Min(value, uint.MaxValue);
        if (value > uint.MaxValue) return digits + 9;
        if (low >= 100_000)
        {
            low /= 100_000;
            digits += 5;
        }
        return digits + (low >= 10_000 ? 4 : low >= 1_000 ? 3 : low >= 100 ? 2 : low >= 10 ? 1 : 0);
    }
}
