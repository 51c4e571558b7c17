using System;
using BenchmarkDotNet.Attributes;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats.Sidecar;

namespace Replay.Bench;

// Envelope: some ten thousand values of a 64-interrupt machine, most of them rows equal to the one before, which are
// written and taken back: 5 ns a value, 0.1 ms a checkpoint. Every million events (10 ms at 100 M/s) that is 1 %.

/// <summary>The whole replay saved as bytes, and restored into a fresh one.</summary>
[MemoryDiagnoser]
public class CheckpointBench
{
    private readonly StateWriter _writer = new();
    private Replayer<Linux61, NoProbe> _replayer = null!;
    private byte[] _state = [];

    [GlobalSetup]
    public void SetUp()
    {
        _replayer = Workloads.Booted(Workloads.Mixed);
        _replayer.Replay(Workloads.Mixed.Pass);
        _state = StateCodec.Save(_replayer.Transfer);
        Console.WriteLine($"// {_state.Length} bytes, {Values()} values");
    }

    [Benchmark]
    public long Save() => Values();

    [Benchmark]
    public long Load()
    {
        var fresh = new Replayer<Linux61, NoProbe>(Workloads.Mixed.Tables);
        StateCodec.Load(_state, fresh.Transfer);
        return fresh.EventCount;
    }

    private long Values()
    {
        _writer.Clear();
        _replayer.Transfer(_writer);
        return _writer.ValueCount;
    }
}
