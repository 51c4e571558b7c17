using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Text;
using Xunit;

namespace Replay.Formats.Tests.Text;

/// <summary>
/// Text is the identity on the way to records and back. Seeds are the test's parameters, so a failure names its own.
/// </summary>
public class TextRoundTripTests
{
    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5, 6, 7, 8];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Records_of_every_kind_come_back_as_they_were(int seed)
    {
        var tables = new EventTables();
        List<IrqEvent> events = TextSamples.MakeEvents(seed, 400, tables);
        byte[] text = TextSamples.Write(events, tables, TextSamples.MakeInfo(seed), TextSamples.MakeReport());

        using TextRecording recording = TextSamples.OpenBytes(text);
        List<IrqEvent> back = TextSamples.ReadAll(recording);

        Assert.Equal(2, recording.Report.Entries.Count);
        Assert.Equal(events.Count, back.Count);
        for (int i = 0; i < events.Count; i++) AssertSame(events[i], tables, back[i], recording.Tables, seed, i);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Text_to_records_to_text_is_the_identity_byte_for_byte(int seed)
    {
        var tables = new EventTables();
        List<IrqEvent> events = TextSamples.MakeEvents(seed, 4000, tables);
        byte[] text = TextSamples.Write(events, tables, TextSamples.MakeInfo(seed), TextSamples.MakeReport());

        using TextRecording recording = TextSamples.OpenBytes(text);
        byte[] again = TextSamples.Rewrite(recording);

        Assert.Equal(Encoding.UTF8.GetString(text), Encoding.UTF8.GetString(again));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Batches_and_byte_splits_do_not_show(int seed)
    {
        var tables = new EventTables();
        List<IrqEvent> events = TextSamples.MakeEvents(seed, 50, tables);
        RecordingInfo info = TextSamples.MakeInfo(seed);
        byte[] whole = TextSamples.Write(events, tables, info, TextSamples.MakeReport());
        byte[] single = TextSamples.Write(events, tables, info, TextSamples.MakeReport(), batchEvents: 1);
        Assert.Equal(whole, single);

        foreach (int most in new[] { 1, 7, 1000 })
        {
            using TextRecording recording = TextRecording.Open(new ChoppyStream(whole, most), "demo.irqs");
            Assert.Equal(whole, TextSamples.Rewrite(recording));
        }
    }

    [Fact]
    public void Facts_and_losses_are_carried_through_unchanged()
    {
        RecordingInfo info = TextSamples.MakeInfo(1);
        info.WallOffsetNs = -5;
        info.FirstTimeNs = null;
        byte[] text = TextSamples.Write([], new EventTables(), info, TextSamples.MakeReport());

        using TextRecording recording = TextSamples.OpenBytes(text);
        Assert.Equal("6.1.0-50-amd64", recording.Info.Kernel);
        Assert.Empty(TextSamples.ReadAll(recording));

        RecordingInfo back = recording.Info;
        Assert.Equal("irqs", back.Format);
        Assert.Equal((info.SourceFormat, info.SourceFile, info.SourceBytes, info.Clock, info.CpuCount),
            (back.SourceFormat, back.SourceFile, back.SourceBytes, back.Clock, back.CpuCount));
        Assert.Equal((info.RecordCount, info.LostCount, info.FirstTimeNs, info.LastTimeNs, info.WallOffsetNs),
            (back.RecordCount, back.LostCount, back.FirstTimeNs, back.LastTimeNs, back.WallOffsetNs));
        Assert.Equal(info.Sources, back.Sources);
        LossEntry loss = recording.Report.Entries[0];
        Assert.Equal(
            (LossSeverity.DataLoss, "page commit larger than the page", 4096L, 1L, "at most 4080", "\"9999\"\n"),
            (loss.Severity, loss.What, loss.FirstOffset, loss.Count, loss.Expected, loss.Found));
        Assert.Equal(2, recording.Report.Entries[1].Count);
        Assert.True(recording.Report.HasDataLoss);
    }

    [Fact]
    public void Text_written_by_hand_without_facts_gains_none_on_the_way()
    {
        const string text = "irqs 1\n@sealed\n@cpus 2\n"
            + "0.000000000 0 vector_alloc irq=24 vector=33 reserved=1 ret=0\n"
            + "1.000000000 1 loss count=0\n"
            + "1.000000000 1 handler_entry irq=24 name=nvme0q1\n"
            + "@end 3\n";
        using TextRecording recording = TextSamples.OpenText(text);
        Assert.Equal(text, Encoding.UTF8.GetString(TextSamples.Rewrite(recording)));
        Assert.Equal((3L, 3L, 1L, 0UL, 1_000_000_000UL), (recording.Info.RecordCount, recording.Info.EventCount,
            recording.Info.LostCount, recording.Info.FirstTimeNs, recording.Info.LastTimeNs));
        Assert.Equal(["handler_entry", "loss", "vector_alloc"], recording.Info.Sources.ConvertAll(s => s.Name));
    }

    [Fact]
    public void Kinds_of_a_newer_version_pass_through_with_their_extensions()
    {
        const string line = "0.000000001 3 kind_199 irq=none vector=9 a=0x1 b=0xffffffffffffffff a1=0x2 b1=0x3 a2=0x0 "
            + "b2=0x4\n0.000000001 3 kind_198 irq=24 vector=0 a=0x0 b=0x0\n";
        using TextRecording recording = TextSamples.OpenText("irqs 1\n" + line);
        List<IrqEvent> events = TextSamples.ReadAll(recording);
        Assert.Empty(recording.Report.Entries);
        Assert.Equal(4, events.Count);
        Assert.Equal(((EventKind)199, IrqEvent.NoIrq, (byte)9, 1UL),
            (events[0].Kind, events[0].Irq, events[0].Vector, events[0].A));
        Assert.Equal((EventKind.Extension, 0UL, 4UL), (events[2].Kind, events[2].A, events[2].B));
        string text = Encoding.UTF8.GetString(TextSamples.Write(events, recording.Tables,
            recording.Info, recording.Report));
        Assert.Contains(line, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Raw_form_of_a_known_kind_gets_the_extension_that_the_kind_has()
    {
        using TextRecording recording = TextSamples.OpenText(
            "irqs 1\n0 0 kind_82 irq=0 a=0x5\n0 0 kind_25 irq=24 a1=0x1\n");
        List<IrqEvent> events = TextSamples.ReadAll(recording);
        Assert.Equal([EventKind.QiSubmit, EventKind.Extension], events.ConvertAll(e => e.Kind));
        Assert.Equal("extension records that do not fit the kind", Assert.Single(recording.Report.Entries).What);
    }

    [Fact]
    public void Records_that_no_event_accounts_for_become_comments()
    {
        IrqEvent[] events =
        [
            new() { Kind = EventKind.Extension, A = 1 }, new() { Kind = EventKind.Invalid },
            new() { Kind = EventKind.QiSubmit, A = 7 }, new() { Kind = EventKind.LapicOnline, Irq = IrqEvent.NoIrq },
        ];
        string text = Encoding.UTF8.GetString(
            TextSamples.Write(events, new EventTables(), new RecordingInfo(), new ImportReport()));
        Assert.Contains("# extension record without its event: a=0x1 b=0x0\n# record of no kind: a=0x0 b=0x0\n"
            + "0.000000000 0 qi_submit iommu=\"\" qw0=0x7 qw1=0x0 qw2=0x0 qw3=0x0\n0.000000000 0 lapic_online\n@",
            text, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_are_comments_and_follow_the_given_start()
    {
        var tables = new EventTables();
        IrqEvent[] events = [new() { Kind = EventKind.FreeIrq, Irq = 24 },
            new() { Kind = EventKind.FreeIrq, Irq = 25 }];
        using var stream = new MemoryStream();
        using (var writer = new EventTextWriter(stream) { WithNumbers = true, NextNumber = 41 })
        {
            writer.Write(events, tables);
        }
        Assert.Equal("0.000000000 0 free_irq irq=24 # 41\n0.000000000 0 free_irq irq=25 # 42\n",
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void Facts_that_came_late_are_repeated_at_the_end()
    {
        var info = new RecordingInfo { Format = "x", Kernel = "old" };
        using var stream = new MemoryStream();
        using var writer = new EventTextWriter(stream);
        writer.WriteHeader(info);
        writer.Write([new() { Kind = EventKind.FixupIrqs, Irq = IrqEvent.NoIrq }], new EventTables());
        info.CpuCount = 4;
        info.Kernel = "";
        writer.WriteEnd(info, new ImportReport());
        using TextRecording recording = TextSamples.OpenBytes(stream.ToArray());
        Assert.Equal("old", recording.Info.Kernel);
        TextSamples.ReadAll(recording);
        Assert.Equal(("", 4), (recording.Info.Kernel, recording.Info.CpuCount));
    }

    [Fact]
    public void Buffer_writer_and_stream_get_the_same_bytes()
    {
        var tables = new EventTables();
        IrqEvent[] events = [.. TextSamples.MakeEvents(9, 2000, tables)];
        RecordingInfo info = TextSamples.MakeInfo(9);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new EventTextWriter(buffer))
        {
            writer.WriteHeader(info);
            writer.Write(events, tables);
            writer.WriteEnd(info, TextSamples.MakeReport());
        }
        Assert.Equal(TextSamples.Write(events, tables, info, TextSamples.MakeReport()), buffer.WrittenSpan.ToArray());
    }

    private static void AssertSame(IrqEvent left, EventTables leftTables, IrqEvent right, EventTables rightTables,
        int seed, int index)
    {
        EventKindInfo? info = EventSchema.Find(left.Kind);
        foreach (EventOperand operand in info?.Operands ?? [])
        {
            if (operand.Format is not (OperandFormat.Name or OperandFormat.Device)) continue;
            bool isName = operand.Format == OperandFormat.Name;
            IrqEvent none = default;
            int a = (int)operand.Get(left, none), b = (int)operand.Get(right, none);
            Assert.Equal((isName ? leftTables.Names : leftTables.Devices)[a],
                (isName ? rightTables.Names : rightTables.Devices)[b]);
            // Indexes follow the order of first use, which differs between the tables.
            operand.Set(ref left, ref none, 0);
            operand.Set(ref right, ref none, 0);
        }
        Assert.True(MemoryMarshal.AsBytes([left]).SequenceEqual(MemoryMarshal.AsBytes([right])),
            string.Create(CultureInfo.InvariantCulture, $"seed {seed}, record {index}: {left.Kind}"));
    }
}
