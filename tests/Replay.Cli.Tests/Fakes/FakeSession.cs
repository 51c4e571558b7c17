using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Reports;

namespace Replay.Cli.Tests.Fakes;

/// <summary>A machine that only counts handler runs of each interrupt, and reports what the test gives it.</summary>
internal sealed class FakeSession : ReplaySession
{
    private readonly SortedDictionary<uint, long[]> _runs = [];
    private long _events;

    public IReadOnlyList<ReportFinding> Findings { get; init; } = [];

    public Func<StateReport, StateReport> Describe { get; init; } = static state => state;

    public SessionOptions? Options { get; set; }

    public override void Apply(ReadOnlySpan<IrqEvent> events, EventTables tables)
    {
        foreach (IrqEvent record in events)
        {
            if (record.Kind == EventKind.Extension) continue;
            _events++;
            if (record.Kind != EventKind.HandlerEntry) continue;
            if (!_runs.TryGetValue(record.Irq, out long[]? counts)) _runs.Add(record.Irq, counts = new long[4]);
            counts[record.Cpu]++;
        }
    }

    public override long EventCount => _events;

    public override StateReport DescribeState(string at)
    {
        var irqs = new List<IrqRow>();
        foreach ((uint irq, long[] counts) in _runs)
            irqs.Add(new IrqRow(irq, "virtio0-input.0", null, null, null, null, null, null, null, null, null, counts));
        return Describe(new StateReport(at, [], irqs, [], [], new MatrixRow(null, null, null, [])));
    }

    public override ReplayReport Finish(double seconds)
    {
        long delivered = 0;
        foreach (long[] counts in _runs.Values)
        {
            foreach (long count in counts) delivered += count;
        }
        // A fixed time keeps reports comparable.
        return new ReplayReport(_events, delivered, Findings, new InterruptTotals(null, delivered, 1, 0, 2, 0),
            "0x00c0ffee00c0ffee", seconds > 0 ? 0.5 : 0);
    }
}
