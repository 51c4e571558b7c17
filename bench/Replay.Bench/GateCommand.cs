using System;
using System.Diagnostics;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Bench;

/// <summary>
/// <c>gate</c>: what must hold on any machine. No byte is allocated per event in steady state, and native replay is not
/// absurdly far from what the machine itself allows. Nothing is compared with a number of seconds.
/// </summary>
internal static class GateCommand
{
    // On a quiet machine it is about a fourth; 1/20 fails for a new order of magnitude and for nothing else.
    private const double SlowestShare = 1.0 / 20;
    private const int Rounds = 7;

    public static int Run()
    {
        bool isGood = CheckAllocation("native", Workloads.NativeFile);
        isGood &= CheckAllocation("trace.dat v6", Workloads.TraceFile);
        isGood &= CheckShare();
        Console.WriteLine(isGood ? "gate: passed" : "gate: FAILED");
        return isGood ? 0 : 1;
    }

    private static bool CheckAllocation(string route, string path)
    {
        Replay(path, out _);
        Replay(path, out Steady steady);
        bool isGood = steady is { Bytes: 0, Events: > 0 };
        Console.WriteLine($"{route} -> machine: {steady.Bytes} bytes allocated over {steady.Events} events in steady state"
            + (isGood ? "" : " (expected 0 bytes)"));
        return isGood;
    }

    private static bool CheckShare()
    {
        var buffer = new byte[Baseline.BufferBytes];
        var replays = new double[Rounds];
        var scans = new double[Rounds];
        for (int i = 0; i < Rounds; i++)
        {
            // In turns, so that whatever else runs on the machine disturbs both alike.
            long start = Stopwatch.GetTimestamp();
            Baseline.ReadAndChecksum(Workloads.NativeFile, buffer);
            scans[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            Replay(Workloads.NativeFile, out _);
            replays[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        double share = Samples.Median(scans) / Samples.Median(replays);
        bool isGood = share >= SlowestShare;
        Console.WriteLine($"native -> machine: {share:F3} of read and checksum (expected at least {SlowestShare:F3})");
        return isGood;
    }

    /// <summary>
    /// Replays a file. The first batch is where tables grow and names are met, the last where totals are written down:
    /// what is between them is steady state.
    /// </summary>
    private static void Replay(string path, out Steady steady)
    {
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        steady = default;
        long before = 0;
        long eventsBefore = 0;
        bool isFirst = true;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            replayer.Replay(batch);
            long now = GC.GetAllocatedBytesForCurrentThread();
            if (isFirst)
            {
                before = now;
                eventsBefore = replayer.EventCount;
                isFirst = false;
            }
            else if (recording.Progress < 1)
            {
                steady = new Steady(now - before, replayer.EventCount - eventsBefore);
            }
        }
    }

    private readonly record struct Steady(long Bytes, long Events);
}
