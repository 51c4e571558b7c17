using System;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats.Mapping;
using Replay.Formats.TraceDat;

namespace Replay.Bench;

// Envelope: 24 bytes a record in the file (47 in captures with larger events), 32 bytes written
// for each that is mapped:
// 30 M records/s = 0.7 GB/s in and 0.7 GB/s out, far from memory's limits. What rules is the work on each record:
// header, event number, merge, fields; the order over the CPUs is random, so that every second or third record ends
// a run. zstd unpacks 1.5 GB/s: 30 ns for a record of 47 bytes, more than all the rest.

/// <summary>A trace.dat of 8 CPUs from the page cache, its opening included: v6, and v7 packed by zstd.</summary>
[MemoryDiagnoser]
public class TraceDatBench
{
    // No line: every record is walked, merged by time and counted, none is mapped.
    private static readonly TraceDatOptions WalkOnly = new() { Mapping = MappingTable.Parse("", "none") };

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private string _path = "";
    private string _packedPath = "";

    [GlobalSetup]
    public void SetUp()
    {
        _path = Workloads.TraceFile;
        _packedPath = Workloads.PackedTraceFile;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.TraceRecords)]
    public uint ReadAndChecksum() => Baseline.ReadAndChecksum(_path, _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long WalkAndMerge()
    {
        using TraceDatRecording recording = TraceDatRecording.Open(_path, WalkOnly);
        while (recording.TryReadBatch(out _)) { }
        return recording.Info.RecordCount;
    }

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long TraceDatToBatches() => ToBatches(_path);

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long TraceDatToMachine() => ToMachine(_path);

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long ZstdToBatches() => ToBatches(_packedPath);

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long ZstdToMachine() => ToMachine(_packedPath);

    private static long ToBatches(string path)
    {
        using TraceDatRecording recording = TraceDatRecording.Open(path, new TraceDatOptions());
        while (recording.TryReadBatch(out _)) { }
        return recording.Info.RecordCount;
    }

    private static long ToMachine(string path)
    {
        using TraceDatRecording recording = TraceDatRecording.Open(path, new TraceDatOptions());
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        return replayer.EventCount;
    }
}
