using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.History;

/// <summary>Follows some things of a machine through a replay and keeps what happened to each. Single writer.</summary>
public sealed class Historian
{
    private readonly Watcher[] _watchers;
    private MachineState? _machine;
    private long _delivered;

    /// <summary>A historian of these things.</summary>
    public Historian(params ReadOnlySpan<HistorySubject> subjects)
    {
        _watchers = new Watcher[subjects.Length];
        for (int i = 0; i < subjects.Length; i++) _watchers[i] = Watch(subjects[i]);
    }

    internal CauseTracker Causes { get; } = new();

    internal ApicIds ApicIds { get; } = new();

    /// <summary>The machine that is followed; null before the first event.</summary>
    internal MachineState? Machine => _machine;

    internal ReadOnlySpan<Watcher> Watchers => _watchers;

    /// <summary>The machine has just applied an event.</summary>
    public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex)
    {
        _machine = machine;
        bool arrived = machine.Delivered != _delivered;
        _delivered = machine.Delivered;
        if (!IsDelivery(record.Kind))
        {
            if (record.Kind == EventKind.VectorConfig) ApicIds.Learn(in record);
            Causes.Observe(machine, in record, eventIndex);
        }
        else if (!arrived && machine.Cpus[record.Cpu].OnlineEvent != eventIndex)
        {
            return; // Returns of handlers, and system vectors, touch nothing that is watched.
        }
        var at = new Moment(this, machine, in record, eventIndex, arrived);
        foreach (Watcher watcher in _watchers) watcher.Look(in at);
    }

    /// <summary>Ends the histories. Call once after the last event.</summary>
    public void Finish()
    {
        foreach (Watcher watcher in _watchers) watcher.Finish();
    }

    /// <summary>What was found about the subject of a number.</summary>
    public HistoryReport Report(int subject)
    {
        Watcher watcher = _watchers[subject];
        return new HistoryReport(watcher.Subject, watcher.Seen, [.. watcher.Log.Entries], watcher.Log.Dropped,
            watcher.Seen && _machine is { } machine ? watcher.DescribeNow(machine, ApicIds) : null);
    }

    /// <summary>Interrupt numbers that the recording has, for messages.</summary>
    public IReadOnlyList<int> KnownIrqs()
    {
        var irqs = new List<int>();
        for (int irq = 0; _machine is not null && irq < _machine.Irqs.Used; irq++)
        {
            if (_machine.Irqs[irq].Has(IrqFlags.Exists)) irqs.Add(irq);
        }
        return irqs;
    }

    private static Watcher Watch(HistorySubject subject) => subject.Kind switch
    {
        SubjectKind.Irq => new IrqWatcher(subject),
        SubjectKind.Vector => new VectorWatcher(subject),
        SubjectKind.Irte => new IrteWatcher(subject),
        _ => new MsixWatcher(subject),
    };

    private static bool IsDelivery(EventKind kind) =>
        kind is (>= EventKind.HandlerEntry and <= EventKind.SystemExit) or EventKind.AckIrq or EventKind.FlowHandler;
}
