using System;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.State;

namespace Replay.Bench;

// Envelope: 32 bytes an event (33.6 with the extensions of the mix), read once from RAM: 100 M events/s = 3.2 GB/s, a
// tenth of what one core reads. The state is 64 interrupts of 128 bytes, of which an arrival touches one line: it stays
// in the first-level cache. A jump by the kind would be guessed wrong at two events of three, 4 to 5 ns each;
// the straight line has none, and about 55 instructions an event: 3 ns at 4 to 5 instructions a cycle.
// What is no arrival (5 %, in bursts of 13) costs 25 to 40 ns, so 2 ns an event.

/// <summary>Events in memory into the machine: nothing is read or checked but the events themselves.</summary>
[MemoryDiagnoser]
public class ApplyBench
{
    // As the native reader hands them out.
    private const int BatchRecords = 32760;

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private Replayer<Linux61, NoProbe> _replayer = null!;
    private Replayer<Linux61, IdleProbe> _single = null!;
    private IrqEvent[] _mixed = null!;
    private IrqEvent[] _handlers = null!;
    private IrqEvent[] _systemVectors = null!;
    private IrqEvent[] _moves = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _replayer = Workloads.Booted(Workloads.Mixed);
        _single = new Replayer<Linux61, IdleProbe>(Workloads.Mixed.Tables);
        _single.Replay(Workloads.Mixed.SetUp);
        _mixed = Workloads.Mixed.Pass;
        _handlers = Workloads.Mixed.Handlers;
        _systemVectors = Workloads.Mixed.SystemVectors;
        _moves = Workloads.Mixed.Moves;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.EventCount)]
    public uint CopyAndChecksum() => Baseline.CopyAndChecksum(MemoryMarshal.AsBytes<IrqEvent>(_mixed), _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long ApplyMixed() => Replay(_mixed);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long ApplyHandlers() => Replay(_handlers);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long ApplyHandlersOneByOne()
    {
        _single.Replay(_handlers);
        return _single.EventCount;
    }

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long ApplySystemVectors() => Replay(_systemVectors);

    /// <summary>
    /// Everything rare: some thirteen kinds in their usual order. Costs of each kind: <c>irqreplay bench</c>.
    /// </summary>
    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long ApplyMoves() => Replay(_moves);

    private long Replay(ReadOnlySpan<IrqEvent> events)
    {
        while (events.Length > 0)
        {
            int length = Math.Min(events.Length, BatchRecords);
            while (length < events.Length && events[length].Kind == EventKind.Extension) length--;
            _replayer.Replay(events[..length]);
            events = events[length..];
        }
        return _replayer.EventCount;
    }

    /// <summary>A probe, which takes every event off the straight line.</summary>
    private readonly struct IdleProbe : IProbe
    {
        public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex) { }
    }
}
