using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using Replay.Cli.Checkpoints;
using Replay.Formats.Checkpoints;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// Stretches between checkpoints that are replayed beside each other give what a straight run gives; whatever is wrong
/// with a checkpoint is found where two of them should join. Each test for each command that runs in stretches.
/// </summary>
public sealed partial class StretchReplayTests
{
    private const string Differs = " than the checkpoint there\n";

    public static TheoryData<string> Commands => new("replay", "verify");

    [Theory]
    [InlineData("replay", "json")]
    [InlineData("replay", "text")]
    [InlineData("replay", "sarif")]
    [InlineData("verify", "json")]
    [InlineData("verify", "text")]
    public void Any_number_of_lanes_says_what_a_straight_run_says(string command, string format)
    {
        using var file = new CheckpointedFile { Pace = new CheckpointPace(50_000, 0, long.MaxValue) };
        file.Write("leak-pre/trace.dat", int.MaxValue, least: 2_000_000);
        file.Run(command, "--checkpoints");
        var straight = Run(file, command, "--format", format, "--all", "--no-checkpoints", "--lanes", "1");
        Assert.Equal((ExitCodes.Findings, ""), (straight.Code, straight.Error));
        foreach (string lanes in new[] { "1", "2", "3", "8" })
            Assert.Equal(straight, Run(file, command, "--format", format, "--all", "--lanes", lanes));

        // Proof that they were used: the state in the middle is another one, and that is told.
        int number = 0;
        Reseal(file, command, state => state[^1] ^= (byte)(number++ is 20 or 21 ? 1 : 0));
        Assert.Equal((straight.Code, straight.Out),
            Out(Run(file, command, "--format", format, "--all", "--lanes", "1")));
        var caught = Run(file, command, "--format", format, "--all", "--lanes", "8");
        Assert.Equal((straight.Code, straight.Out), Out(caught));
        Assert.StartsWith("irqreplay: note: the checkpoints are not used: ", caught.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_damaged_file_of_checkpoints_costs_only_time(string command)
    {
        using var file = new CheckpointedFile();
        file.Run(command, "--checkpoints");
        string checkpoints = file.CheckpointsOf(command);
        byte[] whole = File.ReadAllBytes(checkpoints);
        var straight = Run(file, command, "--no-checkpoints");
        var random = new Random(3);
        for (int i = 0; i < 40; i++)
        {
            byte[] damaged = (byte[])whole.Clone();
            if (i % 4 == 0) damaged = damaged[..random.Next(whole.Length)];
            else damaged[random.Next(whole.Length)] ^= 0x20;
            File.WriteAllBytes(checkpoints, damaged);
            Assert.Equal((straight.Code, straight.Out), Out(Run(file, command, "--lanes", "2")));
        }
        File.WriteAllBytes(checkpoints, whole[..^1]);
        Assert.Contains("is not used", Run(file, command, "--lanes", "2").Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void State_that_lies_under_a_right_checksum_is_found_out(string command)
    {
        using var file = new CheckpointedFile(records: 6000);
        file.Run(command, "--checkpoints");
        byte[] whole = File.ReadAllBytes(file.CheckpointsOf(command));
        var straight = Run(file, command, "--no-checkpoints");
        var random = new Random(17);
        int joined = 0;
        for (int i = 0; i < 100; i++)
        {
            int lie = random.Next(3), number = 0, changed = 0;
            Reseal(file, command, state =>
            {
                if (number++ % 3 != lie) return;
                byte[] before = (byte[])state.Clone();
                HostileCheckpointTests.Scramble(state, random);
                if (!before.AsSpan().SequenceEqual(state)) changed++;
            }, whole);
            (int code, string said, string error) = Run(file, command, "--lanes", "8");
            Assert.Equal((straight.Code, straight.Out), (code, said));
            Assert.True(changed == 0 || error.StartsWith("irqreplay: note: the checkpoints are not used: ",
                StringComparison.Ordinal), $"lie {i}: {error}");
            if (error.EndsWith("another state" + Differs, StringComparison.Ordinal)) joined++;
        }
        Assert.True(joined > 10, $"only {joined} were found where two stretches join");
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("verify", "--rules", "linux-6.12")]
    public void Findings_that_lie_under_a_right_checksum_are_found_out(string command, params string[] rules)
    {
        using var file = new CheckpointedFile();
        file.Run(command, ["--checkpoints", .. rules]);
        var straight = Run(file, command, ["--no-checkpoints", "--all", .. rules]);
        Assert.Equal(ExitCodes.Findings, straight.Code);
        string checkpoints = file.CheckpointsOf(command);
        byte[] whole = File.ReadAllBytes(checkpoints);
        int pieces = 0;
        File.WriteAllBytes(checkpoints, HostileCheckpointTests.Reseal(checkpoints, whole, static _ => { }, findings =>
        {
            findings[^2] ^= 1; // A letter of the last one's text.
            pieces++;
        }));
        Assert.True(pieces > 0);
        var caught = Run(file, command, ["--lanes", "2", "--all", .. rules]);
        Assert.Equal((straight.Code, straight.Out), Out(caught));
        Assert.EndsWith("other findings" + Differs, caught.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// The size is the same, all checksums are right, and the block is none of those in the recording's digest.
    /// </summary>
    [Theory]
    [MemberData(nameof(Commands))]
    public void A_recording_edited_in_place_is_replayed_straight_and_gets_new_checkpoints(string command)
    {
        using var file = new CheckpointedFile();
        file.Run(command, "--checkpoints");
        file.Write("leak-pre/trace.dat", int.MaxValue, edited: 700);
        var straight = Run(file, command, "--no-checkpoints");
        (int code, string said, string error) = Run(file, command, "--lanes", "2", "--checkpoints");
        Assert.Equal((straight.Code, straight.Out), (code, said));
        Assert.Contains("not used: ", error, StringComparison.Ordinal);
        Assert.Equal(straight, Run(file, command, "--lanes", "2"));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Damage_in_the_recording_is_told_as_by_a_straight_run(string command)
    {
        using var file = new CheckpointedFile();
        CheckpointCommandTests.Flip(file.Path, 300_000);
        file.Run(command, "--checkpoints");
        var straight = Run(file, command, "--no-checkpoints", "--lanes", "1");
        Assert.Equal(ExitCodes.BadInput, straight.Code);
        foreach (string lanes in new[] { "2", "8" }) Assert.Equal(straight, Run(file, command, "--lanes", lanes));
    }

    [Fact]
    public void Stretches_join_without_a_gap_and_share_the_events()
    {
        List<Checkpoint> checkpoints =
            [.. Enumerable.Range(1, 50).Select(static n => new Checkpoint(n * 1000, 0, 0, default))];
        foreach (int most in new[] { 1, 2, 8, 49, 50, 256 })
        {
            List<Stretch> stretches = Stretch.Divide(checkpoints, most);
            Assert.Equal(Math.Min(most, 50), stretches.Count);
            long at = 0;
            foreach (Stretch stretch in stretches)
            {
                Assert.Equal(at, stretch.From?.Events ?? 0);
                Assert.InRange(stretch.To.Events - at, 1, (50_000 / most) + 1000);
                Assert.Equal(stretch.To.Events == 50_000, stretch.IsLast);
                at = stretch.To.Events;
            }
            Assert.Equal(50_000, at);
        }
    }

    internal static void Reseal(CheckpointedFile file, string command, Action<byte[]> editState, byte[]? whole = null)
    {
        string path = file.CheckpointsOf(command);
        File.WriteAllBytes(path,
            HostileCheckpointTests.Reseal(path, whole ?? File.ReadAllBytes(path), editState, static _ => { }));
    }

    private static (int Code, string Out) Out((int Code, string Out, string Error) result) => (result.Code, result.Out);

    internal static (int Code, string Out, string Error) Run(CheckpointedFile file,
        string command, params string[] options)
    {
        (int code, string said, string error) = file.Run(command, options);
        return (code, Seconds().Replace(said, "…"), error);
    }

    [GeneratedRegex("""(?<=Digest 0x[0-9a-f]+) .*|(?<="seconds": ?)[0-9.eE+-]+|(?<="eventsPerSecond": ?)[0-9.eE+-]+""")]
    private static partial Regex Seconds();
}
