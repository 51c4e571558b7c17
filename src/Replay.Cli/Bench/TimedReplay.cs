using System;
using System.Diagnostics;
using Replay.Core.Events;
using Replay.Core.Reports;
using Replay.Formats;

namespace Replay.Cli.Bench;

/// <summary>One whole replay, from opening to the last finding, with its parts timed a batch at a time.</summary>
internal sealed class TimedReplay
{
    private TimedReplay() { }

    public Elapsed Elapsed { get; private set; }

    public BenchParts Parts { get; private set; }

    public ReplayReport Report { get; private set; } = null!;

    public RecordingInfo Info { get; private set; } = null!;

    public ImportReport Losses { get; private set; } = null!;

    /// <summary>Records replayed, extensions included.</summary>
    public long Records { get; private set; }

    /// <summary>Bytes allocated by the thread that replays, from opening to the last batch.</summary>
    public long Allocated { get; private set; }

    /// <summary>Bytes allocated in the later half, up to the last batch, and the records in it.</summary>
    public (long Bytes, long Records) Steady { get; private set; }

    public static TimedReplay Run(Func<Recording> open, Func<Recording, ReplaySession> createSession)
    {
        var run = new TimedReplay();
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        Clocks clocks = Clocks.Start();
        long start = Stopwatch.GetTimestamp();
        using Recording recording = open();
        ReplaySession session = createSession(recording);
        long opened = Stopwatch.GetTimestamp(), last = opened, decode = 0, apply = 0, first = 0, firstRecords = 0;
        while (true)
        {
            bool more = recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch);
            long read = Stopwatch.GetTimestamp();
            decode += read - last;
            if (!more) break;
            session.Apply(batch, recording.Tables);
            last = Stopwatch.GetTimestamp();
            apply += last - read;
            run.Records += batch.Length;

            // In the first half tables grow and names are met, with the last batch totals are written down.
            long now = GC.GetAllocatedBytesForCurrentThread();
            double progress = recording.Progress;
            if (progress < 0.5) continue;
            if (first == 0) (first, firstRecords) = (now, run.Records);
            else if (progress < 1) run.Steady = (now - first, run.Records - firstRecords);
        }
        run.Allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        long applied = Stopwatch.GetTimestamp();
        run.Report = session.Finish(Clocks.Seconds(applied - start));
        long end = Stopwatch.GetTimestamp();
        run.Elapsed = clocks.Read();
        run.Parts = new BenchParts(Clocks.Seconds(opened - start), Clocks.Seconds(decode), Clocks.Seconds(apply),
            Clocks.Seconds(end - applied));
        run.Info = recording.Info;
        run.Losses = recording.Report;
        return run;
    }
}
