using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Replay.Formats.Text;

/// <summary>
/// Reads the <c>@</c> lines into a recording's facts and losses. The last line of a fact counts. Cold.
/// </summary>
internal sealed class TextFactReader(RecordingInfo info, ImportReport report)
{
    private readonly byte[] _scratch = new byte[TextSpec.LineBytesMax];
    private readonly List<string> _words = [];
    private bool _hasRecords;
    private bool _hasLost;
    private bool _hasFirst;
    private bool _hasLast;
    private bool _hasSources;

    /// <summary>True when the text promises an <c>@end</c> line.</summary>
    public bool IsSealed { get; private set; }

    /// <summary>Events that the <c>@end</c> line counts; null before it.</summary>
    public long? EndCount { get; private set; }

    /// <summary>
    /// Reads one line that starts with <c>@</c>. Returns null, or what was expected when the line cannot be used.
    /// </summary>
    public string? Read(ReadOnlySpan<byte> line)
    {
        if (!TrySplit(line)) return "words, and texts in \"quotes\" of at most 4096 bytes";
        string name = _words[0];
        int values = _words.Count - 1;
        switch (name)
        {
            case "@sealed" when values == 0:
                IsSealed = true;
                return null;
            case "@source" when values is >= 1 and <= 3: return ReadSource(values);
            case "@clock" when values == 1: info.Clock = _words[1]; return null;
            case "@kernel" when values == 1: info.Kernel = _words[1]; return null;
            case "@cpus" when values == 1 && TryLong(1, out long cpus) && cpus is >= 0 and <= 65536:
                info.CpuCount = (int)cpus;
                return null;
            case "@wall" when values == 1: return ReadWall();
            case "@records" when values == 1 && TryLong(1, out long records) && records >= 0:
                info.RecordCount = records;
                _hasRecords = true;
                return null;
            case "@lost" when values == 1 && TryLong(1, out long lost) && lost >= 0:
                info.LostCount = lost;
                _hasLost = true;
                return null;
            case "@first" when values == 1 && TryTime(1, out ulong? first):
                info.FirstTimeNs = first;
                _hasFirst = true;
                return null;
            case "@last" when values == 1 && TryTime(1, out ulong? last):
                info.LastTimeNs = last;
                _hasLast = true;
                return null;
            case "@count" when values is >= 1 and <= 3: return ReadCount(values);
            case "@loss" when values == 6: return ReadLoss();
            case "@end" when values == 1 && TryLong(1, out long end) && end >= 0:
                EndCount = end;
                return null;
            default: return Usage(name);
        }
    }

    /// <summary>Fills in what the text did not state.</summary>
    public void Finish(TextTally tally)
    {
        info.EventCount = tally.EventCount;
        if (!_hasRecords) info.RecordCount = tally.EventCount;
        if (!_hasLost) info.LostCount = tally.LostCount;
        if (!_hasFirst) info.FirstTimeNs = tally.FirstTimeNs;
        if (!_hasLast) info.LastTimeNs = tally.LastTimeNs;
        if (!_hasSources) info.Sources.AddRange(tally.MakeSources());
    }

    private string? ReadSource(int values)
    {
        long bytes = 0;
        if (values == 3 && (!TryLong(3, out bytes) || bytes < 0)) return Usage("@source");
        info.SourceFormat = _words[1];
        info.SourceFile = values > 1 ? _words[2] : "";
        info.SourceBytes = bytes;
        return null;
    }

    private string? ReadWall()
    {
        if (_words[1] == TextSpec.None) info.WallOffsetNs = null;
        else if (TryLong(1, out long wall)) info.WallOffsetNs = wall;
        else return Usage("@wall");
        return null;
    }

    private string? ReadCount(int values)
    {
        if (values == 1)
        {
            if (_words[1] != TextSpec.None) return Usage("@count");
            _hasSources = true;
            return null;
        }
        if (!TryLong(2, out long count) || count < 0) return Usage("@count");
        if (info.Sources.Count >= TextSpec.SourcesMax) return $"at most {TextSpec.SourcesMax} @count lines";
        info.Sources.Add(new SourceCount(_words[1], count, values == 3 ? _words[3] : ""));
        _hasSources = true;
        return null;
    }

    private string? ReadLoss()
    {
        LossSeverity? severity = _words[1] switch
        {
            "note" => LossSeverity.Note,
            "warning" => LossSeverity.Warning,
            "data_loss" => LossSeverity.DataLoss,
            _ => null,
        };
        if (severity is null || !TryLong(2, out long offset) || !TryLong(3, out long count) || count < 1)
        {
            return Usage("@loss");
        }
        string what = _words[4];
        report.Add(severity.Value, what, offset, _words[5], _words[6]);
        foreach (LossEntry entry in report.Entries)
        {
            if (entry.What != what) continue;
            entry.Count = entry.Count > long.MaxValue - count ? long.MaxValue : entry.Count + count - 1;
            break;
        }
        return null;
    }

    private static string Usage(string name) => name switch
    {
        "@sealed" => "@sealed alone",
        "@source" => "@source FORMAT [FILE [BYTES]]",
        "@clock" => "@clock NAME",
        "@kernel" => "@kernel RELEASE",
        "@cpus" => "@cpus N, 0 to 65536",
        "@wall" => "@wall NANOSECONDS or @wall none",
        "@records" or "@lost" or "@end" => name + " N",
        "@first" or "@last" => name + " SECONDS.NANOSECONDS or " + name + " none",
        "@count" => "@count SYSTEM:NAME N [KIND] or @count none",
        "@loss" => "@loss note|warning|data_loss OFFSET N \"what\" \"expected\" \"found\"",
        _ => "a fact that this version knows" + TextNames.Suggest(name,
            ["@sealed", "@source", "@clock", "@kernel", "@cpus", "@wall", "@records", "@lost", "@first", "@last",
                "@count", "@loss", "@end"]),
    };

    private bool TryLong(int index, out long value) =>
        long.TryParse(_words[index], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    private bool TryTime(int index, out ulong? timeNs)
    {
        timeNs = null;
        if (_words[index] == TextSpec.None) return true;
        byte[] digits = Encoding.UTF8.GetBytes(_words[index]);
        int at = 0;
        if (!TextNumber.TryReadTime(digits, ref at, out ulong value, out _) || at != digits.Length) return false;
        timeNs = value;
        return true;
    }

    private bool TrySplit(ReadOnlySpan<byte> line)
    {
        _words.Clear();
        int at = 0;
        while (TextLineParser.SkipBlanks(line, ref at))
        {
            ReadOnlySpan<byte> word;
            if (line[at] == (byte)'"')
            {
                if (!TextQuoting.TryUnquote(line, ref at, _scratch, out word)) return false;
            }
            else
            {
                int end = line[at..].IndexOfAny((byte)' ', (byte)'\t');
                word = end < 0 ? line[at..] : line.Slice(at, end);
                at += word.Length;
            }
            if (word.Length > TextSpec.FactBytesMax || _words.Count > 8) return false;
            _words.Add(Encoding.UTF8.GetString(word));
        }
        return true;
    }
}
