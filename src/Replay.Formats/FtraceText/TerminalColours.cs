using System;

namespace Replay.Formats.FtraceText;

/// <summary>
/// What <c>grep --color=always</c> and its like put among the columns: control sequences of terminals (ECMA-48, 5.4).
/// </summary>
internal static class TerminalColours
{
    public const byte Escape = 0x1B;

    /// <summary>The line without them, in <paramref name="plain"/>, which has room for the line.</summary>
    public static ReadOnlySpan<byte> Strip(ReadOnlySpan<byte> line, Span<byte> plain)
    {
        int length = 0;
        for (int at = line.IndexOf(Escape); at >= 0; at = line.IndexOf(Escape))
        {
            int sequence = LengthOf(line[at..]);
            int kept = sequence == 0 ? at + 1 : at;
            line[..kept].CopyTo(plain[length..]);
            length += kept;
            line = line[(at + Math.Max(1, sequence))..];
        }
        line.CopyTo(plain[length..]);
        return plain[..(length + line.Length)];
    }

    // ESC [ parameters intermediates final: 0x30-0x3F, 0x20-0x2F, 0x40-0x7E. 0 for anything else, a cut one included.
    private static int LengthOf(ReadOnlySpan<byte> text)
    {
        if (text.Length < 3 || text[1] != (byte)'[') return 0;
        int final = text[2..].IndexOfAnyExceptInRange((byte)0x20, (byte)0x3F);
        return final >= 0 && text[2 + final] is >= 0x40 and <= 0x7E ? 3 + final : 0;
    }
}
