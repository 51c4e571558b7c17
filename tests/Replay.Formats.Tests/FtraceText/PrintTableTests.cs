using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.Ftrace;
using Replay.Formats.FtraceText;
using Replay.Formats.Mapping;
using Replay.Formats.Tests.Mapping;
using Xunit;

namespace Replay.Formats.Tests.FtraceText;

/// <summary>
/// The table of printed texts is held against the mapping: a row that no line of it can use is a mistake.
/// </summary>
public class PrintTableTests
{
    private static readonly string Source = File.ReadAllText(Path.Combine(FormatVectors.RepositoryRoot, "src",
        "Replay.Formats", "FtraceText", "texts.map"));

    [Fact]
    public void Every_row_has_the_fields_that_a_line_of_the_mapping_wants()
    {
        var report = new ImportReport();
        var names = new KernelAddresses(static () => [], static () => []);
        var mapper = new RecordMapper(MappingTable.BuiltIn, new EventTables(), report, names, false, 8);
        int rows = 0;
        foreach (string printed in Printed())
        {
            foreach (PrintRow row in PrintTable.BuiltIn.Find(printed))
            {
                rows++;
                TextShape? shape = TextShape.TryMake(row.System, row.Name, row.Pattern, row.Constants,
                    MappingTable.BuiltIn, mapper, rows);
                Assert.True(shape is not null, $"{row.System}:{row.Name} makes no event of its fields");
            }
        }
        Assert.True(rows > 30, $"only {rows} rows");
        Assert.Empty(report.Entries);
    }

    [Theory]
    [InlineData("a:b text", "double quotes")]
    [InlineData("ab \"text\"", "system:name")]
    [InlineData("a:b \"{c\"", "'}'")]
    [InlineData("a:b \"{c:x=y}\"", "texts.map:1")]
    public void A_wrong_row_is_named(string line, string expected)
    {
        FormatException e = Assert.Throws<FormatException>(() => PrintTable.Parse(line));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a={a} b={b}", "a=1 b=2", "1|2")]
    [InlineData("a={a} b={b}", "  a=1   b=2", "1  |2")]
    [InlineData("{d} {e}, x", "drv dev, x", "drv|dev")]
    [InlineData("{d} {e}, x", " dev, x", "|dev")]
    [InlineData("({e}) r", "(a) (b) r", "a) (b")]
    [InlineData("a={a} b={b}", "a=1 c=2", null)]
    [InlineData("a={a}", "b a=1", null)]
    [InlineData("a={a})", "a=1", null)]
    public void A_pattern_takes_what_lies_between_its_literals(string pattern, string text, string? expected)
    {
        PrintPattern parsed = PrintPattern.Parse(pattern);
        Assert.Equal(expected, Match(parsed, text));
    }

    [Theory]
    [InlineData("(ffffffff815b6ac0) irq=27", "irq", "27")]
    [InlineData("(fn+0x0/0x10 <- caller+0x4) ret=-28", "ret", "-28")]
    [InlineData("dev=\"a b=c\" irq=0x1f", "dev|irq", "\"a b=c\"|0x1f")]
    [InlineData("a=1, b=2", "a|b", "1|2")]
    [InlineData("[FAILED TO PARSE] irq=16 name=x", "irq|name", "16|x")]
    [InlineData("no pairs == here", null, null)]
    public void Pairs_are_found_without_a_pattern(string text, string? fields, string? values)
    {
        PrintPattern? pattern = PrintPattern.Infer(Encoding.UTF8.GetBytes(text));
        Assert.Equal(fields is null, pattern is null);
        if (pattern is null) return;
        Assert.Equal(fields, string.Join('|', Array.ConvertAll(pattern.Places[1..], place => place.Field)));
        Assert.Equal(values,
            Match(pattern, text)![(Match(pattern, text)!.IndexOf('|', StringComparison.Ordinal) + 1)..]);
    }

    [Theory]
    [InlineData("{a}", "-28", unchecked((ulong)-28))]
    [InlineData("{a}", "0x1F", 31UL)]
    [InlineData("{a}", "18446744073709551615", ulong.MaxValue)]
    [InlineData("{a}", " 007 ", 7UL)]
    [InlineData("{a:x}", "ff", 255UL)]
    [InlineData("{a:x<<8}", "ff", 0xff00UL)]
    [InlineData("{a:no|yes}", "yes", 1UL)]
    [InlineData("{a:no=4|yes=0x10}", "yes", 16UL)]
    [InlineData("{a:flags A b=1|C=8}", "A b|C|0x100", 0x109UL)]
    [InlineData("{a:flags A=1}", "", 0UL)]
    [InlineData("{a}", "18446744073709551616", null)]
    [InlineData("{a}", "1x", null)]
    [InlineData("{a}", "", null)]
    [InlineData("{a:no|yes}", "maybe", null)]
    [InlineData("{a:x}", "0x1", null)]
    public void Numbers_read_as_they_are_printed(string place, string text, ulong? expected)
    {
        bool read = PrintPattern.Parse(place).Places[0].TryReadNumber(Encoding.UTF8.GetBytes(text), out ulong value);
        Assert.Equal(expected, read ? value : null);
    }

    private static string? Match(PrintPattern pattern, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Span<int> starts = stackalloc int[PrintPattern.PlacesMax], lengths = stackalloc int[PrintPattern.PlacesMax];
        if (!pattern.TryMatch(bytes, starts, lengths)) return null;
        var values = new List<string>();
        for (int i = 0; i < pattern.Places.Length; i++) values.Add(text.Substring(starts[i], lengths[i]));
        return string.Join('|', values);
    }

    private static IEnumerable<string> Printed()
    {
        HashSet<string> seen = [];
        foreach (string line in Source.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            string[] head = line[..line.IndexOf('"', StringComparison.Ordinal)].Split(' ',
                StringSplitOptions.RemoveEmptyEntries);
            string name = head.Length == 3 ? head[2] : head[0][(head[0].IndexOf(':', StringComparison.Ordinal) + 1)..];
            if (seen.Add(name)) yield return name;
        }
    }
}
