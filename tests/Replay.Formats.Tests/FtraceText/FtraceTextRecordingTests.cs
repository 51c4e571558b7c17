using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;
using Replay.Core.Events;
using Replay.Formats.FtraceText;
using Replay.Formats.Mapping;
using Replay.Formats.Tests.Bytes;
using Replay.Formats.Tests.Mapping;
using Replay.Formats.Tests.Text;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.FtraceText;

/// <summary>
/// The printed form of a recording against the recording: <c>traces/leak-pre/report.txt.zst</c> is what trace-cmd
/// report prints of the first 7999 records of <c>traces/leak-pre/trace.dat</c>, in nanoseconds.
/// </summary>
public partial class FtraceTextRecordingTests
{
    private const string Sample = """
        # tracer: nop
        #
        # entries-in-buffer/entries-written: 14/20   #P:4
        #
        #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
        #              | |         |   |||||     |         |
                  <idle>-0       [001] d.h1.    10.000001: irq_handler_entry: irq=24 name=PCIe PME, aerdrv
                  <idle>-0       [001] d.h1.    10.000002: irq_handler_exit: irq=24 ret=handled
               modprobe-112      [000] .....    10.000003: vector_alloc: irq=25 vector=4294967268 reserved=1 ret=-28
               modprobe-112      [000] .....    10.000004: sched_switch: prev_comm=a b prev_pid=1
               modprobe-112      [002] .....    10.000005: sched_switch: prev_comm=a b prev_pid=1
                  bash-800       [003] .....    10.000006: tracing_mark_write: MARK 1 before
               modprobe-112      [000] .....    10.000007: msi_write: (pci_write_msi_msg+0x0/0x1b0) irq=25 value=0x4021 dev="0000:00:03.0"
               modprobe-112      [000] .....    10.000008: pci_write_msi_msg: (pci_write_msi_msg+0x0/0x1b0) irq=25 idx=2 addr_lo=0xfee00218 addr_hi=0x1 data=0x21 dev="0000:00:03.0"
               modprobe-112      [000] .....    10.000009: can_unplug_ret: (lapic_can_unplug_cpu+0x0/0xd0 <- takedown_cpu+0x1b) ret=-28
               modprobe-112      [000] .....    10.000010: <stack trace>
         => do_syscall_64
         => entry_SYSCALL_64
        CPU:3 [LOST 120 EVENTS]
                  <idle>-0       [003] d.h1.    10.000011: cpuhp_enter: cpu: 0003 target:   0 step: 201 (page_writeback_cpu_online)
                  <idle>-0       [003] d.h1.    10.000012: irq_matrix_alloc: bit=33 cpu=3 online=1 avl=200 alloc=1 managed=0 online_maps=4 global_avl=800, global_rsvd=12, total_alloc=3

        """;

    [Fact]
    public void Trace_and_trace_pipe_become_events()
    {
        (List<string> lines, FtraceTextRecording recording) = Read(Encoding.UTF8.GetBytes(Sample));
        Assert.Equal(
        [
            "10.000001000 1 handler_entry irq=24 name=\"PCIe PME, aerdrv\"",
            "10.000002000 1 handler_exit irq=24 ret=1",
            "10.000003000 0 vector_alloc irq=25 vector=0 reserved=1 ret=-28",
            "10.000005000 2 cpu_seen",
            "10.000006000 3 mark text=\"MARK 1 before\"",
            "10.000008000 0 msi_write irq=25 device=0000:00:03.0 entry=2 address=0x1fee00218 data=0x21",
            "10.000009000 0 lapic_can_unplug_return ret=-28",
            "10.000011000 3 loss count=120",
            "10.000011000 3 cpuhp_enter cpu=3 target=0 step=201 fun=page_writeback_cpu_online",
            "10.000012000 3 matrix_alloc vector=33 cpu=3 online=1 available=200 allocated=1 managed=0 online_maps=4 "
                + "global_available=800 global_reserved=12 total_allocated=3",
        ], lines);
        Assert.Equal(4, recording.Info.CpuCount);
        Assert.Equal(126, recording.Info.LostCount);
        Assert.Equal(11, recording.Info.RecordCount);
        Assert.Contains(recording.Info.Sources, source => source is { Name: "sched_switch", Count: 2, KindName: "" });
        Assert.Contains(recording.Info.Sources,
            source => source is { Name: "tracing_mark_write", Count: 1, KindName: "mark" });
        Assert.False(recording.Report.HasDataLoss);
    }

    [Fact]
    public void A_mapping_file_gives_meaning_to_a_probe_of_ones_own()
    {
        MappingTable table = MappingTable.Parse("mine:msi_write -> msi_write irq=irq device=dev data=value", "m",
            MappingTable.BuiltIn);
        (List<string> lines, _) = Read(Encoding.UTF8.GetBytes(Sample), table);
        Assert.Contains("10.000007000 0 msi_write irq=25 device=0000:00:03.0 entry=0 address=0x0 data=0x4021", lines);
    }

    [Fact]
    public void Patterns_leave_records_out_by_the_group_that_the_mapping_knows()
    {
        (List<string> lines, FtraceTextRecording recording) = Read(Encoding.UTF8.GetBytes(Sample),
            null, "irq:*", "*:sched_switch");
        Assert.DoesNotContain(lines, line => line.Contains("handler_", StringComparison.Ordinal));
        Assert.DoesNotContain(recording.Info.Sources, source => source.Name is "irq_handler_entry" or "sched_switch");
    }

    [Fact]
    public void A_report_of_trace_cmd_has_the_events_of_its_trace()
    {
        byte[] text = ReadReport();
        List<string> expected = ReadTraceDat(
            Path.Combine(FormatVectors.RepositoryRoot, "traces", "leak-pre", "trace.dat"), 8000);
        (List<string> lines, FtraceTextRecording recording) = Read(text);
        Assert.True(lines.Count > 7900, $"only {lines.Count}");
        Assert.Equal(expected.GetRange(0, lines.Count), lines);
        Assert.Empty(recording.Report.Entries);
    }

    /// <summary>
    /// The same records as the kernel itself prints them: microseconds, flags, no filled names, symbols instead of
    /// addresses, marks under the function that wrote them.
    /// </summary>
    [Fact]
    public void What_the_kernel_prints_has_the_events_of_what_trace_cmd_prints()
    {
        string report = Encoding.UTF8.GetString(ReadReport());
        string kernel = KernelStyle(report);
        Assert.Contains(" tracing_mark_write: MARK", kernel, StringComparison.Ordinal);
        (List<string> expected, _) = Read(Encoding.UTF8.GetBytes(report));
        (List<string> lines, FtraceTextRecording recording) = Read(Encoding.UTF8.GetBytes(kernel));
        Assert.Equal(expected.ConvertAll(line => Nanoseconds().Replace(line, "000 ", 1)), lines);
        Assert.Empty(recording.Report.Entries);
    }

    /// <summary>
    /// trace-cmd stream writes through stdio, in pieces of 4096 bytes: wherever a pipe tears its text, from its first
    /// words on, the format is told and the events are the same.
    /// </summary>
    [Fact]
    public void A_stream_of_trace_cmd_may_be_torn_anywhere()
    {
        const string Streamed = """
            Hit Ctrl^C to stop recording
                      <idle>-0     [001]    10.000001: irq_handler_entry:    irq=24 name=nvme0q1

            CPU:1 [120 EVENTS DROPPED]
                      <idle>-0     [001]    10.000002: irq_handler_exit:     irq=24 ret=handled
            cpus=4
            CPU 3 is empty
            CPU:2 [EVENTS DROPPED]
                      <idle>-0     [002]    10.000003: irq_handler_entry:    irq=25 name=nvme0q2

            """;
        string[] expected =
        [
            "10.000001000 1 handler_entry irq=24 name=nvme0q1",
            "10.000002000 1 loss count=120",
            "10.000002000 1 handler_exit irq=24 ret=1",
            "10.000003000 2 loss count=0",
            "10.000003000 2 handler_entry irq=25 name=nvme0q2",
        ];
        byte[] text = Encoding.UTF8.GetBytes(Streamed);
        for (int at = 1; at < text.Length; at++)
        {
            var opener = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions());
            Recording recording = opener.Open(
                new PrefixedStream(text[..at], new ChoppyStream(text[at..], text.Length)), "x");
            Assert.Equal(expected, TextSamples.ReadLines(recording));
            Assert.Equal((4, 121), (recording.Info.CpuCount, recording.Info.LostCount));
            Assert.False(recording.Report.HasDataLoss);
            Assert.Equal(1,
                Assert.Single(recording.Report.Entries, entry => entry.What == FtraceTextRecording.ForeignLine).Count);
        }
    }

    /// <summary>
    /// Colours used to hide events: their names and numbers were others with escape sequences in them.
    /// </summary>
    [Fact]
    public void Colours_among_the_columns_change_nothing()
    {
        string plain = Encoding.UTF8.GetString(ReadReport());
        string coloured = Column().Replace(plain, "\x1b[01;31m\x1b[K$0\x1b[m\x1b[K");
        Assert.True(coloured.Length > plain.Length + 100_000);
        (List<string> expected, _) = Read(Encoding.UTF8.GetBytes(plain));
        (List<string> lines, FtraceTextRecording recording) = Read(Encoding.UTF8.GetBytes(coloured));
        Assert.Equal(expected, lines);
        Assert.Empty(recording.Report.Entries);
        Assert.True(FtraceTextRecording.LooksLike(Encoding.UTF8.GetBytes(coloured)));
    }

    [Fact]
    public void A_mark_keeps_what_was_written_into_it()
    {
        (List<string> lines, _) = Read("  a-1 [000] .... 1.0: tracing_mark_write: \x1b[31mred\n"u8.ToArray());
        Assert.Equal(["1.000000000 0 mark text=\"\uFFFD[31mred\""], lines);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(4096)]
    public void However_a_pipe_cuts_the_text_the_events_are_the_same(int most)
    {
        byte[] text = ReadReport();
        (List<string> expected, _) = Read(text);
        using Stream stream = most == 1 ? new OneByteAtATimeStream(text) : new ChoppyStream(text, most);
        Assert.Equal(expected, TextSamples.ReadLines(FtraceTextRecording.Open(stream, "x", MappingTable.BuiltIn, [])));
    }

    [Fact]
    public void A_batch_ends_where_the_pipe_is_silent()
    {
        using var stream = new ChoppyStream(Encoding.UTF8.GetBytes(Sample), 900);
        using FtraceTextRecording recording = FtraceTextRecording.Open(stream, "x", MappingTable.BuiltIn, []);
        Assert.True(recording.TryReadBatch(out ReadOnlySpan<IrqEvent> first));
        Assert.InRange(first.Length, 1, 5);
    }

    [Fact]
    public void Every_truncation_gives_a_prefix_of_the_events()
    {
        byte[] text = Encoding.UTF8.GetBytes(Sample);
        (List<string> all, _) = Read(text);
        for (int length = 0; length < text.Length; length++)
        {
            (List<string> some, FtraceTextRecording recording) = Read(text[..length]);
            // The last line may be cut in a number or a name; a loss without a line behind it comes at the last time.
            int sure = Math.Max(0, some.Count - 2);
            Assert.Equal(all.GetRange(0, sure), some.GetRange(0, sure));
            Assert.InRange(recording.Report.Entries.Count, 0, 4);
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
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
            (List<string> lines, FtraceTextRecording recording) = Read(mutant);
            Assert.InRange(lines.Count, 0, 40);
            Assert.InRange(recording.Report.Entries.Count, 0, ImportReport.KindsMax);
        }
    }

    [Fact]
    public void A_line_without_end_and_names_without_number_stay_within_bounds()
    {
        var text = new StringBuilder("  a-1 [000] .... 1.0: vector_alloc: irq=1 vector=x reserved=0 ret=0\n");
        text.Append("  a-1 [000] .... 1.0: x: ").Append('y', 3 * FtraceTextRecording.LineMax).Append('\n');
        for (int i = 0; i < PrintedEventTable.NamesMax + 100; i++)
            text.Append(CultureInfo.InvariantCulture, $"  a-1 [000] .... 1.0: name{i}: irq={i}\n");
        text.Append("  a-1 [70000] .... 1.0: x: y\n");
        (List<string> lines, FtraceTextRecording recording) = Read(Encoding.UTF8.GetBytes(text.ToString()));
        Assert.Equal(["1.000000000 0 cpu_seen"], lines);
        Assert.InRange(recording.Info.Sources.Count, PrintedEventTable.NamesMax, PrintedEventTable.NamesMax + 1);
        Assert.Equal(PrintedEventTable.NamesMax + 102, recording.Info.RecordCount);
        Assert.True(recording.Report.Seen(FtraceTextRecording.LongLine));
        Assert.True(recording.Report.Seen(FtraceTextRecording.BrokenRecord));
        Assert.True(recording.Report.Seen(FtraceTextRecording.UnreadableText));
        Assert.True(recording.Report.Seen(PrintedEventTable.NamesExhausted));
    }

    [Theory]
    [InlineData("# tracer: nop\n", true)]
    [InlineData("cpus=4\n", true)]
    [InlineData("CPU:3 [LOST 120 EVENTS]\n", true)]
    [InlineData("          <idle>-0     [001] d.h1.  1464.179964: irq_hand", true)]
    [InlineData("some words\n          <idle>-0     [001] d.h1.  1464.179964: a: b\n", true)]
    [InlineData("          <idle>-0     [001] d.h1.  14", false)]
    [InlineData("irqs 1\n", false)]
    [InlineData("hello\n", false)]
    [InlineData("", false)]
    public void The_first_lines_tell_the_format(string start, bool expected)
    {
        Assert.Equal(expected, FtraceTextRecording.LooksLike(Encoding.UTF8.GetBytes(start)));
    }

    [Fact]
    public void A_warm_run_allocates_nothing_per_line()
    {
        byte[] text = ReadReport();
        var twice = new byte[text.Length * 2];
        text.CopyTo(twice, 0);
        text.CopyTo(twice, text.Length);
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using FtraceTextRecording recording = FtraceTextRecording.Open(new MemoryStream(twice),
                "x", MappingTable.BuiltIn, []);
            int batches = 0;
            long before = 0, allocated = -1;
            while (recording.TryReadBatch(out _))
            {
                // The second copy is read warm; its last batch makes the summary.
                batches++;
                if (batches == 2) before = GC.GetAllocatedBytesForCurrentThread();
                else if (batches == 3) allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            }
            Assert.InRange(batches, 3, 4);
            return allocated;
        }));
    }

    [CaptureTheory]
    [InlineData("hotplug-612")]
    [InlineData("amd-iommu")]
    [InlineData("flr")]
    public void Whole_captures_printed_by_trace_cmd_have_their_events(string capture)
    {
        string path = Path.Combine(CaptureFolder.Root!, capture, "trace.dat");
        if (Print(path) is not { } text) return; // trace-cmd is not installed here.
        (List<string> lines, _) = Read(text);
        Assert.Equal(ReadTraceDat(path, int.MaxValue), lines);
    }

    private static byte[]? Print(string path)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo("trace-cmd", ["report", "-t", "-i", path])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            using var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            return output.ToArray();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static byte[] ReadReport()
    {
        using FileStream packed = File.OpenRead(Path.Combine(FormatVectors.RepositoryRoot, "traces",
            "leak-pre", "report.txt.zst"));
        using Stream plain = FormatCatalog.BuiltIn.OpenZstd!(packed);
        using var text = new MemoryStream();
        plain.CopyTo(text);
        return text.ToArray();
    }

    private static string KernelStyle(string report)
    {
        var text = new StringBuilder("# tracer: nop\n#\n");
        foreach (string line in report.Split('\n'))
        {
            Match match = ReportLine().Match(line);
            if (!match.Success) continue;
            string body = ProbeAddress().Replace(match.Groups["text"].Value, "(some_function+0x0/0x1b0");
            string name = match.Groups["name"].Value;
            if (name == "print") (name, body) = ("tracing_mark_write", body["tracing_mark_write: ".Length..]);
            text.Append(CultureInfo.InvariantCulture,
                $"{match.Groups["task"].Value,22} [{match.Groups["cpu"].Value}] d..1. "
                + $"{match.Groups["time"].Value}: {name}: {body}\n");
        }
        return text.ToString();
    }

    private static (List<string> Lines, FtraceTextRecording Recording) Read(byte[] text, MappingTable? table = null,
        params string[] ignore)
    {
        FtraceTextRecording recording = FtraceTextRecording.Open(new MemoryStream(text), "x",
            table ?? MappingTable.BuiltIn, ignore);
        return (TextSamples.ReadLines(recording), recording);
    }

    private static List<string> ReadTraceDat(string path, int eventsMax)
    {
        using Recording recording = FormatCatalog.BuiltIn.Importers[1].OpenPath(path, new OpenOptions());
        return TextSamples.ReadLines(recording, eventsMax);
    }

    [GeneratedRegex(@"^\s*(?<task>.*-\d+)\s+\[(?<cpu>\d+)\]\s+(?<time>\d+\.\d{6})\d*: (?<name>\S+):\s+(?<text>.*)$")]
    private static partial Regex ReportLine();

    [GeneratedRegex(@"^cpus|\[\d+\]|\d+\.\d{9}|(?<=: )(?!print)\w+(?=:)|(?<=irq=)\d+", RegexOptions.Multiline)]
    private static partial Regex Column();

    [GeneratedRegex(@"\([0-9a-f]{16}")]
    private static partial Regex ProbeAddress();

    [GeneratedRegex(@"\d{3} ")]
    private static partial Regex Nanoseconds();
}
