using Replay.Core.Events;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>
/// Watches one thing of the machine: compares it before and after each event, so that its history is what the machine
/// holds. Nothing here decides what an event means; that was the replayer's part.
/// </summary>
internal abstract class Watcher
{
    // The run of interrupts that is open: its first one, and what is known of it so far.
    private HistoryEntry? _run;
    private long _runCount;
    private long _runEvent;
    private ulong _runTimeNs;
    private uint _runIrq;
    private bool _runStray;

    protected Watcher(HistorySubject subject) => Subject = subject;

    public HistorySubject Subject { get; }

    public HistoryLog Log { get; } = new();

    /// <summary>True once the recording has shown that the thing exists.</summary>
    public bool Seen { get; protected set; }

    /// <summary>Compares with the state before, and notes what changed.</summary>
    public void Look(in Moment at)
    {
        if (at.Machine.ForgottenEvent == at.Index)
        {
            if (Seen) Note(in at, HistoryChange.Happening, null, null, "what is known of it is not known any more");
            Forget();
        }
        Compare(in at);
    }

    /// <summary>Compares with the state before, and notes what changed.</summary>
    protected abstract void Compare(in Moment at);

    /// <summary>Records are missing: the state before is nothing that can be compared with.</summary>
    protected abstract void Forget();

    /// <summary>The thing as it is now, in one clause.</summary>
    public abstract string DescribeNow(MachineState machine, ApicIds apicIds);

    /// <summary>
    /// Writes a run of interrupts down that nothing has ended yet. Called once, after the last event.
    /// </summary>
    public void Finish() => EndRun();

    /// <summary>Interrupt that changes of the thing belong to, for finding their cause.</summary>
    protected uint CauseIrq { get; set; } = IrqEvent.NoIrq;

    /// <summary>Device that changes of the thing belong to; 0 when not known.</summary>
    protected ushort CauseDevice { get; set; }

    /// <summary>Writes a change down; its cause is looked up unless the caller knows it.</summary>
    protected void Note(in Moment at, HistoryChange change, string? from, string? to, string text, Cause? cause = null)
    {
        EndRun();
        Seen = true;
        Cause why = cause ?? at.Cause(CauseIrq, CauseDevice);
        Log.Add(new HistoryEntry
        {
            Event = at.Index,
            TimeNs = at.Record.TimeNs,
            Cpu = at.Record.Cpu,
            Change = change,
            From = from,
            To = to,
            Text = text,
            Reason = CauseText.Describe(in why, at.Machine),
            Blame = why.Kind == CauseKind.None || why.Event < 0 ? null : why.Event,
        });
    }

    /// <summary>Counts an interrupt; those that follow each other on one CPU become one entry.</summary>
    /// <param name="at">The moment of its arrival.</param>
    /// <param name="irq">The interrupt.</param>
    /// <param name="stray">It does not belong on that CPU.</param>
    protected void CountArrival(in Moment at, uint irq, bool stray = false)
    {
        Seen = true;
        ref readonly IrqEvent e = ref at.Record;
        if (_run is not { } run || run.Cpu != e.Cpu || _runStray != stray)
        {
            EndRun();
            _runIrq = irq;
            _runStray = stray;
            _run = run = new HistoryEntry
            {
                Event = at.Index,
                TimeNs = e.TimeNs,
                Cpu = e.Cpu,
                Change = HistoryChange.Delivered,
                Text = "",
            };
            _runCount = 0;
        }
        _runCount++;
        _runEvent = at.Index;
        _runTimeNs = e.TimeNs;
    }

    private void EndRun()
    {
        if (_run is not { } run) return;
        _run = null;
        string count = _runCount == 1 ? "1 interrupt" : Wording.Count(_runCount) + " interrupts";
        string whose = Subject.Kind == SubjectKind.Irq ? "" : Invariant($" of irq {_runIrq}");
        string where = _runStray ? ", where it does not belong" : "";
        Log.Add(run with
        {
            To = count,
            Count = _runCount,
            LastEvent = _runEvent,
            LastTimeNs = _runTimeNs,
            Text = _runCount == 1
                ? Invariant($"{count}{whose} on CPU {run.Cpu}{where}")
                : Invariant($"{count}{whose} on CPU {run.Cpu}{where}, to event {_runEvent}"),
        });
    }
}
