using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Replay.Core.Events;
using Replay.Formats.Tests.Mapping;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.Ctf;

/// <summary>Real traces against what babeltrace2 2.0.4 made of them.</summary>
public sealed partial class CtfCaptureTests
{
    public static TheoryData<string?> Folders() => FoldersIn("ctf");

    public static TheoryData<string?> BadFolders() => FoldersIn("ctf-bad");

    [CaptureTheory]
    [MemberData(nameof(Folders))]
    public void Events_are_counted_as_babeltrace_counts_them(string? path)
    {
        string full = Path.Combine(CaptureFolder.Root!, path!);
        using Recording recording = Open(full);
        MadeFile.Read(recording);
        Assert.Empty(recording.Report.Entries);
        var expected = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (string line in File.ReadLines(full + ".counts.txt")
            .Where(static line => line.Length > 0 && line[0] != '#'))
        {
            string[] columns = line.Split('\t');
            expected.Add(columns[1], long.Parse(columns[0], CultureInfo.InvariantCulture));
        }
        expected.Remove("TOTAL", out long total);
        Assert.Equal(total, recording.Info.RecordCount);
        var found = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (SourceCount source in recording.Info.Sources)
            found.Add(source.Name.Replace("lttng:", "", StringComparison.Ordinal), source.Count);
        Assert.Equal(expected, found);
    }

    /// <summary>The first 2000 lines; time, CPU, interrupt, name or return value.</summary>
    [CaptureTheory]
    [MemberData(nameof(Folders))]
    public void Handlers_are_those_that_babeltrace_prints(string? path)
    {
        string full = Path.Combine(CaptureFolder.Root!, path!);
        using Recording recording = Open(full);
        List<string> lines = [];
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            foreach (ref readonly IrqEvent e in batch)
            {
                if (e.Kind is not (EventKind.HandlerEntry or EventKind.HandlerExit)) continue;
                string end = e.Kind == EventKind.HandlerEntry ? recording.Tables.Names[(int)e.A]
                    : e.ALow.ToString(CultureInfo.InvariantCulture);
                long timeNs = (long)e.TimeNs + (recording.Info.WallOffsetNs ?? 0);
                lines.Add($"{DateTime.UnixEpoch.AddTicks(timeNs / 100):HH:mm:ss}.{timeNs % 1_000_000_000:d9} "
                    + $"{e.Cpu} {e.Irq} {end}");
            }
        }
        string[] printed = File.ReadAllLines(full + ".expected.txt");
        List<string> expected = [];
        foreach (string line in printed.Take(2000))
        {
            if (HandlerLine().Match(line) is { Success: true } match)
            {
                string[] parts = [.. match.Groups.Values.Select(static group => group.Value)];
                expected.Add($"{parts[1]} {parts[2]} {parts[3]} {parts[4]}{parts[5]}");
            }
        }
        Assert.Equal(expected, lines.Take(expected.Count));
        Assert.Equal(Path.GetFileName(path!) is "tracecompass-bug446190-kernel" or "tracecompass-flipping-endianness",
            expected.Count > 0);
    }

    /// <summary>perf converts all of it: each event, and where it stops recording, is that of the perf.data.</summary>
    [CaptureFact]
    public void What_perf_converts_is_what_it_recorded()
    {
        using Recording recorded = Open(Path.Combine(CaptureFolder.Root!, "hotplug-perf", "perf.data"));
        using Recording converted = Open(Path.Combine(FormatVectors.RepositoryRoot, "traces", "hotplug-ctf"));
        Assert.Equal(RecordingDump.ReadAll(recorded), RecordingDump.ReadAll(converted));
        Assert.Equal(recorded.Info.Sources, converted.Info.Sources);
        Assert.Equal(recorded.Info.LostCount, converted.Info.LostCount);
        Assert.Equal(recorded.Info.Kernel, converted.Info.Kernel);
        Assert.Equal(recorded.Report.Entries.Select(static entry => (entry.What, entry.Count)),
            converted.Report.Entries.Select(static entry => (entry.What, entry.Count)));
        for (int i = 1; i < recorded.Tables.Names.Count; i++)
            Assert.Equal(recorded.Tables.Names[i], converted.Tables.Names[i]);
    }

    [Fact]
    public void The_trace_beside_the_sources_is_read_to_its_end()
    {
        using Recording recording = Open(Path.Combine(FormatVectors.RepositoryRoot, "traces", "hotplug-ctf"));
        Assert.Equal(4626, MadeFile.Read(recording).Count);
        Assert.Equal(4624, recording.Info.RecordCount);
        Assert.False(recording.Report.HasDataLoss);
    }

    [CaptureTheory]
    [MemberData(nameof(BadFolders))]
    public void Bad_traces_are_refused_or_reported(string? path)
    {
        string full = Path.Combine(CaptureFolder.Root!, path!);
        string said;
        try
        {
            using Recording recording = Open(full);
            List<string> lines = MadeFile.Read(recording);
            Assert.True(recording.Report.HasDataLoss);
            LossEntry entry = recording.Report.Entries.First(static entry => entry.Severity == LossSeverity.DataLoss);
            said = $"{recording.Info.RecordCount} records, {entry.What} at {entry.FirstOffset}";
        }
        catch (BadInputException e)
        {
            said = e.Message[(e.Message.IndexOf("metadata: ", StringComparison.Ordinal) + "metadata: ".Length)..];
        }
        string name = Path.GetFileName(path!)["babeltrace-fail-".Length..];
        Assert.Equal(name switch
        {
            "integer-range" => "line 7: expected a number of at most 64 bits, found "
                + "'2345239785634897562389756289374658923746…'",
            "invalid-packet-size" => "10 records, packet cut by the end of the file at 0",
            "metadata-syntax-error" => "line 3: expected '}' or an attribute of integer, found ']'",
            "packet-based-metadata" => "line 1: expected trace, env, clock, stream, event, callsite or a declaration, "
                + "found 'pealias'",
            "smalltrace" => "line 5: expected a trace of version 1.8, found 0.1",
            "valid-events-then-invalid-events" => "2 records, number of an event that is not described at 2",
            _ => "",
        }, said);
    }

    private static TheoryData<string?> FoldersIn(string folder)
    {
        var data = new TheoryData<string?>();
        string[] folders = CaptureFolder.Root is { } root
            ? Directory.GetDirectories(Path.Combine(root, "public", folder)) : [];
        foreach (string path in folders.Order(StringComparer.Ordinal))
            data.Add(Path.GetRelativePath(CaptureFolder.Root!, path));
        if (folders.Length == 0) data.Add((string?)null);
        return data;
    }

    private static Recording Open(string path) =>
        new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);

    [GeneratedRegex("""^\[([0-9:.]+)\] \S+ irq_handler_(?:entry|exit): \{ cpu_id = (\d+) \}, """
        + """\{ irq = (\d+), (?:name = "(.*)"|ret = (\d+)) \}$""")]
    private static partial Regex HandlerLine();
}
