using System;
using System.Collections.Generic;
using System.Linq;
using Replay.Core.Events;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Xunit;

namespace Replay.Formats.Tests.Mapping;

public class RecordMapperDamageTests
{
    private static readonly Dictionary<string, EventFormat> Linux61 = FormatVectors.Load("linux-6.1-x86_64.txt");

    // A value that its operand cannot hold, and the sentence that says so.
    [Theory]
    [InlineData("irq_vectors:local_timer_entry", "vector=256",
        "vector of irq_vectors:local_timer_entry in 8 bits", "0x100")]
    [InlineData("irq_vectors:local_timer_entry", "vector=-1", "in 8 bits", "0xffffffffffffffff")]
    [InlineData("irq_vectors:vector_update", "prev_cpu=0xffffffff",
        "prev_cpu of irq_vectors:vector_update in 16 bits", "0xffffffff")]
    [InlineData("irq_vectors:vector_update", "prev_vector=0x1ff",
        "prev_vector of irq_vectors:vector_update in 8 bits", "0x1ff")]
    [InlineData("irq_vectors:vector_activate", "is_managed=2",
        "is_managed of irq_vectors:vector_activate in 1 bits", "0x2")]
    [InlineData("irq_matrix:irq_matrix_free", "bit=-22",
        "vector of irq_matrix:irq_matrix_free in 8 bits", "0xffffffffffffffea")]
    [InlineData("irq:irq_handler_entry", "irq=-1", "irq of irq:irq_handler_entry in 32 bits", "0xffffffffffffffff")]
    [InlineData("irq:irq_handler_exit", "irq=-1", "irq of irq:irq_handler_exit in 32 bits", "0xffffffffffffffff")]
    [InlineData("rig:modify_irte_ga", "index=-1", "index of rig:modify_irte_ga in 16 bits", "0xffffffffffffffff")]
    public void Value_that_does_not_fit_is_damage_and_not_cut(string name, string fields, string expected, string found)
    {
        var bench = new MapperBench(Linux61[name]);
        byte[] record = bench.Record(RecordMapperTests.Values(fields));
        Assert.Null(bench.Map(record, 4711));
        Assert.Null(bench.Map(record, 9999));
        LossEntry entry = Assert.Single(bench.Report.Entries);
        Assert.Equal((RecordMapper.ValueDoesNotFit, LossSeverity.DataLoss, 4711L, 2L),
            (entry.What, entry.Severity, entry.FirstOffset, entry.Count));
        Assert.Contains(expected, entry.Expected, StringComparison.Ordinal);
        Assert.Equal(found, entry.Found);
    }

    [Fact]
    public void Record_cut_at_any_length_is_damage_or_the_whole_event_and_never_another()
    {
        foreach (EventFormat format in Linux61.Values)
        {
            var bench = new MapperBench(format);
            if (bench.Plan < 0) continue;
            byte[] record = Texts(bench, "text");
            string? whole = bench.Map(record);
            Assert.NotNull(whole);
            for (int length = 0; length < record.Length; length++)
            {
                string? cut = bench.Map(record[..length]);
                // A mark ends where its record ends, and a kind may use fewer fields than the format has.
                if (cut is not null && !whole.StartsWith("mark", StringComparison.Ordinal)) Assert.Equal(whole, cut);
            }
        }
    }

    [Theory]
    [InlineData(0xffff, 1)]
    [InlineData(0, 0xffff)]
    [InlineData(16, 1)]
    [InlineData(17, 0)]
    public void Text_outside_its_record_is_damage(int offset, int length)
    {
        var bench = new MapperBench(Linux61["irq:irq_handler_entry"]);
        Assert.Null(bench.Map(bench.Record(("irq", 3L), ("name", offset + ((long)length << 16)))));
        LossEntry entry = Assert.Single(bench.Report.Entries);
        Assert.Equal(RecordMapper.TextLiesOutside, entry.What);
        Assert.Equal(1000, entry.FirstOffset);
        Assert.Contains("name of irq:irq_handler_entry", entry.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_record_leaves_no_name_behind()
    {
        var bench = new MapperBench(Linux61["power:device_pm_callback_start"]);
        byte[] record = bench.Record(("device", "one"), ("driver", "two"), ("pm_ops", 0xffff_ffffL));
        Assert.Null(bench.Map(record));
        Assert.Equal((1, 1), (bench.Tables.Names.Count, bench.Tables.Devices.Count));
    }

    // Text as recorded (hex escapes for bytes), and as it is kept.
    [Theory]
    [InlineData("a\u001b[31mred", "a\ufffd[31mred")]
    [InlineData("tab\tand\rreturn", "tab\ufffdand\ufffdreturn")]
    [InlineData("c1\u0085\u009b", "c1\ufffd\ufffd")]
    [InlineData("\u2028\u2029", "\ufffd\ufffd")]
    [InlineData("sp ace, comma=\"quote\" ünïcode 🙂", "sp ace, comma=\"quote\" ünïcode 🙂")]
    [InlineData("(fault)", "")]
    [InlineData("before\0after", "before")]
    public void Names_keep_what_prints_and_nothing_else(string text, string expected)
    {
        var bench = new MapperBench(Linux61["irq:irq_handler_entry"]);
        Assert.Equal("handler_entry irq=1 name=" + expected, bench.Map(bench.Record(("irq", 1L), ("name", text))));
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_replaced()
    {
        var bench = new MapperBench(Linux61["irq:irq_handler_entry"]);
        byte[] text = [(byte)'a', 0xff, 0xc3, (byte)'b', 0xe2, 0x82];
        Assert.Equal("handler_entry irq=1 name=a\ufffd\ufffdb\ufffd",
            bench.Map(bench.Record(("irq", 1L), ("name", text))));
    }

    [Fact]
    public void Long_name_is_cut_at_a_character_and_noted()
    {
        var bench = new MapperBench(Linux61["irq:irq_handler_entry"]);
        string text = new('ü', 200);
        Assert.Equal("handler_entry irq=1 name=" + text[..128], bench.Map(bench.Record(("irq", 1L), ("name", text))));
        Assert.Equal(RecordMapper.NameCut, Assert.Single(bench.Report.Entries).What);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("\n\n", "")]
    [InlineData("two\nlines\n", "two\ufffdlines")]
    [InlineData("\u0007bell", "\ufffdbell")]
    public void Mark_is_one_clean_line(string text, string expected)
    {
        var bench = new MapperBench(Linux61["ftrace:print"]);
        Assert.Equal($"mark \"{expected}\"", bench.Map(bench.Record(("ip", 1L), ("buf", text))));
        Assert.Empty(bench.Report.Entries);
    }

    [Theory]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(4000)]
    public void Mark_fills_as_many_records_as_there_are_and_a_longer_one_is_noted(int length)
    {
        var bench = new MapperBench(Linux61["ftrace:print"]);
        string text = new('m', length);
        Assert.Equal($"mark \"{text[..Math.Min(length, EventText.LengthMax)]}\"",
            bench.Map(bench.Record(("ip", 1L), ("buf", text))));
        Assert.Equal(length > EventText.LengthMax,
            bench.Report.Entries.Any(entry => entry.What == RecordMapper.MarkCut));
    }

    // Fields that lie where no record reaches, or in shapes that no number has.
    [Theory]
    [InlineData(-1, 4, 0, FieldStorage.Integer)]
    [InlineData(65534, 4, 0, FieldStorage.Integer)]
    [InlineData(int.MaxValue, 8, 0, FieldStorage.Integer)]
    [InlineData(8, 3, 0, FieldStorage.Integer)]
    [InlineData(8, 0, 0, FieldStorage.Integer)]
    [InlineData(8, -4, 0, FieldStorage.Integer)]
    [InlineData(8, 16, 4, FieldStorage.IntegerArray)]
    [InlineData(8, 4, 0, FieldStorage.DataLoc)]
    [InlineData(8, 4, 0, FieldStorage.Opaque)]
    public void Impossible_field_is_refused_and_reported(int offset, int size, int elementSize, FieldStorage storage)
    {
        var field = new FieldFormat("vector", "int", offset, size, true, storage, elementSize);
        var bench = new MapperBench(new EventFormat("irq_vectors", "local_timer_entry", 1, [field]));
        Assert.Equal(-1, bench.Plan);
        Assert.Equal(RecordMapper.FormatMisfit, Assert.Single(bench.Report.Entries).What);
    }

    [Fact]
    public void Random_bytes_end_in_an_event_or_a_count()
    {
        var random = new Random(20261121);
        foreach (EventFormat format in Linux61.Values)
        {
            var bench = new MapperBench(format);
            if (bench.Plan < 0) continue;
            for (int i = 0; i < 200; i++)
            {
                byte[] record = new byte[random.Next(120)];
                random.NextBytes(record);
                long before = bench.Report.Entries.Sum(entry => entry.Count);
                string? line = bench.Map(record);
                if (line is null) Assert.Equal(before + 1, bench.Report.Entries.Sum(entry => entry.Count));
                else Assert.StartsWith(bench.Mapper.KindName(bench.Plan), line, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Number_of_plans_is_bounded()
    {
        var bench = new MapperBench(Linux61["irq:irq_handler_exit"]);
        for (int i = 1; i < RecordMapper.PlansMax; i++) Assert.Equal(i, bench.Mapper.AddFormat(bench.Format));
        Assert.Equal(-1, bench.Mapper.AddFormat(bench.Format));
        Assert.Equal(RecordMapper.PlansExhausted, Assert.Single(bench.Report.Entries).What);
    }

    private static byte[] Texts(MapperBench bench, string text) => bench.Record(
        [.. bench.Format.Fields.Where(field => field.IsText && field.Storage != FieldStorage.Pointer)
            .Select(field => (field.Name, (object)text))]);
}
