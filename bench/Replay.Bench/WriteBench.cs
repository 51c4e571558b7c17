using System.IO;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Native;

namespace Replay.Bench;

// Envelope: 33.6 bytes an event copied into a block and checksummed, as the baseline does: some 3 ns.
// Names are looked at only where a kind has some.

/// <summary>Events in memory into a native file that goes nowhere: what <c>convert</c> does after reading.</summary>
[MemoryDiagnoser]
public class WriteBench
{
    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private IrqEvent[] _mixed = null!;

    [GlobalSetup]
    public void SetUp() => _mixed = Workloads.Mixed.Pass;

    [Benchmark(Baseline = true, OperationsPerInvoke = Workloads.EventCount)]
    public uint CopyAndChecksum() => Baseline.CopyAndChecksum(MemoryMarshal.AsBytes<IrqEvent>(_mixed), _buffer);

    [Benchmark(OperationsPerInvoke = Workloads.EventCount)]
    public long EventsToNative()
    {
        using NativeWriter writer = NativeWriter.Create(Stream.Null, Workloads.Mixed.Info);
        writer.Write(_mixed, Workloads.Mixed.Tables);
        writer.Complete(Workloads.Mixed.Info, Workloads.Mixed.Tables, new ImportReport());
        return writer.EventCount;
    }
}
