using System;
using System.IO;
using System.Text;
using Xunit;

namespace Replay.Formats.Tests;

public class TraceSnifferTests
{
    private static readonly Importer A = Row("a", "AA");
    private static readonly Importer B = Row("b", "AAB");

    [Fact]
    public void The_first_row_that_takes_the_bytes_wins()
    {
        Assert.Same(A, TraceSniffer.Find([A, B], "AAB"u8));
        Assert.Same(B, TraceSniffer.Find([B, A], "AAB"u8));
        Assert.Null(TraceSniffer.Find([A, B], "X"u8));
    }

    [Theory]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 0 }, true)]
    [InlineData(new byte[] { 0x50, 0x2A, 0x4D, 0x18 }, true)]
    [InlineData(new byte[] { 0x5F, 0x2A, 0x4D, 0x18 }, true)]
    [InlineData(new byte[] { 0x60, 0x2A, 0x4D, 0x18 }, false)]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F }, false)]
    [InlineData(new byte[] { 0x50, 0x2A, 0x4D }, false)]
    [InlineData(new byte[] { }, false)]
    public void Zstd_is_told_by_its_frame_or_a_skippable_one(byte[] bytes, bool expected)
    {
        Assert.Equal(expected, TraceSniffer.IsZstd(bytes));
    }

    [Fact]
    public void The_error_names_every_format_and_what_was_there()
    {
        string message = TraceSniffer.Unknown("x.dat", [A, B], "\u0001\u0002"u8).Message;
        Assert.Equal(
            "x.dat: offset 0: expected a recording in one of these formats: a, b, found the bytes 01 02", message);
    }

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("hello", "the text \"hello\"")]
    [InlineData("a line of text that goes on", "the text \"a line of text t…\"")]
    [InlineData("\u001b[31m", "the bytes 1b 5b 33 31 6d")]
    public void Bytes_are_shown_as_text_only_where_they_are_harmless(string text, string expected)
    {
        Assert.Equal(expected, TraceSniffer.Describe(Encoding.UTF8.GetBytes(text)));
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(3, 100)]
    public void A_prefixed_stream_gives_every_byte_once(int prefixLength, int step)
    {
        byte[] all = "0123456789"u8.ToArray();
        using var stream = new PrefixedStream(all[..prefixLength], new MemoryStream(all[prefixLength..]));
        using var read = new MemoryStream();
        var buffer = new byte[step];
        for (int length = stream.Read(buffer); length > 0; length = stream.Read(buffer)) read.Write(buffer, 0, length);
        Assert.Equal(all, read.ToArray());
    }

    private static Importer Row(string name, string magic) => new(
        name,
        bytes => bytes.StartsWith(Encoding.ASCII.GetBytes(magic)),
        static (_, _) => throw new NotSupportedException(),
        static (_, _, _) => throw new NotSupportedException());
}
