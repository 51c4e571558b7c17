using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

/// <summary>
/// Numbers of trace.dat options (trace-cmd's trace-cmd-private.h); those not named here are skipped by size.
/// </summary>
internal enum OptionId : ushort
{
    Done = 0,
    Date = 1,
    CpuStat = 2,
    Buffer = 3,
    TraceClock = 4,
    Uname = 5,
    Offset = 7,
    CpuCount = 8,
    TimeShift = 12,
    Tsc2Nsec = 14,
    HeaderInfo = 16,
    FtraceEvents = 17,
    EventFormats = 18,
    Kallsyms = 19,
    Printk = 20,
    BufferText = 22,
}

/// <summary>Reads the options that mean the same in both versions into <see cref="TraceDatFacts"/>.</summary>
internal static class OptionReader
{
    /// <summary>Longest option that is read; longer ones are skipped and noted.</summary>
    public const int LengthMax = 16 << 20;

    /// <summary>Applies one option; those of other meaning are left to the caller.</summary>
    public static void Apply(TraceDatLayout layout, OptionId id, ReadOnlySpan<byte> data, long offset)
    {
        TraceDatFacts facts = layout.Facts;
        var cursor = new ByteCursor(data, layout.BigEndian);
        bool good = true;
        switch (id)
        {
            case OptionId.Date:
                good = TryParseNumber(data, out long microseconds)
                    && Math.Abs((decimal)microseconds) < long.MaxValue / 1000;
                if (good) facts.WallOffsetNs = unchecked((facts.WallOffsetNs ?? 0) + (microseconds * 1000));
                break;
            case OptionId.Offset:
                good = TryParseNumber(data, out long nanoseconds);
                if (good) facts.WallOffsetNs = unchecked((facts.WallOffsetNs ?? 0) + nanoseconds);
                break;
            case OptionId.CpuStat:
                ReadCpuStat(layout, data, offset);
                break;
            case OptionId.TraceClock:
                facts.Clock = ParseClock(data);
                facts.ClockFollowsTable = facts.Clock.Length == 0;
                break;
            case OptionId.Uname:
                facts.Kernel = ParseRelease(data);
                break;
            case OptionId.CpuCount:
                good = cursor.TryReadUInt32(out uint count) && count <= TraceDatLayout.CpusMax;
                if (good) facts.CpuCount = (int)count;
                break;
            case OptionId.Tsc2Nsec:
                good = cursor.TryReadUInt32(out uint mult) & cursor.TryReadUInt32(out uint shift);
                good = good && mult > 0 && shift <= 63;
                if (good) facts.Tsc = new TscScale(mult, (int)shift);
                break;
            case OptionId.TimeShift:
                facts.Shift = ReadTimeShift(cursor);
                good = facts.Shift is not null;
                break;
        }
        if (!good)
        {
            layout.Report.Add(LossSeverity.Warning, $"option {id} that cannot be used", offset, "numbers in range",
                $"{data.Length} bytes that are not");
        }
    }

    /// <summary>The name in brackets of <c>local [mono] boot</c>; empty when there is none.</summary>
    public static string ParseClock(ReadOnlySpan<byte> text)
    {
        int open = text.IndexOf((byte)'[');
        if (open < 0) return "";
        text = text[(open + 1)..];
        int close = text.IndexOf((byte)']');
        return close is < 1 or > 32 ? "" : Encoding.UTF8.GetString(text[..close]);
    }

    /// <summary>Third of <c>sysname nodename release machine</c>; a node name may not hold blanks.</summary>
    private static string ParseRelease(ReadOnlySpan<byte> data)
    {
        string[] words = TextOf(data).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length >= 2 && words[^2].Length <= 256 ? words[^2] : "";
    }

    private static string TextOf(ReadOnlySpan<byte> data)
    {
        int end = data.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? data : data[..end]).Trim();
    }

    /// <summary>C syntax: decimal or 0x, with a sign.</summary>
    private static bool TryParseNumber(ReadOnlySpan<byte> data, out long value)
    {
        value = 0;
        if (data.Length > 64) return false;
        ReadOnlySpan<char> text = TextOf(data);
        bool negative = text.StartsWith("-");
        if (negative || text.StartsWith("+")) text = text[1..];
        ulong magnitude;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out magnitude))
                return false;
        }
        else if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out magnitude))
        {
            return false;
        }
        // A negative offset may be written as a 64-bit pattern.
        value = unchecked(negative ? -(long)magnitude : (long)magnitude);
        return true;
    }

    // CPU: 0
    // entries: 0
    // overrun: 0
    // commit overrun: 0
    // dropped events: 0
    private static void ReadCpuStat(TraceDatLayout layout, ReadOnlySpan<byte> data, long offset)
    {
        string cpu = "?";
        foreach (string line in TextOf(data[..Math.Min(data.Length, 4096)]).Split('\n'))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            string key = line[..colon].Trim();
            string value = line[(colon + 1)..].Trim();
            if (key == "CPU") cpu = value;
            if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count == 0)
                continue;
            if (key == "overrun")
            {
                layout.Report.Add(LossSeverity.Note, "ring buffer overwrote its oldest records", offset,
                    "overrun 0", $"{count} on CPU {cpu}");
            }
            else if (key is "dropped events" or "commit overrun")
            {
                layout.Facts.DroppedCount += Math.Min(count, 1L << 40);
                layout.Report.Add(LossSeverity.Warning, $"recorder dropped records without a mark ({key})", offset,
                    "0", $"{count} on CPU {cpu}");
            }
        }
    }

    /// <summary>
    /// u64 peer, u32 flags, u32 CPUs; per CPU u32 n and three columns of n; then maybe a fourth per CPU.
    /// </summary>
    private static TimeShift? ReadTimeShift(ByteCursor cursor)
    {
        if (!cursor.TryReadUInt64(out _) || !cursor.TryReadUInt32(out uint flags)
            || !cursor.TryReadUInt32(out uint cpuCount) || cpuCount > cursor.Remaining / 4) return null;
        List<TimeShift.Sample[]> cpus = [];
        for (uint cpu = 0; cpu < cpuCount; cpu++)
        {
            if (!cursor.TryReadUInt32(out uint count) || count > cursor.Remaining / 24) return null;
            var samples = new TimeShift.Sample[count];
            for (int i = 0; i < count; i++)
            {
                cursor.TryReadUInt64(out ulong time);
                samples[i] = samples[i] with { Time = time };
                if (i > 0 && time < samples[i - 1].Time) return null;
            }
            for (int i = 0; i < count; i++)
            {
                cursor.TryReadUInt64(out ulong offset);
                samples[i] = samples[i] with { Offset = (long)offset };
            }
            for (int i = 0; i < count; i++)
            {
                cursor.TryReadUInt64(out ulong scale);
                if (scale == 0) return null;
                samples[i] = samples[i] with { Scale = scale };
            }
            cpus.Add(samples);
        }
        foreach (TimeShift.Sample[] samples in cpus)
        {
            for (int i = 0; i < samples.Length; i++)
            {
                // Writers before the fraction column have a scale of 1.
                if (!cursor.TryReadUInt64(out ulong bits)) return new TimeShift(flags, [.. cpus]);
                if (bits > 63) return null;
                samples[i] = samples[i] with { FractionBits = (int)bits };
            }
        }
        return new TimeShift(flags, [.. cpus]);
    }
}
