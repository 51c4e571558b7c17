using System;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats.Native;

namespace Replay.Bench;

// Envelope: 33.6 bytes an event, copied from the page cache (about 12 GB/s in pieces of 1 MiB) and checksummed in the
// second-level cache (about 20 GB/s): 7 to 8 GB/s together, some 220 M events/s before anything is applied.

/// <summary>A native file from the page cache, its opening included.</summary>
[MemoryDiagnoser]
public class BlockReadBench
{
    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private string _path = "";

    [GlobalSetup]
    public void SetUp() => _path = Workloads.NativeFile;

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.EventCount)]
    public uint ReadAndChecksum() => Baseline.ReadAndChecksum(_path, _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long NativeToBatches()
    {
        using NativeRecording recording = NativeRecording.Open(_path);
        long records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) records += batch.Length;
        return records;
    }

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long NativeToMachine()
    {
        using NativeRecording recording = NativeRecording.Open(_path);
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        return replayer.EventCount;
    }
}
