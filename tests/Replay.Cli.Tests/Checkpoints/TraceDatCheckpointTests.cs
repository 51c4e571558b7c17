using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Cli.Checkpoints;
using Replay.Cli.Tests.Captures;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// Command lines on a trace.dat with checkpoints say what they say without, as those on a native file do.
/// </summary>
public sealed class TraceDatCheckpointTests
{
    private static readonly CheckpointPace Always = new(1, 0, 1);

    [Theory]
    [InlineData("leak-pre/trace.dat")]
    [InlineData("hibernate/trace.dat")]
    public void Every_position_is_answered_as_by_a_straight_run(string trace)
    {
        using var file = CheckpointedFile.CopyOf(trace);
        (_, _, string error) = file.Run("replay", "--checkpoints");
        Assert.Contains("note: checkpoints are in a.dat.irqc: ", error, StringComparison.Ordinal);
        foreach (string at in CheckpointCommandTests.Positions(file)) Assert.Equal(file.Straight(at), file.State(at));
    }

    [CaptureTheory]
    [MemberData(nameof(GroundTruthTests.Captures), MemberType = typeof(GroundTruthTests))]
    public void A_capture_is_answered_and_replayed_as_by_a_straight_run(string? capture)
    {
        string path = Path.Combine(Folders.Captures!, capture!, "trace.dat");
        if (new FileInfo(path).Length > 8 << 20) return; // Others are as good, and these take their time.
        using var file = CheckpointedFile.CopyOf(path);
        file.Pace = new CheckpointPace(20_000, 0, long.MaxValue);
        file.Run("replay", "--checkpoints");
        Assert.True(File.Exists(file.Checkpoints));
        foreach (string at in Some(file)) Assert.Equal(file.Straight(at), file.State(at));
        var straight = StretchReplayTests.Run(file, "replay", "--all", "--no-checkpoints", "--lanes", "1");
        Assert.Equal(straight, StretchReplayTests.Run(file, "replay", "--all", "--lanes", "2"));
    }

    /// <summary>
    /// Nothing of what lanes do shows in the checkpoints, and nothing of the checkpoints in what is said.
    /// </summary>
    [Fact]
    public void Any_number_of_lanes_makes_the_same_checkpoints_and_says_the_same()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        var straight = StretchReplayTests.Run(file, "replay", "--all", "--no-checkpoints", "--lanes", "1");
        byte[]? first = null;
        foreach (string lanes in new[] { "1", "2", "3", "8" })
        {
            File.Delete(file.Checkpoints);
            Assert.Equal(straight.Out,
                StretchReplayTests.Run(file, "replay", "--all", "--checkpoints", "--lanes", lanes).Out);
            first ??= File.ReadAllBytes(file.Checkpoints);
            Assert.Equal(first, File.ReadAllBytes(file.Checkpoints));
            Assert.Equal(straight, StretchReplayTests.Run(file, "replay", "--all", "--lanes", lanes));
        }

        // Proof that the stretches are used: the state in the middle is another one, and that is told.
        int number = 0;
        StretchReplayTests.Reseal(file, "replay", state => state[^1] ^= (byte)(number++ is 10 or 11 ? 1 : 0));
        var caught = StretchReplayTests.Run(file, "replay", "--all", "--lanes", "8");
        Assert.Equal((straight.Code, straight.Out), (caught.Code, caught.Out));
        Assert.StartsWith("irqreplay: note: the checkpoints are not used: ", caught.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_in_stretches_says_what_a_straight_run_says()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        var straight = file.Run("verify", "--no-checkpoints", "--lanes", "1");
        Assert.Equal(straight.Out, file.Run("verify", "--checkpoints", "--lanes", "3").Out);
        Assert.True(File.Exists(file.CheckpointsOf("verify")));
        foreach (string lanes in new[] { "1", "2", "8" }) Assert.Equal(straight, file.Run("verify", "--lanes", lanes));
    }

    /// <summary>
    /// What lies before a checkpoint is not read, unless the time of the last change tells that it has to be.
    /// </summary>
    [Fact]
    public void A_recording_edited_in_place_is_found_where_its_time_has_changed()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        const string At = "event:150000";
        file.Run("replay", "--checkpoints");
        var answer = file.State(At);
        long slipped = FlipUnseen(file, At, answer);
        File.SetLastWriteTimeUtc(file.Path, DateTime.UtcNow.AddSeconds(5));
        (int code, string said, string error) = file.State(At);
        Assert.Contains("not used: the recording was changed or damaged since", error, StringComparison.Ordinal);
        Assert.Equal((file.Straight(At).Code, file.Straight(At).Out), (code, said));

        // A copy has another time and the same bytes.
        CheckpointCommandTests.Flip(file.Path, slipped);
        File.SetLastWriteTimeUtc(file.Path, DateTime.UtcNow.AddDays(1));
        Assert.Equal(answer, file.State(At));
    }

    [Fact]
    public void Another_recording_of_the_name_is_told()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        file.Run("replay", "--checkpoints");
        File.Copy(Path.Combine(Folders.Traces, "hibernate", "trace.dat"), file.Path, overwrite: true);
        (int code, string said, string error) = file.State("event:9000");
        Assert.Equal(file.Straight("event:9000").Out, said);
        Assert.Equal(ExitCodes.Clean, code);
        Assert.Equal("irqreplay: note: a.dat.irqc is not used: the recording was changed since; "
            + "--checkpoints makes new ones\n", error);
    }

    [Fact]
    public void Another_mapping_is_told_and_its_checkpoints_are_not_replaced_unasked()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        file.Pace = Always;
        file.Run("replay");
        byte[] before = File.ReadAllBytes(file.Checkpoints);
        string[] ignore = ["--ignore", "irq:*"];
        (int code, string said, string error) = file.State("end", ignore);
        Assert.Equal((ExitCodes.Clean, file.Straight("end", ignore).Out), (code, said));
        Assert.Equal("irqreplay: note: a.dat.irqc is not used: it was made with another --map or --ignore\n", error);
        Assert.Equal(before, File.ReadAllBytes(file.Checkpoints));
        file.State("end", [.. ignore, "--checkpoints"]);
        Assert.NotEqual(before, File.ReadAllBytes(file.Checkpoints));
        Assert.Equal(file.Straight("event:9000", ignore), file.State("event:9000", ignore));
    }

    [Fact]
    public void A_long_recording_gets_checkpoints_unasked_and_each_run_adds_what_it_saw()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        file.Pace = Always;
        file.CheckGrowth();
        foreach (string at in Some(file)) Assert.Equal(file.Straight(at), file.State(at));

        // A guess by size: the same recording is a short one where more events are asked for than its bytes can hold.
        File.Delete(file.Checkpoints);
        file.Pace = new CheckpointPace(1, 0, new FileInfo(file.Path).Length);
        file.Run("replay");
        Assert.False(File.Exists(file.Checkpoints));
    }

    [Fact]
    public void A_damaged_recording_is_answered_as_by_a_straight_run()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        long length = new FileInfo(file.Path).Length;
        for (int i = 1; i <= 8; i++) CheckpointCommandTests.Flip(file.Path, length / 10 * i);
        file.Run("replay", "--checkpoints");
        Assert.Equal(ExitCodes.BadInput, file.Straight("end").Code);
        foreach (string at in Some(file)) Assert.Equal(file.Straight(at), file.State(at));
        var straight = StretchReplayTests.Run(file, "replay", "--all", "--no-checkpoints", "--lanes", "1");
        Assert.Equal(straight, StretchReplayTests.Run(file, "replay", "--all", "--lanes", "2"));
    }

    [Fact]
    public void Whatever_stands_in_the_checkpoints_the_answer_is_that_of_a_straight_run()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        const string At = "event:60000";
        file.Run("replay", "--checkpoints");
        byte[] whole = File.ReadAllBytes(file.Checkpoints);
        var straight = file.Straight(At);
        var random = new Random(23);
        for (int i = 0; i < 60; i++)
        {
            byte[] damaged = i % 3 == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            if (i % 3 > 0) damaged[random.Next(whole.Length)] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(file.Checkpoints, damaged);
            (int code, string said, string error) = file.State(At);
            Assert.Equal((straight.Code, straight.Out), (code, said));
            Assert.True(i % 3 > 0
                || error.StartsWith("irqreplay: note: a.dat.irqc is not used: ", StringComparison.Ordinal), error);
        }
    }

    /// <summary>
    /// Bytes under a right checksum are believed by "state", which cannot know better, and by nobody who replays.
    /// </summary>
    [Fact]
    public void State_that_lies_under_a_right_checksum_crashes_nothing_and_deceives_no_replay()
    {
        using var file = CheckpointedFile.CopyOf("leak-pre/trace.dat");
        file.Run("replay", "--checkpoints");
        byte[] whole = File.ReadAllBytes(file.Checkpoints);
        var straight = StretchReplayTests.Run(file, "replay", "--no-checkpoints", "--lanes", "1");
        var random = new Random(29);
        int refused = 0;
        for (int i = 0; i < 60; i++)
        {
            // The place stands first, and is some hundred bytes of some tens of thousands.
            int most = i % 2 == 0 ? int.MaxValue : 600;
            StretchReplayTests.Reseal(file, "replay",
                state => HostileCheckpointTests.Scramble(state.AsSpan(0, Math.Min(most, state.Length)), random), whole);
            if (i % 4 == 0)
            {
                var replayed = StretchReplayTests.Run(file, "replay", "--lanes", "2");
                Assert.Equal((straight.Code, straight.Out), (replayed.Code, replayed.Out));
                continue;
            }
            (int code, _, string error) = file.State("event:60000");
            Assert.True(code is ExitCodes.Clean or ExitCodes.BadInput, $"lie {i}: exit {code}: {error}");
            if (error.Contains("a checkpoint is not used", StringComparison.Ordinal)) refused++;
        }
        Assert.True(refused > 10, $"only {refused} were refused");
    }

    private static IEnumerable<string> Some(CheckpointedFile file)
    {
        yield return "end";
        for (int part = 1; part <= 6; part++)
            yield return string.Create(CultureInfo.InvariantCulture, $"event:{file.Events.Count / 7L * part}");
    }

    /// <summary>
    /// Flips a byte that is not in the digest; with the time of the last change as before, nothing is different.
    /// </summary>
    private static long FlipUnseen(CheckpointedFile file, string at, (int Code, string Out, string Error) answer)
    {
        DateTime written = File.GetLastWriteTimeUtc(file.Path);
        long length = new FileInfo(file.Path).Length;
        for (long offset = length / 2; offset < length; offset += 5000)
        {
            CheckpointCommandTests.Flip(file.Path, offset);
            File.SetLastWriteTimeUtc(file.Path, written);
            if (file.State(at) == answer && file.Straight(at).Code == ExitCodes.BadInput) return offset;
            CheckpointCommandTests.Flip(file.Path, offset);
        }
        throw new InvalidOperationException("all bytes are in the digest");
    }
}
