using System;
using System.IO;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Text;

namespace Replay.Bench;

// Envelope: about 50 bytes a line; 20 M lines/s = 1 GB/s, a thirtieth of what memory allows. What rules is digits and
// names: some twenty branches a line.

/// <summary>The text form, written to nowhere and read from memory.</summary>
[MemoryDiagnoser]
public class TextBench
{
    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private Workloads.MixedInput _input = null!;
    private byte[] _text = [];

    [GlobalSetup]
    public void SetUp()
    {
        _input = Workloads.Text;
        using var stream = new MemoryStream();
        Write(stream);
        _text = stream.ToArray();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.TextEvents)]
    public uint CopyAndChecksum() => Baseline.CopyAndChecksum(_text, _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.TextEvents)]
    public long EventsToText() => Write(Stream.Null);

    [Benchmark(OperationsPerInvoke = Workloads.TextEvents)]
    public long TextToBatches()
    {
        using TextRecording recording = TextRecording.Open(new MemoryStream(_text, writable: false), "made");
        long records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) records += batch.Length;
        return records;
    }

    private long Write(Stream stream)
    {
        using var writer = new EventTextWriter(stream);
        writer.WriteHeader(_input.Info);
        writer.Write(_input.Pass, _input.Tables);
        writer.WriteEnd(_input.Info, new ImportReport());
        return writer.EventCount;
    }
}
