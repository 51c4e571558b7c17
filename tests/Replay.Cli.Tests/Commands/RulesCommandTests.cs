using System.Linq;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Rules;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class RulesCommandTests
{
    [Fact]
    public void Text_is_as_reviewed()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("rules"));
        Golden.Check("rules", cli.Out);
        Assert.Equal("", cli.Error);
    }

    [Fact]
    public void A_terminal_of_eighty_columns_is_enough()
    {
        using var cli = new Fakes.Cli { OutIsTerminal = true, Variables = { ["NO_COLOR"] = "1" } };
        Assert.Equal(0, cli.Run("rules"));
        Assert.All(cli.Out.Split('\n'), static line => Assert.True(line.Length <= 80, line));
    }

    [Fact]
    public void Json_has_every_behaviour_and_every_set()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("rules", "--format", "json"));
        using JsonDocument json = JsonDocument.Parse(cli.Out);
        Assert.Equal(1, json.RootElement.GetProperty("schema").GetInt32());
        Assert.Equal(RuleCatalog.All.Select(rule => rule.Name), json.RootElement.GetProperty("behaviours")
            .EnumerateArray().Select(each => each.GetProperty("name").GetString()));
        Assert.Equal(RuleCatalog.Sets.Select(set => set.Name),
            json.RootElement.GetProperty("sets").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
    }

    [Fact]
    public void Json_of_one_change()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("rules", "forceComplete", "--format", "json"));
        Assert.Equal(
            """
            {"schema":1,"behaviours":[{"name":"cpu.forceCompleteFirst","meaning":"When a CPU that goes offline completes moves that are pending.",
            "source":"Linux cpuhotplug.c migrate_one_irq; a6c11c0a5235 (CVE-2024-31076)","alternatives":[{"name":"yes",
            "meaning":"a pending move is completed before the kernel asks whether the interrupt must leave the CPU",
            "kernels":["linux-6.1","linux-6.12"]},{"name":"no",
            "meaning":"it is completed only for interrupts that must leave: the old vector may leak","kernels":[]}]}],
            "sets":[{"name":"prefix:a6c11c0a5235","meaning":"Without: No vector leaks when a CPU goes offline during a move.",
            "source":"Linux a6c11c0a5235 (6.10, stable), CVE-2024-31076","choices":{"cpu.forceCompleteFirst":"no"}},
            {"name":"fix:a6c11c0a5235","meaning":"With: No vector leaks when a CPU goes offline during a move.",
            "source":"Linux a6c11c0a5235 (6.10, stable), CVE-2024-31076","choices":{"cpu.forceCompleteFirst":"yes"}}]}
            """.ReplaceLineEndings("") + "\n",
            cli.Out);
    }

    [Theory]
    [InlineData("mst-1", "prefix:mst-1 fix:mst-1")]
    [InlineData("HV.MULTI", "hv.multiMsiResume prefix:hv-multi-msi fix:hv-multi-msi")]
    [InlineData("ims.requireIr", "ims.requireIr prefix:ims-needs-ir fix:ims-needs-ir")]
    public void Part_of_a_name_narrows_the_list(string part, string names)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("rules", part, "--format", "json"));
        using JsonDocument json = JsonDocument.Parse(cli.Out);
        Assert.Equal(names.Split(' '), json.RootElement.GetProperty("behaviours").EnumerateArray()
            .Concat(json.RootElement.GetProperty("sets").EnumerateArray())
            .Select(each => each.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("vector.claenup", "irqreplay: rules vector.claenup: no behaviour and no set has that in its name; "
        + "did you mean: irqreplay rules vector.cleanup?\n")]
    [InlineData("windows", "irqreplay: rules windows: no behaviour and no set has that in its name; "
        + "type \"irqreplay rules\" for all\n")]
    public void A_name_that_nothing_has_is_a_usage_error(string part, string says)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run("rules", part));
        Assert.Equal(says, cli.Error);
        Assert.Equal("", cli.Out);
    }

    [Fact]
    public void One_name_at_a_time()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run("rules", "a", "b"));
        Assert.Equal(
            "irqreplay: rules takes one NAME, and \"b\" is one more; type \"irqreplay rules --help\"\n", cli.Error);
    }
}
