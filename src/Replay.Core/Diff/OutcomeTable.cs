using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Systems;
using Replay.Core.WhatIf;

namespace Replay.Core.Diff;

/// <summary>An interrupt whose outcomes differ; the side that knows nothing of it is null.</summary>
public sealed record IrqDifference(string Device, int Entry, int Irq, IrqOutcome? Left, IrqOutcome? Right)
{
    /// <summary>Where its own states, events or findings part; null where that is not known.</summary>
    public Divergence? Parts { get; init; }
}

/// <summary>
/// Outcomes of all interrupts of one replay. An interrupt is known by its device and message, whose numbers stay while
/// Linux numbers come and go; by its Linux number where no device is known.
/// </summary>
public sealed class OutcomeTable
{
    private readonly SortedDictionary<(string Device, int Entry, int Irq), IrqOutcome> _rows = new(Order.Instance);

    /// <summary>Outcomes as findings and modelled systems tell them.</summary>
    public static OutcomeTable Of(ReplayReport report)
    {
        var table = new OutcomeTable();
        foreach (ReportFinding finding in report.Findings)
        {
            if (finding.Irq is null && finding.Entry is null) continue; // Of a whole device or machine.
            table.Row(finding.Device, finding.Entry, (int?)finding.Irq).Count(finding.Code);
        }
        foreach (NamedSystem named in report.Systems)
        {
            foreach (EventVerdict verdict in named.System.Report.Events)
                table.Row(verdict.Device, verdict.Entry, verdict.Irq).Count(verdict.Verdict);
            foreach (InterruptVerdict verdict in named.System.Report.Interrupts)
                table.Row(verdict.Device, verdict.Entry, verdict.Irq).End = verdict.Verdict;
        }
        return table;
    }

    /// <summary>
    /// Outcomes as <see cref="Of"/>, with what is told of a whole recording: vectors given back at CPU offline,
    /// and whether the interrupt is there and active at the end.
    /// </summary>
    public static OutcomeTable OfRecording(RecordingProfile recording)
    {
        OutcomeTable table = Of(recording.Report);
        foreach (OfflineRelease release in recording.Report.OfflineReleases)
            table.Row(release.Device, release.Entry, release.Irq).GivenBack++;
        foreach (IrqRow row in recording.End.Irqs)
        {
            if (row.Device is null || row.Entry is null) continue;
            IrqOutcome outcome = table.Row(row.Device, row.Entry, (int)row.Irq);
            outcome.Exists = true;
            outcome.Activated = row.Activated;
        }
        return table;
    }

    /// <summary>
    /// Adds where the interrupts are at the end that end otherwise than in the recording on this side or on the other.
    /// </summary>
    internal void AddPlaces(WhatIfReport? own, WhatIfReport? other, StateReport state)
    {
        var shown = new SortedSet<int>();
        foreach (WhatIfReport? side in (WhatIfReport?[])[own, other])
        {
            foreach (WhatIfIrq irq in side?.Irqs ?? [])
            {
                if (irq.Matters) shown.Add(irq.Irq);
            }
        }
        foreach (IrqRow row in state.Irqs)
        {
            if (shown.Contains((int)row.Irq))
                Row(row.Device, row.Entry, (int)row.Irq).Place = row.Vector is null
                    ? "no vector" : string.Create(CultureInfo.InvariantCulture, $"CPU {row.Cpu}");
        }
        foreach (WhatIfIrq irq in own?.Irqs ?? [])
        {
            if (!shown.Contains(irq.Irq)) continue;
            IrqOutcome outcome = Row(irq.Device, irq.Entry, irq.Irq);

            // What was found before its message was known.
            foreach (string device in (string[])["", irq.Device ?? ""])
            {
                if (_rows.Remove((device, -1, irq.Irq), out IrqOutcome? early) && early != outcome) outcome.Take(early);
                else if (early == outcome) _rows.Add((device, -1, irq.Irq), outcome);
            }
            outcome.Place = irq.State;
            outcome.Works = irq.Works;
        }
    }

    /// <summary>Interrupts whose outcomes differ, the worst first.</summary>
    public static List<IrqDifference> Compare(OutcomeTable left, OutcomeTable right)
    {
        var differences = new List<IrqDifference>();
        foreach (((string Device, int Entry, int Irq) key, IrqOutcome row) in left._rows)
        {
            IrqOutcome? other = right._rows.GetValueOrDefault(key);
            if (other is null || other.Describe() != row.Describe())
                differences.Add(new IrqDifference(key.Device, key.Entry,
                    row.Irq >= 0 ? row.Irq : other?.Irq ?? -1, row, other));
        }
        foreach (((string Device, int Entry, int Irq) key, IrqOutcome row) in right._rows)
        {
            if (!left._rows.ContainsKey(key))
                differences.Add(new IrqDifference(key.Device, key.Entry, row.Irq, null, row));
        }
        differences.Sort(static (a, b) =>
        {
            long aBad = Math.Max(a.Left?.Badness ?? 0, a.Right?.Badness ?? 0);
            long bBad = Math.Max(b.Left?.Badness ?? 0, b.Right?.Badness ?? 0);
            if (aBad != bBad) return bBad.CompareTo(aBad);
            return Order.Instance.Compare((a.Device, a.Entry, a.Irq), (b.Device, b.Entry, b.Irq));
        });
        return differences;
    }

    private IrqOutcome Row(string? device, int? entry, int? irq)
    {
        bool hasDevice = !string.IsNullOrEmpty(device) && entry is >= 0;
        (string, int, int) key = hasDevice ? (device!, entry!.Value, -1) : (device ?? "", -1, irq ?? -1);
        if (!_rows.TryGetValue(key, out IrqOutcome? row))
        {
            row = new IrqOutcome(key.Item1, key.Item2, irq ?? -1);
            _rows.Add(key, row);
        }
        if (row.Irq < 0 && irq is { } number) row.Irq = number;
        return row;
    }

    private sealed class Order : IComparer<(string Device, int Entry, int Irq)>
    {
        public static Order Instance { get; } = new();

        public int Compare((string Device, int Entry, int Irq) x, (string Device, int Entry, int Irq) y)
        {
            int order = string.CompareOrdinal(x.Device, y.Device);
            if (order == 0) order = x.Entry.CompareTo(y.Entry);
            return order == 0 ? x.Irq.CompareTo(y.Irq) : order;
        }
    }
}
