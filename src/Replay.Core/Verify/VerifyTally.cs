using System;
using System.Collections.Generic;

namespace Replay.Core.Verify;

/// <summary>A decision that could not be taken again.</summary>
/// <param name="Event">Number of the record.</param>
/// <param name="Kind">What was decided.</param>
/// <param name="Reason">What is missing.</param>
public readonly record struct OpenDecision(long Event, DecisionKind Kind, OpenReason Reason);

/// <summary>Counts of decisions by kind, and the disagreements. All but the first ones are counted only.</summary>
public sealed partial class VerifyTally
{
    /// <summary>Disagreements that are kept whole.</summary>
    public const int KeptMax = 10_000;

    private readonly List<Disagreement> _disagreements = [];
    private readonly List<OpenDecision> _openDecisions = [];
    private readonly long[] _agreed = new long[DecisionKinds.Count];
    private readonly long[] _open = new long[DecisionKinds.Count];
    private readonly long[] _disagreed = new long[DecisionKinds.Count];
    private readonly long[] _reasons = new long[OpenReasons.Count];

    /// <summary>In the order of events.</summary>
    public IReadOnlyList<Disagreement> Disagreements => _withdrawals.Count == 0 ? _disagreements : Standing();

    /// <summary>The first decisions that could not be taken again, in the order of events.</summary>
    public IReadOnlyList<OpenDecision> OpenDecisions =>
        _withdrawals.Count == 0 ? _openDecisions : InOrder(_openDecisions);

    public long AgreedOf(DecisionKind kind) => _agreed[(int)kind];

    public long OpenOf(DecisionKind kind) => _open[(int)kind];

    public long DisagreedOf(DecisionKind kind) => _disagreed[(int)kind];

    public long DecisionsOf(DecisionKind kind) => AgreedOf(kind) + OpenOf(kind) + DisagreedOf(kind);

    public long OpenFor(OpenReason reason) => _reasons[(int)reason];

    public long Agreed => Sum(_agreed);

    public long Undetermined => Sum(_open);

    public long Disagreed => Sum(_disagreed);

    public long Decisions => Agreed + Undetermined + Disagreed;

    internal void Agree(DecisionKind kind, long count = 1) => _agreed[(int)kind] += count;

    internal void Open(long index, DecisionKind kind, OpenReason reason)
    {
        if (_openDecisions.Count < KeptMax) _openDecisions.Add(new OpenDecision(index, kind, reason));
        _open[(int)kind]++;
        _reasons[(int)reason]++;
    }

    /// <summary>True while a disagreement would be kept; callers ask before they make its text.</summary>
    internal bool KeepsDisagreements => _disagreements.Count < KeptMax;

    /// <summary>Counts one that is not kept.</summary>
    internal void CountDisagreement(DecisionKind kind) => _disagreed[(int)kind]++;

    internal void Disagree(Disagreement disagreement)
    {
        CountDisagreement(disagreement.Kind);
        _disagreements.Add(disagreement);
    }

    private static long Sum(ReadOnlySpan<long> counts)
    {
        long sum = 0;
        foreach (long count in counts) sum += count;
        return sum;
    }
}
