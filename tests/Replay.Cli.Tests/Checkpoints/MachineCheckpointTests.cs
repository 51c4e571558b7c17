using System;
using System.Globalization;
using System.IO;
using Replay.Cli.Tests.Captures;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>One machine of a native file that holds several has checkpoints as a file of its own has.</summary>
public sealed class MachineCheckpointTests : IDisposable
{
    private readonly CheckpointedFile _file = new(records: 2000);

    public MachineCheckpointTests()
    {
        string host = "ho st/1=" + Path.Combine(Folders.Traces, "leak-pre", "trace.dat");
        string guest = "guest=" + Path.Combine(Folders.Traces, "hibernate", "trace.dat");
        Assert.Equal(ExitCodes.Clean, Fakes.RealCli.Run("convert", host, guest, "-o", _file.Path).Code);
    }

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Each_machine_has_its_own_and_is_answered_and_replayed_as_by_a_straight_run()
    {
        foreach ((string machine,
            string place) in new[] { ("ho st/1", "a.irqt@ho%20st%2F1.irqc"), ("guest", "a.irqt@guest.irqc") })
        {
            string[] one = ["--machine", machine];
            (_, _, string error) = _file.Run("replay", ["--checkpoints", .. one]);
            Assert.Contains($"note: checkpoints are in {place}: ", error, StringComparison.Ordinal);
            Assert.True(File.Exists(Path.Combine(_file.Folder, place)));
        }
        Assert.False(File.Exists(_file.Checkpoints));
        foreach (string machine in new[] { "ho st/1", "guest" })
        {
            string[] one = ["--machine", machine];
            for (int number = 500; number < 60_000; number += 7001)
            {
                string at = "event:" + number.ToString(CultureInfo.InvariantCulture);
                Assert.Equal(_file.Straight(at, one), _file.State(at, one));
            }
            Assert.Equal(_file.Straight("end", one), _file.State("end", one));
            var straight = StretchReplayTests.Run(_file, "replay",
                ["--all", "--no-checkpoints", "--lanes", "1", .. one]);
            Assert.Equal(straight, StretchReplayTests.Run(_file, "replay", ["--all", "--lanes", "2", .. one]));
        }
    }

    [Fact]
    public void Checkpoints_of_one_machine_are_of_no_use_for_another()
    {
        string[] host = ["--machine", "ho st/1"], guest = ["--machine", "guest"];
        _file.Run("replay", ["--checkpoints", .. host]);
        File.Move(Path.Combine(_file.Folder, "a.irqt@ho%20st%2F1.irqc"),
            Path.Combine(_file.Folder, "a.irqt@guest.irqc"));
        (int code, string said, string error) = _file.State("event:9000", guest);
        Assert.Equal((ExitCodes.Clean, _file.Straight("event:9000", guest).Out), (code, said));
        Assert.Equal("irqreplay: note: a.irqt@guest.irqc is not used: the recording was changed since; "
            + "--checkpoints makes new ones\n", error);
    }
}
