using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Bench;

// Envelope: as TraceDatBench or BlockReadBench, whichever the file is. The unit is the whole file: how many events it
// has is not known when this is compiled. The verb "whole" prints rates.

/// <summary>Real captures, opening included: small ones show what opening costs.</summary>
[MemoryDiagnoser]
public class FileBench
{
    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private readonly RecordingOpener _opener = new(FormatCatalog.BuiltIn, new OpenOptions());

    [ParamsSource(nameof(Captures))]
    public Capture File { get; set; } = null!;

    public static IEnumerable<Capture> Captures()
    {
        foreach (string path in Workloads.CaptureFiles()) yield return new Capture(path);
    }

    [Benchmark(Baseline = true)]
    public uint ReadAndChecksum() => Baseline.ReadAndChecksum(File.Path, _buffer);

    [Benchmark]
    public string Open()
    {
        using Recording recording = _opener.Open(File.Path);
        return recording.Info.Format;
    }

    [Benchmark]
    public long FileToMachine()
    {
        using Recording recording = _opener.Open(File.Path);
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        replayer.Finish();
        return replayer.EventCount;
    }

    /// <summary>A path that prints as its file name.</summary>
    public sealed record Capture(string Path)
    {
        public override string ToString() => System.IO.Path.GetFileName(Path);
    }
}
