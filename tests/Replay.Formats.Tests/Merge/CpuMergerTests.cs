using System;
using System.Collections.Generic;
using Replay.Formats.Merge;
using Xunit;

namespace Replay.Formats.Tests.Merge;

public sealed class CpuMergerTests
{
    /// <summary>
    /// Against the obvious way: look at every stream's head, take the lowest (time, rank). Times are small so that ties
    /// are common, and go backwards now and then.
    /// </summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 7)]
    [InlineData(5, 64)]
    public void Order_is_that_of_looking_at_every_head(int seed, int streams)
    {
        var random = new Random(seed);
        var times = new ulong[streams][];
        for (int i = 0; i < streams; i++)
        {
            times[i] = new ulong[random.Next(0, 60)];
            ulong time = (ulong)random.Next(5);
            for (int k = 0; k < times[i].Length; k++)
            {
                times[i][k] = time;
                time += (ulong)random.Next(3);
                if (random.Next(20) == 0) time /= 2;
            }
        }
        Assert.Equal(MergeByScan(times), MergeByHeap(times));
    }

    [Fact]
    public void Runner_up_of_a_single_stream_is_never_reached()
    {
        var merger = new CpuMerger(1);
        merger.Add(0, 5);
        merger.RunnerUp(out ulong timeNs, out int rank);
        Assert.Equal((ulong.MaxValue, int.MaxValue), (timeNs, rank));
        merger.RemoveTop();
        Assert.Equal(0, merger.Count);
    }

    private static List<(int Rank, int Index)> MergeByScan(ulong[][] times)
    {
        List<(int, int)> order = [];
        int[] at = new int[times.Length];
        while (true)
        {
            int best = -1;
            for (int i = 0; i < times.Length; i++)
            {
                if (at[i] < times[i].Length && (best < 0 || times[i][at[i]] < times[best][at[best]])) best = i;
            }
            if (best < 0) return order;
            order.Add((best, at[best]++));
        }
    }

    /// <summary>Uses the merger as the record loop does: the top runs ahead of the runner-up.</summary>
    private static List<(int Rank, int Index)> MergeByHeap(ulong[][] times)
    {
        List<(int, int)> order = [];
        int[] at = new int[times.Length];
        var merger = new CpuMerger(times.Length);
        for (int i = 0; i < times.Length; i++)
        {
            if (times[i].Length > 0) merger.Add(i, times[i][0]);
        }
        while (merger.Count > 0)
        {
            int top = merger.Top;
            merger.RunnerUp(out ulong limit, out int rank);
            bool ended;
            do
            {
                order.Add((top, at[top]++));
                ended = at[top] == times[top].Length;
            }
            while (!ended && (times[top][at[top]] < limit || (times[top][at[top]] == limit && top < rank)));
            if (ended) merger.RemoveTop();
            else merger.UpdateTop(times[top][at[top]]);
        }
        return order;
    }
}
