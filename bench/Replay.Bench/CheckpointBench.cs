using System;
using BenchmarkDotNet.Attributes;
using Replay.Core.Checkpoints;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats.Sidecar;

namespace Replay.Bench;

// Envelope: some ten thousand values of a 64-interrupt machine, most of them rows equal to the one before, which are
// written and taken back: 5 ns a value, 0.1 ms a checkpoint. Every million events (10 ms at 100 M/s) that is 1 %.

// A verifier has besides the 2048 events that it holds back, of eight values each.

/// <summary>The whole replay, and the whole verifier, saved as bytes and restored into a fresh one.</summary>
[MemoryDiagnoser]
public class CheckpointBench
{
    private readonly StateWriter _writer = new();
    private Replayer<Linux61, NoProbe> _replayer = null!;
    private Verifier<Linux61> _verifier = null!;
    private byte[] _state = [];
    private byte[] _verifierState = [];

    [GlobalSetup]
    public void SetUp()
    {
        _replayer = Workloads.Booted(Workloads.Mixed);
        _replayer.Replay(Workloads.Mixed.Pass);
        _state = StateCodec.Save(_replayer.Transfer);
        _verifier = new Verifier<Linux61>(Workloads.Mixed.Tables);
        _verifier.Verify(Workloads.Mixed.SetUp);
        _verifier.Verify(Workloads.Mixed.Pass);
        _verifierState = StateCodec.Save(_verifier.Transfer);
        Console.WriteLine($"// {_state.Length} bytes, {Save()} values; verifier {_verifierState.Length} bytes, "
            + $"{SaveVerifier()} values");
    }

    [Benchmark]
    public long Save() => Values(_replayer.Transfer);

    [Benchmark]
    public long SaveVerifier() => Values(_verifier.Transfer);

    [Benchmark]
    public long Load()
    {
        var fresh = new Replayer<Linux61, NoProbe>(Workloads.Mixed.Tables);
        StateCodec.Load(_state, fresh.Transfer);
        return fresh.EventCount;
    }

    [Benchmark]
    public long LoadVerifier()
    {
        var fresh = new Verifier<Linux61>(Workloads.Mixed.Tables);
        StateCodec.Load(_verifierState, fresh.Transfer);
        return fresh.EventCount;
    }

    private long Values(Action<StateArchive> transfer)
    {
        _writer.Clear();
        transfer(_writer);
        return _writer.ValueCount;
    }
}
