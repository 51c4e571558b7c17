using System;
using System.Globalization;

namespace Replay.Formats.KernelLog;

/// <summary>
/// One line of a kernel's log: dmesg (<c>[   12.345678] text</c>), with a priority (<c>&lt;6&gt;[…</c>,
/// <c>kern  :info  : […</c>) or the printing CPU (<c>][   C2] </c>), journalctl -o short-monotonic
/// (<c>[   12.345678] host kernel: text</c>), or /dev/kmsg (<c>6,812,12345678,-;text</c>).
/// </summary>
/// <param name="TimeNs">Time since boot by the kernel's log clock.</param>
/// <param name="Cpu">CPU that printed it; 0 when the line does not tell.</param>
/// <param name="Text">What was printed.</param>
public readonly record struct KernelLogLine(ulong TimeNs, ushort Cpu, string Text)
{
    // Seconds that fit into nanoseconds of 64 bits, with room for an offset.
    private const ulong SecondsMax = 4_000_000_000;

    /// <summary>Reads a line; false for one without a time since boot.</summary>
    public static bool TryParse(ReadOnlySpan<char> line, out KernelLogLine result)
    {
        result = default;
        line = line.TrimEnd();
        if (TryParseKmsg(line, out result)) return true;
        ReadOnlySpan<char> rest = SkipPriority(line);
        if (rest.Length == 0 || rest[0] != '[') return false;
        int close = rest.IndexOf(']');
        if (close < 0 || !TryParseSeconds(rest[1..close].Trim(' '), out ulong time)) return false;
        rest = rest[(close + 1)..];
        ushort cpu = 0;
        int caller = rest.IndexOf(']');
        if (rest.Length > 0 && rest[0] == '[' && caller > 0 && IsCaller(rest[1..caller].Trim(' '), out cpu))
            rest = rest[(caller + 1)..];
        if (rest.Length > 0 && rest[0] == ' ') rest = rest[1..];
        result = new KernelLogLine(time, cpu, rest.ToString());
        return true;
    }

    /// <summary><c>&lt;6&gt;</c> of the console, or <c>kern  :info  : </c> of dmesg -x.</summary>
    private static ReadOnlySpan<char> SkipPriority(ReadOnlySpan<char> line)
    {
        if (line.Length > 2 && line[0] == '<')
        {
            int end = line.IndexOf('>');
            if (end is > 1 and < 6 && !line[1..end].ContainsAnyExceptInRange('0', '9')) return line[(end + 1)..];
        }
        int bracket = line.IndexOf('[');
        if (bracket <= 0 || bracket > 24) return line;
        ReadOnlySpan<char> words = line[..bracket];
        return words.Count(':') == 2 && words.TrimEnd().EndsWith(":") ? line[bracket..] : line;
    }

    /// <summary>The printing task (<c>T812</c>) or CPU (<c>C2</c>).</summary>
    private static bool IsCaller(ReadOnlySpan<char> text, out ushort cpu)
    {
        cpu = 0;
        if (text.Length < 2 || text[0] is not ('T' or 'C') || text[1..].ContainsAnyExceptInRange('0', '9'))
            return false;
        if (text[0] == 'C' && !ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out cpu))
            cpu = 0;
        return true;
    }

    /// <summary>Seconds with one to nine digits behind the point.</summary>
    private static bool TryParseSeconds(ReadOnlySpan<char> text, out ulong ns)
    {
        ns = 0;
        int point = text.IndexOf('.');
        if (point <= 0 || text.Length - point - 1 is < 1 or > 9) return false;
        if (!ulong.TryParse(text[..point], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seconds)
            || seconds > SecondsMax)
            return false;
        if (!ulong.TryParse(text[(point + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ulong fraction))
            return false;
        for (int digits = text.Length - point - 1; digits < 9; digits++) fraction *= 10;
        ns = (seconds * 1_000_000_000) + fraction;
        return true;
    }

    private static bool TryParseKmsg(ReadOnlySpan<char> line, out KernelLogLine result)
    {
        result = default;
        int semicolon = line.IndexOf(';');
        if (semicolon < 0 || line[0] is < '0' or > '9') return false;
        int field = 0;
        ulong us = 0;
        ushort cpu = 0;
        foreach (Range range in line[..semicolon].Split(','))
        {
            ReadOnlySpan<char> value = line[..semicolon][range];
            bool isNumber = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number);
            if (field < 3 && !isNumber) return false;
            if (field == 2) us = number;
            if (value.StartsWith("caller=")) _ = IsCaller(value["caller=".Length..], out cpu);
            field++;
        }
        if (field < 4 || us > SecondsMax * 1_000_000) return false;
        result = new KernelLogLine(us * 1000, cpu, line[(semicolon + 1)..].ToString());
        return true;
    }
}
