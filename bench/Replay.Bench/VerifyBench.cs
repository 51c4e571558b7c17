using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Verify;

namespace Replay.Bench;

// Envelope: as ApplyBench; of a mixed recording 95 % are deliveries, each a compare of two CPU numbers, and frequent
// events that decide nothing. The decisions themselves are a few hundred nanoseconds each, and a
// few in a thousand events.

/// <summary>Events in memory, each decision taken again.</summary>
[MemoryDiagnoser]
public class VerifyBench
{
    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private Verifier<Linux61> _verifier = null!;
    private IrqEvent[] _mixed = null!;

    [GlobalSetup]
    public void SetUp()
    {
        _verifier = new Verifier<Linux61>(Workloads.Mixed.Tables);
        _verifier.Verify(Workloads.Mixed.SetUp);
        _mixed = Workloads.Mixed.Pass;
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.EventCount)]
    public uint CopyAndChecksum() => Baseline.CopyAndChecksum(MemoryMarshal.AsBytes<IrqEvent>(_mixed), _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long VerifyMixed()
    {
        _verifier.Verify(_mixed);
        return _verifier.EventCount;
    }
}
