using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Replay.Core.Events;
using Replay.Formats.FtraceText;
using Replay.Formats.Mapping;
using Replay.Formats.PerfData;
using Replay.Formats.Tests.TraceDat;
using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.PerfData;

/// <summary>
/// Real files: those of other people against what perf itself counted in them, and one run that two tools recorded.
/// </summary>
public sealed class PerfCaptureTests
{
    /// <summary>
    /// All public files; one row with a null path when the folder is absent, so that the skip is seen.
    /// </summary>
    public static TheoryData<string?> Files()
    {
        var data = new TheoryData<string?>();
        string[] files = CaptureFolder.Root is { } root
            ? Directory.GetFiles(Path.Combine(root, "public", "perf-data"), "*.data") : [];
        foreach (string path in files.Order(StringComparer.Ordinal))
            data.Add(Path.GetRelativePath(CaptureFolder.Root!, path));
        if (files.Length == 0) data.Add((string?)null);
        return data;
    }

    [CaptureTheory]
    [MemberData(nameof(Files))]
    public void Samples_are_counted_as_perf_counts_them(string? path)
    {
        string full = Path.Combine(CaptureFolder.Root!, path!);
        using PerfDataRecording recording = PerfDataRecording.Open(full, MappingTable.BuiltIn, []);
        MadeFile.Read(recording);
        var expected = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(full + ".counts.txt").Where(static line =>
            line.Length > 0 && line[0] != '#'))
        {
            string[] columns = line.Split('\t');
            expected.Add(columns[1], long.Parse(columns[0], CultureInfo.InvariantCulture));
        }
        long total = expected["TOTAL"];
        expected.Remove("TOTAL");
        Assert.Equal(total, recording.Info.RecordCount);
        // What perf calls a counter whose modifiers the file does not tell is perf's choice.
        var found = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (SourceCount source in recording.Info.Sources)
            found[Plain(source.Name)] = found.GetValueOrDefault(Plain(source.Name)) + source.Count;
        var plain = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach ((string name, long count) in expected)
            plain[Plain(name)] = plain.GetValueOrDefault(Plain(name)) + count;
        Assert.Equal(plain, found);
    }

    /// <summary>The longest that a probe of the emulated machine took to serve both tools, with room.</summary>
    private const ulong ProbeNs = 1_000_000;

    /// <summary>
    /// Both tools ran over the same probes: on the CPUs that stayed online the events are the same, one by one,
    /// and differ in time by what one probe takes to serve both.
    /// </summary>
    [CaptureFact]
    public void One_run_recorded_by_perf_and_by_ftrace_is_the_same_run()
    {
        string folder = Path.Combine(CaptureFolder.Root!, "hotplug-perf");
        using PerfDataRecording perf = PerfDataRecording.Open(Path.Combine(folder, "perf.data"),
            MappingTable.BuiltIn, []);
        List<string> ofPerf = Lines(perf, static _ => true);
        HashSet<string> kinds = [.. perf.Info.Sources.Where(static source => source.KindName.Length > 0)
            .Select(static source => source.KindName)];
        ulong first = perf.Info.FirstTimeNs!.Value, last = perf.Info.LastTimeNs!.Value;
        using TraceDatRecording ftrace = TraceDatRecording.Open(Path.Combine(folder, "trace.dat"),
            new TraceDatOptions());
        // The timer's and irq_work's vectors were not among the events that perf was given.
        List<string> ofFtrace = Lines(ftrace, e => kinds.Contains(EventSchema.Find(e.Kind)!.Name)
            && e.TimeNs + ProbeNs >= first && e.TimeNs <= last + ProbeNs
            && !(e.Kind is EventKind.SystemEntry or EventKind.SystemExit && e.Vector is 236 or 246));
        Assert.Equal(4624, perf.Info.RecordCount);
        foreach (int cpu in new[] { 0, 1 })
        {
            string prefix = $"{cpu} ";
            List<string> left = [.. ofPerf.Where(line => line.StartsWith(prefix, StringComparison.Ordinal))];
            List<string> right = [.. ofFtrace.Where(line => line.StartsWith(prefix, StringComparison.Ordinal))];
            // perf opens and closes its events one after the other: at both ends some are open and some are not.
            int skip = right.FindIndex(line => line == left[0]);
            int best = Enumerable.Range(0, 40).Max(shift => Common(left, right, skip + shift));
            Assert.True(left.Count > 500);
            Assert.InRange(best, left.Count - 20, left.Count);
        }
    }

    [CaptureFact]
    public void What_perf_script_prints_is_what_the_file_holds()
    {
        string folder = Path.Combine(CaptureFolder.Root!, "hotplug-perf");
        using PerfDataRecording file = PerfDataRecording.Open(Path.Combine(folder, "perf.data"),
            MappingTable.BuiltIn, []);
        using FtraceTextRecording text = FtraceTextRecording.Open(Path.Combine(folder, "perf-script.txt"),
            MappingTable.BuiltIn, []);
        Assert.Equal(Lines(file, static _ => true), Lines(text, static _ => true));
        Assert.Equal("perf script text", text.Info.Format);
        Assert.Empty(text.Report.Entries);
        Assert.Equal(file.Info.Sources, text.Info.Sources);
    }

    private static int Common(List<string> left, List<string> right, int skip)
    {
        int count = 0;
        while (count < left.Count && skip + count < right.Count && left[count] == right[skip + count]) count++;
        return count;
    }

    private static string Plain(string name)
    {
        int colon = name.LastIndexOf(':');
        return colon >= 0 && name.Length - colon <= 4 && !name.Contains('/', StringComparison.Ordinal)
            ? name[..colon] : name;
    }

    private static List<string> Lines(Recording recording, Predicate<IrqEvent> isWanted)
    {
        List<string> lines = [];
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            foreach (ref readonly IrqEvent e in batch)
            {
                if (e.Kind is EventKind.Extension or EventKind.Loss or EventKind.CpuSeen || !isWanted(e)) continue;
                // Names have numbers of their own in each recording.
                string operands = e.Kind is EventKind.HandlerEntry or EventKind.CpuhpEnter ? "" : $"{e.A:x} {e.B:x}";
                lines.Add($"{e.Cpu} {EventSchema.Find(e.Kind)!.Name} {e.Irq} {e.Vector} {operands}");
            }
        }
        return lines;
    }
}
