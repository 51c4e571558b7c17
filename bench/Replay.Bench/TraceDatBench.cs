using System;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats.Mapping;
using Replay.Formats.TraceDat;

namespace Replay.Bench;

// Envelope: 24 bytes a record in the file (47 in captures with larger events), 32 bytes written for each that is mapped:
// 30 M records/s = 0.7 GB/s in and 0.7 GB/s out, far from memory's limits. What rules is the work on each record: header,
// event number, merge, fields.

/// <summary>An uncompressed trace.dat v6 of 8 CPUs from the page cache, its opening included.</summary>
[MemoryDiagnoser]
public class TraceDatBench
{
    // No line: every record is walked, merged by time and counted, none is mapped.
    private static readonly TraceDatOptions WalkOnly = new() { Mapping = MappingTable.Parse("", "none") };

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private string _path = "";

    [GlobalSetup]
    public void SetUp() => _path = Workloads.TraceFile;

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.TraceRecords)]
    public uint ReadAndChecksum() => Baseline.ReadAndChecksum(_path, _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long WalkAndMerge()
    {
        using TraceDatRecording recording = TraceDatRecording.Open(_path, WalkOnly);
        while (recording.TryReadBatch(out _)) { }
        return recording.Info.RecordCount;
    }

    /// <summary>Mapped, but not replayed: the difference to the row above is what mapping costs.</summary>
    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long TraceDatToBatches()
    {
        using TraceDatRecording recording = TraceDatRecording.Open(_path, new TraceDatOptions());
        long records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) records += batch.Length;
        return records;
    }

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long TraceDatToMachine()
    {
        using TraceDatRecording recording = TraceDatRecording.Open(_path, new TraceDatOptions());
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        return replayer.EventCount;
    }
}
