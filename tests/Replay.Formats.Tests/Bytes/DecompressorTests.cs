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
    [InlineData("zlib", true)]
    [InlineData("zlib", false)]
    [InlineData("zstd", true)]
    public void What_was_packed_comes_out_and_lies_about_the_size_do_not(string name, bool withLibz)
    {
        byte[] content = new byte[10_000];
        new Random(1).NextBytes(content);
        byte[] packed = name == "zstd" ? ZstdFrame.Store(content) : Zlib(content);
        using Decompressor decompressor = Decompressor.Create(name, withLibz)!;
        byte[] target = new byte[content.Length];
        // The buffer is longer than the packed bytes, as a reused one is.
        byte[] buffer = [.. packed, .. new byte[100]];
        Assert.Equal(content.Length, decompressor.Decompress(buffer, packed.Length, target));
        Assert.Equal(content, target);
        Assert.Equal(-1, decompressor.Decompress(packed, packed.Length, target.AsSpan(1)));
        Assert.NotEqual(content.Length, decompressor.Decompress(packed, packed.Length / 2, target));
        byte[] damaged = [.. packed];
        damaged[0] ^= 0x55;
        Assert.Equal(-1, decompressor.Decompress(damaged, packed.Length, target));

        // Damage leaves nothing behind.
        Assert.Equal(content.Length, decompressor.Decompress(packed, packed.Length, target));
    }

    /// <summary>
    /// What the runtime's zlib calls whole, damaged or too long, the system's must, at every length and after
    /// any change.
    /// </summary>
    [Fact]
    public void Both_ways_to_unpack_zlib_agree()
    {
        var random = new Random(12);
        byte[] content = new byte[600];
        for (int i = 0; i < content.Length; i++) content[i] = (byte)random.Next(4);
        byte[] packed = Zlib(content), one = new byte[content.Length], other = new byte[content.Length];
        using Decompressor system = Decompressor.Create("zlib")!,
            runtime = Decompressor.Create("zlib", withLibz: false)!;
        for (int length = 0; length <= packed.Length; length++)
        {
            bool isWhole = system.Decompress(packed, length, one) == content.Length;
            Assert.Equal(length == packed.Length, isWhole);
        }
        for (int round = 0; round < 500; round++)
        {
            byte[] changed = [.. packed];
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            int written = system.Decompress(changed, changed.Length, one),
                expected = runtime.Decompress(changed, changed.Length, other);
            Assert.Equal(expected == content.Length, written == content.Length);
            if (written == content.Length) Assert.Equal(other, one);
        }
    }

    [Theory]
    [InlineData("zlib")]
    [InlineData("zstd")]
    public void Blocks_are_unpacked_without_allocating(string name)
    {
        byte[] content = new byte[10_000];
        byte[] packed = name == "zstd" ? ZstdFrame.Store(content) : Zlib(content), target = new byte[content.Length];
        using Decompressor decompressor = Decompressor.Create(name)!;
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++) decompressor.Decompress(packed, packed.Length, target);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
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
