using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Replay.Formats.MmioTrace;
using Replay.Formats.Tests.Text;
using Xunit;

namespace Replay.Formats.Tests.MmioTrace;

public class MmioTraceRecordingTests
{
    private const string Devices = """
        VERSION 20070824
        PCIDEV 0008 1b360010 a febc0004 0 0 0 0 0 0 4000 0 0 0 0 0 0 nvme
        PCIDEV 0010 808610d3 b feb80000 feba0000 c0c1 febc4000 0 0 feb40000 20000 20000 20 4000 0 0 40000 

        """;

    private const string Sample = Devices + """
        MARK 7.000001 MARK 3 load nvme
        MAP 7.000002 1 0xfebc0000 0xffffc9000031e000 0x2000 0x0 0
        R 4 7.000003 1 0xfebc001c 0x1 0x0 0
        MAP 7.000004 2 0xfebc2000 0xffffc9000006d000 0x20 0x0 0
        R 4 7.000005 2 0xfebc200c 0x1 0x0 0
        W 4 7.000006 2 0xfebc2000 0xfee01004 0x0 0
        W 4 7.000007 2 0xfebc2004 0x0 0x0 0
        W 4 7.000008 2 0xfebc2008 0xee 0x0 0
        W 4 7.000009 2 0xfebc2008 0xef 0x0 0
        W 4 7.000010 2 0xfebc200c 0x1 0x0 0
        W 4 7.000011 2 0xfebc201c 0x1 0x0 0
        W 4 7.000012 2 0xfebc200c 0x0 0x0 0
        UNMAP 7.000013 2 0x0 0
        MAP 7.000014 2 0xfebc2000 0xffffc9000006d000 0x20 0x0 0
        W 8 7.000015 2 0xfebc2010 0xfee02004 0x0 0
        W 4 7.000016 1 0xfebc0014 0x460000 0x0 0
        UNKNOWN 7.000017 1 0xfebc0014 0f,b6,00 0x0 0
        MARK 0.000000 Lost 12 events.

        """;

    private static readonly string[] SampleEvents =
    [
        "7.000001000 0 mark text=\"MARK 3 load nvme\"",
        "7.000011000 0 msix_store device=0000:00:01.0 entry=0 register=address_lo value=0xfee01004",
        "7.000011000 0 msix_store device=0000:00:01.0 entry=0 register=address_hi value=0x0",
        "7.000011000 0 msix_store device=0000:00:01.0 entry=0 register=data value=0xef",
        "7.000011000 0 msix_store device=0000:00:01.0 entry=0 register=control value=0x1",
        "7.000011000 0 msix_store device=0000:00:01.0 entry=1 register=control value=0x1",
        "7.000012000 0 msix_store device=0000:00:01.0 entry=0 register=control value=0x0",
        "7.000015000 0 msix_store device=0000:00:01.0 entry=1 register=address_lo value=0xfee02004",
        "7.000015000 0 msix_store device=0000:00:01.0 entry=1 register=address_hi value=0x0",
        "7.000017000 0 loss count=12",
    ];

    [Fact]
    public void A_table_that_the_kernel_masks_is_known_for_one_with_all_that_was_stored()
    {
        (List<string> lines, Recording recording) = Read(Sample);
        Assert.Equal(SampleEvents, lines);
        Assert.Equal(21, recording.Info.RecordCount);
        Assert.Equal(12, recording.Info.LostCount);
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal(MmioTraceRecording.LostLines, entry.What);
        long writes = 0;
        foreach (SourceCount source in recording.Info.Sources) writes += source.Name == "W" ? source.Count : 0;
        Assert.Equal(9, writes);
    }

    [Theory]
    [InlineData("W 4 7.1 2 0xfebc2000 0x1 0x0 0")]
    [InlineData("W 3 7.000001 2 0xfebc2000 0x1 0x0 0")]
    [InlineData("W 1 7.000001 2 0xfebc2000 0x100 0x0 0")]
    [InlineData("W 4 7.000001 2 0xfebc2000")]
    [InlineData("W 4 7.000001 2 0xfebc2000 0x1 0x0 0 7")]
    [InlineData("R 4 7.000001 99999999999 0xfebc2000 0x1 0x0 0")]
    [InlineData("MAP 7.000001 1 0xfebc0000 0xffffc9000031e000 0x2000000000000000000 0x0 0")]
    [InlineData("map what?")]
    [InlineData("PCIDEV 0008 1b360010 a febc0004")]
    [InlineData("PCIDEV 10008 1b360010 a 0 0 0 0 0 0 0 0 0 0 0 0 0 0 ")]
    public void A_damaged_line_is_counted_and_not_used(string line)
    {
        (List<string> lines, Recording recording) = Read(Devices + line + "\n");
        Assert.Empty(lines);
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal(line.StartsWith("map", StringComparison.Ordinal) ? MmioTraceRecording.ForeignLine
            : MmioTraceRecording.BrokenLine, entry.What);
        Assert.Equal(4, entry.FirstOffset);
    }

    [Theory]
    [InlineData("W 4 7.000001 2 0xfebc2000 0x1 0x0 0\n", MmioTraceRecording.UnknownMap)]
    [InlineData("MAP 7.000001 2 0xfebc2000 0x0 0x20 0x0 0\nW 4 7.000001 2 0xfebc2020 0x1 0x0 0\n",
        MmioTraceRecording.OutsideMap)]
    [InlineData("MAP 7.000001 2 0xfebc2000 0x0 0x2 0x0 0\nW 4 7.000001 2 0xfebc2000 0x1 0x0 0\n",
        MmioTraceRecording.OutsideMap)]
    [InlineData("MAP 7.000001 2 0xfebc2000 0x0 0xffffffffffffffff 0x0 0\n", MmioTraceRecording.NoFunction)]
    public void An_access_that_cannot_be_is_counted(string text, string what)
    {
        (List<string> lines, Recording recording) = Read(Devices + text);
        Assert.Empty(lines);
        Assert.Equal(what, recording.Report.Entries[^1].What);
    }

    [Theory]
    [InlineData("W 4 7.000005 2 0xfebc200c 0x1 0x0 0\nR 4 7.000005 2 0xfebc200c 0x1 0x0 0\n"
        + "W 4 7.000006 2 0xfebc201c 0x1 0x0 0\n")]
    [InlineData("W 4 7.000005 2 0xfebc201c 0x1 0x0 0\nW 4 7.000006 2 0xfebc200c 0x1 0x0 0\n")]
    [InlineData("W 4 7.000005 2 0xfebc200c 0x1 0x0 0\nW 4 7.000006 2 0xfebc201c 0x0 0x0 0\n")]
    [InlineData("W 4 7.000005 2 0xfebc200c 0x1 0x0 0\n")]
    public void A_mapping_that_nobody_masks_from_end_to_end_is_no_table(string accesses)
    {
        (List<string> lines, _) = Read(Devices + "MAP 7.000004 2 0xfebc2000 0x0 0x20 0x0 0\n" + accesses);
        Assert.Empty(lines);
    }

    [Fact]
    public void Lines_of_lspci_tell_where_tables_are()
    {
        const string Lspci = "LSPCI 00:01.0 Non-Volatile memory controller: Red Hat, Inc.\n"
            + "LSPCI \tCapabilities: [40] MSI-X: Enable- Count=1 Masked-\n"
            + "LSPCI \t\tVector table: BAR=0 offset=00002000\n";
        (List<string> lines, _) = Read(Devices + Lspci + "MAP 7.000004 2 0xfebc2000 0x0 0x10 0x0 0\n"
            + "W 4 7.000005 2 0xfebc2008 0x31 0x0 0\n"
            + "MAP 7.000006 3 0xfebc0000 0x0 0x20 0x0 0\n"
            + "W 4 7.000007 3 0xfebc000c 0x1 0x0 0\nW 4 7.000008 3 0xfebc001c 0x1 0x0 0\n");
        Assert.Equal(["7.000005000 0 msix_store device=0000:00:01.0 entry=0 register=data value=0x31"], lines);
    }

    [Fact]
    public void Every_truncation_gives_a_prefix_of_the_events()
    {
        byte[] text = Encoding.UTF8.GetBytes(Sample);
        for (int length = 0; length < text.Length; length++)
        {
            (List<string> some, _) = Read(text[..length]);
            Assert.Equal(SampleEvents[..some.Count], some);
        }
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Mutants_end_in_events_and_a_report(int seed)
    {
        byte[] text = Encoding.UTF8.GetBytes(Sample);
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++)
        {
            byte[] mutant = (byte[])text.Clone();
            for (int n = random.Next(1, 12); n > 0; n--)
            {
                int at = random.Next(mutant.Length);
                if (random.Next(3) == 0) mutant[at] = (byte)random.Next(256);
                else mutant[at] = mutant[random.Next(mutant.Length)];
            }
            (List<string> lines, Recording recording) = Read(mutant);
            Assert.InRange(lines.Count, 0, 40);
            Assert.InRange(recording.Report.Entries.Count, 0, ImportReport.KindsMax);
        }
    }

    [Fact]
    public void Functions_and_mappings_without_number_stay_within_bounds()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 5000; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"PCIDEV {i:x4} 0 0 {i + 1:x}000 0 0 0 0 0 0 1000 0 0 0 0 0 0 \n");
        }
        for (int i = 0; i < 70_000; i++)
            text.Append(CultureInfo.InvariantCulture, $"MAP 1.000000 {i} 0x1000 0x0 0x1000 0x0 0\n");
        (List<string> lines, Recording recording) = Read(text.ToString());
        Assert.Empty(lines);
        Assert.Equal(MmioTraceRecording.TooMuch, Assert.Single(recording.Report.Entries).What);
    }

    [Theory]
    [InlineData("VERSION 20070824\n", true)]
    [InlineData("W 4 7.000005 2 0xfebc2008 0x31 0x0 0\n", true)]
    [InlineData("some words\nMAP 7.000004 2 0xfebc2000 0x0 0x10 0x0 0\n", true)]
    [InlineData("MARK my words\n", false)]
    [InlineData("VERSION 1.2\n", false)]
    [InlineData("R 4\n", false)]
    public void The_first_lines_tell_the_format(string start, bool expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(start);
        Assert.Equal(expected, TraceSniffer.Find(ImporterTable.Rows, bytes)?.Name == "mmiotrace");
    }

    [Fact]
    public void A_warm_run_allocates_nothing_per_line()
    {
        string accesses = Sample[Sample.IndexOf("UNMAP", StringComparison.Ordinal)..Sample.IndexOf("MARK 0",
            StringComparison.Ordinal)];
        var text = new StringBuilder(Sample);
        for (int i = 0; i < 8000; i++) text.Append(accesses);
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using MmioTraceRecording recording = MmioTraceRecording.Open(new MemoryStream(bytes), "x");
            Assert.True(recording.TryReadBatch(out _));
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(recording.TryReadBatch(out _));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }

    private static (List<string> Lines, Recording Recording) Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    private static (List<string> Lines, Recording Recording) Read(byte[] text)
    {
        MmioTraceRecording recording = MmioTraceRecording.Open(new MemoryStream(text), "x");
        return (TextSamples.ReadLines(recording), recording);
    }
}
