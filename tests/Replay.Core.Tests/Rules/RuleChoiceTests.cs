using System.Linq;
using Replay.Core.Rules;
using Xunit;

namespace Replay.Core.Tests.Rules;

public class RuleChoiceTests
{
    private static readonly KernelRelease Linux61Release = new(6, 1);

    public static TheoryData<string> SetNames => [.. RuleCatalog.Sets.Select(set => set.Name)];

    // The named sets exist twice: as constants for the compiler and as rows for people.
    [Fact]
    public void A_kernels_row_and_its_struct_choose_the_same()
    {
        Assert.Equal(ChosenRules.From(default(Linux61)), RuleChoice.For("linux-6.1").ToKernelRules());
        Assert.Equal(ChosenRules.From(default(Linux612)), RuleChoice.For("linux-6.12").ToKernelRules());
    }

    [Theory]
    [InlineData("5.10.0-30-amd64", "linux-6.1")]
    [InlineData("6.1.0-50-amd64", "linux-6.1")]
    [InlineData("6.5.13", "linux-6.1")]
    [InlineData("6.6.1", "linux-6.12")]
    [InlineData("6.12.0+deb13", "linux-6.12")]
    [InlineData("", "linux-6.1")]
    public void The_recorded_kernel_chooses_the_set(string release, string set)
    {
        RuleChoice choice = RuleChoice.ForKernel(KernelRelease.Parse(release));
        Assert.Equal(set, choice.ToString());
        Assert.True(choice.IsKernel);
    }

    [Theory]
    [InlineData("vector.cleanup=timer", "linux-6.1,vector.cleanup=timer")]
    [InlineData("prefix:a6c11c0a5235", "linux-6.1,cpu.forceCompleteFirst=no")]
    [InlineData("fix:a6c11c0a5235", "linux-6.1")]
    [InlineData("linux-6.12", "linux-6.12")]
    [InlineData("linux-6.12,prefix:a6c11c0a5235", "linux-6.12,cpu.forceCompleteFirst=no")]
    [InlineData("prefix:a6c11c0a5235,fix:a6c11c0a5235", "linux-6.1")]
    [InlineData("prefix:915cff7f38c5, apic.flatLogical=no",
        "linux-6.1,apic.flatLogical=no,hv.unmaskOnFailure=preFix,hv.resumeRecreate=none")]
    public void What_differs_from_the_kernel_is_one_stable_line(string typed, string text)
    {
        RuleChoice choice = RuleChoice.Parse(typed, Linux61Release);
        Assert.Equal(text, choice.ToString());
        Assert.Equal(text.Contains(',', System.StringComparison.Ordinal), !choice.IsKernel);
    }

    [Theory]
    [MemberData(nameof(SetNames))]
    public void The_text_of_a_choice_can_be_typed(string name)
    {
        RuleChoice choice = RuleChoice.Parse(name, Linux61Release);
        Assert.Equal(choice.ToString(), RuleChoice.Parse(choice.ToString(), new KernelRelease(6, 12)).ToString());
    }

    [Fact]
    public void Every_alternative_of_every_behaviour_can_be_chosen_and_changes_nothing_else()
    {
        var start = RuleChoice.For("linux-6.1");
        foreach (RuleInfo rule in RuleCatalog.All)
        {
            foreach (RuleAlternative alternative in rule.Alternatives)
            {
                RuleChoice choice = start.With($"{rule.Name}={alternative.Name}");
                Assert.Equal(alternative.Name, choice[rule.Name]);
                Assert.True(choice.Is(rule.Name, alternative.Name));
                Assert.All(RuleCatalog.All.Where(other => other != rule),
                    other => Assert.Equal(start[other.Name], choice[other.Name]));
            }
        }
        Assert.Equal("linux-6.1", start.ToString());
    }

    [Fact]
    public void Each_of_the_kernels_behaviours_reaches_the_machine()
    {
        ChosenRules rules = RuleChoice.Parse(
            "linux-6.1,vector.cleanup=timer,vector.reservation=off,vector.windowEnd=postedMsi,vector.slotRecheck=yes,"
            + "cpu.forceCompleteFirst=no,cpu.offlineEnospcRetry=yes,cpu.managedStartWhileSuspended=no,"
            + "apic.flatLogical=no,msi.affinityProtocol=careful", default).ToKernelRules();
        Assert.Equal(VectorCleanup.Timer, rules.Cleanup);
        Assert.False(rules.Reservation);
        Assert.Equal(0xEB, rules.WindowEnd);
        Assert.True(rules.SlotRecheck);
        Assert.False(rules.ForceCompleteFirst);
        Assert.True(rules.OfflineEnospcRetry);
        Assert.False(rules.ManagedStartWhileSuspended);
        Assert.False(rules.FlatLogical);
        Assert.Equal(MsiAffinityProtocol.Careful, rules.AffinityProtocol);
        Assert.Equal(MsiAffinityProtocol.Direct,
            RuleChoice.For("linux-6.1").With("msi.affinityProtocol=direct").ToKernelRules().AffinityProtocol);
    }

    [Theory]
    [InlineData("linux-6.2", "there is no set \"linux-6.2\"; did you mean linux-6.1?")]
    [InlineData("prefix:a6c11c0a523", "there is no set \"prefix:a6c11c0a523\"; did you mean prefix:a6c11c0a5235?")]
    [InlineData("windows", "there is no set \"windows\"; \"irqreplay rules\" lists all")]
    [InlineData("", "there is no set \"\"; \"irqreplay rules\" lists all")]
    [InlineData("vector.cleanup", "\"vector.cleanup\" is not NAME=ALTERNATIVE; "
        + "type, for example, vector.cleanup=timer")]
    [InlineData("vector.clean=ipi", "there is no behaviour \"vector.clean\"; did you mean vector.cleanup?")]
    [InlineData("=", "there is no behaviour \"\"; \"irqreplay rules\" lists all")]
    [InlineData("vector.cleanup=time",
        "vector.cleanup has no alternative \"time\"; it has ipi, timer; did you mean vector.cleanup=timer?")]
    [InlineData("ir.host=perhaps", "ir.host has no alternative \"perhaps\"; it has on, off")]
    [InlineData("prefix:a6c11c0a5235,linux-6.12",
        "linux-6.12 is a whole kernel and would replace linux-6.1; name it first, or alone")]
    public void A_wrong_name_is_answered_by_the_nearest_right_one(string typed, string message)
    {
        Assert.Equal(message,
            Assert.Throws<UnknownRuleException>(() => RuleChoice.Parse(typed, Linux61Release)).Message);
    }

    [Theory]
    [InlineData("vector.cleanup", "\"vector.cleanup\" is not NAME=ALTERNATIVE; "
        + "type, for example, vector.cleanup=timer")]
    [InlineData("nonsense", "\"nonsense\" is not NAME=ALTERNATIVE; type, for example, vector.cleanup=timer")]
    [InlineData("ir.guest", "\"ir.guest\" is not NAME=ALTERNATIVE; type, for example, ir.guest=off")]
    [InlineData("fix:mst-1", "fix:mst-1 is a set, not NAME=ALTERNATIVE; type --rules fix:mst-1")]
    public void Without_an_alternative_an_example_is_shown(string assignment, string message)
    {
        Assert.Equal(message,
            Assert.Throws<UnknownRuleException>(() => RuleChoice.For("linux-6.1").With(assignment)).Message);
    }
}
