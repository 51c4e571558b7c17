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
/// Stretches between checkpoints that are replayed beside each other give what a straight run gives; whatever is wrong with a
/// checkpoint is found where two of them should join.
/// </summary>
public sealed partial class StretchReplayTests
{
    private const string Differs = " than the checkpoint there\n";

    [Theory]
    [InlineData("json")]
    [InlineData("text")]
    [InlineData("sarif")]
    public void Any_number_of_lanes_says_what_a_straight_run_says(string format)
    {
        using var file = new CheckpointedFile { Pace = new CheckpointPace(50_000, 0, long.MaxValue) };
        file.Write("leak-pre/trace.dat", int.MaxValue, least: 2_000_000);
        file.Run("replay", "--checkpoints");
        var straight = Run(file, "--format", format, "--all", "--no-checkpoints", "--lanes", "1");
        Assert.Equal((ExitCodes.Findings, ""), (straight.Code, straight.Error));
        foreach (string lanes in new[] { "1", "2", "3", "8" })
            Assert.Equal(straight, Run(file, "--format", format, "--all", "--lanes", lanes));

        // Proof that they were used: the state in the middle is another one, and that is told.
        int number = 0;
        Reseal(file, state => state[^1] ^= (byte)(number++ is 20 or 21 ? 1 : 0));
        Assert.Equal((straight.Code, straight.Out), Out(Run(file, "--format", format, "--all", "--lanes", "1")));
        var caught = Run(file, "--format", format, "--all", "--lanes", "8");
        Assert.Equal((straight.Code, straight.Out), Out(caught));
        Assert.StartsWith("irqreplay: note: the checkpoints are not used: ", caught.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_of_checkpoints_costs_only_time()
    {
        using var file = new CheckpointedFile();
        file.Run("replay", "--checkpoints");
        byte[] whole = File.ReadAllBytes(file.Checkpoints);
        var straight = Run(file, "--no-checkpoints");
        var random = new Random(3);
        for (int i = 0; i < 40; i++)
        {
            byte[] damaged = (byte[])whole.Clone();
            if (i % 4 == 0) damaged = damaged[..random.Next(whole.Length)];
            else damaged[random.Next(whole.Length)] ^= 0x20;
            File.WriteAllBytes(file.Checkpoints, damaged);
            Assert.Equal((straight.Code, straight.Out), Out(Run(file, "--lanes", "2")));
        }
        File.WriteAllBytes(file.Checkpoints, whole[..^1]);
        Assert.Contains("is not used", Run(file, "--lanes", "2").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void State_that_lies_under_a_right_checksum_is_found_out()
    {
        using var file = new CheckpointedFile(records: 6000);
        file.Run("replay", "--checkpoints");
        byte[] whole = File.ReadAllBytes(file.Checkpoints);
        var straight = Run(file, "--no-checkpoints");
        var random = new Random(17);
        int joined = 0;
        for (int i = 0; i < 100; i++)
        {
            int lie = random.Next(3), number = 0, changed = 0;
            Reseal(file, state =>
            {
                if (number++ % 3 != lie) return;
                byte[] before = (byte[])state.Clone();
                HostileCheckpointTests.Scramble(state, random);
                if (!before.AsSpan().SequenceEqual(state)) changed++;
            }, whole);
            (int code, string said, string error) = Run(file, "--lanes", "8");
            Assert.Equal((straight.Code, straight.Out), (code, said));
            Assert.True(changed == 0 || error.StartsWith("irqreplay: note: the checkpoints are not used: ", StringComparison.Ordinal), $"lie {i}: {error}");
            if (error.EndsWith("another state" + Differs, StringComparison.Ordinal)) joined++;
        }
        Assert.True(joined > 10, $"only {joined} were found where two stretches join");
    }

    [Fact]
    public void Findings_that_lie_under_a_right_checksum_are_found_out()
    {
        using var file = new CheckpointedFile();
        file.Run("replay", "--checkpoints");
        var straight = Run(file, "--no-checkpoints", "--all");
        byte[] whole = File.ReadAllBytes(file.Checkpoints);
        int pieces = 0;
        File.WriteAllBytes(file.Checkpoints, HostileCheckpointTests.Reseal(file.Checkpoints, whole, static _ => { }, findings =>
        {
            findings[^2] ^= 1; // A letter of the last one's text.
            pieces++;
        }));
        Assert.True(pieces > 0);
        var caught = Run(file, "--lanes", "2", "--all");
        Assert.Equal((straight.Code, straight.Out), Out(caught));
        Assert.EndsWith("other findings" + Differs, caught.Error, StringComparison.Ordinal);
    }

    /// <summary>The size is the same, all checksums are right, and the block is none of those in the recording's digest.</summary>
    [Fact]
    public void A_recording_edited_in_place_is_replayed_straight_and_gets_new_checkpoints()
    {
        using var file = new CheckpointedFile();
        file.Run("replay", "--checkpoints");
        file.Write("leak-pre/trace.dat", int.MaxValue, edited: 700);
        var straight = Run(file, "--no-checkpoints");
        (int code, string said, string error) = Run(file, "--lanes", "2", "--checkpoints");
        Assert.Equal((straight.Code, straight.Out), (code, said));
        Assert.Contains("not used: ", error, StringComparison.Ordinal);
        Assert.Equal(straight, Run(file, "--lanes", "2"));
    }

    [Fact]
    public void Damage_in_the_recording_is_told_as_by_a_straight_run()
    {
        using var file = new CheckpointedFile();
        CheckpointCommandTests.Flip(file.Path, 300_000);
        file.Run("replay", "--checkpoints");
        var straight = Run(file, "--no-checkpoints", "--lanes", "1");
        Assert.Equal(ExitCodes.BadInput, straight.Code);
        foreach (string lanes in new[] { "2", "8" }) Assert.Equal(straight, Run(file, "--lanes", lanes));
    }

    [Fact]
    public void Stretches_join_without_a_gap_and_share_the_events()
    {
        List<Checkpoint> checkpoints = [.. Enumerable.Range(1, 50).Select(static n => new Checkpoint(n * 1000, 0, 0, default))];
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

    internal static void Reseal(CheckpointedFile file, Action<byte[]> editState, byte[]? whole = null) => File.WriteAllBytes(
        file.Checkpoints, HostileCheckpointTests.Reseal(file.Checkpoints, whole ?? File.ReadAllBytes(file.Checkpoints), editState, static _ => { }));

    private static (int Code, string Out) Out((int Code, string Out, string Error) result) => (result.Code, result.Out);

    internal static (int Code, string Out, string Error) Run(CheckpointedFile file, params string[] options)
    {
        (int code, string said, string error) = file.Run("replay", options);
        return (code, Seconds().Replace(said, "…"), error);
    }

    [GeneratedRegex("""(?<=Digest 0x[0-9a-f]+) .*|(?<="seconds": ?)[0-9.eE+-]+|(?<="eventsPerSecond": ?)[0-9.eE+-]+""")]
    private static partial Regex Seconds();
}
