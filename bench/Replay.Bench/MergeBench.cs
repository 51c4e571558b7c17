using System;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Replay.Formats.Merge;

namespace Replay.Bench;

// Envelope: a time of 8 bytes read and written, 16 bytes a record; one core could move more than 1000 M/s.
// What rules is the end of each run: with n streams at random the top changes every record or two, log n
// comparisons that mispredict.

/// <summary>Order of many per-CPU streams by time; the records are nothing but times.</summary>
[MemoryDiagnoser]
public class MergeBench
{
    private const int Count = 1 << 18;

    private readonly byte[] _buffer = new byte[Baseline.BufferBytes];
    private readonly ulong[] _merged = new ulong[Count];
    private readonly int[] _next = new int[16];
    private ulong[][] _streams = [];

    [Params(1, 4, 16)]
    public int Streams { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Random(1217);
        _streams = new ulong[Streams][];
        for (int i = 0; i < Streams; i++)
        {
            ulong timeNs = 0;
            _streams[i] = new ulong[Count / Streams];
            foreach (ref ulong time in _streams[i].AsSpan()) time = timeNs += (ulong)random.Next(1, 1000);
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Count)]
    public uint CopyAndChecksum() => Baseline.CopyAndChecksum(MemoryMarshal.AsBytes<ulong>(_merged), _buffer);

    [Benchmark(OperationsPerInvoke = Count)]
    public ulong Merge()
    {
        var merger = new CpuMerger(Streams);
        for (int rank = 0; rank < Streams; rank++)
        {
            _next[rank] = 0;
            merger.Add(rank, _streams[rank][0]);
        }
        Span<ulong> target = _merged;
        int used = 0;
        while (merger.Count > 0)
        {
            int top = merger.Top;
            merger.RunnerUp(out ulong limitNs, out int rank);
            ulong[] stream = _streams[top];
            int next = _next[top];
            do target[used++] = stream[next++];
            while (next < stream.Length && (stream[next] < limitNs || (stream[next] == limitNs && top < rank)));
            _next[top] = next;
            if (next < stream.Length) merger.UpdateTop(stream[next]);
            else merger.RemoveTop();
        }
        return target[^1];
    }
}
