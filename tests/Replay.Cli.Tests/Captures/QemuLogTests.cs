using System.Collections.Generic;
using System.IO;
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
        var data = new TheoryData<string> { Path.Combine(Folders.Traces, "hibernate") };
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
}
