using System;
using System.Buffers.Text;

namespace Replay.Formats.QemuLog;

/// <summary>What a line of QEMU's log is.</summary>
internal enum QemuLineKind
{
    /// <summary>A trace event.</summary>
    Event,

    /// <summary>Something else that QEMU writes into the same file (<c>-d int</c>, guest errors), or nothing.</summary>
    Foreign,

    /// <summary>It starts as a trace event does and does not go on as one.</summary>
    Broken,
}

// 28719@1795240677.622082:ioapic_set_irq vector: 4 level: 0
// 2026-11-28T13:38:20.622082Z ioapic_set_irq vector: 4 level: 0
// ioapic_set_irq vector: 4 level: 0

/// <summary>
/// One line of QEMU's log backend, taken apart: thread and time as far as its prefix tells, name, and the event's own
/// text. Three prefixes are in use: <c>THREAD@SECONDS.MICROS:</c> (-msg timestamp=on; always in old versions), an
/// ISO 8601 time with a blank (newest versions), and none.
/// </summary>
internal readonly ref struct QemuLine
{
    private const ulong SecondsMax = 10_000_000_000;
    private const int NameMax = 128;

    private QemuLine(uint thread, bool hasTime, ulong timeNs, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text,
        ReadOnlySpan<byte> whole)
    {
        Thread = thread;
        HasTime = hasTime;
        TimeNs = timeNs;
        Name = name;
        Text = text;
        Whole = whole;
    }

    /// <summary>Number of the thread that logged it (qemu_get_thread_id); 0 where the prefix does not tell.</summary>
    public uint Thread { get; }

    public bool HasTime { get; }

    /// <summary>Time since 1970.</summary>
    public ulong TimeNs { get; }

    public ReadOnlySpan<byte> Name { get; }

    /// <summary>What the event's format string printed, without blanks at both ends.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Name and text.</summary>
    public ReadOnlySpan<byte> Whole { get; }

    public static QemuLineKind Parse(ReadOnlySpan<byte> line, out QemuLine result)
    {
        result = default;
        if (line.IsEmpty) return QemuLineKind.Foreign;
        uint thread = 0;
        ulong timeNs = 0;
        bool hasTime = true;
        ReadOnlySpan<byte> rest = line;
        switch (TakeThreadAndTime(ref rest, ref thread, ref timeNs))
        {
            case QemuLineKind.Broken: return QemuLineKind.Broken;
            case QemuLineKind.Foreign:
                hasTime = TakeIsoTime(ref rest, ref timeNs);
                break;
        }
        int end = rest.IndexOf((byte)' ');
        ReadOnlySpan<byte> name = end < 0 ? rest : rest[..end];
        if (!IsName(name)) return hasTime ? QemuLineKind.Broken : QemuLineKind.Foreign;
        ReadOnlySpan<byte> text = end < 0 ? default : rest[end..].Trim((byte)' ');
        result = new QemuLine(thread, hasTime, timeNs, name, text, rest.TrimEnd((byte)' '));
        return QemuLineKind.Event;
    }

    /// <summary>Names in trace-events files: words that underscores tie, and at least one of those.</summary>
    private static bool IsName(ReadOnlySpan<byte> name)
    {
        if (name.Length is < 3 or > NameMax || name[0] is < (byte)'a' or > (byte)'z') return false;
        bool tied = false;
        foreach (byte c in name)
        {
            if (c == (byte)'_') tied = true;
            else if (c is not (>= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z'
                or >= (byte)'0' and <= (byte)'9')) return false;
        }
        return tied;
    }

    /// <summary>The first prefix; foreign when there is none of it.</summary>
    private static QemuLineKind TakeThreadAndTime(ref ReadOnlySpan<byte> rest, ref uint thread, ref ulong timeNs)
    {
        int digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits <= 0 || rest[digits] != (byte)'@') return QemuLineKind.Foreign;
        ReadOnlySpan<byte> time = rest[(digits + 1)..];
        if (!Utf8Parser.TryParse(rest[..digits], out thread, out int used) || used != digits
            || !Utf8Parser.TryParse(time, out ulong seconds, out used) || seconds > SecondsMax
            || time.Length < used + 8 || time[used] != (byte)'.' || time[used + 7] != (byte)':'
            || !TryDigits(time.Slice(used + 1, 6), out uint micros))
            return QemuLineKind.Broken;
        timeNs = (seconds * 1_000_000_000) + (micros * 1000UL);
        rest = time[(used + 8)..];
        return QemuLineKind.Event;
    }

    /// <summary><c>2026-11-28T13:38:20.622082Z </c>, with no fraction or up to nine digits.</summary>
    private static bool TakeIsoTime(ref ReadOnlySpan<byte> rest, ref ulong timeNs)
    {
        const int Seconds = 19;
        if (rest.Length < Seconds + 3 || rest[4] != (byte)'-' || rest[7] != (byte)'-' || rest[10] != (byte)'T'
            || rest[13] != (byte)':' || rest[16] != (byte)':')
            return false;
        if (!TryDigits(rest[..4], out uint year) || !TryDigits(rest[5..7], out uint month)
            || !TryDigits(rest[8..10], out uint day) || !TryDigits(rest[11..13], out uint hour)
            || !TryDigits(rest[14..16], out uint minute) || !TryDigits(rest[17..19], out uint second))
            return false;
        if (year is < 1970 or > 2200 || month is < 1 or > 12 || day is < 1 or > 31 || hour > 23 || minute > 59
            || second > 60)
            return false;
        ReadOnlySpan<byte> tail = rest[Seconds..];
        ulong nanos = 0;
        if (tail[0] == (byte)'.')
        {
            int end = tail[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (end is < 1 or > 9 || !TryDigits(tail.Slice(1, end), out uint fraction)) return false;
            nanos = fraction;
            for (int i = end; i < 9; i++) nanos *= 10;
            tail = tail[(end + 1)..];
        }
        if (!tail.StartsWith("Z "u8)) return false;
        timeNs = (((((DaysBefore(year, month) + day - 1) * 24) + hour) * 60 + minute) * 60 + second) * 1_000_000_000
            + nanos;
        rest = tail[2..];
        return true;
    }

    /// <summary>Days from 1970 to the start of a month.</summary>
    private static ulong DaysBefore(uint year, uint month)
    {
        ReadOnlySpan<ushort> before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        uint leaps = ((year - 1) / 4) - ((year - 1) / 100) + ((year - 1) / 400) - 477;
        bool isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return ((year - 1970) * 365UL) + leaps + before[(int)month - 1] + (isLeap && month > 2 ? 1UL : 0);
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out uint value)
    {
        value = 0;
        return text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 && Utf8Parser.TryParse(text, out value, out _);
    }
}
