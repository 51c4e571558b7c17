using System;
using System.IO;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class ScenariosCommandTests
{
    [Fact]
    public void List_has_a_line_for_each_scenario_and_is_clean()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("scenarios"));
        Assert.Contains("d-backdoor-reset ", cli.Out, StringComparison.Ordinal);
        Assert.Contains("expectations met.", cli.Out, StringComparison.Ordinal);
        Assert.Equal("", cli.Error);
    }

    [Fact]
    public void Outcome_table_is_as_reviewed()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("scenarios", "d-backdoor-reset-three", "c-hot-reset"));
        Golden.Check("scenarios", cli.Out);
    }

    [Fact]
    public void Json_has_runs_and_expectations()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("scenarios", "d-x86-iommu", "--format", "json"));
        using JsonDocument json = JsonDocument.Parse(cli.Out);
        Assert.Equal(1, json.RootElement.GetProperty("schema").GetInt32());
        Assert.Equal(0, json.RootElement.GetProperty("failed").GetInt32());
        JsonElement scenario = json.RootElement.GetProperty("scenarios")[0];
        Assert.Equal("d-x86-iommu", scenario.GetProperty("name").GetString());
        JsonElement before = scenario.GetProperty("runs")[0], after = scenario.GetProperty("runs")[1];
        Assert.Equal("linux-6.1,vfio.restoreMsixMessage=no", before.GetProperty("rules").GetString());
        Assert.Equal("DMA_STRAY(0)", before.GetProperty("verdicts")[0].GetProperty("text").GetString());
        Assert.Equal("NO_MAPPING", before.GetProperty("interrupts")[0].GetProperty("verdict").GetString());
        Assert.Equal("linux-6.1", after.GetProperty("rules").GetString());
        Assert.Equal("DELIVERED(1,0x41)", after.GetProperty("verdicts")[0].GetProperty("text").GetString());
        Assert.True(scenario.GetProperty("expectations")[0].GetProperty("met").GetBoolean());
    }

    [Fact]
    public void A_file_whose_expectation_fails_gives_exit_code_1_and_says_where()
    {
        using var cli = new Fakes.Cli();
        string file = Path.Combine(cli.Folder, "mine.irqs");
        File.WriteAllText(file,
            """
            irqs 1
            # Mine.
            #expect rules=linux-6.12 device=0000:03:00.0 entry=0 verdict=DELIVERED end=WORKING
            1.0 0 vfio_function device=0000:03:00.0 port=0000:00:01.0 bound=vfio owner=vm1 entries=1
            +0  0 device_raise device=0000:03:00.0 entry=0

            """);
        Assert.Equal(1, cli.Run("scenarios", file));
        Assert.Contains("mine:3: expected rules=linux-6.12 device=0000:03:00.0 entry=0 verdict=DELIVERED end=WORKING; "
            + "found LOST; nothing", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_is_listed_and_is_bad_input()
    {
        using var cli = new Fakes.Cli();
        string file = Path.Combine(cli.Folder, "mine.irqs");
        File.WriteAllText(file,
            """
            irqs 1
            # Mine.
            1.0 0 machine cpus=2 legacy=1
            +0  0 irq_reqest irq=40

            """);
        Assert.Equal(3, cli.Run("scenarios", file));
        Assert.Contains("did you mean \"irq_request\"?, found \"irq_reqest\" at mine:4:7",
            cli.Out, StringComparison.Ordinal);
        Assert.Contains("It has no #expect lines", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Events_that_do_nothing_are_named_with_the_kind_that_was_meant()
    {
        using var cli = new Fakes.Cli();
        string file = Path.Combine(cli.Folder, "mine.irqs");
        File.WriteAllText(file,
            """
            irqs 1
            # Mine.
            #expect rules=linux-6.12 irq=40 end=none
            1.0 0 irq_alloc irq=40 device=0000:00:03.0 entry=0
            +0  0 setup_irq irq=40
            +0  0 irq_request irq=41
            +0  0 device_raise device=0000:00:09.0 entry=0
            +0  0 inject what=create_refused device=0000:00:03.0
            +0  0 cpu_off cpu=9

            """);
        Assert.Equal(0, cli.Run("scenarios", file));
        foreach (string note in (string[])[
            "event 0: no machine event before this: four CPUs and one legacy vector are assumed",
            "event 1: setup_irq does nothing in a machine that is run; irq_request does",
            "event 2: irq_request: there is no irq 41; irq_alloc makes it",
            "event 3: device_raise of a device that has no interrupts here",
            "event 5: there is no CPU 9: the machine has CPUs 0 to 3",
            "inject what=create_refused of event 4: nothing came that it was for",
        ]) Assert.Contains(note, cli.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d-backdoor-rest", "d-backdoor-rest: no scenario has that name or starts so, "
        + "and there is no such file; did you mean: irqreplay scenarios d-backdoor-reset?")]
    [InlineData("zzzzzzzzzzzz", "type \"irqreplay scenarios\" for all")]
    public void A_name_that_is_none_is_a_usage_error(string name, string message)
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run("scenarios", name));
        Assert.Contains(message, cli.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_expectation_is_bad_input_with_its_line()
    {
        using var cli = new Fakes.Cli();
        string file = Path.Combine(cli.Folder, "mine.irqs");
        File.WriteAllText(file, "irqs 1\n#expect verdikt=LOST\n");
        Assert.Equal(3, cli.Run("scenarios", file));
        Assert.Contains("mine: line 2, column 9: no key \"verdikt\"; did you mean verdict?",
            cli.Error, StringComparison.Ordinal);
    }
}
