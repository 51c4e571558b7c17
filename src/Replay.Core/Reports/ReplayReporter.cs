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
    /// Totals and findings. What only the device or the host would know (raised, pending, coalesced) is null unless a
    /// system was told of a device's events: a guest's recording does not tell.
    /// </summary>
    public static ReplayReport Build(
        MachineState machine, FindingTable findings, long events, long applied, double seconds,
        IReadOnlyList<NamedSystem>? systems = null)
    {
        var rows = new List<ReportFinding>(findings.Kept.Count);
        AddRows(rows, findings);
        InterruptTotals totals = CountInterrupts(machine, systems ?? []);
        string digest = string.Create(CultureInfo.InvariantCulture, $"0x{StateHash.Compute(machine):x16}");
        return new ReplayReport(events, applied, rows, totals, digest, seconds)
        {
            Systems = systems ?? [],
            Policies = EvidenceOf(systems ?? []),
        };
    }

    /// <summary>
    /// A finding as programs read it: its code as text, an interrupt as a number of the recorded machine.
    /// </summary>
    public static ReportFinding ToRow(Finding finding) => new(
        FindingCatalog.IdOf(finding.Code), finding.Severity, finding.Event, finding.TimeNs, finding.Blame,
        finding.Irq is { } irq ? (uint)irq : null, finding.Device, finding.Entry, finding.Cpu, finding.Vector,
        finding.Message);

    /// <summary>Adds what a table keeps; the list stays in the order of events.</summary>
    internal static void AddRows(List<ReportFinding> rows, FindingTable findings)
    {
        foreach (Finding finding in findings.Kept)
        {
            rows.Add(ToRow(finding));
        }
        rows.Sort(static (a, b) => a.Event != b.Event
            ? a.Event.CompareTo(b.Event)
            : string.CompareOrdinal(a.Code + a.Message, b.Code + b.Message));
    }

    private static List<PolicyEvidence> EvidenceOf(IReadOnlyList<NamedSystem> systems)
    {
        var evidence = new List<PolicyEvidence>();
        foreach (NamedSystem live in systems) evidence.AddRange(live.System.Report.Evidence);
        return evidence;
    }

    private static InterruptTotals CountInterrupts(MachineState machine, IReadOnlyList<NamedSystem> systems)
    {
        long raised = 0, delivered = machine.Delivered, pending = 0, coalesced = 0, lost = machine.Lost,
            spurious = machine.Spurious;
        foreach (NamedSystem named in systems)
        {
            foreach (EventVerdict row in named.System.Report.Events)
            {
                raised++;
                switch (row.Verdict)
                {
                    case Verdict.Delivered: delivered++; break;
                    case Verdict.Pending: pending++; break;
                    case Verdict.Coalesced: coalesced++; break;
                    case Verdict.Spurious: spurious++; break;
                    default: lost++; break;
                }
            }
        }
        if (raised > 0) return new InterruptTotals(raised, delivered, pending, coalesced, lost, spurious);
        if (machine.Raised == 0) return new InterruptTotals(null, delivered, null, null, lost, spurious);
        // What devices raised was recorded, perhaps by a host that sees no handler run.
        return new InterruptTotals(machine.Raised, delivered > 0 ? delivered : null, CountPending(machine),
            machine.Coalesced, lost, spurious);
    }

    private static long CountPending(MachineState machine)
    {
        long pending = 0;
        for (int device = 0; device < machine.Msix.Count; device++)
        {
            if (machine.Msix.Find(device) is not { } function) continue;
            for (int i = 0; i < function.Count; i++) pending += function[i].Pending ? 1 : 0;
        }
        return pending;
    }
}
