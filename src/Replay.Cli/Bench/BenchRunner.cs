using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Statistics;
using Replay.Formats;
using Replay.Formats.Bytes;

namespace Replay.Cli.Bench;

/// <summary>
/// Replays one recording many times in one process. Each replay has a read-and-checksum of the same file before it
/// and the calibrator on both sides, so that whatever else runs on the machine disturbs all of them alike.
/// </summary>
internal sealed class BenchRunner
{
    private const int WarmUpsLeast = 3;
    private const int WarmUpsMax = 200;
    private const double WarmUpSeconds = 0.5;
    private const double ScanSecondsLeast = 0.005;
    private const int ScanTimesMax = 1000;
    private const int KindPassesMax = 5;
    private const double KindSecondsMax = 4;

    private readonly string _path;
    private readonly Func<Recording> _open;
    private readonly Func<Recording, ReplaySession> _createSession;
    private readonly BenchOptions _options;
    private readonly Action<string> _note;
    private readonly byte[] _buffer = new byte[FileScan.BufferBytes];
    private readonly Calibrator _calibrator = new();
    private readonly List<BenchParts> _parts = [];
    private int _warmUps;

    /// <param name="path">File; it is read often, so it cannot be a pipe.</param>
    /// <param name="open">Opens it.</param>
    /// <param name="createSession">A fresh machine.</param>
    /// <param name="options">How long.</param>
    /// <param name="note">Told where the measuring is.</param>
    public BenchRunner(string path, Func<Recording> open, Func<Recording, ReplaySession> createSession,
        BenchOptions options, Action<string> note)
    {
        _path = path;
        _open = open;
        _createSession = createSession;
        _options = options;
        _note = note;
    }

    /// <summary>Damage in the recording, as the first replay met it.</summary>
    public TimedReplay First { get; private set; } = null!;

    /// <param name="timesKinds">Also times each kind of event alone.</param>
    public BenchResult Run(bool timesKinds)
    {
        var machine = MachineDescription.Now();
        _note("warming up");
        (uint crc, long bytes) = FileScan.Checksum(_path, _buffer);
        TimedReplay warm = WarmUp();
        List<BenchSample> samples = Measure();
        RecordingInfo info = First.Info;

        // A native file or a text tells how many records its source had; those are not in it.
        bool isOwn = info.Format.StartsWith("irq", StringComparison.Ordinal);
        var result = new BenchResult
        {
            Machine = machine,
            File = new BenchFile(_path, info.Format, bytes, crc, First.Report.Events, isOwn
                ? First.Records : info.RecordCount),
            Digest = First.Report.Digest,
            MeasuredAt = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            Lanes = _options.Lanes,
            WarmUps = _warmUps,
            Samples = samples,
            Parts = UsualParts(),
            AllocatedPerRun = warm.Allocated,
            AllocatedPerEvent = warm.Steady.Records > 0 ? warm.Steady.Bytes / (double)warm.Steady.Records : null,
        };
        return timesKinds ? WithKinds(result) : result;
    }

    /// <summary>
    /// Until the code is compiled and the file is in memory; the last of these runs tells what is allocated.
    /// </summary>
    private TimedReplay WarmUp()
    {
        long start = Stopwatch.GetTimestamp();
        TimedReplay run;
        do
        {
            run = Replay();
            _warmUps++;
        }
        while (_warmUps < WarmUpsMax
            && (_warmUps < WarmUpsLeast || Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds));
        _calibrator.Run();
        return run;
    }

    private List<BenchSample> Measure()
    {
        int scans = ScansPerSample();
        var samples = new List<BenchSample>();
        _parts.Clear();
        long start = Stopwatch.GetTimestamp();
        double dispatch = _calibrator.Run();
        while (samples.Count < _options.Times)
        {
            if (samples.Count >= BenchOptions.TimesLeast
                && Stopwatch.GetElapsedTime(start).TotalSeconds > _options.Seconds)
                break;
            _note(string.Create(CultureInfo.InvariantCulture, $"run {samples.Count + 1} of {_options.Times}"));
            Clocks clocks = Clocks.Start();
            for (int i = 0; i < scans; i++) FileScan.Checksum(_path, _buffer);
            double scan = clocks.Read().CpuSeconds / scans;

            // What one replay leaves behind is not charged to the next.
            GC.Collect();
            Elapsed elapsed = Replay().Elapsed;
            double next = _calibrator.Run();
            samples.Add(new BenchSample(elapsed.CpuSeconds, elapsed.WallSeconds, scan, (dispatch + next) / 2));
            dispatch = next;
        }
        return samples;
    }

    private TimedReplay Replay()
    {
        TimedReplay run = TimedReplay.Run(_open, _createSession);
        _parts.Add(run.Parts);
        First ??= run;
        if (run.Report.Digest != First.Report.Digest || run.Report.Events != First.Report.Events)
        {
            Invariant.Check(false, $"{_path}: two replays of one file ended differently: digest {First.Report.Digest} "
                + $"after {First.Report.Events} events, then {run.Report.Digest} after {run.Report.Events}");
        }
        return run;
    }

    /// <summary>Small files are read several times, or the clock would be too coarse.</summary>
    private int ScansPerSample()
    {
        Clocks clocks = Clocks.Start();
        FileScan.Checksum(_path, _buffer);
        double seconds = Math.Max(1e-6, clocks.Read().CpuSeconds);
        return (int)Math.Clamp(Math.Ceiling(ScanSecondsLeast / seconds), 1, ScanTimesMax);
    }

    private BenchResult WithKinds(BenchResult result)
    {
        _note("timing kinds of events");
        var timer = new KindTimer();
        using (Recording recording = _open())
        {
            while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) timer.Count(batch);
        }
        double seconds = result.Of(static sample => sample.Wall).Median;
        int passes = (int)Math.Clamp(KindSecondsMax / Math.Max(seconds, 1e-3), 1, KindPassesMax);
        for (int i = 0; i < passes; i++)
        {
            using Recording recording = _open();
            timer.Replay(recording, _createSession(recording), passes);
        }
        return result with { Kinds = timer.Report(result.Parts.Apply) };
    }

    /// <summary>
    /// Parts are timed by the clock on the wall, a batch at a time, so another process that ran meanwhile is in them:
    /// the lower quartile of the runs is what they take when left alone.
    /// </summary>
    private BenchParts UsualParts() => new(
        Quartile(static parts => parts.Open), Quartile(static parts => parts.Decode),
        Quartile(static parts => parts.Apply), Quartile(static parts => parts.Finish));

    private double Quartile(Func<BenchParts, double> part)
    {
        var values = new double[_parts.Count];
        for (int i = 0; i < values.Length; i++) values[i] = part(_parts[i]);
        return SampleSet.Of(values).Quantile(0.25);
    }
}
