using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Low;
using Replay.Core.Spec;

namespace Replay.Core.Rules;

/// <summary>
/// One alternative of every behaviour. Immutable: <see cref="With"/> and <see cref="Apply"/> make another one. Cold:
/// made once a replay, never asked once an event.
/// </summary>
public sealed class RuleChoice
{
    // Place of the chosen alternative, by place of the behaviour in the catalogue.
    private readonly byte[] _chosen;

    // The kernel that all this started from; the text says only what differs from it.
    private readonly RuleChoice _base;

    private RuleChoice(string kernel, byte[] chosen, RuleChoice? origin)
    {
        Kernel = kernel;
        _chosen = chosen;
        _base = origin ?? this;
    }

    /// <summary>Name of the kernel's set that the choice started from.</summary>
    public string Kernel { get; }

    /// <summary>True when nothing was changed: the choice is the kernel's named set.</summary>
    public bool IsKernel => _chosen.AsSpan().SequenceEqual(_base._chosen);

    /// <summary>Chosen alternative of a behaviour.</summary>
    /// <exception cref="UnknownRuleException">There is no such behaviour.</exception>
    public string this[string name]
    {
        get
        {
            int row = RequireRow(name);
            return RuleCatalog.All[row].Alternatives[_chosen[row]].Name;
        }
    }

    /// <summary>True when a behaviour goes this way.</summary>
    /// <exception cref="UnknownRuleException">There is no such behaviour, or it has no such alternative.</exception>
    public bool Is(string name, string alternative)
    {
        int row = RequireRow(name);
        return _chosen[row] == RequireAlternative(row, alternative);
    }

    /// <summary>A named set; one that is no kernel's is laid over the newest kernel.</summary>
    /// <exception cref="UnknownRuleException">There is no such set.</exception>
    public static RuleChoice For(string set)
    {
        RuleSet found = RequireSet(set);
        return found.IsKernel ? ForKernelSet(found) : ForKernelSet(RequireSet(RuleCatalog.Linux612Name)).Apply(set);
    }

    /// <summary>The named set nearest to a kernel; linux-6.1 for one that is not known.</summary>
    public static RuleChoice ForKernel(KernelRelease release) =>
        For(release.UsesTimerCleanup ? RuleCatalog.Linux612Name : RuleCatalog.Linux61Name);

    /// <summary>
    /// A choice as <see cref="ToString"/> writes it and as users type it: sets and assignments with commas
    /// between them, each laid over what stands before it. A kernel's set can only be the first; without one
    /// the recorded kernel is.
    /// </summary>
    /// <exception cref="UnknownRuleException">A name is wrong, or a kernel's set is not the first.</exception>
    public static RuleChoice Parse(string text, KernelRelease recorded)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        bool hasKernel = RuleCatalog.FindSet(parts[0]) is { IsKernel: true };
        RuleChoice choice = hasKernel ? For(parts[0]) : ForKernel(recorded);
        for (int i = hasKernel ? 1 : 0; i < parts.Length; i++)
            choice = parts[i].Contains('=', StringComparison.Ordinal) ? choice.With(parts[i]) : choice.Apply(parts[i]);
        return choice;
    }

    /// <summary>This choice with one behaviour changed.</summary>
    /// <param name="assignment"><c>NAME=ALTERNATIVE</c>.</param>
    /// <exception cref="UnknownRuleException">It is none, or one of the two names is wrong.</exception>
    public RuleChoice With(string assignment)
    {
        byte[] chosen = (byte[])_chosen.Clone();
        Assign(chosen, assignment);
        return new RuleChoice(Kernel, chosen, _base);
    }

    /// <summary>This choice with a fix's or proposal's set laid over it.</summary>
    /// <exception cref="UnknownRuleException">There is no such set, or it is a kernel's.</exception>
    public RuleChoice Apply(string set)
    {
        RuleSet found = RequireSet(set);
        if (found.IsKernel)
            throw new UnknownRuleException($"{set} is a whole kernel and would replace {Kernel}; "
                + "name it first, or alone");
        byte[] chosen = (byte[])_chosen.Clone();
        foreach (string assignment in found.Assignments) Assign(chosen, assignment);
        return new RuleChoice(Kernel, chosen, _base);
    }

    /// <summary>What the kernel's part of the machine asks, event by event.</summary>
    public ChosenRules ToKernelRules() => new()
    {
        Cleanup = Is("vector.cleanup", "timer") ? VectorCleanup.Timer : VectorCleanup.Ipi,
        Reservation = Is("vector.reservation", "on"),
        WindowEnd = Is("vector.windowEnd", "postedMsi") ? VectorRanges.PostedMsiNotification : VectorRanges.LocalTimer,
        SlotRecheck = Is("vector.slotRecheck", "yes"),
        ForceCompleteFirst = Is("cpu.forceCompleteFirst", "yes"),
        OfflineEnospcRetry = Is("cpu.offlineEnospcRetry", "yes"),
        ManagedStartWhileSuspended = Is("cpu.managedStartWhileSuspended", "yes"),
        FlatLogical = Is("apic.flatLogical", "yes"),
        AffinityProtocol = this["msi.affinityProtocol"] switch
        {
            "careful" => MsiAffinityProtocol.Careful,
            "direct" => MsiAffinityProtocol.Direct,
            _ => MsiAffinityProtocol.AsCoded,
        },
    };

    /// <summary>
    /// The kernel and what differs from it, in the catalogue's order: <c>linux-6.1,cpu.forceCompleteFirst=no</c>. Equal
    /// choices have equal texts, and <see cref="Parse"/> reads it.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder(Kernel);
        for (int row = 0; row < _chosen.Length; row++)
        {
            if (_chosen[row] == _base._chosen[row]) continue;
            RuleInfo rule = RuleCatalog.All[row];
            text.Append(',').Append(rule.Name).Append('=').Append(rule.Alternatives[_chosen[row]].Name);
        }
        return text.ToString();
    }

    private static RuleChoice ForKernelSet(RuleSet set)
    {
        // All zero is the default of each behaviour: it stands first.
        byte[] chosen = new byte[RuleCatalog.All.Count];
        foreach (string assignment in set.Assignments) Assign(chosen, assignment);
        return new RuleChoice(set.Name, chosen, origin: null);
    }

    private static void Assign(byte[] chosen, string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0) throw NoAssignment(assignment);
        int row = RequireRow(assignment[..equals]);
        chosen[row] = RequireAlternative(row, assignment[(equals + 1)..]);
    }

    private static UnknownRuleException NoAssignment(string given)
    {
        RuleInfo example = RuleCatalog.All[Math.Max(0, RuleCatalog.IndexOf(given))];
        return new UnknownRuleException(RuleCatalog.FindSet(given) is not null
            ? $"{given} is a set, not NAME=ALTERNATIVE; type --rules {given}"
            : $"\"{given}\" is not NAME=ALTERNATIVE; type, for example, "
                + $"{example.Name}={example.Alternatives[^1].Name}");
    }

    private static int RequireRow(string name)
    {
        int row = RuleCatalog.IndexOf(name);
        if (row >= 0) return row;
        var names = new List<string>();
        foreach (RuleInfo rule in RuleCatalog.All) names.Add(rule.Name);
        throw new UnknownRuleException($"there is no behaviour \"{name}\"" + Suggest(name, names, ""));
    }

    private static byte RequireAlternative(int row, string alternative)
    {
        RuleInfo rule = RuleCatalog.All[row];
        int index = rule.IndexOf(alternative);
        if (index >= 0) return (byte)index;
        var names = new List<string>();
        foreach (RuleAlternative each in rule.Alternatives) names.Add(each.Name);
        throw new UnknownRuleException($"{rule.Name} has no alternative \"{alternative}\"; "
            + $"it has {string.Join(", ", names)}"
            + Suggest(alternative, names, rule.Name + "=", orElse: ""));
    }

    private static RuleSet RequireSet(string name)
    {
        if (RuleCatalog.FindSet(name) is { } set) return set;
        if (RuleCatalog.IndexOf(name) >= 0) throw NoAssignment(name);
        var names = new List<string>();
        foreach (RuleSet each in RuleCatalog.Sets) names.Add(each.Name);
        throw new UnknownRuleException($"there is no set \"{name}\"" + Suggest(name, names, ""));
    }

    private static string Suggest(string given, List<string> names, string before,
        string orElse = "; \"irqreplay rules\" lists all") =>
        Nearest.Find(given, names) is { } near ? $"; did you mean {before}{near}?" : orElse;
}
