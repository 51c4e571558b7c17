using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Rules;
using Replay.Core.State;

namespace Replay.Core.Systems;

/// <summary>What every system of one replay shares: names, findings, and the event that is being applied.</summary>
public sealed class SystemContext
{
    public SystemContext(MachineState machine, FindingTable findings, RuleChoice rules)
    {
        Machine = machine;
        Findings = findings;
        Rules = rules;
    }

    /// <summary>The machine that the recording is of; a system reads it and never changes it.</summary>
    public MachineState Machine { get; }

    public EventTables Tables => Machine.Tables;

    /// <summary>One alternative of each behaviour.</summary>
    public RuleChoice Rules { get; }

    public FindingTable Findings { get; }

    /// <summary>Number of the event being applied; after the last event, that one's.</summary>
    public long Index { get; internal set; } = -1;

    /// <summary>Its time.</summary>
    public ulong TimeNs { get; internal set; }

    /// <summary>Raises a finding at the event being applied.</summary>
    public void Raise(FindingCode code, long? blame, string device, int? entry, string message,
        int? irq = null, Certainty certainty = Certainty.Proved, Severity? severity = null) =>
        Findings.Add(new Finding
        {
            Code = code,
            Severity = severity ?? FindingCatalog.Get(code).Severity,
            Certainty = certainty,
            Event = Index,
            TimeNs = TimeNs,
            Blame = blame is < 0 ? null : blame,
            Irq = irq,
            Device = device.Length == 0 ? null : device,
            Entry = entry,
            Message = message,
        });
}
