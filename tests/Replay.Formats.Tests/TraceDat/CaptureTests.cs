using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>
/// Every capture at hand against the counts and times that trace-cmd gave for it: <c>.counts.txt</c> beside public
/// files, the table in the folder's README.md beside our own.
/// </summary>
public sealed class CaptureTests
{
    /// <summary>All captures; one row with a null path when the folder is absent, so that the skip is seen.</summary>
    public static TheoryData<string?> Captures()
    {
        var data = new TheoryData<string?>();
        foreach (string path in CaptureFolder.TraceDats) data.Add(path);
        if (CaptureFolder.TraceDats.Count == 0) data.Add((string?)null);
        return data;
    }

    [CaptureTheory]
    [MemberData(nameof(Captures))]
    public void Counts_and_times_are_those_of_trace_cmd(string? path)
    {
        string full = Path.Combine(CaptureFolder.Root!, path!);
        Expected? expected = Expected.For(full);
        using TraceDatRecording recording = TraceDatRecording.Open(full, new TraceDatOptions());
        long lossBySource = 0;
        long events = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            foreach (ref readonly IrqEvent e in batch)
            {
                if (e.Kind != EventKind.Extension) events++;
                if (e.Kind == EventKind.Loss) lossBySource++;
            }
        }
        Assert.Equal(recording.Info.EventCount, events);
        Assert.Equal(1, recording.Progress);
        Assert.NotEqual("", recording.Info.Clock);
        foreach (LossEntry entry in recording.Report.Entries)
        {
            // The clock "local" steps back once while a kernel boots; the peer prints the same.
            bool isStep = entry.What.StartsWith("time goes backwards", StringComparison.Ordinal)
                && recording.Info.Clock == "local";
            Assert.True(entry.Severity == LossSeverity.Note || lossBySource > 0 || isStep,
                $"{entry.What}: {entry.Found} at {entry.FirstOffset}");
        }
        Assert.NotNull(expected);
        Assert.Equal(expected.Total, recording.Info.RecordCount);
        var found = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (SourceCount source in recording.Info.Sources)
        {
            string name = source.Name[(source.Name.IndexOf(':', StringComparison.Ordinal) + 1)..];
            found[name] = found.GetValueOrDefault(name) + source.Count;
        }
        Assert.Equal(expected.Counts, found);
        // README tables give rounded microseconds, counts files nanoseconds.
        Assert.Equal(expected.FirstTimeNs, expected.Round(recording.Info.FirstTimeNs!.Value));
        Assert.Equal(expected.LastTimeNs, expected.Round(recording.Info.LastTimeNs!.Value));
    }

    [CaptureFact]
    public void Version_6_and_version_7_of_one_capture_give_the_same_events()
    {
        using TraceDatRecording left = TraceDatRecording.Open(
            Path.Combine(CaptureFolder.Root!, "hotplug-ir", "trace.dat"), new TraceDatOptions());
        using TraceDatRecording right = TraceDatRecording.Open(
            Path.Combine(CaptureFolder.Root!, "hotplug-ir", "trace-v7.dat"), new TraceDatOptions());
        Assert.Equal(RecordingDump.ReadAll(left), RecordingDump.ReadAll(right));
        Assert.Equal(left.Info.Sources, right.Info.Sources);
        Assert.Equal("trace.dat v6", left.Info.Format);
        Assert.Equal("trace.dat v7", right.Info.Format);
        Assert.Equal("6.1.0-50-amd64", left.Info.Kernel);
        Assert.Equal("mono", right.Info.Clock);
        Assert.Equal(4, right.Info.CpuCount);
    }

    /// <summary>What the peer counted.</summary>
    private sealed class Expected
    {
        public SortedDictionary<string, long> Counts { get; } = new(StringComparer.Ordinal);

        public long Total { get; private set; }

        public ulong FirstTimeNs { get; private set; }

        public ulong LastTimeNs { get; private set; }

        public ulong UnitNs { get; private set; } = 1;

        public ulong Round(ulong timeNs) => (timeNs + (UnitNs / 2)) / UnitNs * UnitNs;

        public static Expected? For(string path)
        {
            if (File.Exists(path + ".counts.txt")) return FromCounts(File.ReadAllLines(path + ".counts.txt"));
            string readme = Path.Combine(Path.GetDirectoryName(path)!, "README.md");
            return File.Exists(readme) ? FromReadme(File.ReadAllLines(readme)) : null;
        }

        // # first/last timestamp printed (ns): 38.924356770 41.758409854
        // 7	funcgraph_entry
        private static Expected FromCounts(string[] lines)
        {
            var expected = new Expected();
            foreach (string line in lines)
            {
                if (line.Contains("timestamp printed (ns): ", StringComparison.Ordinal))
                {
                    string[] words = line.Split(' ');
                    expected.FirstTimeNs = Nanoseconds(words[^2]);
                    expected.LastTimeNs = Nanoseconds(words[^1]);
                }
                if (line.StartsWith('#')) continue;
                string[] columns = line.Split('\t');
                long count = long.Parse(columns[0], CultureInfo.InvariantCulture);
                if (columns[1] == "TOTAL") expected.Total = count;
                else expected.Counts.Add(columns[1], count);
            }
            return expected;
        }

        // 334076 events, first 0.335876 s, last 80.916441 s (80.6 s) on the trace clock
        // | irq_handler_entry | 53224 |
        private static Expected FromReadme(string[] lines)
        {
            var expected = new Expected { UnitNs = 1000 };
            int at = Array.FindIndex(lines, line => line.Contains(" events, first ", StringComparison.Ordinal));
            string[] words = lines[at].Split(' ');
            expected.Total = long.Parse(words[0], CultureInfo.InvariantCulture);
            expected.FirstTimeNs = Nanoseconds(words[3]);
            expected.LastTimeNs = Nanoseconds(words[6]);
            for (at++; at < lines.Length && !lines[at].StartsWith('#'); at++)
            {
                string[] cells = lines[at].Split('|', StringSplitOptions.TrimEntries);
                if (cells.Length == 4 && long.TryParse(cells[2], CultureInfo.InvariantCulture, out long count))
                    expected.Counts.Add(cells[1], count);
            }
            return expected;
        }

        private static ulong Nanoseconds(string seconds) =>
            (ulong)(decimal.Parse(seconds, CultureInfo.InvariantCulture) * 1_000_000_000m);
    }
}
