using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Replay;
using Replay.Core.Reports;

namespace Replay.Core.Diff;

/// <summary>One recording under two choices of rules: in what they differ.</summary>
public sealed class RulesDiff
{
    public RulesDiff(ReplayReport left, ReplayReport right, StateReport leftState, StateReport rightState, IReadOnlyList<UnmodelledRule> unmodelled,
        EventTimes? times = null)
    {
        Left = left;
        Right = right;
        // A modelled Linux decides all this itself; what is followed is a recording of a real one.
        Unmodelled = HasSystem(left, "linux") ? [] : WithUndecided(unmodelled, left.WhatIf, right.WhatIf);
        Findings = new FindingDiff(left.Findings, right.Findings);
        Irqs = CompareIrqs(times);
        Lines = LineCount.Compare(left, right);
        State = new StateDiff(leftState, rightState);
        First = FindFirst();
        if (First is { TimeNs: null } && times is not null) First = First with { TimeNs = times.Find(First.Event) };
        IsSame = First is null && Irqs.Count == 0 && Findings.OnlyLeft.Count + Findings.OnlyRight.Count == 0 && left.Digest == right.Digest;
    }

    private List<IrqDifference> CompareIrqs(EventTimes? times)
    {
        List<IrqDifference> irqs = OutcomeTable.Compare(OutcomeTable.Of(Left), OutcomeTable.Of(Right));
        if (irqs.Count == 0) return irqs;
        var partings = new IrqPartings(Left, Right, Findings);
        for (int i = 0; i < irqs.Count; i++)
        {
            Divergence? parts = partings.Find(irqs[i]);
            if (parts is { TimeNs: null } && times is not null) parts = parts with { TimeNs = times.Find(parts.Event) };
            irqs[i] = irqs[i] with { Parts = parts };
        }
        return irqs;
    }

    public ReplayReport Left { get; }

    public ReplayReport Right { get; }

    /// <summary>True when nothing differs; says nothing about <see cref="Unmodelled"/>.</summary>
    public bool IsSame { get; }

    /// <summary>Where the two part; null when they do not.</summary>
    public Divergence? First { get; }

    /// <summary>Interrupts whose outcomes differ.</summary>
    public IReadOnlyList<IrqDifference> Irqs { get; }

    /// <summary>Packets, hypercalls and messages of the log that one side would show more often.</summary>
    public IReadOnlyList<LineCount> Lines { get; }

    public FindingDiff Findings { get; }

    public StateDiff State { get; }

    /// <summary>Behaviours that the choices set differently and that followed the recording on both sides.</summary>
    public IReadOnlyList<UnmodelledRule> Unmodelled { get; }

    /// <summary>Pending moves on CPUs whose last steps were not recorded: what became of them no rule can tell.</summary>
    private static IReadOnlyList<UnmodelledRule> WithUndecided(IReadOnlyList<UnmodelledRule> rules, OfflineWhatIf? left, OfflineWhatIf? right)
    {
        long undecided = Math.Max(left?.Undecided ?? 0, right?.Undecided ?? 0);
        if (undecided == 0 || left?.GivesBack == right?.GivesBack) return rules;
        return [.. rules, new UnmodelledRule("cpu.forceCompleteFirst", NameOf(left), NameOf(right), undecided)];
    }

    private static string NameOf(OfflineWhatIf? side) => side is null ? "as recorded" : side.GivesBack ? "yes" : "no";

    private Divergence? FindFirst()
    {
        Divergence? first = SystemDiff.FindFirst(Left, Right);
        OfflineWhatIf? left = Departure(Left.WhatIf), right = Departure(Right.WhatIf);
        if (left is null == right is null || (left ?? right) is not { } departs) return first ?? FirstFinding();
        if (first is not null && first.Event <= departs.FirstEvent) return first;
        string kept = string.Create(CultureInfo.InvariantCulture, $"vector {departs.FirstVector} on CPU {departs.FirstCpu} stays allocated");
        string given = string.Create(CultureInfo.InvariantCulture, $"vector {departs.FirstVector} on CPU {departs.FirstCpu} is given back");
        bool leftGives = left is { GivesBack: true } || right is { GivesBack: false };
        return new Divergence(departs.FirstEvent, departs.FirstTimeNs, string.Create(CultureInfo.InvariantCulture,
            $"cpu.forceCompleteFirst: CPU {departs.FirstCpu} goes offline with the move of irq {departs.FirstIrq} pending"),
            leftGives ? given : kept, leftGives ? kept : given);
    }

    private Divergence? FirstFinding()
    {
        ReportFinding? a = Findings.OnlyLeft.Count > 0 ? Findings.OnlyLeft[0] : null;
        ReportFinding? b = Findings.OnlyRight.Count > 0 ? Findings.OnlyRight[0] : null;
        if (a is null && b is null) return null;
        bool isLeft = b is null || (a is not null && a.Event <= b.Event);
        ReportFinding shown = isLeft ? a! : b!;
        return new Divergence(shown.Event, shown.TimeNs, shown.Code, isLeft ? shown.Message : "not found", isLeft ? "not found" : shown.Message);
    }

    private static OfflineWhatIf? Departure(OfflineWhatIf? whatIf) => whatIf is { FirstEvent: >= 0 } ? whatIf : null;

    private static bool HasSystem(ReplayReport report, string name)
    {
        foreach (Systems.NamedSystem named in report.Systems)
        {
            if (string.Equals(named.Name, name, StringComparison.Ordinal)) return true;
        }
        return false;
    }
}
