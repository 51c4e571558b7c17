using System;
using System.Threading;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats;
using Replay.Formats.Lanes;

namespace Replay.Bench;

// Envelope: two lanes take at best as long as the longer of their shares. Native: reading and checking
// is the baseline of BlockReadBench, applying the rest. trace.dat: whoever is free decodes, so the shares even out;
// merging comes on top. Through a ring go 32 bytes an event of another core's cache, at some GB/s.

/// <summary>
/// One recording by one lane and by two, and two recordings one after the other and beside each other.
/// </summary>
[MemoryDiagnoser]
public class LaneBench
{
    private readonly RecordingOpener _opener = new(FormatCatalog.BuiltIn, new OpenOptions());
    private string _path = "";

    /// <summary>The mixed workload as a native file, or the made trace.dat.</summary>
    [Params(false, true)]
    public bool IsTraceDat { get; set; }

    [GlobalSetup]
    public void SetUp() => _path = IsTraceDat ? Workloads.TraceFile : Workloads.NativeFile;

    [Benchmark(Baseline = true)]
    public long OneLane() => Replay(1);

    [Benchmark]
    public long TwoLanes() => Replay(2);

    [Benchmark]
    public long TwoMachinesOneLane() => Replay(1) + Replay(1);

    [Benchmark]
    public long TwoMachinesTwoLanes()
    {
        long beside = 0;
        var other = new Thread(() => beside = Replay(1));
        other.Start();
        long own = Replay(1);
        other.Join();
        return own + beside;
    }

    /// <summary>What a lane costs where there is no second core for it: nothing is applied.</summary>
    [Benchmark]
    public long TwoLanesOnlyRead()
    {
        using Recording recording = RecordingLanes.Divide(_opener.Open(_path), 2);
        long records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) records += batch.Length;
        return records;
    }

    private long Replay(int lanes)
    {
        using Recording recording = RecordingLanes.Divide(_opener.Open(_path), lanes);
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        replayer.Finish();
        return replayer.EventCount;
    }
}
