using System;
using System.IO;
using System.Linq;
using System.Numerics;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Ctf;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Replay.Formats.Tests.TraceDat;
using Replay.Formats.Text;
using Xunit;

namespace Replay.Formats.Tests.Ctf;

public sealed class CtfRecordingTests
{
    private static readonly string[] InOrder =
    [
        "100 cpu0 handler_entry 5", "105 cpu1 cpu_seen 4294967295", "110 cpu1 handler_entry 6",
        "120 cpu0 handler_exit 5", "120 cpu1 handler_exit 6",
        "300000000 cpu0 handler_entry 7", "300000001 cpu0 handler_exit 7", "5000000000 cpu0 handler_entry 8",
    ];

    public static TheoryData<MadeHeader, bool, bool, bool> Shapes()
    {
        var data = new TheoryData<MadeHeader, bool, bool, bool>();
        foreach (MadeHeader header in Enum.GetValues<MadeHeader>())
        {
            for (int i = 0; i < 8; i++) data.Add(header, (i & 1) != 0, (i & 2) != 0, (i & 4) != 0);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_header_alignment_and_byte_order_gives_the_same_events(MadeHeader header, bool bigEndian,
        bool isNatural, bool isPacketised)
    {
        using var writer = new CtfTraceWriter
        {
            Header = header,
            BigEndian = bigEndian,
            IsNatural = isNatural,
            IsPacketised = isPacketised,
        };
        using CtfRecording recording = Open(Usual(writer));
        Assert.Equal(InOrder, MadeFile.Read(recording));
        Assert.Empty(recording.Report.Entries);
        Assert.Equal("CTF 1.8", recording.Info.Format);
        Assert.Equal("mono", recording.Info.Clock);
        Assert.Equal("6.1.0-made", recording.Info.Kernel);
        Assert.Equal(5_000_000_000, recording.Info.WallOffsetNs);
        Assert.Equal(100UL, recording.Info.FirstTimeNs);
        Assert.Equal(5_000_000_000UL, recording.Info.LastTimeNs);
        Assert.Equal(11, recording.Info.RecordCount);
        Assert.Equal(
            [new SourceCount("lttng:irq_handler_entry", 4, "handler_entry"),
                new("lttng:irq_handler_exit", 3, "handler_exit"), new("made:long", 1, ""), new("made:mixed", 3, "")],
            recording.Info.Sources);
        Assert.Equal(1, recording.Progress);
    }

    [Theory]
    [InlineData(MadeHeader.Compact)]
    [InlineData(MadeHeader.Odd)]
    public void Short_times_wrap_at_most_once(MadeHeader header)
    {
        using var writer = new CtfTraceWriter { Header = header };
        ulong[] times = [(1UL << 27) - 1, 1UL << 27, (1UL << 28) - 1, (1UL << 32) - 1, 1UL << 32, (1UL << 33) + 5];
        CtfStreamWriter stream = writer.Stream("c_0", 0, 0).Packet(times[0]);
        foreach (ulong time in times) stream.Exit(time, 1);
        using CtfRecording recording = Open(writer);
        Assert.Equal(times.Select(time => $"{time} cpu0 handler_exit 1"), MadeFile.Read(recording));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fields_without_fixed_places_are_taken_apart(bool bigEndian)
    {
        using var writer = new CtfTraceWriter { BigEndian = bigEndian };
        writer.Stream("c_0", 3, 0).Packet(0)
            .Pm(10, "0000:00:03.0", "virtio-pci", "bus suspend", 2)
            .Bits(20, -3, 5000, 0xffffffff81000123, 0x1234, "abc")
            .Console(30, "a line of the log")
            .Console(40, "");
        MappingTable mapping = MappingTable.Parse("made:bits -> lapic_can_unplug_return ret=small", "map",
            MappingTable.BuiltIn);
        using CtfRecording recording = CtfRecording.Open(writer.Write(), mapping, []);
        Assert.True(recording.TryReadBatch(out ReadOnlySpan<IrqEvent> events));
        Assert.Equal(EventKind.DevicePmStart, events[0].Kind);
        string text = EventLine(recording, events);
        Assert.Equal("device_pm_start device=0000:00:03.0 driver=virtio-pci ops=\"bus suspend\" event=2", text);
        int bits = events.ToArray().ToList().FindIndex(static e => e.Kind == EventKind.LapicCanUnplugReturn);
        Assert.Equal(-3, (int)events[bits].ALow);
        Assert.Contains(events.ToArray(), static e => e.Kind == EventKind.LogLine);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Numbers_of_any_width_order_and_place_are_read(bool bigEndian)
    {
        using var writer = new CtfTraceWriter { BigEndian = bigEndian };
        writer.Stream("c_0", 0, 0).Packet(0).Bits(20, 1, 5000, 0xfeedc0ffee001235, 0x1234, "abc");
        MappingTable mapping = MappingTable.Parse(
            "made:bits -> msi_write irq=middle address=address data=other | array[1] << 16", "map");
        using CtfRecording recording = CtfRecording.Open(writer.Write(), mapping, []);
        Assert.True(recording.TryReadBatch(out ReadOnlySpan<IrqEvent> events));
        Assert.Equal(EventKind.MsiWrite, events[0].Kind);
        Assert.Equal(5000U, events[0].Irq);
        string line = EventLine(recording, events);
        Assert.Contains("address=0xfeedc0ffee001235 data=0x81234", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Discarded_events_are_missing_at_the_end_of_the_packet_that_was_full()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0)
            .Packet(100, end: 190, sequence: 0, discarded: 0).Exit(110, 1)
            .Packet(200, end: 290, sequence: 1, discarded: 7).Exit(210, 2)
            .Packet(300, end: 390, sequence: 2, discarded: 7).Exit(310, 3)
            .Packet(400, end: 490, sequence: 3, discarded: 9).Exit(410, 4);
        using CtfRecording recording = Open(writer);
        Assert.Equal(
            [
                "110 cpu0 handler_exit 1", "210 cpu0 handler_exit 2", "300 cpu0 loss 7", "310 cpu0 handler_exit 3",
                "410 cpu0 handler_exit 4", "490 cpu0 loss 2",
            ],
            MadeFile.Read(recording));
        Assert.Equal(9, recording.Info.LostCount);
        Assert.Equal(2, Assert.Single(recording.Report.Entries).Count);
    }

    [Fact]
    public void Lost_packets_are_an_unknown_number_of_events_before_the_next_one()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 2, 0)
            .Packet(100, sequence: 4, discarded: 11).Exit(110, 1)
            .Packet(200, sequence: 8, discarded: 11).Exit(210, 2);
        using CtfRecording recording = Open(writer);
        // What was discarded before the first packet of the recording is not known to be in it.
        Assert.Equal(["110 cpu2 handler_exit 1", "200 cpu2 loss 0", "210 cpu2 handler_exit 2"],
            MadeFile.Read(recording));
        Assert.Equal(2, recording.Report.Entries.Count);
    }

    [Fact]
    public void A_counter_of_32_bits_wraps()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0", 0, 0).Packet(100, discarded: uint.MaxValue - 1).Exit(110, 1)
            .Packet(200, sequence: 1, discarded: 3).Exit(210, 2);
        using CtfRecording recording = Open(writer);
        Assert.Equal("210 cpu0 loss 5", MadeFile.Read(recording)[^1]);
    }

    [Fact]
    public void Files_that_rotate_are_one_stream_in_the_order_of_its_packets()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("c_0_0", 0, 9).Packet(500, sequence: 2, discarded: 3).Exit(510, 3);
        writer.Stream("c_0_1", 0, 9).Packet(100, sequence: 0).Exit(110, 1)
            .Packet(200, sequence: 1, discarded: 3).Exit(210, 2);
        writer.Stream("d_0_1", 0, 8);
        using CtfRecording recording = Open(writer);
        Assert.Equal(
            [
                "110 cpu0 handler_exit 1", "210 cpu0 handler_exit 2", "500 cpu0 loss 3", "510 cpu0 handler_exit 3",
            ],
            MadeFile.Read(recording));
    }

    [Fact]
    public void Channels_of_a_CPU_are_merged_and_count_under_one_name()
    {
        using var writer = new CtfTraceWriter();
        writer.Stream("a_1", 1, 0).Packet(0).Exit(10, 1).Exit(30, 3);
        writer.Stream("a_0", 0, 1).Packet(0).Exit(30, 4);
        writer.Stream("b_1", 1, 2).Packet(0).Exit(20, 2).Exit(30, 5);
        using CtfRecording recording = Open(writer);
        Assert.Equal(
            [
                "10 cpu1 handler_exit 1", "20 cpu1 handler_exit 2", "30 cpu0 handler_exit 4", "30 cpu1 handler_exit 3",
                "30 cpu1 handler_exit 5",
            ],
            MadeFile.Read(recording));
        Assert.Equal(5, Assert.Single(recording.Info.Sources).Count);
    }

    [Fact]
    public void An_event_longer_than_what_is_read_at_once_is_read()
    {
        using var writer = new CtfTraceWriter();
        CtfStreamWriter stream = writer.Stream("c_0", 0, 0).Packet(0).Exit(1, 1);
        for (uint i = 0; i < 4; i++) stream.Long(10 + (i * 2), 700_000).Exit(11 + (i * 2), i);
        using CtfRecording recording = Open(writer);
        Assert.Equal(5, MadeFile.Read(recording).Count);
        Assert.Empty(recording.Report.Entries);
        Assert.Equal(9, recording.Info.RecordCount);
    }

    [Theory]
    [InlineData(2_400_000_000UL)]
    [InlineData(19_200_000UL)]
    [InlineData(1UL)]
    [InlineData(3UL)]
    [InlineData(1_000_000_000UL)]
    [InlineData(40_000_000_001UL)]
    [InlineData(ulong.MaxValue)]
    public void Times_are_the_exact_quotient(ulong frequency)
    {
        var clock = new CtfClock { Frequency = frequency };
        var random = new Random(7);
        for (int i = 0; i < 2000; i++)
        {
            ulong ticks = (ulong)random.NextInt64() >> random.Next(40);
            BigInteger expected = BigInteger.Min((BigInteger)ticks * 1_000_000_000 / frequency, ulong.MaxValue);
            Assert.Equal(expected, clock.ToNs(ticks));
        }
    }

    [Theory]
    [InlineData(1_000_000_000UL, 3, 5, 3_000_000_005)]
    [InlineData(2_000_000_000UL, 3, -5, 2_999_999_997)]
    [InlineData(3_000_000_000UL, 0, 4_611_686_018_427_387_904, 1_537_228_672_809_129_301)]
    public void Offsets_are_added_up_beyond_64_bits(ulong frequency, long seconds, long ticks, long expected)
    {
        var clock = new CtfClock { Frequency = frequency, OffsetSeconds = seconds, Offset = ticks };
        Assert.Equal(expected, clock.OffsetNs);
    }

    [Fact]
    public void Streams_of_two_clocks_have_one_time()
    {
        using var writer = new CtfTraceWriter
        {
            Header = MadeHeader.Plain,
            Extra = """
                clock { name = other; freq = 500000000; offset_s = 6; };
                stream { id = 8;
                    packet.context := struct { uint64_t content_size; uint64_t packet_size; uint32_t cpu_id; };
                    event.header := struct { uint32_t id;
                        integer { size = 64; map = clock.other.value; } timestamp; }; };
                event { name = irq_handler_exit; id = 3; stream_id = 8; fields := struct { int irq; int ret; }; };
                """,
        };
        writer.Stream("a", 0, 0).Packet(0).Exit(1_000_000_100, 1);
        string folder = writer.Write();
        var packet = new BitWriter(false);
        packet.Number(0xC1FC1FC1, 32, 8)
            .Raw(File.ReadAllBytes(Path.Combine(folder, "a")).AsSpan()[4..20]).Number(8, 32, 8)
            .Number(0, 64, 8).Number(72 * 8, 64, 8).Number(72 * 8, 64, 8).Number(1, 32, 8)
            .Number(3, 32, 8).Number(45, 64, 8).Number(2, 32, 8).Number(1, 32, 8);
        File.WriteAllBytes(Path.Combine(folder, "b"), packet.ToArray());
        using CtfRecording recording = CtfRecording.Open(folder, MappingTable.BuiltIn, []);
        // 5 s and 1.0000001 s of the one clock; 6 s and 45 ticks of 2 ns of the other.
        Assert.Contains("1000000090 cpu1 handler_exit 2", MadeFile.Read(recording));
    }

    /// <summary>Fields as lttng-modules 2.13 describes them; all vectors have the same.</summary>
    [Theory]
    [InlineData("irq_handler_entry", "int _irq; string _name;")]
    [InlineData("irq_handler_exit", "int _irq; int _ret;")]
    [InlineData("x86_irq_vectors_*", "int _vector;")]
    [InlineData("kvm_msi_set_irq", "integer { size = 64; base = 16; } _address; integer { size = 64; } _data;")]
    [InlineData("kvm_ioapic_set_irq", "integer { size = 64; } _e; int _pin; integer { size = 8; } _coalesced;")]
    [InlineData("kvm_x86_eoi", "integer { size = 32; } _apicid; int _vector;")]
    [InlineData("kvm_x86_pv_eoi", "integer { size = 32; } _apicid; int _vector;")]
    [InlineData("kvm_x86_hv_hypercall", "integer { size = 16; } _rep_cnt; integer { size = 16; } _rep_idx;"
        + "integer { size = 64; } _ingpa; integer { size = 64; } _outgpa; integer { size = 16; } _code;"
        + "integer { size = 8; } _fast;")]
    [InlineData("printk_console", "integer { size = 64; } __msg_length;"
        + "integer { size = 8; encoding = UTF8; } _msg[ __msg_length ];")]
    [InlineData("console", "integer { size = 64; } __msg_length;"
        + "integer { size = 8; encoding = UTF8; } _msg[ __msg_length ];")]
    public void Every_line_for_LTTng_fits_its_event(string name, string fields)
    {
        string text = "typealias integer { size = 32; signed = true; } := int;"
            + "trace { major = 1; minor = 8; byte_order = le; };"
            + $"event {{ name = e; fields := struct {{ {fields} }}; }};";
        CtfStruct type = TsdlParser.Parse(Encoding.UTF8.GetBytes(text), "made").Streams[0].Events[0].Fields!;
        MappingLine[] lines = [.. MappingTable.BuiltIn.Lines.Where(line => line.System == "lttng"
            && NamePattern.IsMatch(name, line.Name))];
        Assert.Equal(name.EndsWith('*') ? 22 : 1, lines.Length);
        foreach (MappingLine line in lines)
        {
            var report = new ImportReport();
            var mapper = new RecordMapper(MappingTable.BuiltIn, new EventTables(), report,
                new KernelAddresses(static () => [], static () => []), bigEndian: false, longSize: 8);
            int plan = mapper.AddFormat(RecordLayout.Make("lttng", line.Name, type, bigEndian: false).Format);
            Assert.Equal(line.Kind!.Name, mapper.KindName(plan));
            Assert.Empty(report.Entries);
        }
    }

    [Fact]
    public void No_other_lines_are_for_LTTng() =>
        Assert.Equal(22 + 9, MappingTable.BuiltIn.Lines.Count(static line => line.System == "lttng"));

    private static string EventLine(Recording recording, ReadOnlySpan<IrqEvent> events)
    {
        using var stream = new MemoryStream();
        using (var writer = new EventTextWriter(stream))
        {
            writer.Write(events, recording.Tables);
            writer.WriteEnd(recording.Info, recording.Report);
        }
        string text = Encoding.UTF8.GetString(stream.ToArray());
        string line = text.Split('\n').First(static line => line.Length > 0 && char.IsAsciiDigit(line[0]));
        return line[(line.IndexOf(' ', line.IndexOf(' ', StringComparison.Ordinal) + 1) + 1)..];
    }

    internal static CtfTraceWriter Usual(CtfTraceWriter writer)
    {
        writer.Stream("chan_1", 1, 1).Packet(90, sequence: 0).Mixed(105, 3, 4).Entry(110, 6).Exit(120, 6);
        CtfStreamWriter first = writer.Stream("chan_0", 0, 0).Packet(90, sequence: 0);
        first.Entry(100, 5).Mixed(105, 0, 6).Exit(120, 5)
            .Packet(200_000_000, sequence: 1)
            .Mixed(200_000_000, 2, 0).Entry(300_000_000, 7, "").Exit(300_000_001, 7).Long(300_000_001, 3)
            .Entry(5_000_000_000, 8, "nvme0q1");
        writer.Stream("empty_2", 2, 2);
        return writer;
    }

    private static CtfRecording Open(CtfTraceWriter writer) =>
        CtfRecording.Open(writer.Write(), MappingTable.BuiltIn, []);
}
