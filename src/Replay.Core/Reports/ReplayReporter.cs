using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Findings;
using Replay.Core.State;
using Replay.Core.Systems;

namespace Replay.Core.Reports;

/// <summary>Makes a <see cref="ReplayReport"/> of a finished replay.</summary>
public static class ReplayReporter
{
    /// <summary>
    /// Totals and findings. What only the device or the host would know (raised, pending, coalesced) is null: a guest's
    /// recording does not tell.
    /// </summary>
    public static ReplayReport Build(
        MachineState machine, FindingTable findings, long events, long applied, double seconds, SystemSet? systems = null)
    {
        var rows = new List<ReportFinding>(findings.Kept.Count);
        foreach (Finding finding in findings.Kept)
        {
            rows.Add(new ReportFinding(
                FindingCatalog.IdOf(finding.Code), finding.Severity, finding.Event, finding.TimeNs, finding.Blame,
                finding.Irq is { } irq ? (uint)irq : null, finding.Device, finding.Entry, finding.Cpu, finding.Vector,
                finding.Message));
        }
        rows.Sort(static (a, b) => a.Event != b.Event
            ? a.Event.CompareTo(b.Event)
            : string.CompareOrdinal(a.Code + a.Message, b.Code + b.Message));
        var totals = new InterruptTotals(null, machine.Delivered, null, null, machine.Lost, machine.Spurious);
        string digest = string.Create(CultureInfo.InvariantCulture, $"0x{StateHash.Compute(machine):x16}");
        return new ReplayReport(events, applied, rows, totals, digest, seconds) { Policies = EvidenceOf(systems) };
    }

    private static List<PolicyEvidence> EvidenceOf(SystemSet? systems)
    {
        var evidence = new List<PolicyEvidence>();
        if (systems is null) return evidence;
        foreach (NamedSystem live in systems.Live) evidence.AddRange(live.System.Report.Evidence);
        return evidence;
    }
}
