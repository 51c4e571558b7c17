using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Replay.Core.Events;
using Replay.Formats.Mapping;
using Replay.Formats.PerfData;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.PerfData;

public sealed class PerfDataRecordingTests
{
    private static readonly string[] InOrder =
    [
        "100 cpu0 handler_entry 5", "110 cpu1 handler_entry 6", "120 cpu0 handler_exit 5", "120 cpu1 handler_exit 6",
        "130 cpu0 handler_entry 7", "140 cpu0 handler_exit 7",
    ];

    [Fact]
    public void Samples_of_all_CPUs_come_in_the_order_of_their_times()
    {
        using PerfDataRecording recording = Open(Usual().BuildFile());
        Assert.Equal(InOrder, MadeFile.Read(recording));
        Assert.Empty(recording.Report.Entries);
        Assert.Equal("mono", recording.Info.Clock);
        Assert.Equal("6.1.0-made", recording.Info.Kernel);
        Assert.Equal(4, recording.Info.CpuCount);
        Assert.Equal(5_000_000_000, recording.Info.WallOffsetNs);
        Assert.Equal(90UL, recording.Info.FirstTimeNs);
        Assert.Equal(140UL, recording.Info.LastTimeNs);
        Assert.Equal(7, recording.Info.RecordCount);
        Assert.Equal(
            [new SourceCount("cycles:P", 1, ""), new("irq:irq_handler_entry", 3, "handler_entry"),
                new("irq:irq_handler_exit", 3, "handler_exit")],
            recording.Info.Sources);
        Assert.Equal(1, recording.Progress);
    }

    public static TheoryData<string, bool> Routes() => new()
    {
        { "file", true }, { "pipe", false }, { "pipe", true }, { "81", false }, { "81", true }, { "83", false },
    };

    [Theory]
    [MemberData(nameof(Routes))]
    public void Every_route_gives_the_same_events(string route, bool bigEndian)
    {
        PerfDataWriter writer = Usual(bigEndian);
        byte[] bytes = route switch
        {
            "file" => writer.BuildFile(),
            "pipe" => writer.BuildPipe(),
            _ => writer.BuildCompressedPipe(int.Parse(route, System.Globalization.CultureInfo.InvariantCulture), 50),
        };
        using PerfDataRecording recording = Open(bytes);
        Assert.Equal(InOrder, MadeFile.Read(recording));
        Assert.Empty(recording.Report.Entries);
        Assert.Equal("6.1.0-made", recording.Info.Kernel);
        Assert.Contains(new SourceCount("cycles:P", 1, ""), recording.Info.Sources);
    }

    public static TheoryData<ulong, ulong> Shapes() => new()
    {
        { PerfDataWriter.Time | PerfDataWriter.Cpu | PerfDataWriter.Id | PerfDataWriter.RawRecord, 0 },
        { PerfDataWriter.Usual | PerfDataWriter.Address | PerfDataWriter.StreamId | PerfDataWriter.Id, 0 },
        { PerfDataWriter.Usual | PerfDataWriter.CallChain, 0 },
        { PerfDataWriter.Usual | PerfDataWriter.ReadCounter, 0 },
        { PerfDataWriter.Usual | PerfDataWriter.ReadCounter | PerfDataWriter.CallChain, 8 | 4 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Whatever_else_a_sample_holds_its_record_is_found(ulong parts, ulong readFormat)
    {
        using PerfDataRecording recording = Open(
            Fill(new PerfDataWriter { SampleType = parts, ReadFormat = readFormat }).BuildFile());
        Assert.Equal(InOrder, MadeFile.Read(recording));
    }

    [Theory]
    [InlineData(64)]
    [InlineData(112)]
    [InlineData(136)]
    [InlineData(200)]
    public void Attributes_of_older_and_newer_kernels_are_read(int attrBytes)
    {
        PerfDataWriter writer = Fill(new PerfDataWriter { AttrBytes = Math.Max(attrBytes, 96) });
        using PerfDataRecording recording = Open(writer.BuildFile());
        Assert.Equal(InOrder, MadeFile.Read(recording));
    }

    [Fact]
    public void Buffers_of_threads_whose_times_go_back_on_a_CPU_are_put_in_order()
    {
        var writer = new PerfDataWriter();
        for (uint thread = 0; thread < 5; thread++)
        {
            for (uint i = 0; i < 20; i++) writer.Entry(0, 100 + (i * 10) + thread, (i * 5) + thread);
        }
        using PerfDataRecording recording = Open(writer.BuildFile());
        List<string> lines = MadeFile.Read(recording);
        Assert.Equal(
            Enumerable.Range(0, 100).Select(i => $"{100 + (i / 5 * 10) + (i % 5)} cpu0 handler_entry {i}"), lines);
        Assert.Empty(recording.Report.Entries);
    }

    [Fact]
    public void A_CPU_whose_times_never_stop_going_back_is_read_and_said()
    {
        var writer = new PerfDataWriter();
        for (uint i = 0; i < 600; i++) writer.Entry(0, 10_000 - i, i);
        using PerfDataRecording recording = Open(writer.BuildFile());
        Assert.Equal(600, MadeFile.Read(recording).Count);
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal(LossSeverity.Warning, entry.Severity);
        Assert.Equal(600 - 256, entry.Count);
    }

    [Fact]
    public void Lost_records_become_an_event_where_they_are_missing()
    {
        using PerfDataRecording recording = Open(
            new PerfDataWriter().Entry(0, 100, 5).Lost(0, 110, 12).Lost(1, 115, ulong.MaxValue)
                .Exit(0, 120, 5).BuildFile());
        Assert.Equal(["100 cpu0 handler_entry 5", "110 cpu0 loss 12", "115 cpu1 loss 0", "120 cpu0 handler_exit 5"],
            MadeFile.Read(recording));
        Assert.Equal(13, recording.Info.LostCount);
        Assert.Equal(2, Assert.Single(recording.Report.Entries).Count);
    }

    [Fact]
    public void A_CPU_whose_data_ends_while_it_takes_itself_down_is_recorded_no_more()
    {
        using PerfDataRecording recording = Open(new PerfDataWriter()
            .Entry(1, 100, 5).HotplugStep(1, 110, target: 0, step: 162).Entry(0, 120, 6).BuildFile());
        Assert.Equal(
            [
                "100 cpu1 handler_entry 5", "110 cpu1 cpuhp_enter 4294967295", "110 cpu1 loss 0",
                "120 cpu0 handler_entry 6",
            ],
            MadeFile.Read(recording));
        Assert.Equal(1, recording.Info.LostCount);
        Assert.StartsWith("perf stops recording", Assert.Single(recording.Report.Entries).What,
            StringComparison.Ordinal);
    }

    /// <summary>The way up, a step that another CPU takes, records that follow, and those of another buffer.</summary>
    [Fact]
    public void A_CPU_that_goes_on_has_lost_nothing()
    {
        byte[][] files =
        [
            new PerfDataWriter().HotplugStep(1, 110, target: 200, step: 162).Entry(0, 120, 6).BuildFile(),
            new PerfDataWriter().HotplugStep(1, 110, target: 0, step: 162).Exit(1, 130, 6).BuildFile(),
            new PerfDataWriter().Exit(1, 130, 6).HotplugStep(1, 110, target: 0, step: 162).BuildFile(),
        ];
        foreach (byte[] bytes in files)
        {
            using PerfDataRecording recording = Open(bytes);
            Assert.DoesNotContain(MadeFile.Read(recording),
                static line => line.Contains("loss", StringComparison.Ordinal));
            Assert.Empty(recording.Report.Entries);
        }
    }

    [Fact]
    public void Text_that_a_shell_put_behind_the_last_record_is_no_damage()
    {
        byte[] bytes = [.. Usual().BuildPipe(), .. "[ perf record: Woken up 1 times to write data ]\n"u8];
        using PerfDataRecording recording = Open(bytes);
        Assert.Equal(InOrder, MadeFile.Read(recording));
        Assert.Equal(LossSeverity.Note, Assert.Single(recording.Report.Entries).Severity);
    }

    [Fact]
    public void A_file_that_the_recorder_did_not_finish_is_read_to_its_end()
    {
        byte[] bytes = Usual().BuildFile();
        new byte[8].CopyTo(bytes, 48);
        using PerfDataRecording recording = Open(bytes);
        MadeFile.Read(recording);
        Assert.Equal(7, recording.Info.RecordCount);
        Assert.Contains(recording.Report.Entries,
            static entry => entry.What.StartsWith("the recorder did not finish", StringComparison.Ordinal));
    }

    [Fact]
    public void Records_that_say_nothing_of_time_and_CPU_are_counted_and_said()
    {
        PerfDataWriter writer =
            Fill(new PerfDataWriter { SampleType = PerfDataWriter.Identifier | PerfDataWriter.RawRecord });
        using PerfDataRecording recording = Open(writer.BuildFile());
        Assert.Empty(MadeFile.Read(recording));
        Assert.True(recording.Report.HasDataLoss);
        Assert.Equal(7, Assert.Single(recording.Report.Entries).Count);
    }

    [Fact]
    public void Every_length_that_a_file_may_be_cut_to_ends_in_events_or_a_refusal()
    {
        foreach (byte[] whole in new[] { Usual().BuildFile(), Usual().BuildPipe(), Usual()
            .BuildCompressedPipe(81, 64) })
        {
            for (int length = 0; length < whole.Length; length++)
            {
                try
                {
                    using PerfDataRecording recording = Open(whole[..length]);
                    Assert.InRange(MadeFile.Read(recording).Count, 0, InOrder.Length);
                }
                catch (BadInputException)
                {
                    // What it is for.
                }
            }
        }
    }

    [Theory]
    [InlineData("file", 1)]
    [InlineData("pipe", 2)]
    [InlineData("81", 3)]
    public void Mutants_end_in_events_or_in_a_refusal(string route, int seed)
    {
        const int Mutants = 3000;
        byte[] original = route switch
        {
            "file" => Usual().BuildFile(),
            "pipe" => Usual().BuildPipe(),
            _ => Usual().BuildCompressedPipe(81, 64),
        };
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < Mutants; i++)
        {
            byte[] mutant = (byte[])original.Clone();
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                // Formats are most of a file: every second change hits what is not text.
                int at = random.Next(2) == 0 ? random.Next(mutant.Length) : random.Next(Math.Min(1200, mutant.Length));
                mutant[at] = random.Next(3) switch { 0 => 0, 1 => 0xff, _ => (byte)random.Next(256) };
            }
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using PerfDataRecording recording = Open(mutant);
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
        }
        Assert.InRange(refused, 1, Mutants - 1);
    }

    [Fact]
    public void A_run_allocates_nothing_by_event()
    {
        var writer = new PerfDataWriter();
        for (uint i = 0; i < 60_000; i++)
            writer.Entry((int)(i / 100 % 3), i * 2, i & 7).Exit((int)(i / 100 % 3), (i * 2) + 1, i & 7);
        byte[] bytes = writer.BuildFile();
        long least = AllocatedBytes.Least(() =>
        {
            using PerfDataRecording recording = Open(bytes);
            long records = 0, before = 0, after = 0;
            while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            {
                records += batch.Length;
                if (before == 0 && records > 40_000) before = GC.GetAllocatedBytesForCurrentThread();
                if (records < 80_000) after = GC.GetAllocatedBytesForCurrentThread();
            }
            Assert.Equal(120_000, records);
            return after - before;
        });
        Assert.Equal(0, least);
    }

    private static PerfDataWriter Usual(bool bigEndian = false) => Fill(new PerfDataWriter { BigEndian = bigEndian });

    /// <summary>CPU 1's buffer was taken first, and CPU 0's in two turns.</summary>
    private static PerfDataWriter Fill(PerfDataWriter writer) => writer
        .Entry(1, 110, 6).Exit(1, 120, 6)
        .Cycles(0, 90).Entry(0, 100, 5).Exit(0, 120, 5)
        .Record(68, [])
        .Entry(0, 130, 7).Exit(0, 140, 7);

    private static PerfDataRecording Open(byte[] bytes) =>
        PerfDataRecording.Open(new MemoryStream(bytes), "made.data", MappingTable.BuiltIn, []);
}
