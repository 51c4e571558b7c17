using System;
using System.IO;
using Replay.Formats.Bytes;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.Bytes;

public sealed class SpoolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5000)]
    public void A_pipe_becomes_a_file_of_the_same_bytes(int length)
    {
        byte[] content = Content(length);
        using InputFile file = Spool.Fill(new OneByteAtATimeStream(content), "pipe");
        Assert.Equal(content, ReadAll(file));
    }

    [Fact]
    public void A_zstd_stream_is_unpacked_whatever_the_size_of_the_reads()
    {
        byte[] content = Content(300_000);
        byte[] packed = [.. ZstdFrame.Store(content.AsSpan(0, 200_000)), .. ZstdFrame.Store(content.AsSpan(200_000))];
        using InputFile slow = Spool.Fill(new OneByteAtATimeStream(packed), "pipe");
        Assert.Equal(content, ReadAll(slow));
        using InputFile fast = Spool.Fill(new MemoryStream(packed), "pipe");
        Assert.Equal(content, ReadAll(fast));
    }

    [Fact]
    public void Content_longer_than_a_block_is_flushed_to_its_end()
    {
        byte[] content = Content(3 << 20);
        using InputFile file = Spool.Fill(new MemoryStream(ZstdFrame.Store(content)), "pipe");
        Assert.Equal(content, ReadAll(file));
    }

    [Fact]
    public void A_damaged_zstd_stream_is_refused()
    {
        byte[] packed = ZstdFrame.Store(Content(1000));
        // Block type 3 is reserved.
        packed[6] |= 6;
        BadInputException e = Assert.Throws<BadInputException>(() => Spool.Fill(new MemoryStream(packed), "x.zst"));
        Assert.StartsWith("x.zst: offset", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_opened_in_place_and_a_packed_one_unpacked()
    {
        byte[] content = Content(1000);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            using (InputFile plain = InputFile.Open(path)) Assert.Equal(content, ReadAll(plain));
            File.WriteAllBytes(path, ZstdFrame.Store(content));
            using (InputFile packed = InputFile.Open(path)) Assert.Equal(content, ReadAll(packed));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("/nonexistent/file.dat")]
    [InlineData("/")]
    [InlineData("")]
    public void What_cannot_be_opened_is_bad_input(string path) =>
        Assert.Throws<BadInputException>(() => InputFile.Open(path));

    [Fact]
    public void Reading_outside_the_file_gives_nothing()
    {
        using InputFile file = Spool.Fill(new MemoryStream(Content(10)), "x");
        byte[] buffer = new byte[20];
        Assert.Equal(0, file.Read(10, buffer));
        Assert.Equal(0, file.Read(-1, buffer));
        Assert.Equal(0, file.Read(long.MaxValue, buffer));
        Assert.Equal(4, file.Read(6, buffer));
    }

    private static byte[] Content(int length)
    {
        byte[] content = new byte[length];
        new Random(5).NextBytes(content);
        return content;
    }

    private static byte[] ReadAll(InputFile file)
    {
        byte[] bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(0, bytes));
        return bytes;
    }
}
