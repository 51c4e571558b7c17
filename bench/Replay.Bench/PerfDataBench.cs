using System;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats.Mapping;
using Replay.Formats.PerfData;

namespace Replay.Bench;

// Envelope: 88 bytes a sample, read twice: once for where each CPU's samples lie, once for what they hold. 88 MB of 1 M
// samples take some 20 ms to copy twice; the walk and the merge are those of a trace.dat with a hash
// look-up for the event.

/// <summary>A perf.data of 8 CPUs from the page cache, its opening included.</summary>
[MemoryDiagnoser]
public class PerfDataBench
{
    // No line: every sample is placed, merged by time and counted, none is mapped.
    private static readonly MappingTable NoLines = MappingTable.Parse("", "none");

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private string _path = "";

    [GlobalSetup]
    public void SetUp() => _path = Workloads.PerfFile;

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.TraceRecords)]
    public uint ReadAndChecksum() => Baseline.ReadAndChecksum(_path, _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public string OpenOnly()
    {
        using PerfDataRecording recording = PerfDataRecording.Open(_path, MappingTable.BuiltIn, []);
        return recording.Info.Clock;
    }

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long WalkAndMerge()
    {
        using PerfDataRecording recording = PerfDataRecording.Open(_path, NoLines, []);
        while (recording.TryReadBatch(out _)) { }
        return recording.Info.RecordCount;
    }

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long PerfDataToMachine()
    {
        using PerfDataRecording recording = PerfDataRecording.Open(_path, MappingTable.BuiltIn, []);
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        return replayer.EventCount;
    }
}
