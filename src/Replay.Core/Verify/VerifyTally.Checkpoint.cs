using System;
using Replay.Core.Checkpoints;

namespace Replay.Core.Verify;

/// <content>Saving and restoring.</content>
public sealed partial class VerifyTally
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("tally", 1);
        archive.Numbers(_agreed.AsSpan());
        archive.Numbers(_open.AsSpan());
        archive.Numbers(_disagreed.AsSpan());
        archive.Numbers(_reasons.AsSpan());
        archive.List(_openDecisions, KeptMax, open => new OpenDecision(
            archive.Value(open.Event), (DecisionKind)archive.Value((byte)open.Kind), (OpenReason)archive.Value((byte)open.Reason)));
        archive.List(_disagreements, KeptMax, row => new Disagreement(
            archive.Value(row?.Event ?? 0), archive.Value(row?.TimeNs ?? 0), archive.Value(row?.Cpu ?? 0),
            (DecisionKind)archive.Value((byte)(row?.Kind ?? 0)), archive.Value(row?.Irq), archive.Value(row?.Expected ?? ""),
            archive.Value(row?.Actual ?? ""), archive.Value(row?.Because ?? "")));
    }
}
