using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Cli.Checkpoints;
using Replay.Core.Events;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>Command lines with checkpoints say what they say without.</summary>
public sealed class CheckpointCommandTests
{
    private static readonly CheckpointPace Always = new(1, 0, 1);

    [Fact]
    public void Every_position_is_answered_as_by_a_straight_run()
    {
        using var file = new CheckpointedFile();
        (int code, string said, string error) = file.Run("replay", "--checkpoints");
        Assert.Equal((ExitCodes.Findings, ""), (code, error.Replace("irqreplay: note: checkpoints are in a.irqt.irqc: "
            + "\"state --at\" begins at the nearest one\n", "", StringComparison.Ordinal)));
        Assert.Contains("Digest 0x", said, StringComparison.Ordinal);
        Assert.True(new FileInfo(file.Checkpoints).Length > 10_000);
        foreach (string at in Positions(file)) Assert.Equal(file.Straight(at), file.State(at));
        Assert.Equal(file.Run("state", "--at", "end", "--no-checkpoints"), file.Run("state", "--at", "end"));
    }

    /// <summary>
    /// Damage before the checkpoint is not met, because that part is not read: proof that it is really passed over.
    /// </summary>
    [Fact]
    public void What_lies_before_a_checkpoint_is_not_read()
    {
        using var file = new CheckpointedFile();
        string at = "event:" + (file.Events.Count * 3 / 4).ToString(CultureInfo.InvariantCulture);
        file.Run("replay", "--checkpoints");
        var answer = file.State(at);
        Assert.Equal(ExitCodes.Clean, answer.Code);
        DateTime written = File.GetLastWriteTimeUtc(file.Path);
        Flip(file.Path, 30_000);
        File.SetLastWriteTimeUtc(file.Path, written);
        Assert.Equal(answer, file.State(at));
        Assert.Equal(ExitCodes.BadInput, file.Straight(at).Code);
    }

    [Fact]
    public void A_recording_damaged_since_is_read_from_its_start()
    {
        using var file = new CheckpointedFile();
        file.Run("replay", "--checkpoints");
        Flip(file.Path, 30_000);
        File.SetLastWriteTimeUtc(file.Path, DateTime.UtcNow.AddSeconds(5));
        (int code, string said, string error) = file.State("event:9000");
        Assert.Equal(file.Straight("event:9000").Out, said);
        Assert.Equal(ExitCodes.BadInput, code);
        Assert.Contains("note: the checkpoints are not used: the recording was changed or damaged since",
            error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_of_the_recording_uses_the_checkpoints_too()
    {
        using var file = new CheckpointedFile();
        file.Run("replay", "--checkpoints");
        File.SetLastWriteTimeUtc(file.Path, DateTime.UtcNow.AddDays(1));
        Assert.Equal(file.Straight("event:9000"), file.State("event:9000"));
    }

    /// <summary>One early event is another one, all checksums are right, and the size is the same.</summary>
    [Fact]
    public void A_recording_edited_in_place_is_read_from_its_start()
    {
        using var file = new CheckpointedFile();
        file.Run("replay", "--checkpoints");
        file.Write("leak-pre/trace.dat", int.MaxValue, edited: 700);
        File.SetLastWriteTimeUtc(file.Path, DateTime.UtcNow.AddSeconds(5));
        (int code, string said, string error) = file.State("event:9000");
        Assert.Equal((ExitCodes.Clean, file.Straight("event:9000").Out), (code, said));
        Assert.Contains("not used: the recording was", error, StringComparison.Ordinal);
    }

    /// <summary>As a copy that keeps times (cp -p) may do: the digest alone tells them apart.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    [InlineData(5999)]
    public void A_recording_of_same_size_and_time_is_another_one(int edited)
    {
        using var file = new CheckpointedFile(records: 6000);
        DateTime written = File.GetLastWriteTimeUtc(file.Path);
        long length = new FileInfo(file.Path).Length;
        file.Run("replay", "--checkpoints");
        file.Write("leak-pre/trace.dat", 6000, edited);
        File.SetLastWriteTimeUtc(file.Path, written);
        Assert.Equal(length, new FileInfo(file.Path).Length);
        (int code, string said, string error) = file.State("end");
        Assert.Equal((ExitCodes.Clean, file.Straight("end").Out), (code, said));
        Assert.Contains("not used: the recording was changed since", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Checkpoints_of_another_recording_are_named_and_left_alone()
    {
        using var file = new CheckpointedFile(records: 8000);
        file.Run("replay", "--checkpoints");
        file.Write("leak-pre/trace.dat", 12000);
        (int code, string said, string error) = file.State("event:9000");
        Assert.Equal((ExitCodes.Clean, file.Straight("event:9000").Out), (code, said));
        Assert.Equal("irqreplay: note: a.irqt.irqc is not used: the recording was changed since; "
            + "--checkpoints makes new ones\n", error);
        file.Run("replay", "--checkpoints");
        Assert.Equal(file.Straight("event:9000"), file.State("event:9000"));
    }

    [Fact]
    public void Checkpoints_under_other_rules_are_named_and_not_replaced_unasked()
    {
        using var file = new CheckpointedFile { Pace = Always };
        file.Run("replay");
        byte[] before = File.ReadAllBytes(file.Checkpoints);
        (int code, string said, string error) = file.State("end", "--rules", "linux-6.12");
        Assert.Equal((ExitCodes.Clean, file.Straight("end", "--rules", "linux-6.12").Out), (code, said));
        Assert.Equal("irqreplay: note: a.irqt.irqc is not used: it was made with --rules linux-6.1\n", error);
        Assert.Equal(before, File.ReadAllBytes(file.Checkpoints));
        file.State("end", "--rules", "linux-6.12", "--checkpoints");
        Assert.NotEqual(before, File.ReadAllBytes(file.Checkpoints));
    }

    [Fact]
    public void A_long_recording_gets_checkpoints_unasked_and_each_run_adds_what_it_saw()
    {
        using var file = new CheckpointedFile { Pace = Always };
        file.CheckGrowth();
        foreach (string at in Positions(file)) Assert.Equal(file.Straight(at), file.State(at));
    }

    [Fact]
    public void A_short_recording_gets_none_unasked_and_off_means_off()
    {
        using var file = new CheckpointedFile();
        file.Run("replay");
        file.State("end");
        Assert.False(File.Exists(file.Checkpoints));
        file.Pace = Always;
        file.Run("replay", "--no-checkpoints");
        Assert.False(File.Exists(file.Checkpoints));
        (int code, _, string error) = file.Run("state", "--checkpoints", "--no-checkpoints");
        Assert.Equal((ExitCodes.Usage, "irqreplay: --checkpoints and --no-checkpoints: give one of them\n"),
            (code, error));
    }

    [Fact]
    public void Where_the_folder_cannot_be_written_to_they_are_in_the_cache()
    {
        using var file = new CheckpointedFile();
        Directory.CreateDirectory(file.Checkpoints); // In the way, also for a user who may write everywhere.
        file.Run("replay", "--checkpoints");
        Assert.Single(Directory.GetFiles(Path.Combine(file.Folder, "cache", "irqreplay")));
        DateTime written = File.GetLastWriteTimeUtc(file.Path);
        var answer = file.Straight("event:9000");
        Flip(file.Path, 30_000);
        File.SetLastWriteTimeUtc(file.Path, written);
        Assert.Equal(answer, file.State("event:9000"));
    }

    [Fact]
    public void Findings_of_a_replay_do_not_depend_on_checkpoints_being_made()
    {
        using var file = new CheckpointedFile();
        string with = file.Run("replay", "--checkpoints", "--all").Out,
            without = file.Run("replay", "--no-checkpoints", "--all").Out;
        Assert.Equal(without[..without.IndexOf("Digest", StringComparison.Ordinal)],
            with[..with.IndexOf("Digest", StringComparison.Ordinal)]);
    }

    [Fact]
    public void What_cannot_be_begun_in_its_middle_is_said()
    {
        (_, _, string error) = Fakes.RealCli.Run("state", "traces/hazards/irq007-raises.irqs", "--checkpoints");
        Assert.Equal("irqreplay: note: --checkpoints: traces/hazards/irq007-raises.irqs cannot be begun in its middle; "
            + "convert it to a native file "
            + "first (irqreplay convert traces/hazards/irq007-raises.irqs -o irq007-raises.irqt)\n", error);
    }

    internal static void Flip(string path, long offset)
    {
        using FileStream stream = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        int value = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)(value ^ 0x10));
    }

    internal static List<string> Positions(CheckpointedFile file)
    {
        var random = new Random(7);
        List<string> positions = ["end", "event:0", "time:0", "time:99999999", "mark:no such marker", "event:99999999"];
        positions.Add("event:" + (file.Events.Count - 1).ToString(CultureInfo.InvariantCulture));
        positions.Add("event:" + file.Events.Count.ToString(CultureInfo.InvariantCulture));
        for (int i = 0; i < 12; i++)
        {
            int number = random.Next(file.Events.Count);
            IrqEvent e = file.Events[number];
            positions.Add("event:" + number.ToString(CultureInfo.InvariantCulture));
            positions.Add(string.Create(CultureInfo.InvariantCulture,
                $"time:{e.TimeNs / 1_000_000_000}.{e.TimeNs % 1_000_000_000:d9}"));
        }
        for (int i = 0; i < file.Marks.Count; i += Math.Max(1, file.Marks.Count / 8))
            positions.Add("mark:" + file.Marks[i]);
        return positions;
    }
}
