using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Formats.Bytes;
using Replay.Formats.Tests.Mapping;
using Xunit;

namespace Replay.Formats.Tests.Bytes;

public class Crc32CTests
{
    // RFC 3720, appendix B.4 (bytes of the checksum there are in wire order), and the check value "123456789".
    public static TheoryData<string, string, uint> KnownValues()
    {
        var data = new TheoryData<string, string, uint>();
        foreach (string name in Supported())
        {
            data.Add(name, new string('0', 64), 0x8A9136AA);
            data.Add(name, new string('F', 64), 0x62A8AB43);
            data.Add(name, Convert.ToHexString(Rising(32)), 0x46DD794E);
            data.Add(name, Convert.ToHexString(Falling(32)), 0x113FDB5C);
            data.Add(name, "01C00000000000000000000000000000140000000000040000000014000000182800000000000000" +
                "0200000000000000", 0xD9963A56);
            data.Add(name, Convert.ToHexString(Encoding.ASCII.GetBytes("123456789")), 0xE3069283);
            data.Add(name, "", 0);
        }
        return data;
    }

    public static TheoryData<string> Names() => new(Supported());

    [Theory]
    [MemberData(nameof(KnownValues))]
    public void Known_values_come_out(string implementation, string hex, uint expected) =>
        Assert.Equal(expected, ~Crc32C.Choose(implementation)(uint.MaxValue, Convert.FromHexString(hex)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_length_to_300_agrees_with_the_definition(string implementation)
    {
        byte[] bytes = Random(300 + 8);
        Crc32C.Update update = Crc32C.Choose(implementation);
        for (int length = 0; length <= 300; length++)
        {
            // Each alignment of the start as well: words are read unaligned.
            ReadOnlySpan<byte> part = bytes.AsSpan(length & 7, length);
            Assert.Equal(BitByBit(part), ~update(uint.MaxValue, part));
        }
    }

    // Around the places where the stretches of 256 and of 4096 bytes begin, and a whole block.
    [Theory]
    [MemberData(nameof(Names))]
    public void Lengths_around_the_stretches_agree_with_the_definition(string implementation)
    {
        byte[] bytes = Random(30000);
        Crc32C.Update update = Crc32C.Choose(implementation);
        foreach (int border in (int[])[768, 1536, 12288, 13056, 24576, 29000])
        {
            for (int length = border - 9; length <= border + 9; length++)
                Assert.Equal(BitByBit(bytes.AsSpan(0, length)), ~update(uint.MaxValue, bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Parts_appended_give_the_checksum_of_the_whole()
    {
        byte[] bytes = Random(20000);
        uint whole = Crc32C.Compute(bytes);
        for (int cut = 0; cut <= bytes.Length; cut += 997)
            Assert.Equal(whole, Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, cut)), bytes.AsSpan(cut)));
    }

    [Fact]
    public void An_unknown_name_chooses_the_best_one() =>
        Assert.Equal(Crc32C.Choose(null), Crc32C.Choose("no such thing"));

    /// <summary>
    /// Another file that asks for a processor's instructions needs a way without them too, and a line here.
    /// </summary>
    [Fact]
    public void Instructions_of_one_processor_are_used_here_only_and_any_other_has_the_table()
    {
        var files = new List<string>();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(FormatVectors.RepositoryRoot, "src"), "*.cs",
            SearchOption.AllDirectories))
        {
            if (File.ReadAllText(file).Contains("System.Runtime.Intrinsics", StringComparison.Ordinal))
                files.Add(Path.GetFileName(file));
        }
        Assert.Equal(["Crc32C.cs"], files);
        Assert.Equal(("table", true), (Crc32C.Implementations[^1].Name, Crc32C.Implementations[^1].IsSupported));
    }

    private static List<string> Supported()
    {
        var names = new List<string>();
        foreach ((string name, bool isSupported, _) in Crc32C.Implementations)
        {
            if (isSupported) names.Add(name);
        }
        return names;
    }

    private static uint BitByBit(ReadOnlySpan<byte> data)
    {
        uint register = uint.MaxValue;
        foreach (byte b in data)
        {
            register ^= b;
            for (int bit = 0; bit < 8; bit++)
                register = (register & 1) != 0 ? (register >> 1) ^ 0x82F63B78 : register >> 1;
        }
        return ~register;
    }

    private static byte[] Random(int length)
    {
        var bytes = new byte[length];
        new Random(3720).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Rising(int length)
    {
        var bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)i;
        return bytes;
    }

    private static byte[] Falling(int length)
    {
        byte[] bytes = Rising(length);
        Array.Reverse(bytes);
        return bytes;
    }
}
