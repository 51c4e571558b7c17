using System;

namespace Replay.Formats.Merge;

/// <summary>
/// Says which of many per-CPU streams goes next. The rule: lower time first; at the same time the stream with the lower
/// rank; inside one stream the order in which it was recorded, even where damage makes its time go backwards.
/// </summary>
/// <remarks>
/// Ranks are given in the order (CPU, buffer), so the whole order is (time, CPU, buffer, sequence in the CPU), and it
/// depends on nothing but the input. A binary heap of (time, rank): the streams read on for as long as they stay ahead
/// of <see cref="RunnerUp"/>, so the heap is touched once a run, not once a record.
/// </remarks>
internal sealed class CpuMerger
{
    private readonly Head[] _heap;

    /// <param name="capacity">Number of streams.</param>
    public CpuMerger(int capacity) => _heap = new Head[capacity];

    /// <summary>Streams that still have records.</summary>
    public int Count { get; private set; }

    /// <summary>Rank of the stream that goes next.</summary>
    public int Top => _heap[0].Rank;

    /// <summary>
    /// First (time, rank) behind the top's: the top may read on while its own is below. (<see cref="ulong.MaxValue"/>,
    /// <see cref="int.MaxValue"/>) when it is alone.
    /// </summary>
    public void RunnerUp(out ulong timeNs, out int rank)
    {
        if (Count < 2)
        {
            timeNs = ulong.MaxValue;
            rank = int.MaxValue;
            return;
        }
        int second = Count > 2 && _heap[2].IsBefore(_heap[1]) ? 2 : 1;
        timeNs = _heap[second].TimeNs;
        rank = _heap[second].Rank;
    }

    /// <summary>Adds a stream whose first record has this time.</summary>
    public void Add(int rank, ulong timeNs)
    {
        var head = new Head(timeNs, rank);
        int at = Count++;
        while (at > 0)
        {
            int parent = (at - 1) / 2;
            if (!head.IsBefore(_heap[parent])) break;
            _heap[at] = _heap[parent];
            at = parent;
        }
        _heap[at] = head;
    }

    /// <summary>The top's next record has this time.</summary>
    public void UpdateTop(ulong timeNs) => SiftDown(new Head(timeNs, _heap[0].Rank));

    /// <summary>The top has no more records.</summary>
    public void RemoveTop()
    {
        Count--;
        if (Count > 0) SiftDown(_heap[Count]);
    }

    private void SiftDown(Head head)
    {
        ReadOnlySpan<Head> heads = _heap.AsSpan(0, Count);
        int at = 0;
        while (true)
        {
            int child = (at * 2) + 1;
            if (child >= heads.Length) break;
            if (child + 1 < heads.Length && heads[child + 1].IsBefore(heads[child])) child++;
            if (!heads[child].IsBefore(head)) break;
            _heap[at] = heads[child];
            at = child;
        }
        _heap[at] = head;
    }

    private readonly struct Head(ulong timeNs, int rank)
    {
        public readonly ulong TimeNs = timeNs;
        public readonly int Rank = rank;

        public bool IsBefore(in Head other) =>
            TimeNs < other.TimeNs || (TimeNs == other.TimeNs && Rank < other.Rank);
    }
}
