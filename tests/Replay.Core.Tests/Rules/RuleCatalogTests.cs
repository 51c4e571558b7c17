using System;
using System.Collections.Generic;
using System.Linq;
using Replay.Core.Rules;
using Xunit;

namespace Replay.Core.Tests.Rules;

public class RuleCatalogTests
{
    public static TheoryData<string> SetNames => [.. RuleCatalog.Sets.Select(set => set.Name)];

    // The names are typed by users and stand in their scripts: one that goes away or changes breaks them.
    [Theory]
    [InlineData("hv.unmaskOnFailure", "merged preFix v2SkipWhenRemoving")]
    [InlineData("hv.resumeRecreate", "allDescriptors none")]
    [InlineData("hv.multiMsiResume", "reuseMessage recreate")]
    [InlineData("hv.msiTrap", "paravirtual trapAndEmulate bareMetal")]
    [InlineData("drv.hibernateIrqs", "keep destroyAndRecreate")]
    [InlineData("ir.host", "on off")]
    [InlineData("ir.guest", "on off")]
    [InlineData("guest.irqBacking", "allocateOnUnmask hypercallAtIrteUpdate")]
    [InlineData("ims.requireIr", "yes no")]
    [InlineData("msi.affinityProtocol", "asCoded careful direct")]
    [InlineData("vector.reservation", "on off")]
    [InlineData("vector.cleanup", "ipi timer")]
    [InlineData("vector.windowEnd", "localTimer postedMsi")]
    [InlineData("vector.slotRecheck", "no yes")]
    [InlineData("cpu.offlineEnospcRetry", "yes no")]
    [InlineData("cpu.forceCompleteFirst", "yes no")]
    [InlineData("cpu.managedStartWhileSuspended", "yes no")]
    [InlineData("apic.flatLogical", "yes no")]
    [InlineData("aer.vfioResult", "canRecover alwaysDisconnect nonFatalToGuest byState")]
    [InlineData("aer.hostLinkReset", "always skippedForUser")]
    [InlineData("aer.blockGuestDuringRecovery", "no yes")]
    [InlineData("aer.guestResetMap", "none hotReset deviceReset")]
    [InlineData("vfio.restoreMsixMessage", "yes no")]
    [InlineData("vfio.dynMsix", "yes no")]
    [InlineData("guest.msixAroundReset", "none disableEnable")]
    [InlineData("qemu.backdoorQuirk", "none clearShadowOnResetWrite")]
    public void Behaviours_keep_their_names_and_their_default_stands_first(string name, string alternatives)
    {
        RuleInfo rule = RuleCatalog.All[RuleCatalog.IndexOf(name)];
        Assert.Equal(alternatives.Split(' '), rule.Alternatives.Select(each => each.Name));
    }

    [Fact]
    public void Names_of_behaviours_and_sets_are_unique_and_fit_on_a_command_line()
    {
        var names = RuleCatalog.All.Select(rule => rule.Name).Concat(RuleCatalog.Sets.Select(set => set.Name)).ToList();
        Assert.Equal(names.Count, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, static name => Assert.Matches("^[A-Za-z0-9.:-]+$", name));
        Assert.Equal(26, RuleCatalog.All.Count);
    }

    [Fact]
    public void Texts_are_one_line_with_a_source()
    {
        foreach (RuleInfo rule in RuleCatalog.All)
        {
            Assert.EndsWith(".", rule.Meaning, StringComparison.Ordinal);
            Assert.InRange(rule.Meaning.Length, 20, 120);
            Assert.NotEmpty(rule.Source);
            Assert.All(rule.Alternatives, each => Assert.InRange(each.Meaning.Length, 5, 120));
        }
        foreach (RuleSet set in RuleCatalog.Sets)
        {
            Assert.EndsWith(".", set.Meaning, StringComparison.Ordinal);
            Assert.InRange(set.Meaning.Length, 20, 120);
            Assert.NotEmpty(set.Source);
            Assert.NotEmpty(set.Assignments);
        }
    }

    [Theory]
    [MemberData(nameof(SetNames))]
    public void A_set_chooses_what_it_names(string name)
    {
        RuleChoice choice = RuleChoice.For(name);
        Assert.All(RuleCatalog.FindSet(name)!.Assignments, assignment =>
        {
            string[] parts = assignment.Split('=');
            Assert.True(choice.Is(parts[0], parts[1]));
        });
    }

    [Fact]
    public void Each_fix_stands_beside_what_was_before_it_and_both_speak_of_the_same_behaviours()
    {
        var pairs = new SortedDictionary<string, List<RuleSet>>(StringComparer.Ordinal);
        foreach (RuleSet set in RuleCatalog.Sets.Where(set => !set.IsKernel))
        {
            string id = set.Name[(set.Name.IndexOf(':', StringComparison.Ordinal) + 1)..];
            if (!pairs.TryGetValue(id, out List<RuleSet>? pair)) pairs.Add(id, pair = []);
            pair.Add(set);
        }
        foreach ((string id, List<RuleSet> pair) in pairs)
        {
            Assert.Equal(["prefix:" + id, "fix:" + id], pair.Select(set => set.Name));
            Assert.Equal(Behaviours(pair[0]), Behaviours(pair[1]));
            Assert.NotEqual(pair[0].Assignments, pair[1].Assignments);
        }
        Assert.Superset(
            new HashSet<string>(["915cff7f38c5", "hv-hibernate-v2", "a6c11c0a5235", "timer-cleanup", "enospc-retry",
                "vector-setup-race", "irte-hypercall", "reservation-mode", "mst-1", "mst-2", "mst-3", "caojin-1",
                "caojin-2", "b8f02af096b1", "msix-guest-workaround", "msix-qemu-quirk"]),
            pairs.Keys.ToHashSet());
    }

    private static IEnumerable<string> Behaviours(RuleSet set) => set.Assignments.Select(each => each.Split('=')[0]);
}
