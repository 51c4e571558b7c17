using System;
using Replay.Core.Checkpoints;

namespace Replay.Core.Verify;

/// <content> Saving and restoring, in two parts: the counts belong to the state; what is kept of single decisions only
/// ever grows, so that each checkpoint need hold no more than what came after the one before it.
/// </content>
public sealed partial class VerifyTally
{
    private const int MarkBits = 20;

    /// <summary>How many decisions of each list are kept, as one number: it changes when another one is.</summary>
    internal long KeptMark =>
        ((long)_openDecisions.Count << (2 * MarkBits))
        | ((long)_disagreements.Count << MarkBits)
        | (uint)_withdrawals.Count;

    internal void Transfer(StateArchive archive)
    {
        archive.Section("tally", 2);
        archive.Numbers(_agreed.AsSpan());
        archive.Numbers(_open.AsSpan());
        archive.Numbers(_disagreed.AsSpan());
        archive.Numbers(_reasons.AsSpan());
    }

    /// <summary>
    /// Saves what was kept since the mark was <paramref name="from"/>, or adds saved decisions to it.
    /// </summary>
    internal void TransferKept(StateArchive archive, long from)
    {
        archive.Section("kept decisions", 2);
        archive.Tail(_openDecisions, (int)(from >> (2 * MarkBits)), KeptMax, open => new OpenDecision(
            archive.Value(open.Event), (DecisionKind)archive.Value((byte)open.Kind),
            (OpenReason)archive.Value((byte)open.Reason)));
        archive.Tail(_disagreements, CountIn(from >> MarkBits), KeptMax, row => new Disagreement(
            archive.Value(row?.Event ?? 0), archive.Value(row?.TimeNs ?? 0), archive.Value(row?.Cpu ?? 0),
            (DecisionKind)archive.Value((byte)(row?.Kind ?? 0)), archive.Value(row?.Irq),
            archive.Value(row?.Expected ?? ""), archive.Value(row?.Actual ?? ""), archive.Value(row?.Because ?? "")));
        archive.Tail(_withdrawals, CountIn(from), KeptMax, row => new Withdrawal(
            archive.Value(row.From), archive.Value(row.Count)));
        Follow();
    }

    private static int CountIn(long mark) => (int)(mark & ((1 << MarkBits) - 1));
}
