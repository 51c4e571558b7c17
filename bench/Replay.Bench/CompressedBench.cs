using System;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Formats.TraceDat;

namespace Replay.Bench;

// Envelope: as TraceDatBench, and unpacking before it: zlib gives some 400 MB/s of plain data on one core, 24 bytes a
// record: 16 M records/s. The rows of zstd are in TraceDatBench.

/// <summary>A trace.dat v7 of 8 CPUs from the page cache, by compression, its opening included.</summary>
[MemoryDiagnoser]
public class CompressedBench
{
    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private string _path = "";

    [Params("none", "zlib")]
    public string Compression { get; set; } = "none";

    [GlobalSetup]
    public void SetUp() => _path = Workloads.TraceFileOf(Compression);

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.TraceRecords)]
    public uint ReadAndChecksum() => Baseline.ReadAndChecksum(_path, _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.TraceRecords)]
    public long Version7ToBatches()
    {
        using TraceDatRecording recording = TraceDatRecording.Open(_path, new TraceDatOptions());
        long records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) records += batch.Length;
        return records;
    }
}
