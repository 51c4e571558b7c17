using System;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Reports;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class ReplayCommandTests
{
    [Fact]
    public void Json_has_the_members_of_the_contract_in_their_order()
    {
        using var cli = new Fakes.Cli
        {
            Session = new FakeSession { Findings = [SampleState.Findings[1], SampleState.Findings[2]] },
        };
        Assert.Equal(1, cli.Run("replay", cli.File, "--format", "json"));
        Assert.Equal(
            """
            {"schema":1,"events":6,"applied":4,"findings":[{"code":"IRQ003","severity":"critical","event":5,"timeNs":3500000000,
            "blame":2,"irq":24,"device":"0000:00:03.0","entry":1,"cpu":1,"vector":34,
            "message":"The device still sends the message of before the move: every interrupt since is lost."},{"code":"IRQ036","severity":"note","event":0,"timeNs":null,
            "blame":null,"irq":null,"device":null,"entry":null,"cpu":null,"vector":null,"message":"Recording began after boot."}],
            "interrupts":{"raised":null,"delivered":4,"pending":1,"coalesced":0,"lost":2,"spurious":0},
            "systems":[],"digest":"0x00c0ffee00c0ffee","seconds":0.5,"eventsPerSecond":12,"rules":"linux-6.1"}
            """.ReplaceLineEndings("") + "\n",
            cli.Out);
    }

    [Fact]
    public void No_findings_is_a_clean_exit()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("replay", cli.File));
        Golden.Check("replay-clean", cli.Out);
        Assert.Equal("", cli.Error);
    }

    [Fact]
    public void Text_is_as_reviewed()
    {
        using var cli = new Fakes.Cli { Session = new FakeSession { Findings = SampleState.Findings } };
        Assert.Equal(1, cli.Run("replay", cli.File));
        Golden.Check("replay", cli.Out);
    }

    [Fact]
    public void Lost_records_are_louder_than_findings()
    {
        using var cli = new Fakes.Cli { Session = new FakeSession { Findings = SampleState.Findings } };
        cli.Recording.Report.Add(LossSeverity.DataLoss, "page cut short", 4096, "4096 bytes", "17");
        Assert.Equal(3, cli.Run("replay", cli.File));
        Golden.Check("replay-lossy", cli.Error + cli.Out);
    }

    [Fact]
    public void Many_findings_are_cut_to_a_screen_unless_all_are_asked_for()
    {
        var findings = new ReportFinding[40];
        Array.Fill(findings, SampleState.Findings[1]);
        using var cli = new Fakes.Cli { Session = new FakeSession { Findings = findings } };
        cli.Run("replay", cli.File);
        Assert.Contains("… and 37 findings more; --all lists them.", cli.Out, StringComparison.Ordinal);
        Assert.True(cli.Out.Split('\n').Length <= 24);
        using var all = new Fakes.Cli { Session = new FakeSession { Findings = findings } };
        all.Run("replay", all.File, "--all");
        Assert.Equal(41, all.Out.Split("IRQ003").Length - 1); // One row each, and the line that explains the code.
    }

    [Fact]
    public void Sarif_has_what_the_standard_requires()
    {
        using var cli = new Fakes.Cli { Session = new FakeSession { Findings = SampleState.Findings } };
        cli.Recording.Info.LostCount = 2;
        Assert.Equal(1, cli.Run("replay", cli.File, "--format", "sarif"));
        Assert.Equal("", cli.Error);
        using JsonDocument sarif = JsonDocument.Parse(cli.Out);
        Assert.Equal("2.1.0", sarif.RootElement.GetProperty("version").GetString());
        JsonElement run = sarif.RootElement.GetProperty("runs")[0];
        JsonElement driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("irqreplay", driver.GetProperty("name").GetString());
        JsonElement rules = driver.GetProperty("rules");
        Assert.Equal(3, rules.GetArrayLength());
        JsonElement results = run.GetProperty("results");
        Assert.Equal(3, results.GetArrayLength());
        string[] levels = ["warning", "error", "note"];
        for (int i = 0; i < 3; i++)
        {
            JsonElement result = results[i];
            Assert.Equal(levels[i], result.GetProperty("level").GetString());
            Assert.Equal(SampleState.Findings[i].Message,
                result.GetProperty("message").GetProperty("text").GetString());
            Assert.Equal(result.GetProperty("ruleId").GetString(),
                rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString());
            JsonElement location = result.GetProperty("locations")[0];
            JsonElement physical = location.GetProperty("physicalLocation");
            Assert.EndsWith("capture.dat", physical.GetProperty("artifactLocation").GetProperty("uri").GetString(),
                StringComparison.Ordinal);
            Assert.Equal(SampleState.Findings[i].Event + 1,
                physical.GetProperty("region").GetProperty("startLine").GetInt64());
            Assert.Equal($"event:{SampleState.Findings[i].Event}",
                location.GetProperty("logicalLocations")[0].GetProperty("name").GetString());
        }
        JsonElement notes = run.GetProperty("invocations")[0].GetProperty("toolExecutionNotifications");
        Assert.Equal("error", notes[0].GetProperty("level").GetString());
    }

    [Fact]
    public void Paranoid_reaches_the_machine()
    {
        using var cli = new Fakes.Cli();
        cli.Run("replay", cli.File, "--paranoid", "--format", "json");
        Assert.True(cli.Session.Options!.Paranoid);
    }

    [Fact]
    public void A_command_to_copy_is_one_line_on_any_terminal()
    {
        (_, string text, _) = RealCli.RunOnTerminal(40, "replay", "traces/leak-pre/trace.dat");
        Assert.Contains("\n  irqreplay state traces/leak-pre/trace.dat --at event:29776 --irq 26\n", text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_records_are_said_with_what_they_leave_unknown()
    {
        (_, string text, _) = RealCli.RunOn(
            """
            irqs 1
            0.1 0 vector_config irq=24 vector=33 cpu=0 apicdest=0x0
            0.2 0 handler_entry irq=24 name=nvme0q1
            0.3 1 loss count=5
            0.4 0 mark text=end
            """,
            "replay");
        Assert.Contains("  CPU 1's data begin at 0.300000000 s (event 2): the state until then is forgotten.\n"
            + "  At the end the places of 0 of 1 interrupt are known.\n", text, StringComparison.Ordinal);
    }
}
