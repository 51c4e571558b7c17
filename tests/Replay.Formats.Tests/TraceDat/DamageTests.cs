using System;
using System.Collections.Generic;
using System.Text;
using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>
/// Damage is local: what can be read is read, the gap is an event on its CPU, and the report names the first place.
/// </summary>
public sealed class DamageTests
{
    public static TheoryData<string, string> PageDamages() => new()
    {
        { "page with more used bytes than it has", "used" },
        { "record of impossible length", "zero words" },
        { "record of impossible length", "past the page" },
        { "record of impossible length", "length word below 4" },
        { "padding of impossible length", "padding" },
        { "record header cut by the end of its page", "extend at the end" },
        { "bytes after the last record of a page", "odd bytes" },
        { "record too short for its event number", "empty record" },
    };

    [Theory]
    [MemberData(nameof(PageDamages))]
    public void Damage_in_a_page_costs_its_records_and_is_an_event(string expected, string damage)
    {
        var writer = new TraceDatWriter();
        PageBuilder bad = writer.Page(20).Data(0, writer.Exit(2));
        bool losesFirst = damage == "used";
        _ = damage switch
        {
            "used" => bad.Commit(5000),
            "zero words" => bad.Word(0).Word(0).Word(0),
            "past the page" => bad.Word(28).Word(0),
            "length word below 4" => bad.Word(0).Word(3).Word(0),
            "padding" => bad.Word((1 << 5) | 29).Word(5000),
            "extend at the end" => bad.Word((1 << 5) | 30),
            "odd bytes" => bad.Word(0).Commit(22),
            _ => bad.Word(0).Word(4),
        };
        writer.Buffers.Add(new MadeBuffer("", "mono")
            .Add(0, writer.Page(10).Data(0, writer.Exit(1)), bad, writer.Page(30).Data(0, writer.Exit(3)))
            .Add(1, writer.Page(25).Data(0, writer.Exit(4))));
        List<string> lines = MadeFile.Read(writer, out TraceDatRecording recording);
        List<string> all = ["10 cpu0 handler_exit 1"];
        if (!losesFirst) all.Add("20 cpu0 handler_exit 2");
        all.AddRange(["25 cpu1 handler_exit 4", "30 cpu0 loss 0", "30 cpu0 handler_exit 3"]);
        Assert.Equal(all, lines);
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal(expected, entry.What);
        Assert.Equal(LossSeverity.DataLoss, entry.Severity);
        Assert.InRange(entry.FirstOffset, 4096, recording.Info.SourceBytes);
        Assert.Equal(1, recording.Info.LostCount);
    }

    [Fact]
    public void Time_that_goes_backwards_keeps_the_order_of_the_data()
    {
        var writer = new TraceDatWriter();
        writer.Buffers.Add(new MadeBuffer("", "mono")
            .Add(0, writer.Page(100).Data(0, writer.Exit(1)), writer.Page(50).Data(0, writer.Exit(2)))
            .Add(1, writer.Page(70).Data(0, writer.Exit(3)).Data(50, writer.Exit(4))));
        Assert.Equal(
            ["70 cpu1 handler_exit 3", "100 cpu0 handler_exit 1", "50 cpu0 handler_exit 2", "120 cpu1 handler_exit 4"],
            MadeFile.Read(writer, out TraceDatRecording recording));
        Assert.Equal(LossSeverity.Warning, Assert.Single(recording.Report.Entries).Severity);
    }

    [Fact]
    public void A_damaged_chunk_costs_its_pages_only()
    {
        var writer = new TraceDatWriter { Version = 7, Compression = "zlib" };
        var buffer = new MadeBuffer("", "mono");
        for (uint i = 0; i < 6; i++) buffer.Add(0, writer.Page(i).Data(0, writer.Exit(i)));
        writer.Buffers.Add(buffer);
        byte[] file = writer.Build();
        // CPU data starts at the last page border of this small file: count, then the first chunk's sizes and data.
        int data = file.Length / 4096 * 4096;
        int secondChunk = data + 4 + 8 + (int)BitConverter.ToUInt32(file, data + 4);
        file[secondChunk + 8] ^= 0xFF;
        using TraceDatRecording recording = MadeFile.Open(file);
        Assert.Equal(
            ["0 cpu0 handler_exit 0", "1 cpu0 handler_exit 1", "4 cpu0 loss 0",
                "4 cpu0 handler_exit 4", "5 cpu0 handler_exit 5"],
            MadeFile.Read(recording));
        Assert.Equal("chunk that cannot be unpacked", Assert.Single(recording.Report.Entries).What);
    }

    [Fact]
    public void A_chunk_that_claims_more_than_the_limit_is_refused_before_memory_is_taken()
    {
        var writer = new TraceDatWriter { Version = 7, Compression = "zstd" };
        writer.Buffers.Add(new MadeBuffer("", "mono").Add(0, writer.Page(1).Data(0, writer.Exit(1))));
        byte[] file = writer.Build();
        int data = file.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]);
        BitConverter.TryWriteBytes(file.AsSpan(data - 4), uint.MaxValue);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using TraceDatRecording recording = MadeFile.Open(file);
        Assert.Equal(["0 cpu0 loss 0"], MadeFile.Read(recording));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        Assert.Equal("chunk larger than 16 MiB", Assert.Single(recording.Report.Entries).What);
    }

    [Fact]
    public void A_list_of_options_that_is_a_circle_ends()
    {
        var writer = new TraceDatWriter { Version = 7, Cyclic = true };
        writer.Buffers.Add(new MadeBuffer("", "mono").Add(0, writer.Page(1).Data(0, writer.Exit(1))));
        Assert.Equal(["1 cpu0 handler_exit 1"], MadeFile.Read(writer, out TraceDatRecording recording));
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Contains("circle", entry.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_of_two_cpus_that_overlaps_is_read_once()
    {
        var writer = new TraceDatWriter();
        writer.Buffers.Add(new MadeBuffer("", "mono")
            .Add(0, writer.Page(1).Data(0, writer.Exit(1)))
            .Add(1, writer.Page(2).Data(0, writer.Exit(2))));
        byte[] file = writer.Build();
        int table = file.AsSpan().IndexOf("flyrecord"u8) + 10;
        file.AsSpan(table, 8).CopyTo(file.AsSpan(table + 16));
        using TraceDatRecording recording = MadeFile.Open(file);
        Assert.Equal(["1 cpu0 handler_exit 1"], MadeFile.Read(recording));
        Assert.Equal("CPU data overlaps that of another CPU", Assert.Single(recording.Report.Entries).What);
    }

    [Theory]
    [InlineData(0, 0x18, "tracing")]
    [InlineData(10, (byte)'5', "version 5")]
    [InlineData(10, (byte)'x', "a version number")]
    [InlineData(12, 2, "byte order")]
    [InlineData(15, 3, "a page size")]
    public void A_header_that_makes_no_sense_is_refused_with_one_message(int at, byte value, string expected)
    {
        var writer = new TraceDatWriter();
        writer.Buffers.Add(new MadeBuffer("", "mono"));
        byte[] file = writer.Build();
        file[at] = value;
        BadInputException e = Assert.Throws<BadInputException>(() => MadeFile.Open(file));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Contains("made.dat: offset", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_headers_of_other_bit_widths_are_refused()
    {
        var writer = new TraceDatWriter { HeaderEvent = "\ttype        :    2 bits\n\tlen         :    3 bits\n" };
        writer.Buffers.Add(new MadeBuffer("", "mono"));
        Assert.Throws<BadInputException>(() => MadeFile.Open(writer.Build()));
        writer = new TraceDatWriter { HeaderEvent = "\ttype_len    :    5 bits\n\tpadding     : type == 28\n" };
        writer.Buffers.Add(new MadeBuffer("", "mono"));
        Assert.Throws<BadInputException>(() => MadeFile.Open(writer.Build()));
    }

    [Fact]
    public void The_text_of_a_latency_tracer_is_refused_with_advice()
    {
        var writer = new TraceDatWriter();
        writer.Buffers.Add(new MadeBuffer("", "mono"));
        byte[] file = writer.Build();
        Encoding.ASCII.GetBytes("latency  ").CopyTo(file, file.AsSpan().IndexOf("flyrecord"u8));
        Assert.Contains("trace-cmd report", Assert.Throws<BadInputException>(() => MadeFile.Open(file)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(6, "none")]
    [InlineData(7, "none")]
    [InlineData(7, "zlib")]
    [InlineData(7, "zstd")]
    public void Every_truncation_opens_with_a_report_or_is_refused(int version, string compression)
    {
        var writer = new TraceDatWriter { Version = version, Compression = compression, PageSize = 256 };
        writer.Buffers.Add(new MadeBuffer("", "mono")
            .Add(0, writer.Page(1).Data(0, writer.Exit(1)), writer.Page(2).Data(0, writer.Exit(2)))
            .Add(1, writer.Page(1).Data(0, writer.Exit(1)), writer.Page(2).Data(0, writer.Exit(2))));
        byte[] file = writer.Build();
        int whole = 0;
        for (int length = 0; length < file.Length; length++)
        {
            try
            {
                using TraceDatRecording recording = MadeFile.Open(file[..length]);
                List<string> lines = MadeFile.Read(recording);
                bool isWhole = lines.Count == 4 && !recording.Report.HasDataLoss;
                Assert.True(isWhole || recording.Report.HasDataLoss, $"cut at {length} and nobody said so");
                if (isWhole) whole++;
            }
            catch (BadInputException e)
            {
                Assert.NotEqual("", e.Message);
            }
        }
        // A cut in the zeros behind the last record of the last page, or in the end mark of the options, loses nothing.
        Assert.InRange(whole, 0, 256);
    }
}
