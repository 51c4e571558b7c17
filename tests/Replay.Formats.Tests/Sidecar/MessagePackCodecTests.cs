using System;
using System.Buffers;
using System.Globalization;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using Replay.Formats.Sidecar;
using Replay.Formats.Tests.Native;
using Xunit;

namespace Replay.Formats.Tests.Sidecar;

public class MessagePackCodecTests
{
    /// <summary>Line, bytes (or start+length+hash), meaning: one row of tests/Vectors/msgpack.txt.</summary>
    public static TheoryData<int, string, string> Vectors()
    {
        var data = new TheoryData<int, string, string>();
        string[] lines = File.ReadAllLines(NativeFiles.InTests("Vectors", "msgpack.txt"));
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith('#')) continue;
            string[] parts = lines[i].Split('\t');
            data.Add(i + 1, parts[0], parts[1]);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Writer_makes_the_bytes_of_an_independent_one(int line, string expected, string meaning)
    {
        if (meaning.StartsWith("ext", StringComparison.Ordinal)) return; // Extensions are only skipped, never written.
        byte[] bytes = Write(meaning);
        string hex = Convert.ToHexStringLower(bytes);
        if (expected.Contains('+', StringComparison.Ordinal))
        {
            hex = string.Create(CultureInfo.InvariantCulture,
                $"{hex[..32]}+{bytes.Length}+{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        }
        Assert.True(expected == hex, $"msgpack.txt line {line}: {meaning}: {hex}");
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Reader_reads_and_skips_the_bytes_of_an_independent_writer(int line, string hex, string meaning)
    {
        byte[] bytes = hex.Contains('+', StringComparison.Ordinal) ? Write(meaning) : Convert.FromHexString(hex);
        var skipper = new MessagePackReader(bytes);
        skipper.Skip();
        Assert.True(skipper.End, $"msgpack.txt line {line}: skip stopped at {skipper.Consumed}");
        var reader = new MessagePackReader(bytes);
        Check(ref reader, meaning);
        Assert.True(reader.End, $"msgpack.txt line {line}: read stopped at {reader.Consumed}");
    }

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Every_truncation_is_refused(int line, string hex, string meaning)
    {
        // The same forms with shorter contents are in the table.
        if (hex.Contains('+', StringComparison.Ordinal)) return;
        byte[] bytes = Convert.FromHexString(hex);
        for (int length = 0; length < bytes.Length; length++)
        {
            byte[] cut = bytes[..length];
            Assert.True(Refuses(cut), $"msgpack.txt line {line}: {meaning} cut to {length} bytes was read");
        }
    }

    [Theory]
    [InlineData("dd7fffffff")]
    [InlineData("ddffffffff00")]
    [InlineData("dfffffffff0000")]
    [InlineData("dbffffffff61")]
    [InlineData("c6ffffffff00")]
    [InlineData("c9ffffffff0000")]
    [InlineData("c1")]
    public void Lengths_that_lie_are_refused_before_anything_is_allocated(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.True(Refuses(bytes));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(Refuses(bytes));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    [Fact]
    public void Nesting_is_followed_to_63_levels_and_no_further()
    {
        var nested = new byte[64];
        Array.Fill(nested, (byte)0x91);
        nested[63] = 0xC0;
        var reader = new MessagePackReader(nested);
        reader.Skip();
        Assert.True(reader.End);

        var deeper = new byte[100_000];
        Array.Fill(deeper, (byte)0x91);
        Assert.True(Refuses(deeper));
    }

    [Fact]
    public void Random_bytes_end_in_a_value_or_in_a_message()
    {
        var random = new Random(20260);
        var bytes = new byte[64];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            var reader = new MessagePackReader(bytes);
            try
            {
                while (!reader.End)
                    reader.Skip();
            }
            catch (MessagePackSerializationException bad)
            {
                Assert.Contains("offset", bad.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Numbers_that_do_not_fit_are_refused()
    {
        Assert.Throws<MessagePackSerializationException>(() =>
            new MessagePackReader(Write("uint 9223372036854775808")).ReadInt64());
        Assert.Throws<MessagePackSerializationException>(() => new MessagePackReader(Write("int -1")).ReadUInt64());
        Assert.Throws<MessagePackSerializationException>(() =>
            new MessagePackReader(Write("int 4294967296")).ReadInt32());
    }

    private static bool Refuses(byte[] bytes)
    {
        try
        {
            var reader = new MessagePackReader(bytes);
            reader.Skip();
            return false;
        }
        catch (MessagePackSerializationException)
        {
            return true;
        }
    }

    private static byte[] Write(string meaning)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        (string kind, string value) = Split(meaning);
        switch (kind)
        {
            case "nil": writer.WriteNil(); break;
            case "true": writer.Write(true); break;
            case "false": writer.Write(false); break;
            case "int": writer.Write(long.Parse(value, CultureInfo.InvariantCulture)); break;
            case "uint": writer.Write(ulong.Parse(value, CultureInfo.InvariantCulture)); break;
            case "double": writer.Write(double.Parse(value, CultureInfo.InvariantCulture)); break;
            case "str": writer.Write(value); break;
            case "bin": writer.Write(Binary(value)); break;
            case "array":
                writer.WriteArrayHeader(Count(value));
                for (int i = 0; i < Count(value); i++)
                    writer.Write(i);
                break;
            case "map":
                writer.WriteMapHeader(Count(value));
                for (int i = 0; i < Count(value); i++)
                {
                    writer.Write("k" + i.ToString(CultureInfo.InvariantCulture));
                    writer.Write(i);
                }
                break;
            default: throw new InvalidOperationException(meaning);
        }
        return output.WrittenSpan.ToArray();
    }

    private static void Check(ref MessagePackReader reader, string meaning)
    {
        (string kind, string value) = Split(meaning);
        switch (kind)
        {
            case "nil": Assert.True(reader.TryReadNil()); break;
            case "true": Assert.True(reader.ReadBoolean()); break;
            case "false": Assert.False(reader.ReadBoolean()); break;
            case "int": Assert.Equal(long.Parse(value, CultureInfo.InvariantCulture), reader.ReadInt64()); break;
            case "uint": Assert.Equal(ulong.Parse(value, CultureInfo.InvariantCulture), reader.ReadUInt64()); break;
            case "double": Assert.Equal(double.Parse(value, CultureInfo.InvariantCulture), reader.ReadDouble()); break;
            case "str": Assert.Equal(value, reader.ReadString()); break;
            case "bin": Assert.Equal(Binary(value), reader.ReadBytes()!.Value.ToArray()); break;
            case "array":
                Assert.Equal(Count(value), reader.ReadArrayHeader());
                for (int i = 0; i < Count(value); i++)
                    Assert.Equal(i, reader.ReadInt32());
                break;
            case "map":
                Assert.Equal(Count(value), reader.ReadMapHeader());
                for (int i = 0; i < Count(value); i++)
                {
                    Assert.Equal("k" + i.ToString(CultureInfo.InvariantCulture),
                        Encoding.UTF8.GetString(reader.ReadStringSpan()));
                    Assert.Equal((ulong)i, reader.ReadUInt64());
                }
                break;
            case "ext":
                Assert.Equal(MessagePackType.Extension, reader.NextMessagePackType);
                reader.Skip();
                break;
            default: throw new InvalidOperationException(meaning);
        }
    }

    private static (string Kind, string Value) Split(string meaning)
    {
        if (meaning.StartsWith("x*", StringComparison.Ordinal)) return ("str", new string('x', Count(meaning[2..])));
        int space = meaning.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (meaning, "") : (meaning[..space], meaning[(space + 1)..]);
    }

    private static byte[] Binary(string value)
    {
        var bytes = new byte[Count(value)];
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)i;
        return bytes;
    }

    private static int Count(string value) => int.Parse(value, CultureInfo.InvariantCulture);
}
