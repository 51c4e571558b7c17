using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Formats.Tests.Native;

/// <summary>
/// One file of each released version, readable for ever. A golden file is never made again:
/// with IRQREPLAY_GOLDEN=update this makes the one of the current version if it does not exist.
/// </summary>
public class NativeGoldenTests
{
    private static readonly string Golden = NativeFiles.InTests("Golden", "format-1.0.irqt");
    private static readonly string FormatText = NativeFiles.InTests("..", "src",
        "Replay.Formats", "Native", "FORMAT.md");

    [Fact]
    public void Format_1_0_is_read()
    {
        if (!File.Exists(Golden) && Environment.GetEnvironmentVariable("IRQREPLAY_GOLDEN") == "update")
            File.WriteAllBytes(Golden, Make());
        using NativeRecording recording = NativeRecording.Open(Golden);
        Assert.Equal(("IrqReplay", "0.1.0"), (recording.WriterName, recording.WriterVersion));
        Assert.Equal("", recording.Tables.Names[0]);
        Assert.Equal(("nvme0q1", "dmar0"), (recording.Tables.Names[1], recording.Tables.Names[2]));
        Assert.Equal("0000:00:03.0", recording.Tables.Devices[1]);
        RecordingInfo info = recording.Info;
        Assert.Equal(("irqt", "trace.dat v7", "tiny.dat", 40960L),
            (info.Format, info.SourceFormat, info.SourceFile, info.SourceBytes));
        Assert.Equal(("mono", "6.12.0", 2, 1_700_000_000_000_000_000L),
            (info.Clock, info.Kernel, info.CpuCount, info.WallOffsetNs!.Value));
        Assert.Equal((6L, 4L, 5L), (info.RecordCount, info.EventCount, info.LostCount));
        Assert.Equal((1000UL, 5000UL), (info.FirstTimeNs!.Value, info.LastTimeNs!.Value));
        Assert.Equal(
            [new SourceCount("irq:irq_handler_entry", 1, "handler_entry"),
                new SourceCount("sched:sched_switch", 2, "")],
            info.Sources);
        LossEntry loss = Assert.Single(recording.Report.Entries);
        Assert.Equal((LossSeverity.DataLoss, "records overwritten", 4096L, 1L),
            (loss.Severity, loss.What, loss.FirstOffset, loss.Count));

        Assert.True(recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch));
        Assert.Equal(NativeFiles.Bytes(Records()), NativeFiles.Bytes(batch.ToArray()));
        Assert.False(recording.TryReadBatch(out _));
        Assert.Single(recording.Report.Entries);
    }

    // The header names the program that wrote the file, so it and the footer's reference to it may differ; the blocks
    // may not, as long as this is the version that is written.
    [Fact]
    public void Blocks_written_today_are_those_of_the_golden_file_of_this_version()
    {
        byte[] golden = File.ReadAllBytes(Golden);
        byte[] today = Make();
        Assert.Equal(golden.Length, today.Length);
        Assert.Equal(golden[NativeSpec.FileHeaderBytes..^NativeSpec.FooterBytes],
            today[NativeSpec.FileHeaderBytes..^NativeSpec.FooterBytes]);
    }

    // Lines of the dump: eight digits of offset, two spaces, the bytes, two spaces, a bar and the meaning.
    [Fact]
    public void Hex_dump_of_the_format_document_is_the_golden_file()
    {
        byte[] golden = File.ReadAllBytes(Golden);
        int shown = 0;
        foreach (string line in File.ReadLines(FormatText))
        {
            int bar = line.IndexOf('|', StringComparison.Ordinal);
            if (bar < 12 || !uint.TryParse(line.AsSpan(0, 8), NumberStyles.HexNumber,
                CultureInfo.InvariantCulture, out uint offset))
                continue;
            byte[] bytes = Convert.FromHexString(line[8..bar].Replace(" ", "", StringComparison.Ordinal));
            Assert.True(golden.AsSpan((int)offset, bytes.Length).SequenceEqual(bytes), line);
            shown += bytes.Length;
        }
        Assert.True(shown > 600, "the document shows " + shown + " bytes");
    }

    // Every field of the structs has a row "| offset | size | name |" in the document, and the other way round the
    // layout test knows every field.
    [Theory]
    [InlineData(typeof(FileHeader))]
    [InlineData(typeof(BlockHeader))]
    [InlineData(typeof(BlockTrailer))]
    [InlineData(typeof(IndexEntry))]
    [InlineData(typeof(Footer))]
    public void Every_field_has_its_row_in_the_format_document(Type type)
    {
        string text = File.ReadAllText(FormatText);
        int section = text.IndexOf("<!-- " + type.Name + " -->", StringComparison.Ordinal);
        Assert.True(section >= 0, "no table of " + type.Name);
        string table = text[section..text.IndexOf("\n\n", text.IndexOf("| --", section, StringComparison.Ordinal),
            StringComparison.Ordinal)];
        foreach (System.Reflection.FieldInfo field in type.GetFields(System.Reflection.BindingFlags.Instance
            | System.Reflection.BindingFlags.Public))
        {
            string offset = System.Runtime.InteropServices.Marshal.OffsetOf(type, field.Name).ToString();
            string name = "`" + char.ToLowerInvariant(field.Name[0]) + field.Name[1..] + "`";
            bool found = false;
            foreach (string row in table.Split('\n'))
                found |= row.StartsWith("| " + offset + " |", StringComparison.Ordinal)
                    && row.Contains(name, StringComparison.Ordinal);
            Assert.True(found, $"{type.Name}: no row for {name} at {offset}");
        }
    }

    private static List<IrqEvent> Records()
    {
        var mark = new IrqEvent[2];
        mark[0] = new IrqEvent { TimeNs = 4000, Cpu = 1, Kind = EventKind.Mark };
        EventText.Write(Encoding.UTF8.GetBytes("unplug of CPU 1 begins"), mark);
        return
        [
            new IrqEvent { TimeNs = 1000, Cpu = 0, Kind = EventKind.HandlerEntry, Irq = 24, A = 1 },
            new IrqEvent { TimeNs = 2000, Cpu = 1, Kind = EventKind.QiSubmit, Irq = 2, A = 0x20, B = 0x1_0000_0000 },
            new IrqEvent { TimeNs = 2000, Cpu = 1, Kind = EventKind.Extension, Irq = IrqEvent.NoIrq, A = 5, B = 6 },
            new IrqEvent { TimeNs = 3000, Cpu = 1, Kind = EventKind.PcieFlr, Irq = IrqEvent.NoIrq, A = 1 },
            .. mark,
        ];
    }

    private static byte[] Make()
    {
        var tables = new EventTables();
        tables.Names.Intern("nvme0q1");
        tables.Names.Intern("dmar0");
        tables.Devices.Intern("0000:00:03.0");
        var info = new RecordingInfo
        {
            Format = "trace.dat v7",
            SourceFile = "tiny.dat",
            SourceBytes = 40960,
            Clock = "mono",
            Kernel = "6.12.0",
            CpuCount = 2,
            WallOffsetNs = 1_700_000_000_000_000_000,
            RecordCount = 6,
            LostCount = 5,
            FirstTimeNs = 1000,
            LastTimeNs = 5000,
        };
        info.Sources.Add(new SourceCount("irq:irq_handler_entry", 1, "handler_entry"));
        info.Sources.Add(new SourceCount("sched:sched_switch", 2, ""));
        var report = new ImportReport();
        report.Add(LossSeverity.DataLoss, "records overwritten", 4096, "a page that follows", "a gap");
        return NativeFiles.Make([.. Records()], tables, 64, report, info);
    }
}
