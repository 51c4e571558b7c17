using System;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

/// <summary><c>replay --why</c>: the verdict, where the views parted, and what led there.</summary>
public class WhyTests
{
    [Theory]
    [InlineData("irq001-raises", "stuckMasked", false, 19,
        "irq 40 cannot arrive: its entry was masked at event 19 (CPU 1 going down) and nothing has unmasked it since.")]
    [InlineData("irq002-raises", "noMapping", false, 17, "irq 40 cannot arrive: the host dropped its mapping when "
        + "the device's channel closed (event 17) and was not asked to map it again.")]
    [InlineData("irq003-raises", "staleMessage", false, 16, "irq 40 cannot arrive: "
        + "the device lost its message when the machine slept (event 16) and nobody wrote it back.")]
    [InlineData("irq004-raises", "stuckMasked", false, 15, "irq 40 cannot arrive: it was started at event 15 with its "
        + "entry masked (since event 13), and nothing has unmasked it.")]
    [InlineData("irq005-raises", "wrongTarget", false, 17, "irq 40 goes astray since event 17: "
        + "the kernel expects it as vector 34 on CPU 0, and the device's message leads elsewhere.")]
    [InlineData("irq006-raises", "slotLost", null, 10, "The kernel found no handler on CPU 1 vector 33, "
        + "which irq 40 owns: its slot was reset by a stray interrupt.")]
    [InlineData("irq007-raises", "leakedVector", true, 20, "irq 40 works, but lost vector 33 of CPU 1 at event 23: "
        + "its move was completed while that CPU was offline, so that nobody gave it back.")]
    [InlineData("irq009-raises", "staleCache", false, 19, "irq 40 may go astray since event 19: "
        + "its remapping entry was changed, and the hardware was not told to drop its copy.")]
    [InlineData("irq010-raises", "staleCache", false, 22, "irq 40 may go astray since event 22: "
        + "its remapping entry was changed, and the hardware was not told to drop its copy.")]
    [InlineData("irq001-near", "quiet", null, null, "irq 40 has no fault in what is recorded: "
        + "it is set to vector 34 on CPU 0 since event 20, its views agree, and no interrupt has arrived since.")]
    [InlineData("irq003-near", "quiet", null, null, "irq 40 has no fault in what is recorded: "
        + "it is set to vector 33 on CPU 1 since event 14, its views agree, and no interrupt has arrived since.")]
    [InlineData("irq005-near", "working", true, null,
        "irq 40 works: it arrives at vector 34 on CPU 0 since its last change (event 17), the last time at event 21.")]
    [InlineData("irq007-near", "working", true, null,
        "irq 40 works: it arrives at vector 36 on CPU 0 since its last change (event 34), the last time at event 41.")]
    public void A_hazard_has_its_verdict_and_the_event_where_it_began(string trace, string verdict, bool? works,
        int? parted, string sentence)
    {
        (_, string output, string error) = RealCli.Run("replay", $"traces/hazards/{trace}.irqs",
            "--why", "40", "--format", "json");
        Assert.Equal("", error);
        using JsonDocument json = JsonDocument.Parse(output);
        JsonElement why = json.RootElement.GetProperty("why");
        Assert.Equal(sentence, why.GetProperty("sentence").GetString());
        Assert.Equal(verdict, why.GetProperty("verdict").GetString());
        Assert.Equal(works, Flag(why.GetProperty("works")));
        Assert.Equal(parted, why.GetProperty("parted").ValueKind == JsonValueKind.Null
            ? null : why.GetProperty("parted").GetInt32());
        Assert.NotEqual(0, why.GetProperty("chain").GetArrayLength());
    }

    [Fact]
    public void An_interrupt_that_leaked_is_told_as_reviewed()
    {
        (int code, string output, _) = RealCli.Run("replay", "traces/leak-pre/trace.dat", "--why", "26");
        Assert.Equal(1, code);
        Golden.Check("replay-why", output);
    }

    [Fact]
    public void An_interrupt_that_works_shows_its_last_change_as_reviewed()
    {
        (int code, string output, _) = RealCli.Run("replay", "traces/hibernate/trace.dat", "--why", "28");
        Assert.Equal(0, code);
        Golden.Check("replay-why-works", output);
    }

    [Fact]
    public void A_few_findings_bring_their_story()
    {
        (int code, string output, _) = RealCli.Run("replay", "traces/hazards/irq001-raises.irqs");
        Assert.Equal(1, code);
        string[] lines = output.Split('\n');
        int story = Array.IndexOf(lines, "irq 40 cannot arrive: its entry was masked at event 19 (CPU 1 going down) "
            + "and nothing has unmasked it since.");
        Assert.InRange(story, 0, lines.Length);
        Assert.Contains(lines[story..],
            static line => line.Contains("CPU 1 going down (event 16)", StringComparison.Ordinal));
    }

    [Fact]
    public void Many_findings_do_not()
    {
        (_, string output, _) = RealCli.Run("replay", "traces/leak-pre/trace.dat");
        Assert.DoesNotContain("works, but lost", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_contract_of_replay_has_no_why_unless_it_was_asked_for()
    {
        (_, string output, _) = RealCli.Run("replay", "traces/hazards/irq001-raises.irqs", "--format", "json");
        Assert.DoesNotContain("\"why\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupt_that_the_recording_does_not_have_is_unknown()
    {
        (int code, string output, _) = RealCli.Run("replay", "traces/hazards/irq001-near.irqs", "--why", "9");
        Assert.Equal(0, code);
        Assert.Contains("Nothing in this recording is about irq 9. It has the interrupts 40.",
            output, StringComparison.Ordinal);
    }

    [Fact]
    public void Watching_and_checking_the_books_go_together()
    {
        (int code, string output, string error) = RealCli.Run(
            "replay", "traces/leak-pre/trace.dat", "--why", "26", "--paranoid", "--format", "json");
        Assert.Equal((1, ""), (code, error));
        Assert.Contains("\"verdict\":\"leakedVector\"", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--why nvme0", "for example --why 24")]
    [InlineData("--why 24 --format sarif", "not part of SARIF")]
    public void Wrong_values_say_what_to_type(string options, string says)
    {
        (int code, _, string error) = RealCli.Run(["replay", "traces/hazards/irq001-near.irqs", .. options.Split(' ')]);
        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    private static bool? Flag(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetBoolean();
}
