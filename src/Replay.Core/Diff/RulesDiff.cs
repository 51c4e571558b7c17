using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Core.Diff;

/// <summary>One recording under two choices of rules: in what they differ.</summary>
public sealed class RulesDiff
{
    public RulesDiff(ReplayReport left, ReplayReport right, StateReport leftState, StateReport rightState, EventTimes? times = null)
    {
        Left = left;
        Right = right;
        Rules = RuleDivergences.Find(left.WhatIf, right.WhatIf);
        Undecided = RuleDivergences.FindUndecided(left.WhatIf, right.WhatIf);
        OutcomeTable leftIrqs = OutcomeTable.Of(left), rightIrqs = OutcomeTable.Of(right);
        leftIrqs.AddPlaces(left.WhatIf, right.WhatIf, leftState);
        rightIrqs.AddPlaces(right.WhatIf, left.WhatIf, rightState);
        Irqs = OutcomeTable.Compare(leftIrqs, rightIrqs);
        Findings = new FindingDiff(left.Findings, right.Findings);
        State = new StateDiff(leftState, rightState);
        First = FindFirst();
        if (First is { TimeNs: null } && times is not null) First = First with { TimeNs = times.Find(First.Event) };
        IsSame = First is null && Irqs.Count == 0 && Findings.OnlyLeft.Count + Findings.OnlyRight.Count == 0 && left.Digest == right.Digest;
    }

    public ReplayReport Left { get; }

    public ReplayReport Right { get; }

    /// <summary>True when nothing differs; says nothing about <see cref="Undecided"/>.</summary>
    public bool IsSame { get; }

    /// <summary>Where the two part; null when they do not. What is only written differently comes after all else.</summary>
    public Divergence? First { get; }

    /// <summary>Rules that part the sides, the most important to an interrupt first.</summary>
    public IReadOnlyList<RuleDivergence> Rules { get; }

    /// <summary>Interrupts whose outcomes differ.</summary>
    public IReadOnlyList<IrqDifference> Irqs { get; }

    public FindingDiff Findings { get; }

    public StateDiff State { get; }

    /// <summary>Rules that differ and for whose decisions the recording lacks the inputs.</summary>
    public IReadOnlyList<UndecidedRule> Undecided { get; }

    private Divergence? FindFirst()
    {
        Divergence? first = SystemDiff.FindFirst(Left, Right), written = null;
        foreach (RuleDivergence rule in Rules)
        {
            if (rule.IsRepresentation) written = Earlier(written, rule.First);
            else first = Earlier(first, rule.First);
        }
        return first ?? written ?? FirstFinding();
    }

    private static Divergence Earlier(Divergence? a, Divergence b) => a is not null && a.Event <= b.Event ? a : b;

    private Divergence? FirstFinding()
    {
        ReportFinding? a = Findings.OnlyLeft.Count > 0 ? Findings.OnlyLeft[0] : null;
        ReportFinding? b = Findings.OnlyRight.Count > 0 ? Findings.OnlyRight[0] : null;
        if (a is null && b is null) return null;
        bool isLeft = b is null || (a is not null && a.Event <= b.Event);
        ReportFinding shown = isLeft ? a! : b!;
        return new Divergence(shown.Event, shown.TimeNs, shown.Code, isLeft ? shown.Message : "not found", isLeft ? "not found" : shown.Message);
    }
}
