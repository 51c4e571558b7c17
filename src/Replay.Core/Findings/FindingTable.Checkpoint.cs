using System;
using Replay.Core.Checkpoints;

namespace Replay.Core.Findings;

/// <content>
/// Saving and restoring, in two parts: the counts belong to the state; the findings only ever grow, so that each
/// checkpoint need hold no more than those that came after the one before it.
/// </content>
public sealed partial class FindingTable
{
    private const int KeptMax = 256 * KeptPerCode;
    private const int MarkBits = 32;

    /// <summary>How many findings and withdrawals there are, as one number: it changes with each.</summary>
    public long KeptMark => ((long)_withdrawals.Count << MarkBits) | (uint)_all.Count;

    internal void Transfer(StateArchive archive)
    {
        archive.Section("findings", 2);
        archive.Numbers(_countByCode.AsSpan());
        archive.Numbers(_keptByCode.AsSpan());
        archive.Numbers(_unkeptByCode.AsSpan());
        archive.Numbers(_unkeptSince.AsSpan());
        Count = archive.Value(Count);
        _lastOpen = archive.Value(_lastOpen);
        Withdrawn = archive.Value(Withdrawn);
    }

    /// <summary>
    /// Saves what was kept and withdrawn since the mark was <paramref name="from"/>, or adds saved ones to it.
    /// </summary>
    internal void TransferKept(StateArchive archive, long from)
    {
        archive.Section("kept findings", 2);
        archive.Tail(_all, (int)(uint)from, KeptMax, finding => Transfer(archive, finding ?? Blank));
        archive.Tail(_withdrawals, (int)(from >> MarkBits), KeptMax, row => new Withdrawal(
            archive.Value(row.From), archive.Value(row.Count)));
        Follow();
    }

    private static Finding Blank { get; } = new()
    {
        Code = default,
        Severity = default,
        Certainty = default,
        Event = 0,
        TimeNs = 0,
        Message = "",
    };

    private static Finding Transfer(StateArchive archive, Finding finding) => new()
    {
        Code = (FindingCode)archive.Value((byte)finding.Code),
        Severity = (Severity)archive.Value((byte)finding.Severity),
        Certainty = (Certainty)archive.Value((byte)finding.Certainty),
        Event = archive.Value(finding.Event),
        TimeNs = archive.Value(finding.TimeNs),
        Blame = archive.Value(finding.Blame),
        Irq = archive.Value(finding.Irq),
        Device = archive.Text(finding.Device),
        Entry = archive.Value(finding.Entry),
        Cpu = archive.Value(finding.Cpu),
        Vector = archive.Value(finding.Vector),
        Message = archive.Value(finding.Message),
    };
}
