using System;
using System.Buffers;
using System.Text;

namespace Replay.Formats.Mapping;

/// <summary>
/// Makes recorded text safe to print. Control characters (C0, DEL, C1), line and paragraph separators and bytes that
/// are not UTF-8 each become U+FFFD; everything else, spaces and commas included, stays.
/// </summary>
internal static class TextCleaner
{
    /// <summary>
    /// Copies <paramref name="text"/> cleaned into <paramref name="output"/>, cut at a character where it is full.
    /// Returns the bytes written; <paramref name="cut"/> says whether any text was left.
    /// </summary>
    public static int Clean(ReadOnlySpan<byte> text, Span<byte> output, out bool cut)
    {
        int plain = text.IndexOfAnyExceptInRange((byte)' ', (byte)'~');
        if (plain < 0) plain = text.Length;
        plain = Math.Min(plain, output.Length);
        text[..plain].CopyTo(output);
        int length = plain;
        text = text[plain..];
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text, out Rune rune, out int consumed);
            if (status != OperationStatus.Done || IsUnprintable(rune)) rune = Rune.ReplacementChar;
            if (!rune.TryEncodeToUtf8(output[length..], out int written))
            {
                cut = true;
                return length;
            }
            length += written;
            text = text[consumed..];
        }
        cut = false;
        return length;
    }

    private static bool IsUnprintable(Rune rune) => Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029;

    /// <summary>The start of a text as a message shows it.</summary>
    public static string Show(ReadOnlySpan<byte> text)
    {
        const int ShownMax = 64;
        Span<byte> clean = stackalloc byte[ShownMax * 3];
        int length = Clean(text[..Math.Min(text.Length, ShownMax)], clean, out _);
        return text.IsEmpty ? "nothing" : $"\"{Encoding.UTF8.GetString(clean[..length])}\"";
    }
}
