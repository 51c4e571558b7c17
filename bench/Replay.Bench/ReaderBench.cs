using System;
using System.Threading;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Live;
using Replay.Core.Replay;
using Replay.Core.Rules;

namespace Replay.Bench;

// Envelope: a border of a batch costs one load of a word that nobody writes: nothing beside some 8,192 events of 10 ns.
// A snapshot copies 8 CPUs and 64 interrupts, some 6 KB and 64 x 8 counters: 2 us. Ten a second are 20 us of a second;
// a reader that asks without pause gets one a batch, 2 us beside 80.

/// <summary>What a reader of the running machine costs the thread that replays.</summary>
[MemoryDiagnoser]
public class ReaderBench
{
    private const int BatchRecords = 8192;

    private readonly SnapshotExchange<MachineSnapshot> _exchange = new(static () => new MachineSnapshot());
    private Replayer<Linux61, NoProbe> _replayer = null!;
    private IrqEvent[] _events = null!;
    private Thread? _reader;
    private bool _stop;

    [GlobalSetup(Targets = [nameof(NoBorder), nameof(NobodyAsks)])]
    public void SetUp()
    {
        _replayer = Workloads.Booted(Workloads.Mixed);
        _events = Workloads.Mixed.Pass;
    }

    [GlobalSetup(Target = nameof(AskedTenTimesASecond))]
    public void SetUpTen() => SetUp(static () => Thread.Sleep(100));

    [GlobalSetup(Target = nameof(AskedWithoutPause))]
    public void SetUpAlways() => SetUp(static () => Thread.Yield());

    [GlobalCleanup]
    public void CleanUp()
    {
        Volatile.Write(ref _stop, true);
        _reader?.Join();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.EventCount)]
    public long NoBorder() => Replay(false);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long NobodyAsks() => Replay(true);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long AskedTenTimesASecond() => Replay(true);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long AskedWithoutPause() => Replay(true);

    private void SetUp(Action pause)
    {
        SetUp();
        _reader = new Thread(() =>
        {
            while (!Volatile.Read(ref _stop))
            {
                _exchange.Want();
                pause();
                _exchange.TryTake();
            }
        })
        { IsBackground = true };
        _reader.Start();
    }

    private long Replay(bool hasBorder)
    {
        ReadOnlySpan<IrqEvent> events = _events;
        while (events.Length > 0)
        {
            int length = Math.Min(events.Length, BatchRecords);
            while (length < events.Length && events[length].Kind == EventKind.Extension) length--;
            _replayer.Replay(events[..length]);
            events = events[length..];
            if (!hasBorder || !_exchange.IsWanted) continue;
            _exchange.Begin().Take(_replayer.Machine, _replayer.Findings, _replayer.EventCount, _replayer.TimeNs);
            _exchange.Publish();
        }
        return _replayer.EventCount;
    }
}
