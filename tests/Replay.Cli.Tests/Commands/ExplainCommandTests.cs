using System;
using System.Linq;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Findings;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class ExplainCommandTests
{
    [Theory]
    [InlineData("IRQ007")]
    [InlineData("irq7")]
    [InlineData("7")]
    [InlineData("007")]
    [InlineData("VECTOR_LEAK")]
    [InlineData("vector-leak")]
    public void A_code_can_be_written_in_several_ways(string typed)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("explain", typed));
        Golden.Check("explain", cli.Out);
        Assert.Equal("", cli.Error);
    }

    [Fact]
    public void A_terminal_of_eighty_columns_is_enough_for_all()
    {
        foreach (FindingInfo info in FindingCatalog.All)
        {
            using var cli = new Fakes.Cli { OutIsTerminal = true, Variables = { ["NO_COLOR"] = "1" } };
            Assert.Equal(0, cli.Run("explain", info.Id));
            Assert.All(cli.Out.Split('\n'), static line =>
                Assert.True(line.Length <= 80 || line.Contains("https://", StringComparison.Ordinal), line));
        }
    }

    [Fact]
    public void Without_a_code_all_are_listed()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("explain"));
        Assert.All(FindingCatalog.All,
            info => Assert.Contains($"  {info.Id}  {info.Name}", cli.Out, StringComparison.Ordinal));
        using var json = new Fakes.Cli();
        Assert.Equal(0, json.Run("explain", "--format", "json"));
        using JsonDocument document = JsonDocument.Parse(json.Out);
        Assert.Equal(FindingCatalog.All.Select(info => info.Id), document.RootElement.GetProperty("codes")
            .EnumerateArray().Select(each => each.GetProperty("code").GetString()));
    }

    [Fact]
    public void Json_has_the_whole_story()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("explain", "7", "--format", "json"));
        using JsonDocument json = JsonDocument.Parse(cli.Out);
        Assert.Equal(
            ["schema", "code", "name", "severity", "meaning", "steps", "signature", "cause", "cure", "fix", "rules",
                "lookNext", "source", "seen"],
            json.RootElement.EnumerateObject().Select(each => each.Name));
        Assert.Equal("VECTOR_LEAK", json.RootElement.GetProperty("name").GetString());
        Assert.Equal("major", json.RootElement.GetProperty("severity").GetString());
        Assert.Equal(5, json.RootElement.GetProperty("steps").GetArrayLength());
        Assert.Equal(["prefix:a6c11c0a5235", "fix:a6c11c0a5235"],
            json.RootElement.GetProperty("rules").EnumerateArray().Select(each => each.GetString()));
    }

    [Theory]
    [InlineData("IRQ07x", "irqreplay: explain IRQ07x: there is no such code; did you mean: irqreplay explain ")]
    [InlineData("VECTOR_LAEK", "irqreplay: explain VECTOR_LAEK: there is no such code; "
        + "did you mean: irqreplay explain VECTOR_LEAK?\n")]
    [InlineData("99999999999", "irqreplay: explain 99999999999: there is no such code; "
        + "type \"irqreplay explain\" for all\n")]
    [InlineData("-1", "irqreplay")]
    public void What_is_no_code_is_a_usage_error(string typed, string says)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run("explain", typed));
        Assert.StartsWith(says, cli.Error, StringComparison.Ordinal);
        Assert.Equal("", cli.Out);
    }
}
