using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using Replay.Formats.Checkpoints;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// Whatever stands in the file of checkpoints, the answer is that of a straight run, and what was wrong is said;
/// only bytes with the right checksums can lie, and those cannot crash.
/// </summary>
public sealed class HostileCheckpointTests
{
    private const string At = "event:5000";

    [Fact]
    public void Every_way_of_cutting_it_short_costs_only_time()
    {
        using var file = new CheckpointedFile(records: 6000);
        file.Run("replay", "--checkpoints");
        byte[] whole = File.ReadAllBytes(file.Checkpoints);
        string straight = file.Straight(At).Out;
        for (int length = 0; length < whole.Length; length += length < 40 || length > whole.Length - 40
            ? 1 : 1 + (whole.Length / 50))
        {
            File.WriteAllBytes(file.Checkpoints, whole[..length]);
            (int code, string said, string error) = file.State(At);
            Assert.Equal((ExitCodes.Clean, straight), (code, said));
            Assert.StartsWith("irqreplay: note: a.irqt.irqc is not used: ", error, StringComparison.Ordinal);
        }
    }

    /// <summary>To open a pipe is to wait for its writer, for ever.</summary>
    [Theory]
    [InlineData("mkfifo a.irqt.irqc")]
    [InlineData("mkfifo pipe && ln -s pipe a.irqt.irqc")]
    [InlineData("ln -s /dev/null a.irqt.irqc")]
    [InlineData("ln -s a.irqt.irqc a.irqt.irqc")]
    public async Task What_is_no_file_is_not_opened(string command)
    {
        using var file = new CheckpointedFile(records: 6000);
        using (Process shell =
            Process.Start(new ProcessStartInfo("sh", ["-c", command]) { WorkingDirectory = file.Folder })!)
            await shell.WaitForExitAsync();
        (int code, string said, _) = await Task.Run(() => file.State(At)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((ExitCodes.Clean, file.Straight(At).Out), (code, said));
    }

    [Fact]
    public void Every_flipped_byte_is_found_or_does_not_matter()
    {
        using var file = new CheckpointedFile(records: 6000);
        file.Run("replay", "--checkpoints");
        byte[] whole = File.ReadAllBytes(file.Checkpoints);
        string straight = file.Straight(At).Out;
        int told = 0;
        var random = new Random(11);
        for (int i = 0; i < 300; i++)
        {
            int at = i < 8 ? i : i < 80 ? whole.Length - i + 7 : random.Next(whole.Length);
            byte[] flipped = (byte[])whole.Clone();
            flipped[at] ^= (byte)(1 << (i % 8));
            File.WriteAllBytes(file.Checkpoints, flipped);
            (int code, string said, string error) = file.State(At);
            Assert.Equal((ExitCodes.Clean, straight), (code, said));
            if (error.Length > 0) told++;
            else
                Assert.True(at > CheckpointSpec.MagicBytes && at < whole.Length - CheckpointSpec.TrailerBytes,
                    $"byte {at} was not missed");
        }
        Assert.True(told > 80, $"only {told} were told");
    }

    /// <summary>
    /// Saved state with random bytes in it and the right checksum: refused, or replayed from, and never a crash.
    /// </summary>
    [Fact]
    public void State_that_lies_under_a_right_checksum_crashes_nothing()
    {
        using var file = new CheckpointedFile(records: 6000);
        file.Run("replay", "--checkpoints");
        byte[] whole = File.ReadAllBytes(file.Checkpoints);
        var random = new Random(13);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            File.WriteAllBytes(file.Checkpoints, Lie(file.Checkpoints, whole, random));
            (int code, _, string error) = file.State(At);
            Assert.True(code is ExitCodes.Clean or ExitCodes.BadInput, $"lie {i}: exit {code}: {error}");
            if (error.Contains("a checkpoint is not used", StringComparison.Ordinal)) refused++;
        }
        Assert.True(refused > 50, $"only {refused} were refused");
    }

    private static byte[] Lie(string path, byte[] whole, Random random) =>
        Reseal(path, whole, state => Scramble(state, random), static _ => { });

    internal static void Scramble(Span<byte> state, Random random)
    {
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(state.Length);
            if (random.Next(3) == 0) state[at] = (byte)random.Next(256);
            else state[at] ^= (byte)(1 << random.Next(7));
        }
    }

    /// <summary>The checkpoints with other states or findings in them, and right checksums again.</summary>
    internal static byte[] Reseal(string path, byte[] whole, Action<byte[]> editState, Action<byte[]> editFindings)
    {
        File.WriteAllBytes(path, whole);
        using var before = new CheckpointFile(path);
        CheckpointDirectory directory = before.Directory;
        var builder = new CheckpointBuilder(directory.Key);
        int findings = 0;
        foreach (Checkpoint each in directory.Checkpoints)
        {
            for (; findings < each.Findings; findings++)
            {
                byte[] piece = before.Read(directory.Findings[findings]);
                editFindings(piece);
                builder.AddFindings(piece);
            }
            byte[] state = before.Read(each.State);
            editState(state);
            builder.Add(each.Events, each.MaxTimeNs, state);
        }
        builder.Cover(directory.Covered, directory.IsWhole);
        using var stream = new MemoryStream();
        builder.Write(stream);
        return stream.ToArray();
    }
}
