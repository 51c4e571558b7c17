using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Text;
using Xunit;

namespace Replay.Formats.Tests.Text;

public class TextRecordingTests
{
    [Fact]
    public void Hand_written_text_reads_with_comments_blanks_any_order_and_relative_times()
    {
        using TextRecording recording = TextSamples.OpenText("""
            irqs 1   # a scenario
            @clock mono     # a fact
            # whole line

            1.5 0 vector_alloc vector=0x21 irq=24      # trailing
              +1us 65535 handler_entry name="my irq" irq=24
            = 1 vector_alloc ret=-28 reserved=1
            +20ms 1 kernel_step step=syscore_resume value=-1
            +0 1 kernel_step step=77
            +1.5s	1	irte_write index=3 lo=18446744073709551615
            20ms 2 mark text="a \"b\" \\ \x41\n"
            """);
        Assert.Equal("mono", recording.Info.Clock);
        List<IrqEvent> events = TextSamples.ReadAll(recording);
        Assert.Single(recording.Report.Entries, e => e.Severity == LossSeverity.Note);
        Assert.Single(recording.Report.Entries);
        Assert.Equal(
            [1_500_000_000, 1_500_001_000, 1_500_001_000, 1_520_001_000, 1_520_001_000, 3_020_001_000, 20_000_000UL],
            events.ConvertAll(e => e.TimeNs));
        Assert.Equal((24u, (byte)33, 0UL, 0UL), (events[0].Irq, events[0].Vector, events[0].A, events[0].B));
        Assert.Equal((ushort.MaxValue, "my irq"), (events[1].Cpu, recording.Tables.Names[(int)events[1].A]));
        Assert.Equal((IrqEvent.NoIrq, 1UL, unchecked((uint)-28)), (events[2].Irq, events[2].A, events[2].BLow));
        Assert.Equal(((uint)KernelStepCode.SyscoreResume, uint.MaxValue), (events[3].ALow, events[3].AHigh));
        Assert.Equal(77u, events[4].ALow);
        Assert.Equal((3u, ulong.MaxValue), (events[5].Irq, events[5].A));
        byte[] text = new byte[64];
        int length = EventText.Read(events.ToArray().AsSpan(6), text);
        Assert.Equal("a \"b\" \\ A\n", Encoding.UTF8.GetString(text, 0, length));
        Assert.Equal(1, recording.Progress);
    }

    // line, what, words of "expected", "found" with its place.
    [Theory]
    [InlineData("x 0 free_irq irq=1", "line without a readable time", "SECONDS.NANOSECONDS", "\"x\" at demo.irqs:2:1")]
    [InlineData("1.0000000001 0 free_irq", "line without a readable time", "+20ms", ":2:1")]
    [InlineData("-1 0 free_irq", "line without a readable time", "SECONDS", ":2:1")]
    [InlineData("+5 0 free_irq", "line without a readable time", "+1us", ":2:1")]
    [InlineData("18446744074 0 free_irq", "line without a readable time", "SECONDS", ":2:1")]
    [InlineData("1", "line without a readable CPU", "0 to 65535", "nothing at demo.irqs:2:2")]
    [InlineData("1 65536 free_irq", "line without a readable CPU", "0 to 65535", "\"65536\" at demo.irqs:2:3")]
    [InlineData("1 0x free_irq", "line without a readable CPU", "0 to 65535", "\"0x\" at demo.irqs:2:3")]
    [InlineData("1 0", "unknown kind of event", "a kind of event", "nothing at demo.irqs:2:4")]
    [InlineData("1 0 vector_aloc irq=1", "unknown kind of event", "did you mean \"vector_alloc\"?",
        "\"vector_aloc\" at demo.irqs:2:5")]
    [InlineData("1 0 kind_0", "unknown kind of event", "a kind", ":2:5")]
    [InlineData("1 0 kind_255", "unknown kind of event", "a kind", ":2:5")]
    [InlineData("1 0 vector_alloc irqq=1", "unknown operand", "did you mean \"irq\"?", "\"irqq=1\" at demo.irqs:2:18")]
    [InlineData("1 0 vector_alloc irq", "unknown operand", "irq= vector= reserved= ret=", ":2:18")]
    [InlineData("1 0 fixup_irqs irq=1", "unknown operand", "no operands after fixup_irqs", ":2:16")]
    [InlineData("1 0 free_irq irq=1 irq=2", "operand given twice", "once", ":2:20")]
    [InlineData("1 0 free_irq irq=x", "operand that is not a number", "or none", "\"x\" at demo.irqs:2:18")]
    [InlineData("1 0 free_irq irq=", "operand that is not a number", "a decimal number", "nothing at demo.irqs:2:18")]
    [InlineData("1 0 free_irq irq=1#2", "operand that is not a number", "a decimal number",
        "\"1#2\" at demo.irqs:2:18")]
    [InlineData("1 0 free_irq irq=4294967296", "operand out of range", "irq from 0 to 4294967295", ":2:18")]
    [InlineData("1 0 free_irq irq=-1", "operand out of range", "irq from 0 to", ":2:18")]
    [InlineData("1 0 vector_alloc ret=2147483648", "operand out of range",
        "ret from -2147483648 to 2147483647", ":2:22")]
    [InlineData("1 0 vector_alloc ret=-2147483649", "operand out of range", "ret from", ":2:22")]
    [InlineData("1 0 vector_alloc reserved=2", "operand out of range", "reserved from 0 to 1", ":2:27")]
    [InlineData("1 0 kernel_step step=syscore_resum", "unknown symbol", "did you mean \"syscore_resume\"?", ":2:22")]
    [InlineData("1 0 kernel_step step=256", "operand out of range", "step from 0 to 255", ":2:22")]
    [InlineData("1 0 mark text=\"abc", "unreadable text", "quotes", ":2:15")]
    [InlineData("1 0 mark text=\"a\\q\"", "unreadable text", "\\xNN", ":2:17")]
    [InlineData("1 0 mark text=\"a\"b", "unreadable text", "quotes", ":2:18")]
    [InlineData("1 0 handler_entry name=", "unreadable text", "a word", ":2:24")]
    [InlineData("1 0 kind_199 c=1", "unknown operand", "a1=", ":2:14")]
    [InlineData("1 0 kind_199 a65=1", "unknown operand", "a1=", ":2:14")]
    [InlineData("1 0 kind_199 a=1 a=1", "operand given twice", "once", ":2:18")]
    [InlineData("1 0 kind_199 vector=256", "operand out of range", "a number that fits", ":2:21")]
    [InlineData("@clok mono", "unreadable directive", "did you mean \"@clock\"?", "\"@clok mono\" at demo.irqs:2:1")]
    [InlineData("@cpus x", "unreadable directive", "@cpus N", ":2:1")]
    [InlineData("@loss big 1 1 \"a\" \"b\" \"c\"", "unreadable directive", "@loss note|warning|data_loss", ":2:1")]
    public void Bad_line_is_counted_with_its_place_and_reading_goes_on(string line, string what, string expected,
        string found)
    {
        using TextRecording recording = TextSamples.OpenText($"irqs 1\n{line}\n{line}\n7 1 free_irq irq=9\n");
        List<IrqEvent> events = TextSamples.ReadAll(recording);

        Assert.Equal(7_000_000_000UL, Assert.Single(events).TimeNs);
        LossEntry entry = Assert.Single(recording.Report.Entries);
        Assert.Equal((what, 2L, 2L), (entry.What, entry.Count, entry.FirstOffset));
        Assert.Contains(expected, entry.Expected, StringComparison.Ordinal);
        Assert.EndsWith(found, entry.Found, StringComparison.Ordinal);
        Assert.Equal(line[0] != '@', recording.Report.HasDataLoss);
    }

    [Theory]
    [InlineData("", "found an empty file")]
    [InlineData("\n", "found nothing")]
    [InlineData("irqs 2\n", "found \"irqs 2\"")]
    [InlineData("irqs\n", "found \"irqs\"")]
    [InlineData(" irqs 1\n", "found \" irqs 1\"")]
    [InlineData("0.1 0 free_irq irq=1\n", "found \"0.1 0 free_irq irq=1\"")]
    public void First_line_that_is_not_the_magic_stops_with_one_message(string text, string found)
    {
        BadInputException error = Assert.Throws<BadInputException>(() => TextSamples.OpenText(text));
        Assert.Equal($"demo.irqs:1:1: expected \"irqs 1\" alone in the first line, {found}", error.Message);
    }

    [Fact]
    public void Utf16_is_named_as_such()
    {
        foreach (Encoding encoding in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes("irqs 1\n")];
            BadInputException error = Assert.Throws<BadInputException>(() => TextSamples.OpenBytes(bytes));
            Assert.Contains("UTF-16 text; save the file as UTF-8", error.Message, StringComparison.Ordinal);
            Assert.Throws<BadInputException>(() => TextSamples.OpenBytes(encoding.GetBytes("irqs 1\n")));
        }
    }

    [Fact]
    public void Byte_order_mark_and_carriage_returns_are_accepted()
    {
        byte[] bytes = [.. Encoding.UTF8.GetPreamble(), .. "irqs 1\r\n@cpus 2\r\n\r\n1 0 fixup_irqs\r\n"u8];
        Assert.True(TextRecording.LooksLike(bytes));
        using TextRecording recording = TextSamples.OpenBytes(bytes);
        Assert.Single(TextSamples.ReadAll(recording));
        Assert.Empty(recording.Report.Entries);
        Assert.Equal(2, recording.Info.CpuCount);
    }

    [Fact]
    public void Sniffing_needs_the_magic_word_and_a_blank()
    {
        Assert.True(TextRecording.LooksLike("irqs 1"u8));
        Assert.True(TextRecording.LooksLike("irqs 9\n"u8));
        Assert.False(TextRecording.LooksLike("irqs"u8));
        Assert.False(TextRecording.LooksLike("irqstat 1"u8));
        Assert.False(TextRecording.LooksLike(default));
    }

    [Theory]
    [InlineData(65536, 1)]
    [InlineData(65537, 0)]
    [InlineData(200_000, 0)]
    public void Line_beyond_the_limit_is_skipped_to_its_end(int length, int read)
    {
        string line = "1 0 free_irq irq=5" + new string(' ', length - 18);
        using TextRecording recording = TextSamples.OpenText($"irqs 1\n{line}\n2 0 free_irq irq=6\n");
        List<IrqEvent> events = TextSamples.ReadAll(recording);
        Assert.Equal(1 + read, events.Count);
        Assert.Equal(6u, events[^1].Irq);
        if (read == 0)
            Assert.Equal(("line too long", 2L),
                (recording.Report.Entries[0].What, recording.Report.Entries[0].FirstOffset));
        else Assert.Empty(recording.Report.Entries);
    }

    [Fact]
    public void Names_and_texts_beyond_their_limits_are_damage()
    {
        string name = new('n', 512);
        string mark = new('m', 1024);
        using TextRecording recording = TextSamples.OpenText(
            $"irqs 1\n0 0 setup_irq name={name}\n0 0 setup_irq name={name}n\n0 0 mark text={mark}\n"
            + $"0 0 mark text={mark}m\n");
        Assert.Equal(1 + 64, TextSamples.ReadAll(recording).Count);
        Assert.Equal(("name too long", 2L),
            (Assert.Single(recording.Report.Entries).What, recording.Report.Entries[0].Count));
    }

    [Fact]
    public void Every_truncation_of_a_sealed_text_is_noticed()
    {
        var tables = new EventTables();
        byte[] text = TextSamples.Write(TextSamples.MakeEvents(3, 0, tables)[..40], tables, TextSamples.MakeInfo(3),
            new ImportReport());
        int sealedAt = "irqs 1\n@sealed\n".Length;
        int endLine = text.Length - 1;
        for (int length = 0; length < endLine; length++)
        {
            byte[] cut = text[..length];
            if (length < "irqs 1".Length)
            {
                Assert.Throws<BadInputException>(() => TextSamples.OpenBytes(cut));
                continue;
            }
            using TextRecording recording = TextSamples.OpenBytes(cut);
            TextSamples.ReadAll(recording);
            if (length >= sealedAt) Assert.NotEmpty(recording.Report.Entries);
            // Within the last line a shorter number can stand for the whole; the missing line end still shows.
            if (length >= sealedAt && length < endLine - "@end 40".Length) Assert.True(recording.Report.HasDataLoss);
        }
    }

    [Fact]
    public void Lines_taken_out_of_a_sealed_text_are_missed()
    {
        using TextRecording less = TextSamples.OpenText("irqs 1\n@sealed\n1 0 fixup_irqs\n@end 2\n");
        TextSamples.ReadAll(less);
        Assert.Equal("lines of events missing", Assert.Single(less.Report.Entries).What);
        Assert.True(less.Report.HasDataLoss);

        using TextRecording more = TextSamples.OpenText("irqs 1\n1 0 fixup_irqs\n1 0 fixup_irqs\n@end 1\n");
        TextSamples.ReadAll(more);
        Assert.Equal(LossSeverity.Warning, Assert.Single(more.Report.Entries).Severity);
    }

    [Fact]
    public void Random_and_mutated_bytes_end_in_a_status()
    {
        var tables = new EventTables();
        byte[] good = TextSamples.Write(TextSamples.MakeEvents(5, 100, tables), tables, TextSamples.MakeInfo(5),
            TextSamples.MakeReport());
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = (byte[])good.Clone();
            if (seed % 3 == 0) random.NextBytes(bytes.AsSpan(7, 5000));
            else
            {
                for (int i = 0; i < 50; i++) bytes[random.Next(7, bytes.Length)] = (byte)random.Next(256);
            }
            using TextRecording recording = TextRecording.Open(new ChoppyStream(bytes, 1 + (seed * 37)),
                $"seed {seed}");
            List<IrqEvent> events = TextSamples.ReadAll(recording);
            Assert.True(events.Count <= bytes.Length);
            Assert.True(recording.Report.Entries.Count is > 0 and <= ImportReport.KindsMax + 1, $"seed {seed}");
            for (int i = 0; i < events.Count; i += EventSchema.RecordCount(events[i]))
            {
                Assert.NotEqual(EventKind.Extension, events[i].Kind);
            }
        }
    }

    [Fact]
    public void Reading_and_writing_allocate_nothing_once_warm()
    {
        var tables = new EventTables();
        List<IrqEvent> events = TextSamples.MakeEvents(6, 60_000, tables);
        byte[] text = TextSamples.Write(events, tables, new RecordingInfo(), new ImportReport());
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            using TextRecording recording = TextSamples.OpenBytes(text);
            using var writer = new EventTextWriter(Stream.Null);
            Warm(recording, writer);

            long before = GC.GetAllocatedBytesForCurrentThread();
            int batches = 0;
            while (batches < 4 && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            {
                writer.Write(batch, recording.Tables);
                batches++;
            }
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(4, batches);
            return allocated;
        }));
    }

    private static void Warm(TextRecording recording, EventTextWriter writer)
    {
        for (int i = 0; i < 2 && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch); i++)
        {
            writer.Write(batch, recording.Tables);
        }
    }
}
