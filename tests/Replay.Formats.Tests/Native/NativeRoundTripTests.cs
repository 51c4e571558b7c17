using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Formats.Tests.Native;

public class NativeRoundTripTests
{
    [Theory]
    [InlineData(0, 64)]
    [InlineData(1, 64)]
    [InlineData(64, 64)]
    [InlineData(3000, 64)]
    [InlineData(3000, 1000)]
    [InlineData(40000, NativeSpec.RecordsPerBlockMax)]
    public void What_is_written_is_read_back(int count, int recordsPerBlock)
    {
        var tables = new EventTables();
        IrqEvent[] records = NativeFiles.Events(1, count, tables);
        byte[] file = NativeFiles.Make(records, tables, recordsPerBlock);
        string path = NativeFiles.TempPath();
        File.WriteAllBytes(path, file);
        try
        {
            using NativeRecording fromPath = NativeRecording.Open(path);
            Same(records, tables, count, fromPath);
            using NativeRecording fromStream = NativeRecording.Open(new MemoryStream(file), "memory");
            Same(records, tables, count, fromStream);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Same(IrqEvent[] records, EventTables tables, int count, NativeRecording recording)
    {
        Assert.Equal(NativeFiles.Bytes(records), NativeFiles.Bytes(NativeFiles.ReadAll(recording)));
        Assert.False(recording.TryReadBatch(out _));
        Assert.Empty(recording.Report.Entries);
        Assert.Equal(count, recording.NextEventIndex);
        Assert.Equal(1, recording.Progress);
        Assert.True(recording.IsComplete);
        Assert.Equal("IrqReplay", recording.WriterName);
        Assert.NotEmpty(recording.WriterVersion);
        Assert.Equal(tables.Names.Count, recording.Tables.Names.Count);
        Assert.Equal(tables.Devices.Count, recording.Tables.Devices.Count);
        for (int i = 0; i < tables.Names.Count; i++)
            Assert.Equal(tables.Names[i], recording.Tables.Names[i]);
        for (int i = 0; i < tables.Devices.Count; i++)
            Assert.Equal(tables.Devices[i], recording.Tables.Devices[i]);
        RecordingInfo info = NativeFiles.Info();
        Assert.Equal("irqt", recording.Info.Format);
        Assert.Equal(info.SourceFormat, recording.Info.SourceFormat);
        Assert.Equal(info.SourceFile, recording.Info.SourceFile);
        Assert.Equal(info.SourceBytes, recording.Info.SourceBytes);
        Assert.Equal(info.Clock, recording.Info.Clock);
        Assert.Equal(info.Kernel, recording.Info.Kernel);
        Assert.Equal(info.CpuCount, recording.Info.CpuCount);
        Assert.Equal(info.WallOffsetNs, recording.Info.WallOffsetNs);
        Assert.Equal(info.RecordCount, recording.Info.RecordCount);
        Assert.Equal(count, recording.Info.EventCount);
        Assert.Equal(info.LostCount, recording.Info.LostCount);
        Assert.Equal(info.FirstTimeNs, recording.Info.FirstTimeNs);
        Assert.Equal(info.LastTimeNs, recording.Info.LastTimeNs);
        Assert.Equal(info.Sources, recording.Info.Sources);
    }

    [Fact]
    public void Same_events_give_the_same_bytes_whatever_the_size_of_the_writes()
    {
        var tables = new EventTables();
        IrqEvent[] records = NativeFiles.Events(2, 5000, tables);
        byte[] byEvent = NativeFiles.Make(records, tables, 500);
        Assert.Equal(byEvent, NativeFiles.Make(records, tables, 500));

        var target = new MemoryStream();
        using (NativeWriter writer = NativeWriter.Create(target, NativeFiles.Info(),
            new NativeWriterOptions { RecordsPerBlock = 500 }))
        {
            writer.Write(records, tables);
            writer.Complete(NativeFiles.Info(), tables, new ImportReport());
        }
        Assert.Equal(byEvent, target.ToArray());
    }

    [Fact]
    public void No_block_ends_inside_an_event_and_all_are_as_full_as_that_allows()
    {
        var tables = new EventTables();
        IrqEvent[] records = NativeFiles.Events(3, 4000, tables);
        byte[] file = NativeFiles.Make(records, tables, 100);
        using NativeRecording recording = NativeRecording.Open(new MemoryStream(file), "memory");
        int done = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            Assert.NotEqual(EventKind.Extension, batch[0].Kind);
            Assert.True(batch.Length <= 100);
            done += batch.Length;
            if (done < records.Length) Assert.True(batch.Length + EventSchema.RecordCount(records[done]) > 100);
        }
        Assert.Equal(records.Length, done);
    }

    [Fact]
    public void A_copy_of_a_copy_keeps_facts_and_losses()
    {
        var tables = new EventTables();
        IrqEvent[] records = NativeFiles.Events(4, 300, tables);
        var report = new ImportReport();
        report.Add(LossSeverity.DataLoss, "page commit larger than the page", 8192, "at most 4080 bytes", "5000 bytes");
        for (int i = 0; i < 41; i++)
            report.Seen("page commit larger than the page");
        report.Add(LossSeverity.Note, "unknown option", -1, "a known one", "77");
        byte[] first = NativeFiles.Make(records, tables, 64, report);
        byte[] second = Copy(first);
        Assert.Equal(first, second);

        using NativeRecording recording = NativeRecording.Open(new MemoryStream(second), "memory");
        NativeFiles.ReadAll(recording);
        Assert.True(recording.Report.HasDataLoss);
        Assert.Equal(2, recording.Report.Entries.Count);
        LossEntry loss = recording.Report.Entries[0];
        Assert.Equal((LossSeverity.DataLoss, 8192L, 42L), (loss.Severity, loss.FirstOffset, loss.Count));
        Assert.Equal(("at most 4080 bytes", "5000 bytes"), (loss.Expected, loss.Found));
    }

    private static byte[] Copy(byte[] file)
    {
        string path = NativeFiles.TempPath();
        File.WriteAllBytes(path, file);
        using NativeRecording source = NativeRecording.Open(path);
        var target = new MemoryStream();
        using (NativeWriter writer = NativeWriter.Create(target, NativeFiles.Info(),
            new NativeWriterOptions { RecordsPerBlock = 64 }))
        {
            while (source.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
                writer.Write(batch, source.Tables);
            writer.Complete(source.Info, source.Tables, source.Report);
        }
        File.Delete(path);
        return target.ToArray();
    }

    [Fact]
    public void Tables_and_counts_larger_than_a_block_are_split_and_come_back()
    {
        var tables = new EventTables();
        for (int i = 0; i < NameTable.Capacity - 1; i++)
            tables.Names.Intern("a rather long name of a handler, number " + i);
        tables.Devices.Intern(new string('d', 5000));
        RecordingInfo info = NativeFiles.Info();
        for (int i = 0; i < 60_000; i++)
            info.Sources.Add(new SourceCount("system:event_with_a_long_name_" + i, i, ""));
        IrqEvent[] records = [new() { TimeNs = 1, Kind = EventKind.HandlerEntry, A = 65534 }];
        byte[] file = NativeFiles.Make(records, tables, 64, null, info);

        using NativeRecording recording = NativeRecording.Open(new MemoryStream(file), "memory");
        NativeFiles.ReadAll(recording);
        Assert.Equal(tables.Names.Count, recording.Tables.Names.Count);
        Assert.Equal(tables.Names[65000], recording.Tables.Names[65000]);
        Assert.Equal(new string('d', 1024), recording.Tables.Devices[1]);
        Assert.Equal(info.Sources, recording.Info.Sources);
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.NameCut, LossSeverity.Note));
        foreach ((_, BlockHeader header) in NativeFiles.Blocks(file))
            Assert.InRange((int)header.TotalBytes, 4096, NativeSpec.BlockBytesMax);
    }

    [Fact]
    public void One_byte_at_a_time_gives_the_same_events()
    {
        var tables = new EventTables();
        IrqEvent[] records = NativeFiles.Events(5, 600, tables);
        byte[] file = NativeFiles.Make(records, tables, 128);
        using NativeRecording recording = NativeRecording.Open(new TrickleStream(file), "pipe");
        Assert.Equal(NativeFiles.Bytes(records), NativeFiles.Bytes(NativeFiles.ReadAll(recording)));
        Assert.Empty(recording.Report.Entries);
        Assert.False(recording.TrySeekEvent(0));
    }

    [Fact]
    public void Block_headers_tell_what_is_in_the_block()
    {
        var tables = new EventTables();
        IrqEvent[] records = NativeFiles.Events(6, 500, tables);
        records[0] = new IrqEvent { TimeNs = 5_000_000_000, Kind = EventKind.Loss, A = 7, Irq = IrqEvent.NoIrq };
        byte[] file = NativeFiles.Make(records, tables, 100);
        int done = 0;
        ulong events = 0;
        ulong sequence = 0;
        foreach ((int offset, BlockHeader header) in NativeFiles.Blocks(file))
        {
            Assert.Equal(sequence++, header.Sequence);
            if (header.Type != BlockType.Records) continue;
            var part = records.AsSpan(done, (int)header.RecordCount);
            (ulong min, ulong max, ulong cpus, uint count, bool isSorted) = (ulong.MaxValue, 0UL, 0UL, 0u, true);
            var kinds = new HashSet<EventKind>();
            for (int i = 0; i < part.Length; i++)
            {
                min = Math.Min(min, part[i].TimeNs);
                max = Math.Max(max, part[i].TimeNs);
                cpus |= 1UL << Math.Min((int)part[i].Cpu, 63);
                if (part[i].Kind != EventKind.Extension) count++;
                if (i > 0 && part[i].TimeNs < part[i - 1].TimeNs) isSorted = false;
                kinds.Add(part[i].Kind);
            }
            Assert.Equal((min, max, cpus, count), (header.MinTime, header.MaxTime, header.CpuMask, header.EventCount));
            Assert.Equal((part[0].TimeNs, part[^1].TimeNs), (header.FirstTime, header.LastTime));
            Assert.Equal(isSorted, (header.Flags & BlockFlags.Sorted) != 0);
            Assert.Equal(offset == FirstRecords(file), !isSorted);
            Assert.Equal(7ul, header.LossTotal);
            Assert.Equal(events, header.FirstEvent);
            for (int kind = 0; kind < 256; kind++)
                Assert.Equal(kinds.Contains((EventKind)kind), (header.Kinds[kind >> 6] >> (kind & 63) & 1) != 0);
            done += part.Length;
            events += count;
        }
        Assert.Equal(records.Length, done);
    }

    [Fact]
    public void Blocks_are_closed_on_time_when_asked()
    {
        IrqEvent[] records = new IrqEvent[100];
        for (int i = 0; i < records.Length; i++)
            records[i] = new IrqEvent { TimeNs = (ulong)i * 10, Kind = EventKind.FlowHandler };
        var tables = new EventTables();
        var target = new MemoryStream();
        using (NativeWriter writer = NativeWriter.Create(target, NativeFiles.Info(),
            new NativeWriterOptions { BlockSpanNs = 95 }))
        {
            writer.Write(records, tables);
            writer.Complete(NativeFiles.Info(), tables, new ImportReport());
        }
        using NativeRecording recording = NativeRecording.Open(new MemoryStream(target.ToArray()), "memory");
        for (int block = 0; block < 10; block++)
        {
            Assert.True(recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch));
            Assert.Equal(10, batch.Length);
        }
        Assert.False(recording.TryReadBatch(out _));
    }

    [Fact]
    public void A_batch_that_ends_inside_an_event_is_refused_by_the_writer()
    {
        using NativeWriter writer = NativeWriter.Create(new MemoryStream(), new RecordingInfo());
        IrqEvent[] torn = [new() { Kind = EventKind.QiSubmit }];
        Assert.Throws<ArgumentException>(() => writer.Write(torn, new EventTables()));
    }

    [Fact]
    public void Tables_that_do_not_go_on_from_earlier_ones_are_refused()
    {
        var tables = new EventTables();
        tables.Names.Intern("nvme0q1");
        using NativeWriter writer = NativeWriter.Create(new MemoryStream(), new RecordingInfo());
        IrqEvent[] records = [new() { Kind = EventKind.HandlerEntry, A = 1 }];
        writer.Write(records, tables);
        var others = new EventTables();
        others.Names.Intern("eth0");
        Assert.Throws<ArgumentException>(() => writer.Write(records, others));
    }

    // Records that no event owns (from damaged or hostile sources) fill more than a block; none of them is lost.
    [Fact]
    public void A_run_of_stray_extension_records_passes_through()
    {
        var records = new IrqEvent[1000];
        Array.Fill(records, new IrqEvent { Kind = EventKind.Extension, TimeNs = 9 });
        records[0].Kind = EventKind.FlowHandler;
        records[^1].Kind = EventKind.FlowHandler;
        var target = new MemoryStream();
        using (NativeWriter writer = NativeWriter.Create(target, new RecordingInfo(),
            new NativeWriterOptions { RecordsPerBlock = 64 }))
        {
            writer.Write(records, new EventTables());
            writer.Complete(new RecordingInfo(), new EventTables(), new ImportReport());
        }
        using NativeRecording recording = NativeRecording.Open(new MemoryStream(target.ToArray()), "memory");
        Assert.Equal(NativeFiles.Bytes(records), NativeFiles.Bytes(NativeFiles.ReadAll(recording)));
    }

    private static int FirstRecords(byte[] file) =>
        NativeFiles.Blocks(file).Find(static block => block.Header.Type == BlockType.Records).Offset;

    /// <summary>Gives one byte a read, as a slow pipe may.</summary>
    private sealed class TrickleStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override System.Threading.Tasks.ValueTask<int> ReadAsync(Memory<byte> buffer,
            System.Threading.CancellationToken cancellationToken = default) => new(Read(buffer.Span));
    }
}
