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

    internal void Transfer(StateArchive archive)
    {
        archive.Section("findings", 1);
        archive.Numbers(_countByCode.AsSpan());
        Count = archive.Value(Count);
    }

    /// <summary>
    /// Saves the findings kept from number <paramref name="from"/> on, or adds saved ones to those kept.
    /// </summary>
    internal void TransferKept(StateArchive archive, int from)
    {
        archive.Section("kept findings", 1);
        archive.Tail(_kept, from, KeptMax, finding => Transfer(archive, finding ?? Blank));
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
