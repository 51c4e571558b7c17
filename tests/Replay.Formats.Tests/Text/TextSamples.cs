using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Text;
using Xunit;

namespace Replay.Formats.Tests.Text;

/// <summary>Random valid recordings from a seed, and the two directions of the text form in one call each.</summary>
internal static class TextSamples
{
    private static readonly string[] Names =
    [
        "nvme0q1", "eth0-TxRx-0", "PCI-MSI", "PCIe PME, aerdrv", "", "none", "a=b", "#x", "quote\"back\\slash", "é—漢",
        "tab\tname", "\u202Eright", "-1", "0x10", "\u0001", "it's", "irq/24-nvme0q1",
    ];

    /// <summary>
    /// Every kind of the schema at least once, <paramref name="extra"/> more events, random operands.
    /// </summary>
    public static List<IrqEvent> MakeEvents(int seed, int extra, EventTables tables)
    {
        var random = new Random(seed);
        var events = new List<IrqEvent>();
        ulong time = (ulong)random.NextInt64(0, 10_000_000_000);
        IReadOnlyList<EventKindInfo> kinds = EventSchema.All;
        for (int i = 0; i < kinds.Count + extra; i++)
        {
            EventKindInfo info = i < kinds.Count ? kinds[i] : kinds[random.Next(kinds.Count)];
            time += (ulong)random.Next(0, 3) * (ulong)random.NextInt64(0, 2_000_000_000);
            AddEvent(events, info, time, (ushort)random.Next(0, 70000), random, tables);
        }
        return events;
    }

    /// <summary>Events of a recording as lines of the text form, read to its end or to a number of records.</summary>
    public static List<string> ReadLines(Recording recording, int recordsMax = int.MaxValue)
    {
        List<IrqEvent> events = [];
        using (recording)
        {
            while (events.Count < recordsMax && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
                events.AddRange(batch);
        }
        string text = Encoding.UTF8.GetString(Write(events, recording.Tables, new RecordingInfo(), new ImportReport()));
        List<string> lines = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith("irqs ", StringComparison.Ordinal) && line[0] is not '@' and not '#') lines.Add(line);
        }
        return lines;
    }

    private static void AddEvent(List<IrqEvent> events, EventKindInfo info, ulong time, ushort cpu, Random random,
        EventTables tables)
    {
        var record =
            new IrqEvent { TimeNs = time, Cpu = cpu, Kind = info.Kind, Irq = info.UsesIrq ? 0 : IrqEvent.NoIrq };
        var extension = new IrqEvent { TimeNs = time, Cpu = cpu, Kind = EventKind.Extension, Irq = IrqEvent.NoIrq };
        foreach (EventOperand operand in info.Operands)
        {
            if (operand.Format == OperandFormat.Text)
            {
                AddText(events, record, random);
                return;
            }
            operand.Set(ref record, ref extension, MakeValue(operand, random, tables));
        }
        events.Add(record);
        if (info.HasExtension) events.Add(extension);
    }

    private static ulong MakeValue(EventOperand operand, Random random, EventTables tables) => operand.Format switch
    {
        OperandFormat.Name => (ulong)tables.Names.Intern(Names[random.Next(Names.Length)]),
        OperandFormat.Device => (ulong)tables.Devices.Intern($"0000:{random.Next(4):x2}:{random.Next(8):x2}.0"),
        _ => random.Next(4) switch
        {
            0 => operand.Mask,
            1 => (ulong)random.Next(0, 40) & operand.Mask,
            2 => (operand.Mask >> 1) + (ulong)random.Next(0, 2),
            _ => (ulong)random.NextInt64() & operand.Mask,
        },
    };

    private static void AddText(List<IrqEvent> events, IrqEvent record, Random random)
    {
        byte[] text = new byte[random.Next(4) == 0 ? random.Next(0, 1025) : random.Next(0, 40)];
        if (random.Next(2) == 0) random.NextBytes(text);
        else
        {
            for (int i = 0; i < text.Length; i++) text[i] = (byte)random.Next(0x20, 0x7F);
        }
        var records = new IrqEvent[65];
        records[0] = record;
        int count = EventText.Write(text, records);
        events.AddRange(records[..count]);
    }

    public static RecordingInfo MakeInfo(int seed)
    {
        var random = new Random(seed);
        var info = new RecordingInfo
        {
            Format = "trace.dat v7",
            SourceFormat = "trace.dat v7",
            SourceFile = "a trace.dat",
            SourceBytes = random.Next(),
            Clock = random.Next(2) == 0 ? "" : "mono",
            Kernel = "6.1.0-50-amd64",
            CpuCount = random.Next(0, 8),
            WallOffsetNs = random.Next(2) == 0 ? null : -random.NextInt64(),
            RecordCount = random.Next(),
            LostCount = random.Next(3),
            FirstTimeNs = random.Next(2) == 0 ? null : (ulong)random.NextInt64(),
            LastTimeNs = (ulong)random.NextInt64(),
        };
        info.Sources.Add(new SourceCount("irq:irq_handler_entry", 53224, "handler_entry"));
        info.Sources.Add(new SourceCount("sched:sched switch", 7, ""));
        return info;
    }

    public static ImportReport MakeReport()
    {
        var report = new ImportReport();
        report.Add(LossSeverity.DataLoss, "page commit larger than the page", 4096, "at most 4080", "\"9999\"\n");
        report.Add(LossSeverity.Note, "odd", -1, "", "x");
        Assert.True(report.Seen("odd"));
        return report;
    }

    public static byte[] Write(IReadOnlyList<IrqEvent> events, EventTables tables, RecordingInfo info,
        ImportReport report, int batchEvents = int.MaxValue, bool withNumbers = false)
    {
        using var stream = new MemoryStream();
        using var writer = new EventTextWriter(stream) { WithNumbers = withNumbers };
        writer.WriteHeader(info);
        IrqEvent[] all = [.. events];
        for (int start = 0; start < all.Length;)
        {
            int end = start;
            for (int n = 0; n < batchEvents && end < all.Length; n++)
            {
                end++;
                while (end < all.Length && all[end].Kind == EventKind.Extension) end++;
            }
            writer.Write(all.AsSpan(start..end), tables);
            start = end;
        }
        writer.WriteEnd(info, report);
        return stream.ToArray();
    }

    /// <summary>The text of a whole recording, written as <c>events</c> and <c>convert</c> do.</summary>
    public static byte[] Rewrite(Recording recording)
    {
        using var stream = new MemoryStream();
        using var writer = new EventTextWriter(stream);
        writer.WriteHeader(recording.Info);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> events)) writer.Write(events, recording.Tables);
        writer.WriteEnd(recording.Info, recording.Report);
        return stream.ToArray();
    }

    public static List<IrqEvent> ReadAll(Recording recording)
    {
        var all = new List<IrqEvent>();
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> events))
        {
            Assert.False(events.IsEmpty);
            Assert.NotEqual(EventKind.Extension, events[0].Kind);
            all.AddRange(events);
        }
        return all;
    }

    public static TextRecording OpenText(string text) => OpenBytes(Encoding.UTF8.GetBytes(text));

    public static TextRecording OpenBytes(byte[] bytes) => TextRecording.Open(new MemoryStream(bytes), "demo.irqs");
}
