using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Replay.Formats.FtraceText;

/// <summary>How the text of a place reads.</summary>
internal enum PlaceKind : byte
{
    /// <summary>Anything; not used.</summary>
    Skip,

    /// <summary>A decimal or 0x number, or a text: the mapping decides.</summary>
    Any,

    /// <summary>A hexadecimal number without 0x.</summary>
    Hex,

    /// <summary>One of <see cref="Place.Words"/>.</summary>
    Word,

    /// <summary>Some of <see cref="Place.Words"/>, joined by <c>|</c>; unknown ones as 0x numbers.</summary>
    Flags,
}

/// <summary>One <c>{…}</c> of a pattern.</summary>
/// <param name="Field">Name of the recorded field; empty for <see cref="PlaceKind.Skip"/>.</param>
/// <param name="Kind">How its text reads.</param>
/// <param name="Words">Words and what they mean, for words and flags.</param>
internal sealed record Place(string Field, PlaceKind Kind, (byte[] Text, ulong Value)[] Words)
{
    /// <summary>Bits that a number is shifted left by: its part of a field that is printed in parts.</summary>
    public int Shift { get; init; }

    /// <summary>Reads a number as the place prints it; false when the text is none.</summary>
    public bool TryReadNumber(ReadOnlySpan<byte> text, out ulong value)
    {
        text = text.Trim(" \t"u8);
        switch (Kind)
        {
            case PlaceKind.Hex:
                if (!TryReadHex(text, out value)) return false;
                value <<= Shift;
                return true;
            case PlaceKind.Word: return TryReadWord(text, out value);
            case PlaceKind.Flags: return TryReadFlags(text, out value);
            default: return TryReadAny(text, out value);
        }
    }

    private static bool TryReadAny(ReadOnlySpan<byte> text, out ulong value)
    {
        if (text.StartsWith("0x"u8)) return TryReadHex(text[2..], out value);
        bool negative = text.StartsWith("-"u8);
        if (negative) text = text[1..];
        value = 0;
        if (text.IsEmpty) return false;
        foreach (byte digit in text)
        {
            uint one = (uint)(digit - '0');
            if (one > 9 || value > (ulong.MaxValue - one) / 10) return false;
            value = (value * 10) + one;
        }
        if (!negative) return true;
        if (value > 1UL << 63) return false;
        value = 0 - value;
        return true;
    }

    private static bool TryReadHex(ReadOnlySpan<byte> text, out ulong value) =>
        Utf8Parser.TryParse(text, out value, out int used, 'x') && used == text.Length;

    private bool TryReadWord(ReadOnlySpan<byte> text, out ulong value)
    {
        foreach ((byte[] word, ulong meaning) in Words)
        {
            if (!text.SequenceEqual(word)) continue;
            value = meaning;
            return true;
        }
        return TryReadAny(text, out value);
    }

    private bool TryReadFlags(ReadOnlySpan<byte> text, out ulong value)
    {
        value = 0;
        while (!text.IsEmpty)
        {
            int bar = text.IndexOf((byte)'|');
            ReadOnlySpan<byte> one = bar < 0 ? text : text[..bar];
            text = bar < 0 ? default : text[(bar + 1)..];
            if (!TryReadWord(one, out ulong flag)) return false;
            value |= flag;
        }
        return true;
    }
}

/// <summary>
/// A printed event's shape: literal texts with places between them. Places take what lies between two literals, so text
/// may have any width; numbers are trimmed.
/// </summary>
internal sealed class PrintPattern
{
    /// <summary>Most places of a pattern.</summary>
    public const int PlacesMax = 64;

    private readonly byte[][] _literals;

    /// <param name="literals">One more than places: before the first, between, behind the last.</param>
    /// <param name="places">The places, in order.</param>
    private PrintPattern(byte[][] literals, Place[] places)
    {
        _literals = literals;
        Places = places;
    }

    public Place[] Places { get; }

    /// <summary>Reads a pattern as <c>texts.map</c> writes it.</summary>
    /// <exception cref="FormatException">A place is not closed, or its words are wrong.</exception>
    public static PrintPattern Parse(string text)
    {
        List<byte[]> literals = [];
        List<Place> places = [];
        int at = 0;
        while (true)
        {
            int open = text.IndexOf('{', at);
            literals.Add(Encoding.UTF8.GetBytes(open < 0 ? text[at..] : text[at..open]));
            if (open < 0) return new PrintPattern([.. literals], [.. places]);
            int close = text.IndexOf('}', open);
            if (close < 0) throw new FormatException("'}' is missing");
            places.Add(ParsePlace(text[(open + 1)..close]));
            at = close + 1;
        }
    }

    /// <summary>
    /// The shape of a line of <c>field=value</c> pairs, the text before the first one left out; null when there
    /// is none, or more than <see cref="PlacesMax"/>.
    /// </summary>
    public static PrintPattern? Infer(ReadOnlySpan<byte> line)
    {
        List<byte[]> literals = [];
        List<Place> places = [new Place("", PlaceKind.Skip, [])];
        literals.Add([]);
        int at = 0;
        while (at < line.Length)
        {
            int length = KeyLength(line[at..]);
            bool starts = at == 0 || line[at - 1] is (byte)' ' or (byte)'\t' or (byte)',' or (byte)'(';
            if (length == 0 || !starts)
            {
                at++;
                continue;
            }
            if (places.Count == PlacesMax) return null;
            // The separator belongs to the literal, else it would end the value before it.
            int from = at;
            if (from > 0 && line[from - 1] == (byte)' ') from--;
            if (from > 0 && from < at && line[from - 1] == (byte)',') from--;
            literals.Add(line[from..(at + length + 1)].ToArray());
            places.Add(new Place(Encoding.UTF8.GetString(line.Slice(at, length)), PlaceKind.Any, []));
            at += length + 1;
            if (at < line.Length && line[at] == (byte)'"')
            {
                int close = line[(at + 1)..].IndexOf((byte)'"');
                if (close >= 0) at += close + 2;
            }
        }
        literals.Add([]);
        return places.Count == 1 ? null : new PrintPattern([.. literals], [.. places]);
    }

    /// <summary>Where the places lie in a line; false when the line has another shape.</summary>
    /// <param name="text">Text behind the event's name.</param>
    /// <param name="starts">Room for the start of each place.</param>
    /// <param name="lengths">Room for the length of each place.</param>
    public bool TryMatch(ReadOnlySpan<byte> text, Span<int> starts, Span<int> lengths)
    {
        int at = 0;
        byte[] first = _literals[0];
        if (first.Length > 0)
        {
            at = text.Length - text.TrimStart(" \t"u8).Length;
            if (!text[at..].StartsWith(first)) return false;
            at += first.Length;
        }
        for (int i = 0; i < Places.Length; i++)
        {
            byte[] next = _literals[i + 1];
            int length;
            if (next.Length == 0)
            {
                length = text.Length - at;
            }
            else if (i == Places.Length - 1)
            {
                // The last literal ends the line: what is before it may contain it.
                ReadOnlySpan<byte> rest = text[at..].TrimEnd(" \t"u8);
                if (!rest.EndsWith(next)) return false;
                length = rest.Length - next.Length;
            }
            else
            {
                length = text[at..].IndexOf(next);
                if (length < 0) return false;
            }
            starts[i] = at;
            lengths[i] = length;
            at += length + next.Length;
        }
        return true;
    }

    /// <summary>The value without the quotes that a probe prints around its texts.</summary>
    public static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> inner = value.Trim(" \t"u8);
        return inner.Length >= 2 && inner[0] == (byte)'"' && inner[^1] == (byte)'"' ? inner[1..^1] : value;
    }

    private static int KeyLength(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit((char)text[length]) || text[length] == (byte)'_'))
            length++;
        if (length == 0 || length > 64 || length == text.Length || char.IsAsciiDigit((char)text[0])) return 0;
        return text[length] == (byte)'=' && !text[(length + 1)..].StartsWith("="u8) ? length : 0;
    }

    private static Place ParsePlace(string text)
    {
        if (text.Length == 0) return new Place("", PlaceKind.Skip, []);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return new Place(text, PlaceKind.Any, []);
        string field = text[..colon], how = text[(colon + 1)..];
        if (how == "x") return new Place(field, PlaceKind.Hex, []);
        const string HexPart = "x<<";
        if (how.StartsWith(HexPart, StringComparison.Ordinal))
            return new Place(field, PlaceKind.Hex, []) { Shift = (int)ParseNumber(how[HexPart.Length..]) & 63 };
        const string Flags = "flags ";
        bool isFlags = how.StartsWith(Flags, StringComparison.Ordinal);
        string[] parts = (isFlags ? how[Flags.Length..] : how).Split('|');
        var words = new (byte[], ulong)[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            int equals = parts[i].IndexOf('=', StringComparison.Ordinal);
            string word = equals < 0 ? parts[i] : parts[i][..equals];
            words[i] = (Encoding.UTF8.GetBytes(word), equals < 0 ? (ulong)i : ParseNumber(parts[i][(equals + 1)..]));
        }
        return new Place(field, isFlags ? PlaceKind.Flags : PlaceKind.Word, words);
    }

    internal static ulong ParseNumber(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? ulong.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
