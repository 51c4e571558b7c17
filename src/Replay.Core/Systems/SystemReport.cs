using System.Collections.Generic;

namespace Replay.Core.Systems;

/// <summary>What became of one event of a device.</summary>
/// <param name="Event">Number of the event in the recording.</param>
/// <param name="Device">Device that signalled.</param>
/// <param name="Entry">MSI-X entry.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Cpu">CPU where it arrived, if it did.</param>
/// <param name="Vector">Vector there.</param>
/// <param name="Irq">Linux number of the interrupt that the device meant, where it is known.</param>
/// <param name="Address">Address that was written, for a stray message.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record EventVerdict(
    long Event, string Device, int Entry, Verdict Verdict, int? Cpu, int? Vector, int? Irq,
    ulong? Address, string Reason);

/// <summary>What one interrupt is worth at the end.</summary>
/// <param name="Device">Device.</param>
/// <param name="Entry">MSI-X entry.</param>
/// <param name="Irq">Linux interrupt number, where it is known.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Blame">Event that made it so; null for a working one.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record InterruptVerdict(
    string Device, int Entry, int? Irq, EndVerdict Verdict, long? Blame, string Reason);

/// <summary>A call that failed.</summary>
/// <param name="Event">Event at which it was made.</param>
/// <param name="Device">Device concerned.</param>
/// <param name="Call">Function, hypercall or message.</param>
/// <param name="Error">What it returned.</param>
/// <param name="Expected">True when it fails in a correct run too.</param>
public sealed record FailingCall(long Event, string Device, string Call, string Error, bool Expected);

/// <summary>State of a part of a system after a step.</summary>
/// <param name="Event">Event whose step it was.</param>
/// <param name="Subject">Device, port or other part.</param>
/// <param name="Step">What happened.</param>
/// <param name="State">State after it.</param>
public sealed record StateLine(long Event, string Subject, string Step, string State);

/// <summary>
/// What the recorded system would have shown to whoever records it: a packet, a hypercall, a line of the log.
/// </summary>
/// <param name="Event">Event at which it happens.</param>
/// <param name="Source">Where it would be seen: <c>log</c>, <c>vpci</c>, <c>hypercall</c>, <c>handler</c>.</param>
/// <param name="Text">What would be seen.</param>
public sealed record TraceLine(long Event, string Source, string Text)
{
    /// <summary>
    /// Source of lines that nobody would see: they tell the writer of a trace what in it could do nothing.
    /// </summary>
    public const string Note = "note";
}

/// <summary>
/// What a system says: a verdict for each event of a device and, at the end, one for each interrupt; calls that failed;
/// states step by step. Each list has a limit; what came after it is counted.
/// </summary>
public sealed partial class SystemReport
{
    /// <summary>Rows that a list keeps; a storm of events must not fill memory.</summary>
    public const int RowsMax = 65536;

    private readonly List<EventVerdict> _events = [];
    private readonly List<InterruptVerdict> _interrupts = [];
    private readonly List<FailingCall> _calls = [];
    private readonly List<StateLine> _states = [];
    private readonly List<TraceLine> _lines = [];
    private readonly List<PolicyEvidence> _evidence = [];

    /// <summary>In the order of events.</summary>
    public IReadOnlyList<EventVerdict> Events => _events;

    /// <summary>By device and entry; made when the system is finished.</summary>
    public IReadOnlyList<InterruptVerdict> Interrupts => _interrupts;

    public IReadOnlyList<FailingCall> Calls => _calls;

    public IReadOnlyList<StateLine> States => _states;

    /// <summary>Packets, hypercalls and lines of the log, in their order.</summary>
    public IReadOnlyList<TraceLine> Lines => _lines;

    /// <summary>What the recording shows of the recorded system's policies.</summary>
    public IReadOnlyList<PolicyEvidence> Evidence => _evidence;

    /// <summary>Rows that came after a list was full.</summary>
    public long Dropped { get; private set; }

    public void Add(EventVerdict row) => Add(_events, row);

    public void Add(InterruptVerdict row) => Add(_interrupts, row);

    public void Add(FailingCall row) => Add(_calls, row);

    /// <summary>Keeps the order of events: a line that is only known later goes where it belongs.</summary>
    public void Add(StateLine row)
    {
        if (_states.Count == RowsMax)
        {
            Dropped++;
            return;
        }
        int place = _states.Count;
        while (place > 0 && _states[place - 1].Event > row.Event) place--;
        _states.Insert(place, row);
    }

    public void Add(TraceLine row) => Add(_lines, row);

    public void Add(PolicyEvidence row) => Add(_evidence, row);

    /// <summary>
    /// What became of an earlier event after all: a pending one was sent, or its pending bit was reset.
    /// </summary>
    public void Settle(int row, EventVerdict verdict)
    {
        if ((uint)row < (uint)_events.Count) _events[row] = verdict;
    }

    private void Add<T>(List<T> rows, T row)
    {
        if (rows.Count < RowsMax) rows.Add(row);
        else Dropped++;
    }
}
