using System;
using System.Threading;
using BenchmarkDotNet.Attributes;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;
using Replay.Formats.Lanes;
using Replay.Formats.Sidecar;

namespace Replay.Bench;

// Envelope: reading ahead takes off the verifier what a reading costs, two fifths; two stretches take half of all,
// and on top for each a recording that is opened and thirty kilobytes of state that are restored, saved and compared:
// below 1 ms.

/// <summary>One native recording verified by one lane, with its reading on another, and as two stretches.</summary>
[MemoryDiagnoser]
public class VerifyLaneBench
{
    private readonly RecordingOpener _opener = new(FormatCatalog.BuiltIn, new OpenOptions());
    private byte[] _middle = [];

    [GlobalSetup]
    public void SetUp() => _middle = Verify(1, [], Workloads.EventCount / 2).State;

    [Benchmark(Baseline = true)]
    public long OneLane() => Verify(1, [], long.MaxValue).Events;

    [Benchmark]
    public long TwoLanes() => Verify(2, [], long.MaxValue).Events;

    [Benchmark]
    public long TwoStretches()
    {
        long events = 0;
        var other = new Thread(() => events = Verify(1, _middle, long.MaxValue).Events);
        other.Start();
        byte[] end = Verify(1, [], Workloads.EventCount / 2).State;
        other.Join();
        return end.AsSpan().SequenceEqual(_middle)
            ? events : throw new InvalidOperationException("the stretches do not join");
    }

    /// <summary>
    /// From the start, or a saved state, to the first border of a batch at or after an event, or to the end.
    /// </summary>
    private (long Events, byte[] State) Verify(int lanes, byte[] from, long to)
    {
        using Recording recording = RecordingLanes.Divide(_opener.Open(Workloads.NativeFile), lanes);
        var verifier = new Verifier<Linux61>(recording.Tables);
        void Transfer(StateArchive archive)
        {
            recording.Transfer(archive);
            verifier.Transfer(archive);
        }
        if (from.Length > 0) StateCodec.Load(from, Transfer);
        while (verifier.EventsTaken < to && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            verifier.Verify(batch);
        if (to < long.MaxValue) return (verifier.EventsTaken, StateCodec.Save(Transfer));
        verifier.Finish();
        return (verifier.EventCount, []);
    }
}
