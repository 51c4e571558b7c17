using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Replay.Formats.Ctf;
using Replay.Formats.Mapping;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.Ctf;

/// <summary>TSDL: what is taken, and what is refused with its line.</summary>
public sealed class CtfMetadataTests
{
    private const string Trace = "trace { major = 1; minor = 8; byte_order = le; };\n";

    [Theory]
    [InlineData("integer { size = 0; } x;", "line 2: expected a number from 1 to 64, found 0")]
    [InlineData("integer { size = 65; } x;", "line 2: expected a number from 1 to 64, found 65")]
    [InlineData("integer { size = 8; align = 3; } x;", "line 2: expected an alignment that is a power of two, found 3")]
    [InlineData("integer { align = 8; } x;", "line 2: expected the size of an integer, found none")]
    [InlineData("integer { size = 8; signed = maybe; } x;", "line 2: expected true or false, found 'maybe'")]
    [InlineData("integer { size = 8; map = clock.nobody.value; } x;", "")]
    [InlineData("nothing x;", "line 2: expected the name of a type, found 'nothing'")]
    [InlineData("string a; string b[c];", "line 2: expected a field that comes before, found 'c'")]
    [InlineData("integer { size = 8; signed = true; } n; string b[n];",
        "line 2: expected an integer without a sign as length, found 'n', which is none")]
    [InlineData("string b[n]; integer { size = 8; } n;", "line 2: expected a field that comes before, found 'n'")]
    [InlineData("integer { size = 8; } t; variant <t> { string a; } v;",
        "line 2: expected an enumeration that chooses, found 't', which is none")]
    [InlineData("variant { string a; } v;", "line 2: expected the field that chooses, in < >, found none")]
    [InlineData("enum : integer { size = 8; } { a = 5 ... 1 } e;",
        "line 2: expected a range of a that rises, found 5 ... 1")]
    [InlineData("enum : integer { size = 8; } { a = 256 } e;",
        "line 2: expected values of a from 0 to 255, found 256 ... 256")]
    [InlineData("enum { a } e;", "line 2: expected an integer as the type of an enumeration, found none")]
    [InlineData("integer { size = 64; } x[2000000000];",
        "line 2: expected an array of 0 to 8589934592 bits, found 2000000000 elements")]
    [InlineData("string x[-1];", "line 2: expected an array of 0 to 8589934592 bits, found -1 elements")]
    [InlineData("struct s x;", "line 2: expected a structure that is described, found 's'")]
    [InlineData("integer { size = 8; } x", "line 2: expected ';' after a field, found '}'")]
    [InlineData("integer { size = 99999999999999999999999; } x;",
        "line 2: expected a number of at most 64 bits, found '99999999999999999999999…'")]
    [InlineData("/* no end", "line 2: expected '*/' after '/*', found the end")]
    [InlineData("string \"x;", "line 2: expected a closing quote, found the end of the line")]
    [InlineData("string x; # y", "line 2: expected TSDL, found '#'")]
    public void Fields_are_taken_or_refused(string fields, string error)
    {
        string text = Trace + $"event {{ name = e; fields := struct {{ {fields} }}; }};\n";
        if (error.Length == 0) Parse(text);
        else Assert.Equal("made: " + error, Assert.Throws<BadInputException>(() => Parse(text)).Message);
    }

    [Theory]
    [InlineData("", "line 1: expected a block trace, found the end")]
    [InlineData("trace { major = 2; minor = 0; byte_order = le; };",
        "line 1: expected a trace of version 1.8, found 2.0")]
    [InlineData("trace { major = 1; minor = 8; };", "line 1: expected the byte_order of the trace, found none")]
    [InlineData("trace { major = 1; minor = 8; byte_order = native; };",
        "line 1: expected a byte order of le or be, found 'native'")]
    [InlineData(Trace + Trace, "line 2: expected one trace, found another")]
    [InlineData(Trace + "trace { uuid = \"12\"; };", "line 2: expected one trace, found another")]
    [InlineData("trace { uuid = \"12\"; };", "line 1: expected a uuid, found '12'")]
    [InlineData(Trace + "clock { freq = 0; };",
        "line 2: expected a number from 1 to 18446744073709551615, found '0'")]
    [InlineData(Trace + "clock { name = c; offset_s = 9223372036854775807; };",
        "line 2: expected an offset of at most 292 years, found 9223372036854775807 s and 0 ticks")]
    [InlineData(Trace + "stream { id = 1; }; stream { id = 1; };",
        "line 2: expected each stream once, found stream 1 twice")]
    [InlineData(Trace + "stream { id = 1; }; event { name = e; stream_id = 2; };",
        "line 2: expected the stream_id of a stream, found 2")]
    [InlineData(Trace + "stream { id = 1; }; stream { id = 2; }; event { name = e; };",
        "line 2: expected the stream_id of a stream, found none, and several streams")]
    [InlineData(Trace + "event { id = 1; }; event { id = 1; };",
        "line 2: expected each event once, found number 1 of stream 0 twice")]
    [InlineData(Trace + "typealias string := a; typealias string := a;",
        "line 2: expected a new name for a type, but a is one already, before, found ';'")]
    [InlineData(Trace + "nonsense { };",
        "line 2: expected trace, env, clock, stream, event, callsite or a declaration, found 'nonsense'")]
    [InlineData(Trace + "env { a := string; };", "line 2: expected a type that env has, found 'a'")]
    [InlineData(Trace + "stream { event.header := struct { integer { size = 64; map = clock.x.value; } t; }; };",
        "line 2: expected a clock that is described, found 'x'")]
    public void Blocks_are_refused_with_their_line(string text, string error) =>
        Assert.Equal("made: " + error, Assert.Throws<BadInputException>(() => Parse(text)).Message);

    [Fact]
    public void Nesting_has_an_end()
    {
        string deep = string.Concat(Enumerable.Repeat("struct { ", 5000));
        string message = Assert.Throws<BadInputException>(() => Parse(Trace + "typealias " + deep)).Message;
        Assert.Contains("at most 64", message, StringComparison.Ordinal);
    }

    /// <summary>Twenty types of two fields each unfold to a million.</summary>
    [Fact]
    public void Types_that_unfold_without_end_are_refused()
    {
        var text = new StringBuilder(Trace + "struct s0 { string a; string b; };\n");
        for (int i = 1; i < 20; i++) text.Append($"struct s{i} {{ struct s{i - 1} a; struct s{i - 1} b; }};\n");
        text.Append("event { name = e; fields := struct s19; };");
        Assert.Contains("at most 65536 types in an event",
            Assert.Throws<BadInputException>(() => Parse(text.ToString())).Message, StringComparison.Ordinal);
    }

    /// <summary>Comparing each with each would take minutes.</summary>
    [Fact]
    public void Many_choices_and_many_lengths_are_resolved_by_name()
    {
        const int Many = 30_000;
        var text = new StringBuilder(Trace + "event { name = e; fields := struct { enum : integer { size = 32; } { a0");
        for (int i = 1; i < Many; i++) text.Append($", a{i}");
        text.Append(" } tag; variant <tag> {");
        for (int i = 0; i < Many; i++) text.Append($" struct {{ }} a{i};");
        text.Append(" } v; }; };\nevent { id = 1; fields := struct {");
        for (int i = 0; i < Many; i++) text.Append($" integer {{ size = 8; }} n{i};");
        for (int i = 0; i < 1000; i++) text.Append($" integer {{ size = 8; }} s{i}[n{i}];");
        text.Append(" }; };");
        CtfMetadata metadata = Parse(text.ToString());
        Assert.Equal(2, metadata.Streams[0].Events.Count);
    }

    [Theory]
    [InlineData("stream { id = {0}; };", 4097, "at most 4096 streams")]
    [InlineData("clock { name = c{0}; };", 65, "at most 64 clocks")]
    [InlineData("event { id = {0}; };", (1 << 17) + 1, "at most 131072 events")]
    [InlineData("env { e{0} = 1; };", 4097, "at most 4096 facts")]
    public void Everything_has_a_limit(string block, int count, string expected)
    {
        var text = new StringBuilder(Trace);
        for (int i = 0; i < count; i++)
            text.Append(block.Replace("{0}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Assert.Contains(expected, Assert.Throws<BadInputException>(() => Parse(text.ToString())).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_continuations_and_line_ends_of_all_sorts_are_passed_over()
    {
        CtfMetadata metadata = Parse(
            "/* CTF 1.8 */\r\n// a\r\ntrace { major = 1; minor = \\\n 8; byte_order = be; };\r\n"
            + "env { a = \"x\\\"\\n\\x41\\101\"; b = -0x10; c = 010; };; typedef integer { size = 8; } a[2];");
        Assert.True(metadata.BigEndian);
        Assert.Equal("x\"\nAA", metadata.Fact("a"));
        Assert.Equal("-16", metadata.Fact("b"));
        Assert.Equal("8", metadata.Fact("c"));
    }

    [Fact]
    public void Every_length_that_a_metadata_may_be_cut_to_is_read_or_refused()
    {
        foreach (bool isPacketised in new[] { false, true })
        {
            using var writer = new CtfTraceWriter { IsPacketised = isPacketised };
            string folder = CtfRecordingTests.Usual(writer).Write(), path = CtfFolder.MetadataOf(folder);
            byte[] whole = File.ReadAllBytes(path);
            for (int length = 0; length < whole.Length; length += isPacketised ? 3 : 7)
            {
                File.WriteAllBytes(path, whole[..length]);
                try
                {
                    using CtfRecording recording = CtfRecording.Open(folder, MappingTable.BuiltIn, []);
                    MadeFile.Read(recording);
                }
                catch (BadInputException)
                {
                    // What it is for.
                }
            }
        }
    }

    [Theory]
    [InlineData(24, 0x20, "a content of 296 bits or more")]
    [InlineData(0, 0x00, "a metadata packet's magic")]
    [InlineData(32, 1, "a packet neither compressed nor encrypted")]
    [InlineData(27, 0x7f, "a content of 296 bits or more")]
    public void Packets_of_a_metadata_are_checked(int offset, byte value, string expected)
    {
        using var writer = new CtfTraceWriter { IsPacketised = true };
        string folder = writer.Write(), path = CtfFolder.MetadataOf(folder);
        byte[] bytes = File.ReadAllBytes(path);
        const int SecondPacket = 1024;
        bytes[SecondPacket + offset] = value;
        if (offset == 24) bytes[SecondPacket + 25] = 0;
        File.WriteAllBytes(path, bytes);
        string message = Assert.Throws<BadInputException>(() =>
            CtfRecording.Open(folder, MappingTable.BuiltIn, [])).Message;
        Assert.Contains($"offset {SecondPacket + (offset == 27 ? 24 : offset)}: expected {expected}", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Version_2_is_said_to_be_one()
    {
        using var writer = new CtfTraceWriter();
        string folder = writer.Write();
        File.WriteAllBytes(CtfFolder.MetadataOf(folder), "\u001e{\"type\":\"preamble\",\"version\":2}\n"u8.ToArray());
        Assert.Contains("found CTF 2, which is not supported yet",
            Assert.Throws<BadInputException>(() => CtfRecording.Open(folder, MappingTable.BuiltIn, [])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_is_found_in_the_folder_that_is_named_or_below_it()
    {
        using var writer = new CtfTraceWriter();
        string folder = CtfRecordingTests.Usual(writer).Write();
        DirectoryInfo above = Directory.CreateTempSubdirectory("ctf-");
        var opener = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions());
        try
        {
            Assert.Contains("a folder without a CTF trace",
                Assert.Throws<BadInputException>(() => opener.Open(above.FullName)).Message, StringComparison.Ordinal);
            string inside = Path.Combine(above.CreateSubdirectory("session").FullName, "kernel");
            Directory.Move(folder, inside);
            foreach (string path in new[] { above.FullName, inside, Path.Combine(inside, "metadata") })
            {
                using Recording recording = opener.Open(path);
                Assert.Equal(8, MadeFile.Read(recording).Count);
            }
            string other = Path.Combine(above.FullName, "session", "ust");
            Directory.CreateDirectory(other);
            File.Copy(Path.Combine(inside, "metadata"), Path.Combine(other, "metadata"));
            string message = Assert.Throws<BadInputException>(() => opener.Open(above.FullName)).Message;
            Assert.EndsWith($"found 2; name one of them: {inside}, {other}", message, StringComparison.Ordinal);
            Directory.Move(inside, folder);
        }
        finally
        {
            above.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_trace_without_data_is_empty_and_said_to_be()
    {
        using var writer = new CtfTraceWriter();
        using CtfRecording recording = CtfRecording.Open(writer.Write(), MappingTable.BuiltIn, []);
        Assert.Empty(MadeFile.Read(recording));
        Assert.Equal("trace without any data", Assert.Single(recording.Report.Entries).What);
        Assert.Equal(1, recording.Progress);
    }

    private static CtfMetadata Parse(string text)
    {
        CtfMetadata metadata = TsdlParser.Parse(Encoding.UTF8.GetBytes(text), "made");
        _ = new CtfLayout(metadata, "made");
        return metadata;
    }
}
