using System;
using System.IO;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats.Ctf;
using Replay.Formats.Mapping;

namespace Replay.Bench;

// Envelope: some 16 bytes an event, read once. 16 MB of 1 M events take 3 ms to copy; the walk loads one word for
// number and time, adds a size that was known, and looks for the end of a text in every third event.

/// <summary>An LTTng trace of 8 CPUs from the page cache, its opening included.</summary>
[MemoryDiagnoser]
public class CtfBench
{
    // No line: every event is passed, merged by time and counted, none is mapped.
    private static readonly MappingTable NoLines = MappingTable.Parse("", "none");

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private string _folder = "";

    [GlobalSetup]
    public void SetUp() => _folder = Workloads.CtfFolder;

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.TraceRecords)]
    public uint ReadAndChecksum()
    {
        uint sum = 0;
        foreach (string path in Directory.GetFiles(_folder)) sum ^= Baseline.ReadAndChecksum(path, _buffer);
        return sum;
    }

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public string OpenOnly()
    {
        using CtfRecording recording = CtfRecording.Open(_folder, MappingTable.BuiltIn, []);
        return recording.Info.Clock;
    }

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long WalkAndMerge()
    {
        using CtfRecording recording = CtfRecording.Open(_folder, NoLines, []);
        while (recording.TryReadBatch(out _)) { }
        return recording.Info.RecordCount;
    }

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long CtfToMachine()
    {
        using CtfRecording recording = CtfRecording.Open(_folder, MappingTable.BuiltIn, []);
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        return replayer.EventCount;
    }
}
