using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Core.Diff;

/// <summary>One recording under two choices of rules: in what they differ.</summary>
public sealed class RulesDiff
{
    public RulesDiff(ReplayReport left, ReplayReport right, StateReport leftState,
        StateReport rightState, EventTimes? times = null)
    {
        Left = left;
        Right = right;
        Rules = RuleDivergences.Find(left.WhatIf, right.WhatIf);
        Undecided = RuleDivergences.FindUndecided(left.WhatIf, right.WhatIf);
        Findings = new FindingDiff(left.Findings, right.Findings);
        Irqs = CompareIrqs(leftState, rightState, times);
        Lines = LineCount.Compare(left, right);
        State = new StateDiff(leftState, rightState);
        First = FindFirst();
        if (First is { TimeNs: null } && times is not null) First = First with { TimeNs = times.Find(First.Event) };
        IsSame = First is null && Irqs.Count == 0 && Findings.OnlyLeft.Count + Findings.OnlyRight.Count == 0
            && left.Digest == right.Digest;
    }

    private List<IrqDifference> CompareIrqs(StateReport leftState, StateReport rightState, EventTimes? times)
    {
        OutcomeTable left = OutcomeTable.Of(Left), right = OutcomeTable.Of(Right);
        left.AddPlaces(Left.WhatIf, Right.WhatIf, leftState);
        right.AddPlaces(Right.WhatIf, Left.WhatIf, rightState);
        List<IrqDifference> irqs = OutcomeTable.Compare(left, right);
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

    /// <summary>True when nothing differs; says nothing about <see cref="Undecided"/>.</summary>
    public bool IsSame { get; }

    /// <summary>
    /// Where the two part; null when they do not. What is only written differently comes after all else.
    /// </summary>
    public Divergence? First { get; }

    /// <summary>Rules that part the sides, the most important to an interrupt first.</summary>
    public IReadOnlyList<RuleDivergence> Rules { get; }

    /// <summary>Interrupts whose outcomes differ.</summary>
    public IReadOnlyList<IrqDifference> Irqs { get; }

    /// <summary>Packets, hypercalls and messages of the log that one side would show more often.</summary>
    public IReadOnlyList<LineCount> Lines { get; }

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
        return new Divergence(shown.Event, shown.TimeNs, shown.Code, isLeft ? shown.Message : "not found", isLeft
            ? "not found" : shown.Message);
    }
}
