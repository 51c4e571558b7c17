using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Native;

namespace Replay.Formats.Tests.Native;

/// <summary>Small recordings for the tests of the native format, and what comes back of them.</summary>
internal static class NativeFiles
{
    /// <summary>A path below the folder of all tests.</summary>
    public static string InTests(params string[] parts)
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "IrqReplay.sln")))
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("no IrqReplay.sln above the tests");
        return Path.Combine([folder, "tests", .. parts]);
    }

    /// <summary>A new path in a folder that the system cleans.</summary>
    public static string TempPath() => Path.Combine(Path.GetTempPath(), "irqt-" + Guid.NewGuid().ToString("N"));

    /// <summary>
    /// Events with rising times: plain ones, some with an extension record, some marks with text of up to 65 records.
    /// Names are interned as they are used.
    /// </summary>
    public static IrqEvent[] Events(int seed, int count, EventTables tables)
    {
        var random = new Random(seed);
        var records = new List<IrqEvent>();
        var text = new IrqEvent[65];
        ulong time = 1_000_000;
        for (int i = 0; i < count; i++)
        {
            time += (ulong)random.Next(0, 2000);
            var record = new IrqEvent { TimeNs = time, Cpu = (ushort)random.Next(0, 70) };
            switch (random.Next(0, 10))
            {
                case 0:
                    record.Kind = EventKind.QiSubmit;
                    record.A = (ulong)random.NextInt64();
                    record.Irq = (uint)tables.Names.Intern("dmar" + random.Next(0, 4));
                    records.Add(record);
                    record.Kind = EventKind.Extension;
                    record.Irq = IrqEvent.NoIrq;
                    records.Add(record);
                    break;
                case 1:
                    record.Kind = EventKind.Mark;
                    text[0] = record;
                    int written = EventText.Write(Encoding.UTF8.GetBytes(new string('m', random.Next(0, 1100))), text);
                    records.AddRange(text.AsSpan(0, written));
                    break;
                case 2:
                    record.Kind = EventKind.PcieFlr;
                    record.Irq = IrqEvent.NoIrq;
                    record.A = (ulong)tables.Devices.Intern("0000:00:0" + random.Next(0, 8) + ".0");
                    records.Add(record);
                    break;
                default:
                    record.Kind = EventKind.HandlerEntry;
                    record.Irq = (uint)random.Next(1, 200);
                    record.Vector = (byte)random.Next(32, 255);
                    record.A = (ulong)tables.Names.Intern("action" + random.Next(0, 40));
                    record.B = (ulong)random.NextInt64();
                    records.Add(record);
                    break;
            }
        }
        return [.. records];
    }

    /// <summary>Facts with every field set.</summary>
    public static RecordingInfo Info()
    {
        var info = new RecordingInfo
        {
            Format = "trace.dat v7",
            SourceFormat = "trace.dat v7",
            SourceFile = "capture.dat",
            SourceBytes = 123456789,
            Clock = "mono",
            Kernel = "6.12.0-grüße",
            CpuCount = 70,
            WallOffsetNs = -5,
            RecordCount = 5000,
            LostCount = 3,
            FirstTimeNs = 17,
            LastTimeNs = ulong.MaxValue,
        };
        info.Sources.Add(new SourceCount("irq:irq_handler_entry", 4000, "handler_entry"));
        info.Sources.Add(new SourceCount("sched:sched_switch", 1000, ""));
        return info;
    }

    /// <summary>A complete file of these records, given to the writer event by event.</summary>
    public static byte[] Make(IrqEvent[] records, EventTables tables, int recordsPerBlock, ImportReport? report = null,
        RecordingInfo? info = null)
    {
        var target = new MemoryStream();
        using (NativeWriter writer = NativeWriter.Create(target, info ?? Info(),
            new NativeWriterOptions { RecordsPerBlock = recordsPerBlock }))
        {
            WriteEach(writer, records, tables);
            writer.Complete(info ?? Info(), tables, report ?? new ImportReport());
        }
        return target.ToArray();
    }

    /// <summary>Gives a writer one event at a time.</summary>
    public static void WriteEach(NativeWriter writer, ReadOnlySpan<IrqEvent> records, EventTables tables)
    {
        while (!records.IsEmpty)
        {
            int length = 1;
            while (length < records.Length && records[length].Kind == EventKind.Extension)
                length++;
            writer.Write(records[..length], tables);
            records = records[length..];
        }
    }

    /// <summary>All records that are left in a recording.</summary>
    public static List<IrqEvent> ReadAll(Recording recording)
    {
        var records = new List<IrqEvent>();
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            if (batch.IsEmpty) throw new InvalidOperationException("an empty batch");
            records.AddRange(batch);
        }
        return records;
    }

    /// <summary>Bytes of records, for comparison as a whole.</summary>
    public static byte[] Bytes(IEnumerable<IrqEvent> records)
    {
        IrqEvent[] array = [.. records];
        return System.Runtime.InteropServices.MemoryMarshal.AsBytes(array.AsSpan()).ToArray();
    }

    /// <summary>
    /// Offset and header of each block up to the footer, found without any of the reader's code but the struct.
    /// </summary>
    public static List<(int Offset, BlockHeader Header)> Blocks(byte[] file)
    {
        var blocks = new List<(int, BlockHeader)>();
        int offset = NativeSpec.FileHeaderBytes;
        while (offset + NativeSpec.FooterBytes < file.Length)
        {
            var header = System.Runtime.InteropServices.MemoryMarshal.Read<BlockHeader>(file.AsSpan(offset));
            blocks.Add((offset, header));
            offset += (int)header.TotalBytes;
        }
        return blocks;
    }

    /// <summary>True when the report has an entry of these words and severity.</summary>
    public static bool Has(ImportReport report, string what, LossSeverity severity)
    {
        foreach (LossEntry entry in report.Entries)
        {
            if (entry.What == what && entry.Severity == severity) return true;
        }
        return false;
    }
}
