using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.TraceDat;

public sealed class TraceDatRecordingTests
{
    public static TheoryData<int, bool, int, string> Layouts()
    {
        var data = new TheoryData<int, bool, int, string>();
        foreach (bool bigEndian in new[] { false, true })
        {
            foreach (int longSize in new[] { 4, 8 })
            {
                data.Add(6, bigEndian, longSize, "none");
                data.Add(7, bigEndian, longSize, "none");
                data.Add(7, bigEndian, longSize, "zlib");
                data.Add(7, bigEndian, longSize, "zstd");
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Every_layout_of_the_file_gives_the_same_events(int version, bool bigEndian,
        int longSize, string compression)
    {
        var writer = new TraceDatWriter
        {
            Version = version,
            BigEndian = bigEndian,
            LongSize = longSize,
            Compression = compression,
        };
        writer.Buffers.Add(new MadeBuffer("", "mono")
            .Add(0, writer.Page(1000).Data(0, writer.Entry(5, "eth0")).Data(7, writer.Exit(5)).Discarded(3, 12)
                .Data(1, writer.Noise(8)).Extend(1UL << 33).Data(2, writer.Entry(6, "nvme0q1")).EndPadding(),
                writer.Page(20_000_000_000).Lost(9).Data(0, writer.Exit(6)),
                writer.Page(20_000_000_001).Data(0, writer.Noise(300)))
            .Add(2, writer.Page(1000).Data(5, writer.Entry(7, "usb")).Stamp(5000).Data(4, writer.Exit(7)).Data(0,
                writer.Noise(1, 777)), writer.Page(6000).Lost(0).Data(1, writer.Entry(8, "x"))));
        List<string> lines = MadeFile.Read(writer, out TraceDatRecording recording);
        Assert.Equal(
            [
                "1000 cpu0 handler_entry 5", "1005 cpu2 handler_entry 7", "1007 cpu0 handler_exit 5",
                "5004 cpu2 handler_exit 7", "6001 cpu2 loss 0", "6001 cpu2 handler_entry 8",
                "8589935605 cpu0 handler_entry 6", "20000000000 cpu0 loss 9", "20000000000 cpu0 handler_exit 6",
            ],
            lines);
        Assert.Equal($"trace.dat v{version}", recording.Info.Format);
        Assert.Equal("mono", recording.Info.Clock);
        Assert.Equal(10, recording.Info.LostCount);
        Assert.Equal(10, recording.Info.RecordCount);
        Assert.Equal(9, recording.Info.EventCount);
        Assert.Equal(1000UL, recording.Info.FirstTimeNs);
        Assert.Equal(20_000_000_001UL, recording.Info.LastTimeNs);
        Assert.Equal(
            [
                new SourceCount("irq:irq_handler_entry", 4, "handler_entry"),
                new SourceCount("irq:irq_handler_exit", 3, "handler_exit"),
                new SourceCount("made:noise", 2, ""), new SourceCount("unknown:event-777", 1, ""),
            ],
            [.. recording.Info.Sources]);
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal(LossSeverity.Warning, entry.Severity);
        Assert.Equal(2, entry.Count);
    }

    [Fact]
    public void Absolute_times_take_their_top_bits_from_the_last_full_time()
    {
        var writer = new TraceDatWriter();
        const ulong Top = 1UL << 60;
        writer.Buffers.Add(new MadeBuffer("", "mono").Add(0,
            writer.Page(Top + 100).Stamp(200).Data(0, writer.Exit(1)),
            // The 59 bits went round: the time is above the last one, not a year before it.
            writer.Page(Top + (1UL << 59) - 1).Stamp(7).Data(0, writer.Exit(2))));
        Assert.Equal([$"{Top + 200} cpu0 handler_exit 1", $"{Top + (1UL << 59) + 7} cpu0 handler_exit 2"],
            MadeFile.Read(writer, out _));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void Instances_are_part_of_the_recording_and_ties_go_by_cpu_then_buffer(int version)
    {
        var writer = new TraceDatWriter { Version = version };
        writer.Buffers.Add(new MadeBuffer("", "mono")
            .Add(0, writer.Page(10).Data(0, writer.Exit(1)).Data(0, writer.Exit(2)).Data(10, writer.Exit(3)))
            .Add(1, writer.Page(10).Data(0, writer.Exit(4))));
        writer.Buffers.Add(new MadeBuffer("second", "mono")
            .Add(0, writer.Page(10).Data(0, writer.Exit(5)).Data(10, writer.Exit(6)))
            .Add(1, writer.Page(5).Data(0, writer.Exit(7)).Data(5, writer.Exit(8))));
        Assert.Equal(
            [
                "5 cpu1 handler_exit 7", "10 cpu0 handler_exit 1", "10 cpu0 handler_exit 2", "10 cpu0 handler_exit 5",
                "10 cpu1 handler_exit 4", "10 cpu1 handler_exit 8", "20 cpu0 handler_exit 3", "20 cpu0 handler_exit 6",
            ],
            MadeFile.Read(writer, out _));
    }

    [Fact]
    public void An_instance_on_a_cycle_clock_is_converted_and_the_others_are_not()
    {
        var writer = new TraceDatWriter { Version = 7 };
        // 3 cycles are 1.5 ns: multiplied by 3, shifted by 1.
        writer.Options.Add((14, writer.New().U32(3).U32(1).U64(123).ToArray()));
        writer.Buffers.Add(new MadeBuffer("", "mono").Add(0, writer.Page(100).Data(0, writer.Exit(1))));
        writer.Buffers.Add(new MadeBuffer("tsc", "x86-tsc").Add(0,
            writer.Page(50).Data(0, writer.Exit(2)).Data(20, writer.Exit(3))));
        Assert.Equal(["75 cpu0 handler_exit 2", "100 cpu0 handler_exit 1", "105 cpu0 handler_exit 3"],
            MadeFile.Read(writer, out _));
    }

    [Fact]
    public void Guest_times_become_host_times_only_when_asked()
    {
        var writer = new TraceDatWriter();
        // Two samples on CPU 0: +1000 at 100, +2000 at 200, interpolated; scale 1.
        writer.Options.Add((12, writer.New().U64(77).U32(1).U32(1).U32(2).U64(100).U64(200).U64(1000).U64(2000)
            .U64(1).U64(1).ToArray()));
        writer.Buffers.Add(new MadeBuffer("", "mono").Add(0, writer.Page(150).Data(0, writer.Exit(1))));
        byte[] file = writer.Build();
        using TraceDatRecording guest = MadeFile.Open(file);
        Assert.Equal(["150 cpu0 handler_exit 1"], MadeFile.Read(guest));
        using TraceDatRecording host = MadeFile.Open(file, new TraceDatOptions { HostTime = true });
        Assert.Equal(["1650 cpu0 handler_exit 1"], MadeFile.Read(host));
    }

    [Fact]
    public void Options_tell_kernel_wall_time_and_losses_without_a_mark()
    {
        var writer = new TraceDatWriter { Version = 7 };
        writer.Options.Add((1, Encoding.ASCII.GetBytes("0x10\0")));
        writer.Options.Add((7, Encoding.ASCII.GetBytes("-6\0")));
        writer.Options.Add((5, Encoding.ASCII.GetBytes("Linux (none) 6.1.0-50-amd64 x86_64\0")));
        writer.Options.Add((2, Encoding.ASCII.GetBytes("CPU: 3\nentries: 0\noverrun: 4\ndropped events: 5\n\0")));
        writer.Options.Add((999, [1, 2, 3]));
        writer.Options.Add((14, writer.New().U32(1).U32(64).U64(0).ToArray()));
        writer.Buffers.Add(new MadeBuffer("", "mono").Add(0, writer.Page(1).Data(0, writer.Exit(1))));
        Assert.Equal(["1 cpu0 handler_exit 1"], MadeFile.Read(writer, out TraceDatRecording recording));
        Assert.Equal(15994, recording.Info.WallOffsetNs);
        Assert.Equal("6.1.0-50-amd64", recording.Info.Kernel);
        Assert.Equal(5, recording.Info.LostCount);
        Assert.Equal(
            [LossSeverity.Note, LossSeverity.Warning, LossSeverity.Warning],
            [.. Severities(recording.Report)]);
    }

    [Fact]
    public void Ignored_events_are_dropped_as_if_never_recorded()
    {
        var writer = new TraceDatWriter();
        writer.Buffers.Add(new MadeBuffer("", "mono").Add(0, writer.Page(1).Data(0, writer.Noise(8))
            .Data(1, writer.Entry(1, "a")).Data(1, writer.Exit(1)).Data(1, writer.Noise(8))));
        using TraceDatRecording recording = MadeFile.Open(
            writer.Build(), new TraceDatOptions { IgnorePatterns = ["made:*", "*_entry"] });
        Assert.Equal(["3 cpu0 handler_exit 1"], MadeFile.Read(recording));
        Assert.Equal(1, recording.Info.RecordCount);
        Assert.Equal(3UL, recording.Info.FirstTimeNs);
        Assert.Equal(3UL, recording.Info.LastTimeNs);
        Assert.Equal([new SourceCount("irq:irq_handler_exit", 1, "handler_exit")], [.. recording.Info.Sources]);
    }

    [Fact]
    public void A_file_that_shrinks_while_it_is_read_is_reported_as_cut()
    {
        var writer = new TraceDatWriter();
        var buffer = new MadeBuffer("", "mono");
        // 400 KiB: more than one window.
        for (uint i = 0; i < 100; i++) buffer.Add(0, writer.Page(i * 10).Data(0, writer.Exit(i)));
        writer.Buffers.Add(buffer);
        string path = Path.GetTempFileName();
        try
        {
            byte[] bytes = writer.Build();
            File.WriteAllBytes(path, bytes);
            using TraceDatRecording recording = TraceDatRecording.Open(path, new TraceDatOptions());
            using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
                file.SetLength(bytes.Length - (50 * 4096) - 1000);
            List<string> lines = MadeFile.Read(recording);
            // 49 whole pages, the start of one more with its record, and the word that something is missing.
            Assert.Equal(51, lines.Count);
            Assert.Equal("490 cpu0 handler_exit 49", lines[49]);
            Assert.Equal("490 cpu0 loss 0", lines[50]);
            Assert.True(recording.Report.HasDataLoss);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(6, "none")]
    [InlineData(7, "zstd")]
    public void Nothing_is_allocated_per_event(int version, string compression)
    {
        var writer = new TraceDatWriter { Version = version, Compression = compression };
        var buffer = new MadeBuffer("", "mono");
        ulong time = 0;
        for (int page = 0; page < 400; page++)
        {
            PageBuilder builder = writer.Page(time);
            while (builder.Room > 64) builder.Data(1, writer.Exit((uint)time++ & 15));
            buffer.Add(page & 1, builder);
        }
        writer.Buffers.Add(buffer);
        byte[] file = writer.Build();
        // Measured from the first batch to the last but one. The least of several readings: the first one compiles, and
        // a collection that another test causes adds the rest of this thread's allocation block to the count.
        long least = long.MaxValue;
        for (int reading = 0; reading < 5; reading++)
        {
            using TraceDatRecording recording = MadeFile.Open(file);
            recording.TryReadBatch(out _);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 6; i++) recording.TryReadBatch(out _);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(recording.TryReadBatch(out _));
        }
        Assert.Equal(0, least);
    }

    private static IEnumerable<LossSeverity> Severities(ImportReport report)
    {
        foreach (LossEntry entry in report.Entries) yield return entry.Severity;
    }
}
