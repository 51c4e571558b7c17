using System;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;

namespace Replay.Bench;

// Envelope: 32 bytes an event (33.6 with the extensions of the mix), read once from RAM: 100 M events/s = 3.2 GB/s, a
// tenth of what one core reads. The state is 64 interrupts of 120 bytes: it stays in the first-level cache. So what
// rules here is the dispatch: an unpredictable jump costs about 5 ns.

/// <summary>Events in memory into the machine: nothing is read or checked but the events themselves.</summary>
[MemoryDiagnoser]
public class ApplyBench
{
    // As the native reader hands them out.
    private const int BatchRecords = 32760;

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private Replayer<Linux61, NoProbe> _replayer = null!;
    private IrqEvent[] _mixed = null!;
    private IrqEvent[] _handlers = null!;
    private IrqEvent[] _systemVectors = null!;
    private IrqEvent[] _moves = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _replayer = Workloads.Booted(Workloads.Mixed);
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
    public long ApplySystemVectors() => Replay(_systemVectors);

    /// <summary>Everything rare: some thirteen kinds in their usual order. Costs of each kind: <c>irqreplay bench</c>.</summary>
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
}
