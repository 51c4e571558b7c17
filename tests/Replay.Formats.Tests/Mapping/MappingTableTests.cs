using System;
using System.Collections.Generic;
using System.Linq;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Xunit;

namespace Replay.Formats.Tests.Mapping;

public class MappingTableTests
{
    private static readonly Dictionary<string, EventFormat> Linux61 = FormatVectors.Load("linux-6.1-x86_64.txt");

    [Theory]
    [InlineData("irq:irq_handler_entry", "'->'")]
    [InlineData("irq_handler_entry -> mark", "system:name")]
    [InlineData("a*b*:c -> mark", "at most one '*'")]
    [InlineData("a:b c -> mark", "without spaces")]
    [InlineData(":b -> mark", "without spaces")]
    [InlineData("a:b[x -> mark", "']'")]
    [InlineData("a:b[x,] -> mark", "a field name")]
    [InlineData("a:b -> ", "a kind of event, found nothing")]
    [InlineData("a:b -> handler_entri", "a kind of event or 'skip', found handler_entri")]
    [InlineData("a:b -> handler_entry cpu=1", "an operand of handler_entry (irq name), found cpu")]
    [InlineData("a:b -> lapic_online cpu=1", "it has none")]
    [InlineData("a:b -> skip irq=1", "an operand of skip")]
    [InlineData("a:b -> free_irq irq=1 irq=2", "each operand once")]
    [InlineData("a:b -> free_irq irq", "'='")]
    [InlineData("a:b -> free_irq irq=", "a field, a number")]
    [InlineData("a:b -> free_irq irq=\"x\"", "a number or a field")]
    [InlineData("a:b -> free_irq irq=0x1ffffffff", "a number of 32 bits")]
    [InlineData("a:b -> free_irq irq=-1", "not negative")]
    [InlineData("a:b -> free_irq irq=99999999999999999999", "a number from 0")]
    [InlineData("a:b -> free_irq irq=x << 32", "a number from 0 to 31")]
    [InlineData("a:b -> free_irq irq=x >> 64", "a number from 0 to 63")]
    [InlineData("a:b -> free_irq irq=5 if x", "a field of numbers before")]
    [InlineData("a:b -> free_irq irq=x[70000]", "a number from 0 to 65535")]
    [InlineData("a:b -> free_irq irq=positive(x", "')'")]
    [InlineData("a:b -> handler_exit ret=2147483648000", "a number of 32 bits")]
    [InlineData("a:b -> setup_irq name=5", "a field, \"text\" or @name")]
    [InlineData("a:b -> setup_irq name=x|y", "one text for name")]
    [InlineData("a:b -> setup_irq name=x[1]", "a text for name")]
    [InlineData("a:b -> setup_irq name=x >> 1", "a field of numbers before")]
    [InlineData("a:b -> setup_irq name=\"open", "a closing")]
    [InlineData("a:b -> setup_irq name=@nick", "@name, found @nick")]
    [InlineData("a:b -> kernel_step step=coffee", "one of other freeze_secondary_cpus")]
    public void Mistake_is_told_with_file_and_line(string line, string expected)
    {
        BadInputException error = Assert.Throws<BadInputException>(
            () => MappingTable.Parse("# first\n\n" + line + "  # comment\n", "own.map"));
        Assert.StartsWith("own.map:3: expected ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    // Line; fields of rig:check_irq_resend (irq u32, inject u8); event.
    [Theory]
    [InlineData("*:check_irq_resend -> free_irq irq=irq & 0xff", "irq=0x1234", "free_irq irq=52")]
    [InlineData("*:check_irq_resend -> free_irq irq=irq >> 4 & 0xf << 8", "irq=0x1234", "free_irq irq=768")]
    [InlineData("*:check_irq_resend -> free_irq irq=inject << 8 | irq | 0x10000",
        "irq=5 inject=2", "free_irq irq=66053")]
    [InlineData("*:check_irq_resend -> free_irq irq=irq if inject", "irq=5 inject=0", "free_irq irq=0")]
    [InlineData("*:check_irq_resend -> free_irq irq=7", "", "free_irq irq=7")]
    [InlineData("*:check_irq_resend -> free_irq", "irq=5", "free_irq irq=4294967295")]
    [InlineData("rig:check_*->setup_irq name=\"a # b\" irq=0x10", "", "setup_irq irq=16 name=a # b")]
    [InlineData("r*:check_irq_resend -> handler_exit irq=irq ret=-28", "irq=5", "handler_exit irq=5 ret=-28")]
    [InlineData("rig:check_irq_resend -> mark text=@name", "", "mark \"check_irq_resend\"")]
    [InlineData("rig:check_irq_resend[inject] -> move_cleanup", "", "move_cleanup")]
    public void Expressions_of_a_users_line_work(string line, string fields, string expected)
    {
        MappingTable table = MappingTable.Parse(line, "own.map", MappingTable.BuiltIn);
        var bench = new MapperBench(Linux61["rig:check_irq_resend"], table);
        Assert.Equal(expected, bench.Map(bench.Record(RecordMapperTests.Values(fields))));
        Assert.Empty(bench.Report.Entries);
    }

    [Fact]
    public void First_line_whose_fields_exist_wins()
    {
        const string text = """
            *:check_irq_resend[absent] -> move_cleanup
            *:check_irq_resend -> setup_irq irq=irq name=missing
            *:check_irq_resend -> ack_irq irq=irq
            *:check_irq_resend -> free_irq irq=irq
            """;
        var bench = new MapperBench(Linux61["rig:check_irq_resend"], MappingTable.Parse(text, "own.map"));
        Assert.Equal("ack_irq", bench.Mapper.KindName(bench.Plan));
    }

    [Fact]
    public void Line_that_fits_no_field_falls_back_to_the_built_in_one()
    {
        MappingTable table = MappingTable.Parse("*:check_irq_resend -> free_irq irq=absent",
            "own.map", MappingTable.BuiltIn);
        var bench = new MapperBench(Linux61["rig:check_irq_resend"], table);
        Assert.Equal("check_resend", bench.Mapper.KindName(bench.Plan));
    }

    [Fact]
    public void Skip_switches_a_built_in_line_off()
    {
        MappingTable table = MappingTable.Parse("rig:check_* -> skip", "own.map", MappingTable.BuiltIn);
        var bench = new MapperBench(Linux61["rig:check_irq_resend"], table);
        Assert.Equal(-1, bench.Plan);
        Assert.Empty(bench.Report.Entries);
    }

    [Theory]
    [InlineData("irq", "irq_handler_entry", true)]
    [InlineData("mine", "pci_write_msi_msg", true)]
    [InlineData("mine", "mlx5_error_detected", true)]
    [InlineData("irq", "softirq_raise", false)]
    [InlineData("iommu", "map", false)]
    [InlineData("irq_vectors", "irq_handler_entry", false)]
    public void Events_that_no_line_names_need_no_format(string system, string name, bool expected) =>
        Assert.Equal(expected, MappingTable.BuiltIn.MayMap(system, name));

    [Fact]
    public void Every_built_in_line_is_the_one_used_for_some_real_format()
    {
        // LTTng's events have no formats of the kernel's; tests of CTF look at their lines.
        HashSet<MappingLine> unused = [.. MappingTable.BuiltIn.Lines.Where(static line => line.System != "lttng")];
        foreach (string file in (string[])["linux-6.1-x86_64.txt", "linux-6.1-x86_64-hyperv.txt",
            "linux-6.1-x86_64-kvm.txt", "linux-6.12-x86_64.txt", "linux-arm64.txt"])
        {
            foreach (EventFormat format in FormatVectors.Load(file).Values)
            {
                int at = 0;
                while (MappingTable.BuiltIn.Next(format.System, format.Name, ref at) is { } line)
                {
                    if (line.RequiredFields.Any(field => format.FindField(field) is null)) continue;
                    unused.Remove(line);
                    break;
                }
            }
        }
        Assert.Empty(unused.Select(line => line.Source));
    }
}
