using System;
using System.Collections.Generic;
using System.IO;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Reports;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// The host's log of each recorded machine against what that machine showed of itself: every entry of every MSI-X
/// table, and of the remapping entries those that a unit used since they were changed.
/// </summary>
public sealed class QemuLogTests
{
    private const string LogName = "qemu-trace.log.zst";

    /// <summary>Folders with a log and snapshots: the repository's own, and some of the big captures.</summary>
    public static TheoryData<string> Logs()
    {
        var data = new TheoryData<string>
        {
            Path.Combine(Folders.Traces, "hibernate"),
            Path.Combine(Folders.Traces, "mmiotrace"),
        };
        if (Folders.Captures is null) return data;
        foreach (string name in (string[])["aer", "amd-iommu", "flr", "hibernate", "hotplug-612", "mmiotrace"])
            data.Add(Path.Combine(Folders.Captures, name));
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

    /// <summary>
    /// The kernel's mmiotrace and the host's log of one machine: entry for entry the same at every marker of both.
    /// </summary>
    [Fact]
    public void Two_recorders_of_one_machine_tell_the_same_tables()
    {
        string folder = Path.Combine(Folders.Traces, "mmiotrace");
        CaptureWalk host = CaptureWalk.Of(Path.Combine(folder, LogName));
        CaptureWalk guest = CaptureWalk.Of(Path.Combine(folder, "mmiotrace.txt.zst"));
        Assert.Empty(guest.Findings.Kept);
        int compared = 0;
        foreach (string name in GroundTruth.SnapshotsOf(folder))
        {
            SortedDictionary<string, string> told = Tables(host.AtBegin[name]);
            foreach ((string entry, string content) in Tables(guest.AtBegin[name]))
            {
                Assert.Equal(told[entry], content);
                compared++;
            }
        }
        Assert.Equal(20, compared);
    }

    [Theory]
    [InlineData("info-qemu-log", "info", "traces/hibernate/qemu-trace.log.zst")]
    [InlineData("state-qemu-log", "state", "traces/hibernate/qemu-trace.log.zst", "--at", "mark:snap_io1 begin")]
    [InlineData("info-mmiotrace", "info", "traces/mmiotrace/mmiotrace.txt.zst")]
    [InlineData("state-mmiotrace", "state", "traces/mmiotrace/mmiotrace.txt.zst", "--at", "mark:reset")]
    public void Reports_are_as_reviewed(string golden, params string[] args)
    {
        (int code, string text, string error) = RealCli.Run(args);
        Assert.Equal(0, code);
        Golden.Check(golden, error + text);
    }

    private static SortedDictionary<string, string> Tables(StateReport state)
    {
        var tables = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (MsixFunction function in state.Msix)
        {
            foreach (MsixRow row in function.Entries)
                tables.Add($"{function.Device} {row.Entry}", $"{row.Address:x} {row.Data:x} {row.Control:x}");
        }
        return tables;
    }
}
