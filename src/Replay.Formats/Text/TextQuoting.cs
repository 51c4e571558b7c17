using System;
using System.Buffers;
using System.Globalization;
using System.Text;

namespace Replay.Formats.Text;

/// <summary>Texts and names as the text form writes them: bare words, or quoted with escapes.</summary>
internal static class TextQuoting
{
    /// <summary>Most bytes that <see cref="Quote"/> makes of <paramref name="length"/> bytes.</summary>
    public static int QuotedBytesMax(int length) => (4 * length) + 2;

    /// <summary>
    /// Writes <paramref name="utf8"/> quoted. Bytes that are no UTF-8, control and format characters become
    /// <c>\xNN</c>, so that a text cannot move a terminal's cursor nor turn the direction of what follows.
    /// </summary>
    /// <returns>Bytes written; at most <see cref="QuotedBytesMax"/>.</returns>
    public static int Quote(ReadOnlySpan<byte> utf8, Span<byte> target)
    {
        int at = 0;
        target[at++] = (byte)'"';
        int i = 0;
        while (i < utf8.Length)
        {
            byte b = utf8[i];
            if (b is (byte)'"' or (byte)'\\')
            {
                target[at++] = (byte)'\\';
                target[at++] = b;
                i++;
            }
            else if (b is >= 0x20 and < 0x7F)
            {
                target[at++] = b;
                i++;
            }
            else
            {
                bool valid = Rune.DecodeFromUtf8(utf8[i..], out Rune rune, out int length) == OperationStatus.Done;
                bool plain = valid && IsPlain(rune);
                for (int end = i + length; i < end; i++)
                {
                    if (plain) target[at++] = utf8[i];
                    else at += Escape(utf8[i], target[at..]);
                }
            }
        }
        target[at++] = (byte)'"';
        return at;
    }

    /// <summary>
    /// The text form of a name: bare where it may be, cut to <paramref name="bytesMax"/>. Cold: callers keep it.
    /// </summary>
    public static byte[] Encode(string name, int bytesMax)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        ReadOnlySpan<byte> kept = utf8;
        if (kept.Length > bytesMax)
        {
            int cut = bytesMax;
            while (cut > 0 && (kept[cut] & 0xC0) == 0x80) cut--;
            kept = kept[..cut];
        }
        if (kept.Length > 0 && !kept.ContainsAnyExcept(TextSpec.BareBytes)) return kept.ToArray();
        byte[] target = new byte[QuotedBytesMax(kept.Length)];
        int length = Quote(kept, target);
        return target[..length];
    }

    /// <summary>
    /// Reads a quoted text whose opening quote is at <paramref name="at"/>; <paramref name="at"/> then
    /// stands behind the closing one. The value is a part of the line where it has no escapes, else
    /// it is in <paramref name="scratch"/>.
    /// </summary>
    /// <returns>False when the quote is not closed or an escape is unknown; <paramref name="at"/> is where.</returns>
    public static bool TryUnquote(ReadOnlySpan<byte> line, scoped ref int at, Span<byte> scratch,
        out ReadOnlySpan<byte> value)
    {
        int start = at + 1;
        int plain = line[start..].IndexOfAny((byte)'"', (byte)'\\');
        if (plain >= 0 && line[start + plain] == (byte)'"')
        {
            value = line.Slice(start, plain);
            at = start + plain + 1;
            return true;
        }
        value = default;
        int length = 0;
        for (int i = start; i < line.Length; i++)
        {
            byte b = line[i];
            if (b == (byte)'"')
            {
                value = scratch[..length];
                at = i + 1;
                return true;
            }
            if (b == (byte)'\\')
            {
                int taken = Unescape(line[(i + 1)..], out b);
                if (taken == 0)
                {
                    at = i;
                    return false;
                }
                i += taken;
            }
            scratch[length++] = b;
        }
        return false;
    }

    private static int Unescape(ReadOnlySpan<byte> rest, out byte value)
    {
        value = 0;
        if (rest.IsEmpty) return 0;
        switch (rest[0])
        {
            case (byte)'"' or (byte)'\\': value = rest[0]; return 1;
            case (byte)'n': value = (byte)'\n'; return 1;
            case (byte)'t': value = (byte)'\t'; return 1;
            case (byte)'x' when rest.Length >= 3 && TextNumber.TryHexDigit(rest[1], out int high)
                && TextNumber.TryHexDigit(rest[2], out int low):
                value = (byte)((high << 4) | low);
                return 3;
            default: return 0;
        }
    }

    private static int Escape(byte value, Span<byte> target)
    {
        target[0] = (byte)'\\';
        target[1] = (byte)'x';
        target[2] = TextNumber.HexDigits[value >> 4];
        target[3] = TextNumber.HexDigits[value & 15];
        return 4;
    }

    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
