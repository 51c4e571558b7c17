using System;
using System.Linq;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Replay.Formats.Recipes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class RecipeCommandTests
{
    [Fact]
    public void The_script_is_as_reviewed()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("recipe", "kvm"));
        Golden.Check("recipe-kvm", cli.Out);
        Assert.Equal("", cli.Error);
    }

    [Fact]
    public void Every_platform_has_a_script_for_a_shell()
    {
        foreach (RecipePlatform platform in RecipeTable.Platforms)
        {
            using var cli = new Fakes.Cli { OutIsTerminal = true };
            Assert.Equal(0, cli.Run("recipe", platform.Name.ToUpperInvariant()));
            Assert.StartsWith("#!/bin/sh\n# Records what irqreplay replays: " + platform.Meaning,
                cli.Out, StringComparison.Ordinal);
            Assert.Equal(RecipeScript.Write(platform), cli.Out);
        }
    }

    [Fact]
    public void Json_has_names_for_other_recorders_and_the_script()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("recipe", "hyperv", "--format", "json"));
        using JsonDocument json = JsonDocument.Parse(cli.Out);
        Assert.Equal(["schema", "platform", "meaning", "tracepoints", "probes", "qemu", "script"],
            json.RootElement.EnumerateObject().Select(each => each.Name));
        Assert.Contains("hyperv:vmbus_open",
            json.RootElement.GetProperty("tracepoints").EnumerateArray().Select(each => each.GetString()));
        Assert.Contains("hv_irq_unmask", json.RootElement.GetProperty("probes").EnumerateArray()
            .Select(each => each.GetProperty("name").GetString()));
        Assert.Equal(0, json.RootElement.GetProperty("qemu").GetArrayLength());
    }

    [Theory]
    [InlineData("recipe", "irqreplay: recipe needs a PLATFORM: irqreplay recipe hyperv|kvm|vfio|bare-metal\n")]
    [InlineData("recipe baremetal", "irqreplay: recipe baremetal: the platforms are hyperv, kvm, vfio, bare-metal; "
        + "did you mean: irqreplay recipe bare-metal?\n")]
    [InlineData("recipe xen-dom0", "irqreplay: recipe xen-dom0: the platforms are hyperv, kvm, vfio, bare-metal\n")]
    [InlineData("recipe kvm --format sarif", "irqreplay: --format sarif: the formats here are text, json\n")]
    public void Wrong_command_lines_say_what_to_type(string line, string says)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run(line.Split(' ')));
        Assert.Equal(says, cli.Error);
        Assert.Equal("", cli.Out);
    }
}
