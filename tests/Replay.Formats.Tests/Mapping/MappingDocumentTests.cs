using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using Replay.Core.Events;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Xunit;

namespace Replay.Formats.Tests.Mapping;

/// <summary>docs/MAPPING.md says what events.map says, and its example works.</summary>
public partial class MappingDocumentTests
{
    private static readonly string DocumentPath = Path.Combine(FormatVectors.RepositoryRoot, "docs", "MAPPING.md");

    [Fact]
    public void Table_of_built_in_lines_is_the_one_of_the_program()
    {
        string text = File.ReadAllText(DocumentPath);
        int begin = text.IndexOf('\n', text.IndexOf("<!-- built-in lines: begin", StringComparison.Ordinal)) + 1;
        int end = text.IndexOf("<!-- built-in lines: end", StringComparison.Ordinal);
        string table = Table();
        if (Environment.GetEnvironmentVariable("IRQREPLAY_GOLDEN") == "update")
            File.WriteAllText(DocumentPath, text[..begin] + table + text[end..]);
        else Assert.Equal(table, text[begin..end]);
    }

    [Fact]
    public void Lines_of_the_examples_can_be_read()
    {
        string text = File.ReadAllText(DocumentPath);
        string[] examples = [.. ExampleLine().Matches(text).Select(match => match.Value)];
        Assert.Equal(2, examples.Length);
        MappingTable table = MappingTable.Parse(string.Join('\n', examples), "MAPPING.md");
        Assert.Equal(["msi_write", null], table.Lines.Select(line => line.Kind?.Name));

        string probe = ProbeLine().Match(text).Value;
        foreach (string field in table.Lines[0].RequiredFields)
            Assert.Contains(" " + field + "=", probe, StringComparison.Ordinal);
    }

    [Fact]
    public void Message_probe_of_the_example_becomes_a_message()
    {
        string line = ExampleLine().Match(File.ReadAllText(DocumentPath)).Value;
        EventFormat format = FormatVectors.Load("linux-6.1-x86_64.txt")["rig:pci_write_msi_msg"];
        Dictionary<string, string> renamed = new() { ["addr_lo"] = "lo", ["addr_hi"] = "hi", ["data"] = "value" };
        format = new EventFormat("mine", "write_msg", format.Id, [.. format.Fields.Select(field =>
            field with { Name = renamed.GetValueOrDefault(field.Name, field.Name) })]);
        var bench = new MapperBench(format, MappingTable.Parse(line, "own.map", MappingTable.BuiltIn));
        Assert.Equal("msi_write irq=30 device= entry=0 address=0x1fee01004 data=0x23",
            bench.Map(bench.Record(RecordMapperTests.Values("irq=30 lo=0xfee01004 hi=1 value=0x23"))));
    }

    private static string Table()
    {
        var table = new StringBuilder("| recorded event | kind | operands |\n|---|---|---|\n");
        foreach (MappingLine line in MappingTable.BuiltIn.Lines)
        {
            string right = line.Source[(line.Source.IndexOf("->", StringComparison.Ordinal) + 2)..].Trim();
            EventKindInfo kind = line.Kind!;
            string operands = right[kind.Name.Length..].Trim().Replace("|", "\\|", StringComparison.Ordinal);
            if (operands.Length > 0) operands = $"`{operands}`";
            table.Append($"| `{line.System}:{line.Name}` | `{kind.Name}` | {operands} |\n");
        }
        return table.ToString();
    }

    [GeneratedRegex("^mine:.*$", RegexOptions.Multiline)]
    private static partial Regex ExampleLine();

    [GeneratedRegex("^echo 'p:mine/.*$", RegexOptions.Multiline)]
    private static partial Regex ProbeLine();
}
