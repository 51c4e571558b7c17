using System;
using System.Diagnostics;
using System.IO;
using Replay.Core.Events;
using Replay.Core.Latency;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;
using Replay.Formats.Text;

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
        bool isGood = true;
        foreach ((string route, string path) in ((string, string)[])[
            ("native", Workloads.NativeFile), ("text", Workloads.TextFile), ("trace.dat v6", Workloads.TraceFile),
            ("trace.dat v7", Workloads.TraceFileOf("none")), ("trace.dat v7 zlib", Workloads.TraceFileOf("zlib")),
            ("trace.dat v7 zstd", Workloads.TraceFileOf("zstd")), ("perf.data", Workloads.PerfFile),
            ("CTF", Workloads.CtfFolder)])
        {
            isGood &= CheckAllocation(route + " -> machine", path, static tables =>
            {
                var replayer = new Replayer<Linux61, NoProbe>(tables);
                return replayer.Replay;
            });
        }

        // The mixed workload chooses vectors as no kernel does; the text of each difference is allocated, and rightly.
        isGood &= CheckAllocation("trace.dat v6 -> verify", Workloads.TraceFile,
            static tables => new Verifier<Linux61>(tables).Verify);

        // A value never seen before allocates its bucket; so it is the second pass of one recorder that counts.
        LatencyRecorder? recorder = null;
        isGood &= CheckAllocation("native -> latency", Workloads.NativeFile,
            tables => (recorder ??= new LatencyRecorder(tables)).Observe);
        isGood &= CheckAllocation("native -> text", Workloads.NativeFile, static tables =>
        {
            var writer = new EventTextWriter(Stream.Null);
            return batch => writer.Write(batch, tables);
        });
        isGood &= CheckShare();
        Console.WriteLine(isGood ? "gate: passed" : "gate: FAILED");
        return isGood ? 0 : 1;
    }

    private static bool CheckAllocation(string route, string path,
        Func<EventTables, Action<ReadOnlySpan<IrqEvent>>> create)
    {
        Run(path, create, out _);
        Run(path, create, out Steady steady);
        bool isGood = steady is { Bytes: 0, Records: > 0 };
        Console.WriteLine($"{route}: {steady.Bytes} bytes allocated over {steady.Records} records in steady state"
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
            Replay(Workloads.NativeFile);
            replays[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        double share = Samples.Median(scans) / Samples.Median(replays);
        bool isGood = share >= SlowestShare;
        Console.WriteLine($"native -> machine: {share:F3} of read and checksum (expected at least {SlowestShare:F3})");
        return isGood;
    }

    private static void Replay(string path) =>
        Run(path, static tables => new Replayer<Linux61, NoProbe>(tables).Replay, out _);

    /// <summary>
    /// Reads a file and does something with its events. The first batch is where tables grow and names are met,
    /// the last where totals are written down: what is between them is steady state.
    /// </summary>
    private static void Run(string path, Func<EventTables, Action<ReadOnlySpan<IrqEvent>>> create, out Steady steady)
    {
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);
        Action<ReadOnlySpan<IrqEvent>> use = create(recording.Tables);
        steady = default;
        long before = 0, recordsBefore = 0, records = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            use(batch);
            bool isFirst = records == 0;
            records += batch.Length;
            long now = GC.GetAllocatedBytesForCurrentThread();
            if (isFirst) (before, recordsBefore) = (now, records);
            else if (recording.Progress < 1) steady = new Steady(now - before, records - recordsBefore);
        }
    }

    private readonly record struct Steady(long Bytes, long Records);
}
