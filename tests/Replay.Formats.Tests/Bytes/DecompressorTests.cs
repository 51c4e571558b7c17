using System;
using System.IO;
using System.IO.Compression;
using Replay.Formats.Bytes;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.Bytes;

public sealed class DecompressorTests
{
    [Theory]
    [InlineData("zlib")]
    [InlineData("zstd")]
    public void What_was_packed_comes_out_and_lies_about_the_size_do_not(string name)
    {
        byte[] content = new byte[10_000];
        new Random(1).NextBytes(content);
        byte[] packed = name == "zstd" ? ZstdFrame.Store(content) : Zlib(content);
        using Decompressor decompressor = Decompressor.Create(name)!;
        byte[] target = new byte[content.Length];
        // The buffer is longer than the packed bytes, as a reused one is.
        byte[] buffer = [.. packed, .. new byte[100]];
        Assert.Equal(content.Length, decompressor.Decompress(buffer, packed.Length, target));
        Assert.Equal(content, target);
        Assert.Equal(-1, decompressor.Decompress(packed, packed.Length, target.AsSpan(1)));
        Assert.NotEqual(content.Length, decompressor.Decompress(packed, packed.Length / 2, target));
        packed[0] ^= 0x55;
        Assert.Equal(-1, decompressor.Decompress(packed, packed.Length, target));
    }

    [Fact]
    public void Other_names_have_no_decompressor() => Assert.Null(Decompressor.Create("none"));

    private static byte[] Zlib(byte[] content)
    {
        using var target = new MemoryStream();
        using (var zlib = new ZLibStream(target, CompressionLevel.Fastest, true)) zlib.Write(content);
        return target.ToArray();
    }
}
