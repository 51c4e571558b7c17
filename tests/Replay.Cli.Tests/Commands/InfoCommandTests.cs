using System;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Events;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class InfoCommandTests
{
    [Fact]
    public void Json_has_the_members_of_the_contract_in_their_order()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("info", cli.File, "--format", "json"));
        Assert.Equal(
            """
            {"schema":1,"format":"fake v1","events":10,"byName":{"ftrace:print":2,"irq:irq_handler_entry":4,
            "sched:sched_switch":4},"imported":6,"skipped":4,"lost":0,"firstTimeNs":1000000001,
            "lastTimeNs":3500000000,"cpus":4,"clock":"mono","kernel":"6.1.0-50-amd64"}
            """.ReplaceLineEndings("") + "\n",
            cli.Out);
        Assert.Equal("", cli.Error);
        Assert.True(cli.Recording.IsDisposed);
    }

    [Fact]
    public void What_is_not_known_is_null()
    {
        using var cli = new Fakes.Cli { Recording = new FakeRecording() };
        cli.Recording.Info.Format = "fake v1";
        Assert.Equal(0, cli.Run("info", cli.File, "--format", "json"));
        Assert.Equal(
            """
            {"schema":1,"format":"fake v1","events":0,"byName":{},"imported":0,"skipped":0,"lost":0,"firstTimeNs":null,
            "lastTimeNs":null,"cpus":null,"clock":null,"kernel":null}
            """.ReplaceLineEndings("") + "\n",
            cli.Out);
    }

    [Fact]
    public void A_scenario_without_a_recorder_is_counted_by_its_events()
    {
        using var cli = new Fakes.Cli { Recording = new FakeRecording() };
        cli.Recording.Info.Format = "irqs";
        cli.Recording.Add(EventKind.MoveCleanup, 5).AddMark("a text that takes two records", 6)
            .Add(EventKind.MoveCleanup, 7);
        Assert.Equal(0, cli.Run("info", cli.File, "--format", "json"));
        Assert.Contains(
            """
            "events":3,"byName":{"mark":1,"move_cleanup":2},"imported":3,"skipped":0,"lost":0,"firstTimeNs":5,"lastTimeNs":7,
            """,
            cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_is_as_reviewed()
    {
        using var cli = new Fakes.Cli();
        cli.Recording.Info.LostCount = 3;
        Assert.Equal(0, cli.Run("info", cli.File));
        Golden.Check("info", cli.Out);
        Assert.Equal("irqreplay: DATA LOSS: the recorder lost 3 records; what follows from later events is a guess\n",
            cli.Error);
    }

    [Fact]
    public void Damage_is_said_one_line_a_kind_the_loudest_first_and_sets_the_exit_code()
    {
        using var cli = new Fakes.Cli();
        cli.Recording.Report.Add(LossSeverity.Note, "odd flag", -1, "", "");
        cli.Recording.Report.Add(LossSeverity.DataLoss, "page cut short", 4096, "4096 bytes", "17");
        cli.Recording.Report.Add(LossSeverity.DataLoss, "page cut short", 8192, "4096 bytes", "3");
        cli.Recording.Report.Add(LossSeverity.Warning, "unknown option", 80, "option 0 to 16", "99");
        Assert.Equal(3, cli.Run("info", cli.File));
        Assert.Equal(
            """
            irqreplay: DATA LOSS: page cut short (2 times), first at 4096: expected 4096 bytes, found 17
            irqreplay: warning: unknown option at 80: expected option 0 to 16, found 99
            irqreplay: note: odd flag

            """,
            cli.Error);
        Assert.Contains("fake v1", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_that_costs_no_event_leaves_the_exit_code_alone()
    {
        using var cli = new Fakes.Cli();
        cli.Recording.Report.Add(LossSeverity.Warning, "unknown option", 80, "option 0 to 16", "99");
        Assert.Equal(0, cli.Run("info", cli.File, "--format", "json"));
        Assert.Equal("", cli.Error);
    }

    [Fact]
    public void Control_characters_of_a_recording_never_reach_the_terminal()
    {
        using var cli = new Fakes.Cli();
        cli.Recording.Info.Kernel = "6.1\u001b]0;owned\u0007[red]x";
        Assert.Equal(0, cli.Run("info", cli.File));
        Assert.DoesNotContain('\u001b', cli.Out);
        Assert.Contains("6.1\uFFFD]0;owned\uFFFD[red]x", cli.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_and_ignore_reach_the_importer()
    {
        using var cli = new Fakes.Cli();
        string map = System.IO.Path.Combine(cli.Folder, "my.map");
        System.IO.File.WriteAllText(map, "rule");
        Assert.Equal(0,
            cli.Run("info", cli.File, "--map", map, "--ignore", "sched:*", "--ignore", "*:timer", "--format", "json"));
        Assert.Equal("rule", cli.OpenOptions!.MapText);
        Assert.Equal(["sched:*", "*:timer"], cli.OpenOptions.IgnorePatterns);
    }
}
