using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using Replay.Core.Events;
using Replay.Core.Live;
using Replay.Core.Replay;
using Replay.Core.Rules;

namespace Replay.Bench;

/// <summary>
/// <c>reader [SAMPLES]</c>: what a reader costs the thread that replays, in that thread's own CPU time, so that other work on
/// the machine disturbs less. Samples of all variants alternate; each is compared with the plain one just before it.
/// </summary>
internal static class ReaderCommand
{
    private const int BatchRecords = 8192;
    private const int PassesEach = 12;

    private static readonly (string Name, int PauseMs)[] Variants =
    [
        ("plain", -1), ("border, nobody asks", -1), ("asked 10 times a second", 100), ("asked 50 times a second", 20), ("asked without pause", 0),
    ];

    public static int Run(ReadOnlySpan<string> args)
    {
        int samples = args.Length == 0 ? 15 : int.Parse(args[0], NumberStyles.None, CultureInfo.InvariantCulture);
        Replayer<Linux61, NoProbe> replayer = Workloads.Booted(Workloads.Mixed);
        IrqEvent[] events = Workloads.Mixed.Pass;
        var nsPerEvent = new List<double>[Variants.Length];
        var ratios = new List<double>[Variants.Length];
        for (int i = 0; i < Variants.Length; i++) (nsPerEvent[i], ratios[i]) = ([], []);
        for (int warm = 0; warm < 3; warm++) Replay(replayer, events, null);
        for (int sample = 0; sample < samples; sample++)
        {
            double plain = 0;
            for (int i = 0; i < Variants.Length; i++)
            {
                double ns = Measure(replayer, events, i == 0 ? null : new SnapshotExchange<MachineSnapshot>(static () => new MachineSnapshot()), Variants[i].PauseMs);
                if (i == 0) plain = ns;
                nsPerEvent[i].Add(ns);
                ratios[i].Add(ns / plain);
            }
        }
        Console.WriteLine($"| writer | ns/event: median | of plain: median of {samples} | lowest | highest |");
        Console.WriteLine("|---|---|---|---|---|");
        for (int i = 0; i < Variants.Length; i++)
        {
            ratios[i].Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {Variants[i].Name} | {Median(nsPerEvent[i]):F2} | {Median(ratios[i]):F4} | {ratios[i][0]:F4} | {ratios[i][^1]:F4} |"));
        }
        return 0;
    }

    private static double Measure(Replayer<Linux61, NoProbe> replayer, IrqEvent[] events, SnapshotExchange<MachineSnapshot>? exchange, int pauseMs)
    {
        bool stop = false;
        var reader = new Thread(() =>
        {
            while (!Volatile.Read(ref stop))
            {
                exchange!.Want();
                Thread.Sleep(pauseMs);
                exchange.TryTake();
            }
        })
        { IsBackground = true };
        if (pauseMs >= 0) reader.Start();
        long before = ThreadNs();
        for (int pass = 0; pass < PassesEach; pass++) Replay(replayer, events, exchange);
        long spent = ThreadNs() - before;
        Volatile.Write(ref stop, true);
        if (pauseMs >= 0) reader.Join();
        return (double)spent / PassesEach / Workloads.EventCount;
    }

    private static void Replay(Replayer<Linux61, NoProbe> replayer, ReadOnlySpan<IrqEvent> events, SnapshotExchange<MachineSnapshot>? exchange)
    {
        while (events.Length > 0)
        {
            int length = Math.Min(events.Length, BatchRecords);
            while (length < events.Length && events[length].Kind == EventKind.Extension) length--;
            replayer.Replay(events[..length]);
            events = events[length..];
            if (exchange is null || !exchange.IsWanted) continue;
            exchange.Begin().Take(replayer.Machine, replayer.Findings, replayer.EventCount, replayer.TimeNs);
            exchange.Publish();
        }
    }

    /// <summary>Time that the calling thread ran, as the scheduler counts it.</summary>
    private static long ThreadNs()
    {
        string text = File.ReadAllText("/proc/thread-self/schedstat");
        return long.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
