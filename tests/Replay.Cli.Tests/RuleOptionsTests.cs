using System;
using System.Text.Json;
using Xunit;

namespace Replay.Cli.Tests;

public class RuleOptionsTests
{
    [Theory]
    [InlineData("replay", "6.1.0-50-amd64", "", "linux-6.1")]
    [InlineData("replay", "6.12.117", "", "linux-6.12")]
    [InlineData("state", "6.12.117", "", "linux-6.12")]
    [InlineData("state", "", "", "linux-6.1")]
    [InlineData("replay", "6.12.117", "--rules linux-6.1", "linux-6.1")]
    [InlineData("replay", "6.12.117", "--rules prefix:a6c11c0a5235", "linux-6.12,cpu.forceCompleteFirst=no")]
    [InlineData("state", "6.1.0", "--with vector.cleanup=timer --with ir.host=off",
        "linux-6.1,vector.cleanup=timer,ir.host=off")]
    [InlineData("replay", "6.1.0", "--rules prefix:a6c11c0a5235 --with cpu.forceCompleteFirst=yes", "linux-6.1")]
    [InlineData("replay", "6.12.117", "--rules linux-6.1,fix:timer-cleanup", "linux-6.1,vector.cleanup=timer")]
    public void The_recorded_kernel_chooses_unless_told_otherwise(string command, string kernel,
        string options, string rules)
    {
        using var cli = new Fakes.Cli();
        cli.Recording.Info.Kernel = kernel;
        string[] words = options.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(0, cli.Run([command, cli.File, "--format", "json", .. words]));
        Assert.Equal(rules, cli.Session.Options!.Rules!.ToString());
    }

    [Fact]
    public void Replay_says_which_rules_it_followed()
    {
        using var cli = new Fakes.Cli();
        cli.Run("replay", cli.File, "--format", "json", "--with", "vector.cleanup=timer");
        using JsonDocument json = JsonDocument.Parse(cli.Out);
        Assert.Equal("linux-6.1,vector.cleanup=timer", json.RootElement.GetProperty("rules").GetString());
        using var text = new Fakes.Cli();
        text.Run("replay", text.File, "--with", "vector.cleanup=timer");
        Assert.Contains("\n  Rules linux-6.1,vector.cleanup=timer\n", text.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rules linux-6.2", "--rules linux-6.2: there is no set \"linux-6.2\"; did you mean linux-6.1?")]
    [InlineData("--rules prefix:mst-1,linux-6.12",
        "--rules prefix:mst-1,linux-6.12: linux-6.12 is a whole kernel and would replace linux-6.1; "
        + "name it first, or alone")]
    [InlineData("--with vector.cleanup", "--with vector.cleanup: \"vector.cleanup\" is not NAME=ALTERNATIVE; "
        + "type, for example, vector.cleanup=timer")]
    [InlineData("--with vector.clean=ipi", "--with vector.clean=ipi: there is no behaviour \"vector.clean\"; "
        + "did you mean vector.cleanup?")]
    [InlineData("--with ir.host=maybe", "--with ir.host=maybe: ir.host has no alternative \"maybe\"; it has on, off")]
    public void Wrong_names_are_told_before_the_recording_is_opened(string options, string says)
    {
        foreach (string command in (string[])["replay", "state"])
        {
            using var cli = new Fakes.Cli();
            Assert.Equal(2, cli.Run([command, cli.File, .. options.Split(' ')]));
            Assert.Equal($"irqreplay: {says}\n", cli.Error);
            Assert.Empty(cli.Opened);
        }
    }
}
