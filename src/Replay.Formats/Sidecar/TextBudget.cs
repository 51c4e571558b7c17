using System;
using System.Text;

namespace Replay.Formats.Sidecar;

/// <summary>Limits on text from and to sidecars: each one, and what a reader keeps of one file in all.</summary>
internal sealed class TextBudget
{
    private int _bytesLeft;

    public TextBudget(int bytes) => _bytesLeft = bytes;

    /// <summary>True once something did not fit any more.</summary>
    public bool IsSpent { get; set; }

    /// <summary>
    /// Takes the next text, cut to <paramref name="bytesMax"/>; null for nil and when nothing more is kept.
    /// </summary>
    public string? Read(ref MessagePackReader reader, int bytesMax)
    {
        if (reader.TryReadNil()) return null;
        ReadOnlySpan<byte> utf8 = reader.ReadStringSpan();
        if (utf8.Length > bytesMax) utf8 = utf8[..bytesMax];
        if (utf8.Length > _bytesLeft)
        {
            IsSpent = true;
            return null;
        }
        _bytesLeft -= utf8.Length;
        return Encoding.UTF8.GetString(utf8);
    }

    /// <summary>
    /// The longest start of a text that takes no more than <paramref name="bytesMax"/> bytes of UTF-8.
    /// </summary>
    public static ReadOnlySpan<char> Fit(string text, int bytesMax)
    {
        if (Encoding.UTF8.GetMaxByteCount(text.Length) <= bytesMax || Encoding.UTF8.GetByteCount(text) <= bytesMax)
            return text;
        int bytes = 0;
        int length = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > bytesMax) break;
            length += rune.Utf16SequenceLength;
        }
        return text.AsSpan(0, length);
    }
}
