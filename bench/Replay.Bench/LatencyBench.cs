using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Latency;

namespace Replay.Bench;

// Envelope: as ApplyBench, without a machine: of four events two begin something and two end it, and each end
// is a search among the some hundred values seen so far, seven steps that nobody foretells: 10 to 20 ns an event.

/// <summary>Events in memory, the recorded machine measured.</summary>
[MemoryDiagnoser]
public class LatencyBench
{
    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private LatencyRecorder _recorder = null!;
    private IrqEvent[] _mixed = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _recorder = new LatencyRecorder(Workloads.Mixed.Tables);
        _mixed = Workloads.Mixed.Pass;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.EventCount)]
    public uint CopyAndChecksum() => Baseline.CopyAndChecksum(MemoryMarshal.AsBytes<IrqEvent>(_mixed), _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long ObserveMixed()
    {
        _recorder.Observe(_mixed);
        return _recorder.EventCount;
    }
}
