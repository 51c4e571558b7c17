using System;
using System.IO;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.QemuLog;

namespace Replay.Bench;

// Envelope: about 90 bytes a line. A line is looked through for its end, its prefix, its name and its numbers; half of
// them become events: 100 to 200 ns.

/// <summary>A real log of QEMU's trace events, sixteen times over, from memory.</summary>
[MemoryDiagnoser]
public class QemuLogBench
{
    private const int Lines = 20_956;
    private const int Times = 16;

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private byte[] _text = [];

    [GlobalSetup]
    public void SetUp()
    {
        string path = Path.Combine(Workloads.Root, "traces", "hibernate", "qemu-trace.log.zst");
        using FileStream packed = File.OpenRead(path);
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
        using QemuLogRecording recording = QemuLogRecording.Open(new MemoryStream(_text, writable: false), "made", null);
        long records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) records += batch.Length;
        return records;
    }
}
