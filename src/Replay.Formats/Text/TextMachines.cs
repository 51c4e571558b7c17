using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Formats.Machines;

namespace Replay.Formats.Text;

/// <summary>The lines <c>@machine NAME</c> and <c>@machines N</c>.</summary>
internal static class TextMachines
{
    private const int ReadBytes = 4 * TextSpec.LineBytesMax;

    /// <summary>The first lines of a machine's own text, whose place among all is <paramref name="index"/>.</summary>
    public static string Heading(IReadOnlyList<string> names, int index)
    {
        string line = $"@machine {Encoding.UTF8.GetString(TextQuoting.Encode(names[index], MachineNames.BytesMax))}\n";
        return index > 0 ? line : string.Create(CultureInfo.InvariantCulture,
            $"{TextSpec.FirstLine}\n@machines {names.Count}\n{line}");
    }

    /// <summary>Reads <c>@machine NAME</c>; another line is none, and the name is null where it is wrong.</summary>
    /// <param name="line">From its @ on.</param>
    /// <param name="name">Of the machine whose lines follow.</param>
    public static bool TryReadName(ReadOnlySpan<byte> line, out string? name)
    {
        name = null;
        if (!TryReadValue(line, "@machine"u8, out ReadOnlySpan<byte> value)) return false;
        if (MachineNames.IsValid(value)) name = Encoding.UTF8.GetString(value);
        return true;
    }

    /// <summary>Reads <c>@machines N</c>; another line is none, and the number is 0 where it is wrong.</summary>
    /// <param name="line">From its @ on.</param>
    /// <param name="count">Machines of the whole text.</param>
    public static bool TryReadCount(ReadOnlySpan<byte> line, out int count)
    {
        count = 0;
        if (!TryReadValue(line, "@machines"u8, out ReadOnlySpan<byte> value)) return false;
        if (int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number <= MachineNames.MachinesMax)
            count = number;
        return true;
    }

    /// <summary>
    /// Names of all machines, in the order in which they come; null for a text of one machine, which has other
    /// lines before the first <c>@machine</c>.
    /// </summary>
    /// <param name="stream">At its start.</param>
    /// <param name="file">For messages.</param>
    /// <exception cref="BadInputException">There are too many.</exception>
    public static List<string>? Read(Stream stream, string file)
    {
        var names = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        byte[] buffer = new byte[ReadBytes];
        int length = 0, line = 0;
        bool isWithin = true, isLast = false;
        while (!isLast)
        {
            int got = stream.Read(buffer, length, buffer.Length - length);
            isLast = got == 0;
            length += got;
            int at = 0;
            while (at < length)
            {
                int end = buffer.AsSpan(at, length - at).IndexOf((byte)'\n');
                if (end < 0 && !isLast && (at > 0 || length < buffer.Length)) break;
                ReadOnlySpan<byte> text = buffer.AsSpan(at, end < 0 ? length - at : end);
                at += text.Length + (end < 0 ? 0 : 1);
                bool isWhole = isWithin && (end >= 0 || isLast) && text.Length <= TextSpec.LineBytesMax;
                isWithin = end >= 0;
                if (isWithin) line++;
                if (!isWhole || line == 1) continue;
                if (!TryTake(text, names, known))
                {
                    if (names.Count == 0) return null;
                    continue;
                }
                if (names.Count > MachineNames.MachinesMax)
                    throw new BadInputException(
                        $"{file}:{line}:1: expected at most {MachineNames.MachinesMax} machines, found one more");
            }
            buffer.AsSpan(at, length - at).CopyTo(buffer);
            length -= at;
        }
        return names.Count == 0 ? null : names;
    }

    /// <summary>
    /// True where the first line that is neither empty nor a comment, after the one with the format, is about machines.
    /// Null while it has not come.
    /// </summary>
    /// <param name="start">First bytes of the text.</param>
    /// <param name="isAll">No more come.</param>
    public static bool? AreNamed(ReadOnlySpan<byte> start, bool isAll)
    {
        bool isFirst = true;
        while (!start.IsEmpty)
        {
            int end = start.IndexOf((byte)'\n');
            if (end < 0 && !isAll) return null;
            ReadOnlySpan<byte> line = (end < 0 ? start : start[..end]).TrimEnd((byte)'\r');
            start = end < 0 ? default : start[(end + 1)..];
            int at = 0;
            if (!isFirst && TextLineParser.SkipBlanks(line, ref at))
                return line[at] == (byte)'@' && (TryReadName(line[at..], out _) || TryReadCount(line[at..], out _));
            isFirst = false;
        }
        return isAll ? false : null;
    }

    // False for a line that belongs to a machine.
    private static bool TryTake(ReadOnlySpan<byte> line, List<string> names, HashSet<string> known)
    {
        if (line.Length > 0 && line[^1] == (byte)'\r') line = line[..^1];
        int at = 0;
        if (!TextLineParser.SkipBlanks(line, ref at)) return true;
        line = line[at..];
        if (line[0] != (byte)'@') return false;
        if (!TryReadName(line, out string? name)) return TryReadCount(line, out _);
        if (name is not null && known.Add(name)) names.Add(name);
        return true;
    }

    // Empty where there is no value or more than one.
    private static bool TryReadValue(ReadOnlySpan<byte> line, ReadOnlySpan<byte> word, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!line.StartsWith(word) || (line.Length > word.Length && line[word.Length] is not ((byte)' ' or (byte)'\t')))
            return false;
        int at = word.Length;
        if (!TextLineParser.SkipBlanks(line, ref at)) return true;
        ReadOnlySpan<byte> found;
        if (line[at] == (byte)'"')
        {
            if (!TextQuoting.TryUnquote(line, ref at, new byte[line.Length], out found)) return true;
        }
        else
        {
            int end = line[at..].IndexOfAny((byte)' ', (byte)'\t');
            found = end < 0 ? line[at..] : line.Slice(at, end);
            at += found.Length;
        }
        if (!TextLineParser.SkipBlanks(line, ref at)) value = found;
        return true;
    }
}
