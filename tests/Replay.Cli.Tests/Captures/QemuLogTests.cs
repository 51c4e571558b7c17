using System;
using System.Collections.Generic;
using System.IO;
using Replay.Formats;
using Replay.Formats.QemuLog;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// The host's log of each recorded machine against what that machine showed of itself: every entry of every MSI-X
/// table, and of the remapping entries those that a unit used since they were changed.
/// </summary>
public sealed class QemuLogTests
{
    private const string LogName = "qemu-trace.log.zst";

    /// <summary>Their logs have no config-space writes or no markers: no device is named, or no snapshot.</summary>
    private static readonly HashSet<string> Partial = new(StringComparer.Ordinal) { "kvm", "storm" };

    /// <summary>Folders with a log and snapshots: the repository's own, and the big captures where they are.</summary>
    public static TheoryData<string> Logs()
    {
        var data = new TheoryData<string> { Path.Combine(Folders.Traces, "hibernate") };
        if (Folders.Captures is null) return data;
        foreach (string folder in Directory.EnumerateDirectories(Folders.Captures))
        {
            if (File.Exists(Path.Combine(folder, LogName)) && !Partial.Contains(Path.GetFileName(folder)))
                data.Add(folder);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public void A_log_tells_the_tables_that_the_machine_showed(string folder)
    {
        CaptureWalk walk = CaptureWalk.Of(Path.Combine(folder, LogName));
        int compared = 0;
        List<string> differences = [];
        foreach (string name in GroundTruth.SnapshotsOf(folder))
        {
            Assert.True(walk.AtBegin.TryGetValue(name, out var begin), $"no marker of {name}");
            var views = new GroundTruthViews(name, new GroundTruth(Path.Combine(folder, "ground", name)));
            views.Msix(begin);
            Assert.Empty(views.Unknown);
            views.Remap(begin);
            compared += views.Compared;
            differences.AddRange(views.Differences);
        }
        Assert.Empty(differences);
        Assert.InRange(compared, 20, int.MaxValue);
        Assert.Empty(walk.Findings.Kept);
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public void Every_line_of_a_log_is_counted_under_its_name(string folder)
    {
        string path = Path.Combine(folder, LogName);
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);
        while (recording.TryReadBatch(out _)) { }
        Assert.False(recording.Report.HasDataLoss);
        Assert.False(recording.Report.Seen(QemuLogRecording.ForeignLine));
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (SourceCount source in recording.Info.Sources)
        {
            string name = source.Name.Split(' ')[0];
            counts[name] = counts.GetValueOrDefault(name) + source.Count;
        }
        var expected = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var reader = new StreamReader(FormatCatalog.BuiltIn.OpenZstd!(File.OpenRead(path)));
        while (reader.ReadLine() is { } line)
        {
            string name = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ')[0];
            expected[name] = expected.GetValueOrDefault(name) + 1;
        }
        Assert.Equal(expected, counts);
    }
}
