using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using System.Threading;

namespace Replay.Cli.Machines;

/// <summary>
/// Independent pieces of work on several threads, with the outcome of one: results in the order of the items.
/// </summary>
internal static class ParallelWork
{
    /// <summary>
    /// Does <paramref name="work"/> for each item, the caller's thread and <paramref name="lanes"/> - 1 others
    /// taking the next one whenever they are free. What fails ends it; of several failures the one of the first item
    /// is thrown, as if the items had been done one after the other.
    /// </summary>
    public static TResult[] Map<TItem, TResult>(IReadOnlyList<TItem> items, int lanes, Func<TItem, TResult> work)
    {
        var results = new TResult[items.Count];
        var failures = new ExceptionDispatchInfo?[items.Count];
        int next = -1;
        bool failed = false;
        var threads = new Thread[Math.Max(0, Math.Min(lanes, items.Count) - 1)];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = new Thread(TakeAll) { IsBackground = true, Name = "irqreplay machine" };
            threads[i].Start();
        }
        TakeAll();
        foreach (Thread thread in threads) thread.Join();
        foreach (ExceptionDispatchInfo? failure in failures) failure?.Throw();
        return results;

        void TakeAll()
        {
            // Items are begun in order, so whatever comes before one that fails is begun and will be finished.
            while (!Volatile.Read(ref failed))
            {
                int item = Interlocked.Increment(ref next);
                if (item >= items.Count) return;
                try
                {
                    results[item] = work(items[item]);
                }
#pragma warning disable CA1031 // Whatever it is, it is thrown again on the caller's thread.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    failures[item] = ExceptionDispatchInfo.Capture(e);
                    Volatile.Write(ref failed, true);
                }
            }
        }
    }
}
