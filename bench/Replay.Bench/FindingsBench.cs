using System;
using System.Collections.Generic;
using System.IO;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats.Text;

namespace Replay.Bench;

// Envelope: traces of ten to thirty events, each with a machine of its own: what they share is the machine's making,
// some 100 KB. What is left between the two rows is the findings' texts and the looking back for the event to blame.

/// <summary>
/// The hand-made traces of all hazards: those that come near one and raise nothing, and those that raise it.
/// The unit is one trace. What watching for hazards costs where there are none is in every other suite.
/// </summary>
[MemoryDiagnoser]
public class FindingsBench
{
    private List<Trace> _near = [];
    private List<Trace> _raises = [];

    [GlobalSetup]
    public void SetUp()
    {
        _near = Read("*-near.irqs");
        _raises = Read("*-raises.irqs");
        if (Replay(_near) >= Replay(_raises))
            throw new InvalidOperationException("The traces that raise findings raise none.");
    }

    [Benchmark(Baseline = true)]
    public long NearMisses() => Replay(_near);

    [Benchmark]
    public long Findings() => Replay(_raises);

    private static long Replay(List<Trace> traces)
    {
        long findings = 0;
        foreach (Trace trace in traces)
        {
            var replayer = new Replayer<Linux61, NoProbe>(trace.Tables);
            replayer.Replay(trace.Events);
            replayer.Finish();
            findings += replayer.Findings.Count;
        }
        return findings;
    }

    private static List<Trace> Read(string pattern)
    {
        var traces = new List<Trace>();
        foreach (string path in Directory.GetFiles(Path.Combine(Workloads.Root, "traces", "hazards"), pattern))
        {
            using TextRecording recording = TextRecording.Open(path);
            var events = new List<IrqEvent>();
            while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) events.AddRange(batch);
            traces.Add(new Trace(recording.Tables, [.. events]));
        }
        return traces;
    }

    private sealed record Trace(EventTables Tables, IrqEvent[] Events);
}
