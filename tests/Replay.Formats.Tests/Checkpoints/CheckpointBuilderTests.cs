using System;
using System.IO;
using Replay.Core.Checkpoints;
using Replay.Formats.Checkpoints;
using Xunit;

namespace Replay.Formats.Tests.Checkpoints;

/// <summary>Files of checkpoints: what goes in comes out, and there is never too much of it.</summary>
public sealed class CheckpointBuilderTests
{
    private static readonly CheckpointKey Key = new(new RecordingIdentity(123, 456, 0xFEDC_BA98_7654_3210),
        "machine", "linux-6.1", "build");

    [Fact]
    public void What_is_written_is_read()
    {
        var builder = new CheckpointBuilder(Key);
        builder.AddMark(3, "before suspend");
        builder.AddFindings([7]);
        builder.Add(10, 1000, [1, 2, 3]);
        builder.AddFindings([8, 9]);
        builder.Add(20, 900, [4]);
        builder.Cover(25, isWhole: true);
        Read(builder, file =>
        {
            Assert.Equal(Key, file.Directory.Key);
            Assert.Equal((25, true, 25), (file.Directory.Covered, file.Directory.IsWhole, file.Directory.MarksCovered));
            Assert.Equal([new CheckpointMark(3, "before suspend")], file.Directory.Marks);
            Assert.Equal([1, 2, 3], file.Read(file.Directory.Checkpoints[0].State));
            Assert.Equal([8, 9], file.Read(file.Directory.Findings[1]));
            Assert.Equal((1, 2), (file.Directory.Checkpoints[0].Findings, file.Directory.Checkpoints[1].Findings));
        });
    }

    [Theory]
    [InlineData(9, null, null)]
    [InlineData(10, 10L, 10L)]
    [InlineData(19, 10L, 10L)]
    [InlineData(20, 20L, 20L)]
    [InlineData(99, 20L, 20L)]
    public void The_nearest_one_before_a_place_is_found(long place, long? byEvent, long? byTime)
    {
        var directory = new CheckpointDirectory();
        directory.Checkpoints.Add(new Checkpoint(10, 10, 0, default));
        directory.Checkpoints.Add(new Checkpoint(20, 20, 0, default));
        Assert.Equal(byEvent, directory.BeforeEvent(place)?.Events);
        Assert.Equal(byTime, directory.BeforeTime((ulong)place)?.Events);
    }

    /// <summary>Every second one goes, the newest stays, and the whole is under the limit.</summary>
    [Fact]
    public void Too_much_is_thinned_out()
    {
        var builder = new CheckpointBuilder(Key);
        byte[] state = new byte[1 << 20];
        for (int i = 1; i <= 100; i++) builder.Add(i, 0, state);
        Assert.True(builder.Thinnings > 1);
        Assert.False(builder.IsTooMuch);
        Read(builder, file =>
        {
            Assert.InRange(file.Directory.Checkpoints.Count, 16, 32);
            Assert.Equal(100, file.Directory.Checkpoints[^1].Events);
        });
    }

    [Fact]
    public void A_state_that_is_too_big_by_itself_leaves_nothing_to_write()
    {
        var builder = new CheckpointBuilder(Key);
        builder.Add(1, 0, new byte[CheckpointSpec.ChunkBytesMax + 1]);
        Assert.True(builder.IsTooMuch);
    }

    [Fact]
    public void Markers_past_the_limit_are_said_not_to_be_covered()
    {
        var builder = new CheckpointBuilder(Key);
        for (int i = 0; i < CheckpointSpec.MarksMax + 10; i++) builder.AddMark(i, "m");
        builder.Add(1, 0, [1]);
        builder.Cover(1_000_000, isWhole: true);
        Read(builder, file =>
        {
            Assert.Equal(CheckpointSpec.MarksMax, file.Directory.Marks.Count);
            Assert.Equal(CheckpointSpec.MarksMax, file.Directory.MarksCovered);
        });
    }

    [Fact]
    public void A_chunk_that_is_said_to_be_elsewhere_is_refused_before_it_is_allocated()
    {
        var builder = new CheckpointBuilder(Key);
        builder.Add(1, 0, [1]);
        Read(builder, file =>
        {
            foreach (Chunk chunk in new Chunk[] { new(8, int.MaxValue, 0), new(-1, 4, 0), new(long.MaxValue, 4, 0),
                new(8, -1, 0), new(0, 4, 0) })
                Assert.Throws<CheckpointException>(() => file.Read(chunk));
        });
    }

    [Fact]
    public void The_state_at_the_end_takes_the_place_of_that_after_the_last_batch()
    {
        var builder = new CheckpointBuilder(Key);
        builder.Add(10, 7, [1]);
        builder.Add(20, 8, [2, 2]);
        builder.Add(20, 9, [3]);
        builder.Add(15, 9, [4]);
        Read(builder, file =>
        {
            Assert.Equal(new long[] { 10, 20 }, file.Directory.Checkpoints.ConvertAll(static each => each.Events));
            Assert.Equal(9u, file.Directory.Checkpoints[1].MaxTimeNs);
            Assert.Equal(new byte[] { 3 }, file.Read(file.Directory.Checkpoints[1].State));
        });
    }

    [Fact]
    public void Findings_that_become_fewer_are_refused()
    {
        var directory = new CheckpointDirectory { Key = Key };
        directory.Checkpoints.Add(new Checkpoint(10, 10, 2, default));
        directory.Checkpoints.Add(new Checkpoint(20, 20, 2, default));
        Assert.Equal(2, DirectoryCodec.Read(DirectoryCodec.Write(directory)).Checkpoints.Count);
        directory.Checkpoints.Add(new Checkpoint(30, 30, 1, default));
        Assert.Throws<CheckpointException>(() => DirectoryCodec.Read(DirectoryCodec.Write(directory)));
    }

    /// <summary>
    /// A directory of some bytes could name one large chunk over and over, and keep a reader busy for hours.
    /// </summary>
    [Theory]
    [InlineData(1 << 20, 32, true)]
    [InlineData(1 << 20, 33, false)]
    [InlineData(int.MaxValue, 2, false)]
    [InlineData(-1, 1, false)]
    public void Chunks_that_cannot_be_that_long_together_are_refused(int length, int count, bool isRead)
    {
        foreach (bool areFindings in new[] { true, false })
        {
            var directory = new CheckpointDirectory { Key = Key };
            for (int i = 1; i <= count; i++)
            {
                if (areFindings) directory.Findings.Add(new Chunk(8, length, 0));
                else directory.Checkpoints.Add(new Checkpoint(i, 0, 0, new Chunk(8, length, 0)));
            }
            byte[] written = DirectoryCodec.Write(directory);
            if (isRead) Assert.Equal(Key, DirectoryCodec.Read(written).Key);
            else
                Assert.Contains("bytes together", Assert.Throws<CheckpointException>(() =>
                    DirectoryCodec.Read(written)).Message, StringComparison.Ordinal);
        }
    }

    private static void Read(CheckpointBuilder builder, Action<CheckpointFile> look)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (FileStream stream = File.Create(path)) builder.Write(stream);
            using var file = new CheckpointFile(path);
            look(file);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
