using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Replay.Core.Events;
using Replay.Formats.Ctf;
using Replay.Formats.Mapping;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.Ctf;

/// <summary>Traces that contradict themselves: what comes before the damage is given out, the rest is said.</summary>
public sealed class CtfDamageTests
{
    private static readonly string[] AllThree =
        ["110 cpu0 handler_exit 1", "210 cpu0 handler_exit 2", "310 cpu0 handler_exit 3"];

    [Fact]
    public void An_unknown_event_ends_its_packet_and_no_other()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0)
            .Packet(100).Exit(110, 1).Event(29, 120, static packet => packet.Raw([1, 2, 3])).Exit(130, 9)
            .Packet(200, sequence: 1).Exit(210, 2);
        Check(writer, ["110 cpu0 handler_exit 1", "200 cpu0 loss 0", "210 cpu0 handler_exit 2"],
            "number of an event that is not described", "number 29 in c_0");
    }

    [Fact]
    public void A_choice_that_is_none_ends_its_packet()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0).Packet(100).Exit(110, 1).Mixed(120, 0, 5).Exit(130, 9);
        Check(writer, ["110 cpu0 handler_exit 1", "110 cpu0 loss 0"], "a choice that the metadata does not have",
            "c_0");
    }

    [Fact]
    public void An_event_that_its_packet_cuts_is_none()
    {
        using var writer = new CtfTraceWriter();
        CtfStreamWriter stream = writer.Stream("c_0", 0, 0).Packet(100).Exit(110, 1);
        stream.Event(CtfTraceWriter.LongId, 120, static packet => packet.Number(1_000_000, 32, 8).Raw([1]));
        Check(writer, ["110 cpu0 handler_exit 1", "110 cpu0 loss 0"], "event that ends behind its packet", "c_0");
    }

    [Fact]
    public void A_text_without_an_end_is_none()
    {
        using var writer = new CtfTraceWriter { Header = MadeHeader.Plain };
        CtfStreamWriter stream = writer.Stream("c_0", 0, 0).Packet(100).Exit(110, 1);
        stream.Event(CtfTraceWriter.EntryId, 120, static packet => packet.Number(5, 32, 8).Raw("disk"u8));
        Check(writer, ["110 cpu0 handler_exit 1", "110 cpu0 loss 0"], "event that ends behind its packet", "c_0");
    }

    public static TheoryData<string, ulong?, ulong?, string> Sizes() => new()
    {
        { "packet of an impossible size", null, 0, "0 bits" },
        { "packet of an impossible size", null, 100, "100 bits" },
        { "packet of an impossible size", null, 1003, "1003 bits" },
        { "packet whose content is smaller than its header", 100, null, "100 bits" },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_packet_of_an_impossible_size_is_not_read(string what, ulong? content, ulong? size, string found)
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0).Packet(100).Exit(110, 1).Packet(200, sequence: 1).Exit(210, 2).Close(content, size);
        Check(writer, ["110 cpu0 handler_exit 1", "110 cpu0 loss 0"], what, found);
    }

    [Fact]
    public void A_content_behind_its_packet_is_read_to_the_end_of_the_packet()
    {
        using var writer = new CtfTraceWriter();
        CtfStreamWriter stream = writer.Stream("c_0", 0, 0);
        stream.Packet(100).Exit(110, 1).Close(content: 1 << 20).Packet(200, sequence: 1).Exit(210, 2);
        using CtfRecording recording = CtfRecording.Open(writer.Write(), MappingTable.BuiltIn, []);
        List<string> lines = MadeFile.Read(recording);
        Assert.Contains("110 cpu0 handler_exit 1", lines);
        Assert.Contains("210 cpu0 handler_exit 2", lines);
        Assert.Contains(recording.Report.Entries, static entry => entry.What == "content that ends behind its packet");
    }

    [Fact]
    public void A_packet_that_its_recorder_did_not_finish_is_read_to_its_end()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0).Packet(100).Exit(110, 1).Exit(120, 2).Close(content: 0);
        using CtfRecording recording = CtfRecording.Open(writer.Write(), MappingTable.BuiltIn, []);
        Assert.Equal(["110 cpu0 handler_exit 1", "120 cpu0 handler_exit 2"], MadeFile.Read(recording).Take(2));
        Assert.Contains(recording.Report.Entries,
            static entry => entry.What == "packet that its recorder did not finish");
    }

    [Theory]
    [InlineData(0xC1FC1FC2, 7, "data that is no packet of the trace", "magic 0xc1fc1fc1", "0xc1fc1fc2 in c_0")]
    [InlineData(0xC11FFCC1, 7, "data that is no packet of the trace", "magic 0xc1fc1fc1",
        "of the other byte order in c_0")]
    [InlineData(0xC1FC1FC1, 8, "packet of a stream that is not described", "the number of a stream", "8 in c_0")]
    public void What_is_no_packet_of_the_trace_ends_its_file(uint magic, uint stream, string what, string expected,
        string found)
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0).Packet(100).Exit(110, 1).Packet(200, magic: magic, stream: stream).Exit(210, 2);
        writer.Stream("c_1", 1, 1).Packet(100).Exit(150, 3);
        LossEntry entry = Check(writer, ["110 cpu0 handler_exit 1", "110 cpu0 loss 0", "150 cpu1 handler_exit 3"], what,
            found);
        Assert.Equal(expected, entry.Expected);
        Assert.NotEqual(0, entry.FirstOffset);
    }

    [Fact]
    public void A_file_of_another_trace_is_left_out()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0).Packet(100).Exit(110, 1);
        string folder = writer.Write();
        byte[] bytes = File.ReadAllBytes(Path.Combine(folder, "c_0"));
        bytes[5] ^= 1;
        File.WriteAllBytes(Path.Combine(folder, "d_0"), bytes);
        using CtfRecording recording = CtfRecording.Open(folder, MappingTable.BuiltIn, []);
        Assert.Equal(["110 cpu0 handler_exit 1"], MadeFile.Read(recording));
        Assert.Equal("packet of another trace", Assert.Single(recording.Report.Entries).What);
    }

    [Fact]
    public void Times_that_go_back_are_given_out_in_the_order_of_the_data()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0).Packet(200).Exit(210, 2).Packet(100, sequence: 1).Exit(110, 1);
        LossEntry entry = Check(writer, ["210 cpu0 handler_exit 2", "110 cpu0 handler_exit 1"],
            "times of a stream that go back (order of the data kept)", "110 ns in c_0");
        Assert.Equal(LossSeverity.Warning, entry.Severity);
    }

    [Fact]
    public void Every_length_that_a_stream_may_be_cut_to_ends_in_events_and_a_report()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0).Packet(100).Exit(110, 1).Packet(200, sequence: 1).Exit(210, 2).Mixed(220, 3, 4)
            .Packet(300, sequence: 2).Exit(310, 3);
        string folder = writer.Write(), path = Path.Combine(folder, "c_0");
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            using CtfRecording recording = CtfRecording.Open(folder, MappingTable.BuiltIn, []);
            List<string> lines = MadeFile.Read(recording);
            string[] exits = [.. lines.Where(static line => line.Contains("exit", StringComparison.Ordinal))];
            Assert.Equal(AllThree[..exits.Length], exits);
            Assert.True(exits.Length == 3 || recording.Report.Entries.Count > 0 || IsBetweenPackets(whole, length));
        }
    }

    [Theory]
    [InlineData(MadeHeader.Compact, false, 1)]
    [InlineData(MadeHeader.Large, true, 2)]
    [InlineData(MadeHeader.Odd, false, 3)]
    public void Mutants_end_in_events_or_in_a_refusal(MadeHeader header, bool bigEndian, int seed)
    {
        const int Mutants = 1000;
        using var writer = new CtfTraceWriter { Header = header, BigEndian = bigEndian, IsPacketised = bigEndian };
        string folder = CtfRecordingTests.Usual(writer).Write();
        string[] files = [.. Directory.GetFiles(folder).Where(static path => new FileInfo(path).Length > 0)
            .Order(StringComparer.Ordinal)];
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < Mutants; i++)
        {
            // Two of three mutants are of the metadata, which is most of what can be wrong.
            string path = files[random.Next(3) == 0 ? random.Next(files.Length - 1) : files.Length - 1];
            byte[] original = File.ReadAllBytes(path);
            File.WriteAllBytes(path, Mutate(original, random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using CtfRecording recording = CtfRecording.Open(folder, MappingTable.BuiltIn, []);
                MadeFile.Read(recording);
            }
            catch (BadInputException)
            {
                refused++;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}, mutant {i}: {e}");
            }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
            File.WriteAllBytes(path, original);
        }
        Assert.InRange(refused, 1, Mutants - 1);
    }

    [Fact]
    public void A_run_allocates_nothing_by_event()
    {
        using var writer = new CtfTraceWriter();
        for (int cpu = 0; cpu < 3; cpu++)
        {
            CtfStreamWriter stream = writer.Stream($"c_{cpu}", cpu, (ulong)cpu);
            for (uint packet = 0; packet < 20; packet++)
            {
                stream.Packet(packet * 2000, sequence: packet);
                for (uint i = 0; i < 1000; i++)
                {
                    ulong time = (packet * 2000) + (i * 2);
                    stream.Entry(time, i & 7);
                    if (i % 4 == 0) stream.Pm(time, "0000:00:03.0", "virtio-pci", "bus", 2);
                    if (i % 4 == 1) stream.Mixed(time, 1, 4);
                    stream.Exit(time + 1, i & 7);
                }
            }
        }
        string folder = writer.Write();
        long least = AllocatedBytes.Least(() =>
        {
            using CtfRecording recording = CtfRecording.Open(folder, MappingTable.BuiltIn, []);
            long records = 0, before = 0, after = 0;
            while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            {
                records += batch.Length;
                if (before == 0 && records > 40_000) before = GC.GetAllocatedBytesForCurrentThread();
                if (records < 120_000) after = GC.GetAllocatedBytesForCurrentThread();
            }
            Assert.Equal(135_000, records);
            return after - before;
        });
        Assert.Equal(0, least);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int changes = random.Next(1, 4); changes > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, "9999999"u8[..random.Next(1, 8)]); break;
                case 4: for (int i = at; i < Math.Min(at + 8, bytes.Count); i++) bytes[i] = 0xff; break;
                default:
                    // A piece of it once more, somewhere else.
                    int from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(1, 60), bytes.Count - from)));
                    break;
            }
            if (bytes.Count == 0) return [];
        }
        return [.. bytes];
    }

    private static bool IsBetweenPackets(byte[] whole, int length) =>
        length == 0 || (length < whole.Length && whole.AsSpan(length).StartsWith((byte[])[0xC1, 0x1F, 0xFC, 0xC1]));

    private static LossEntry Check(CtfTraceWriter writer, string[] lines, string what, string found)
    {
        using CtfRecording recording = CtfRecording.Open(writer.Write(), MappingTable.BuiltIn, []);
        Assert.Equal(lines, MadeFile.Read(recording));
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal(what, entry.What);
        Assert.EndsWith(found.EndsWith("c_0", StringComparison.Ordinal) ? found : found + " in c_0", entry.Found,
            StringComparison.Ordinal);
        return entry;
    }
}
