using Replay.Core.Checkpoints;

namespace Replay.Core.Systems;

/// <content>Saving and restoring.</content>
public sealed partial class SystemReport
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("report", 1);
        archive.List(_events, RowsMax, row => new EventVerdict(
            archive.Value(row?.Event ?? 0), archive.Value(row?.Device ?? ""), archive.Value(row?.Entry ?? 0),
            (Verdict)archive.Value((byte)(row?.Verdict ?? 0)), archive.Value(row?.Cpu), archive.Value(row?.Vector),
            archive.Value(row?.Irq), archive.Value(row?.Address), archive.Value(row?.Reason ?? "")));
        archive.List(_interrupts, RowsMax, row => new InterruptVerdict(
            archive.Value(row?.Device ?? ""), archive.Value(row?.Entry ?? 0), archive.Value(row?.Irq),
            (EndVerdict)archive.Value((byte)(row?.Verdict ?? 0)), archive.Value(row?.Blame),
            archive.Value(row?.Reason ?? "")));
        archive.List(_calls, RowsMax, row => new FailingCall(
            archive.Value(row?.Event ?? 0), archive.Value(row?.Device ?? ""), archive.Value(row?.Call ?? ""),
            archive.Value(row?.Error ?? ""), archive.Value(row?.Expected ?? false)));
        archive.List(_states, RowsMax, row => new StateLine(
            archive.Value(row?.Event ?? 0), archive.Value(row?.Subject ?? ""), archive.Value(row?.Step ?? ""),
            archive.Value(row?.State ?? "")));
        archive.List(_lines, RowsMax, row => new TraceLine(
            archive.Value(row?.Event ?? 0), archive.Value(row?.Source ?? ""), archive.Value(row?.Text ?? "")));
        archive.List(_evidence, RowsMax, row => new PolicyEvidence(
            archive.Value(row?.Policy ?? ""), archive.Value(row?.Alternative ?? ""), archive.Value(row?.Event ?? 0),
            archive.Value(row?.Device ?? ""), archive.Value(row?.Because ?? "")));
        Dropped = archive.Value(Dropped);
    }
}
