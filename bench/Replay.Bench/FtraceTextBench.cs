using System;
using System.IO;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.FtraceText;
using Replay.Formats.Mapping;

namespace Replay.Bench;

// Envelope: about 120 bytes a line; 8 M lines/s = 1 GB/s. What rules is finding columns and fields:
// some twenty searches of a few bytes each, so 300 to 500 ns a line.

/// <summary>A real recording as trace-cmd prints it, sixteen times over, from memory.</summary>
[MemoryDiagnoser]
public class FtraceTextBench
{
    private const int Lines = 7999;
    private const int Times = 16;

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private byte[] _text = [];

    [GlobalSetup]
    public void SetUp()
    {
        using FileStream packed = File.OpenRead(Path.Combine(Workloads.Root, "traces", "leak-pre", "report.txt.zst"));
        using Stream plain = FormatCatalog.BuiltIn.OpenZstd!(packed);
        using var once = new MemoryStream();
        plain.CopyTo(once);
        using var all = new MemoryStream();
        for (int i = 0; i < Times; i++) all.Write(once.GetBuffer(), 0, (int)once.Length);
        _text = all.ToArray();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Lines * Times)]
    public uint CopyAndChecksum() => Baseline.CopyAndChecksum(_text, _buffer);

    [Benchmark(OperationsPerInvoke = Lines * Times)]
    public long LinesToBatches()
    {
        using FtraceTextRecording recording = FtraceTextRecording.Open(
            new MemoryStream(_text, writable: false), "made", MappingTable.BuiltIn, []);
        long records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) records += batch.Length;
        return records;
    }
}
