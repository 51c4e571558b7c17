using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using Replay.Core.Events;
using Replay.Core.Live;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.Statistics;

namespace Replay.Bench;

/// <summary>
/// <c>reader [PAIRS]</c>: what a reader costs the thread that replays, in that thread's own CPU time.
/// Each measurement is a pair: the same passes with the reader and without it, one right after the other,
/// the order turning each time, so that what the machine does meanwhile falls on both. The result is the median
/// of the pairs' ratios and its interval.
/// </summary>
internal static class ReaderCommand
{
    private const int BatchRecords = 8192;
    private const int PassesEach = 6;
    private const double Confidence = 0.95;

    private static readonly (string Name, int PauseMs, bool IsPaced)[] Variants =
    [
        ("nobody asks", -1, true), ("asked 10 times a second", 100, true), ("asked 50 times a second", 20, true),
        ("asked without pause", 0, true), ("asked without pause, each wish served at once", 0, false),
    ];

    public static int Run(ReadOnlySpan<string> args)
    {
        int pairs = args.Length == 0 ? 101 : int.Parse(args[0], NumberStyles.None, CultureInfo.InvariantCulture);
        var run = new ReaderRun(Workloads.Booted(Workloads.Mixed), Workloads.Mixed.Pass);
        for (int warm = 0; warm < 12; warm++) run.Replay(isObserved: warm % 2 == 0);
        Console.WriteLine($"| reader | writer, ns/event: median | of a writer without reader: median of "
            + $"{pairs} pairs | 95 % interval | snapshots/s |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach ((string name, int pauseMs, bool isPaced) in Variants)
        {
            (SampleSet ns, SampleSet ratios, double perSecond) = Measure(run, pairs, pauseMs, isPaced);
            (double low, double high) = ratios.MedianInterval(Confidence);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {ns.Median:F2} | {ratios.Median:F4} | {low:F4} to {high:F4} | {perSecond:F0} |"));
        }
        return 0;
    }

    private static (SampleSet Ns, SampleSet Ratios, double PerSecond) Measure(ReaderRun run,
        int pairs, int pauseMs, bool isPaced)
    {
        var observed = new double[pairs];
        var ratios = new double[pairs];
        run.IsPaced = isPaced;
        long before = run.Snapshots;
        for (int i = 0; i < pairs; i++)
        {
            double first = Sample(run, pauseMs, isObserved: i % 2 == 0),
                second = Sample(run, pauseMs, isObserved: i % 2 != 0);
            (observed[i], double plain) = i % 2 == 0 ? (first, second) : (second, first);
            ratios[i] = observed[i] / plain;
        }
        double seconds = SampleSet.Of(observed).Median * 1e-9 * PassesEach * Workloads.EventCount * pairs;
        return (SampleSet.Of(observed), SampleSet.Of(ratios), (run.Snapshots - before) / seconds);
    }

    /// <summary>Nanoseconds an event.</summary>
    private static double Sample(ReaderRun run, int pauseMs, bool isObserved)
    {
        using var reader = isObserved && pauseMs >= 0 ? new ReaderThread(run.Exchange, pauseMs) : null;
        long before = ThreadNs();
        for (int pass = 0; pass < PassesEach; pass++) run.Replay(isObserved);
        return (double)(ThreadNs() - before) / PassesEach / Workloads.EventCount;
    }

    /// <summary>Time that the calling thread ran, as the scheduler counts it.</summary>
    private static long ThreadNs()
    {
        string text = File.ReadAllText("/proc/thread-self/schedstat");
        return long.Parse(text.AsSpan(0, text.IndexOf(' ', StringComparison.Ordinal)), NumberStyles.None,
            CultureInfo.InvariantCulture);
    }

    /// <summary>The writer.</summary>
    private sealed class ReaderRun(Replayer<Linux61, NoProbe> replayer, IrqEvent[] pass)
    {
        private SnapshotPace _pace = new(Stopwatch.Frequency); // mutable struct: never readonly

        public SnapshotExchange<MachineSnapshot> Exchange { get; } = new(static () => new MachineSnapshot());

        public bool IsPaced { get; set; }

        public long Snapshots { get; private set; }

        public void Replay(bool isObserved)
        {
            ReadOnlySpan<IrqEvent> events = pass;
            while (events.Length > 0)
            {
                int length = Math.Min(events.Length, BatchRecords);
                while (length < events.Length && events[length].Kind == EventKind.Extension) length--;
                replayer.Replay(events[..length]);
                events = events[length..];
                if (isObserved && Exchange.IsWanted) Serve();
            }
        }

        private void Serve()
        {
            long began = Stopwatch.GetTimestamp();
            if (IsPaced && !_pace.IsDue(began)) return;
            Exchange.Begin().Take(replayer.Machine, replayer.Findings, replayer.EventCount, replayer.TimeNs);
            Exchange.Publish();
            _pace.Note(began, Stopwatch.GetTimestamp());
            Snapshots++;
        }
    }

    /// <summary>Asks and takes until it is disposed.</summary>
    private sealed class ReaderThread : IDisposable
    {
        private readonly Thread _thread;
        private bool _stop;

        public ReaderThread(SnapshotExchange<MachineSnapshot> exchange, int pauseMs)
        {
            _thread = new Thread(() =>
            {
                while (!Volatile.Read(ref _stop))
                {
                    exchange.Want();
                    Thread.Sleep(pauseMs);
                    exchange.TryTake();
                }
            })
            { IsBackground = true };
            _thread.Start();
        }

        public void Dispose()
        {
            Volatile.Write(ref _stop, true);
            _thread.Join();
        }
    }
}
