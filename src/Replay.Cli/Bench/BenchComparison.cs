using System;
using Replay.Core.Statistics;

namespace Replay.Cli.Bench;

/// <summary>
/// A session held against an earlier one of the same recording. Each run's time is taken apart: what reading and
/// checksumming the file took just before it, and the rest. Reading counts as it is now on both sides,
/// for it depends on how the kernel keeps the file; the rest is divided by what the calibrator took around it.
/// So a slower hour or another machine is not taken for slower code. What was corrected is a guess: a quarter of it
/// is added to the least difference that counts.
/// </summary>
/// <param name="Baseline">The earlier session.</param>
/// <param name="Now">This one.</param>
/// <param name="Result">Nanoseconds an event, those of the baseline as they would be on the machine of now.</param>
/// <param name="DispatchRatio">How much longer the calibrator's jumps take now.</param>
/// <param name="ScanRatio">How much longer reading and checksumming the file takes now.</param>
/// <param name="Effect">Least difference that counted, as a part.</param>
/// <param name="SameState">Both ended with the same digest.</param>
internal sealed record BenchComparison(
    BenchResult Baseline, BenchResult Now, Comparison Result, double DispatchRatio, double ScanRatio,
    double Effect, bool SameState)
{
    /// <summary>The part of a correction that may be wrong.</summary>
    private const double Doubt = 0.25;

    /// <exception cref="UsageException">The baseline is of another recording.</exception>
    public static BenchComparison Of(BenchResult baseline, BenchResult now, string baselineFile, Thresholds thresholds)
    {
        if (baseline.File.Crc != now.File.Crc || baseline.File.Bytes != now.File.Bytes
            || baseline.File.Events != now.File.Events)
        {
            throw new UsageException($"--baseline {baselineFile}: it was measured on another file: "
                + $"{baseline.File.Name}, {baseline.File.Format}, {PlainText.Count(baseline.File.Bytes, "byte")}, "
                + $"{PlainText.Count(baseline.File.Events, "event")}; this one has "
                + $"{PlainText.Count(now.File.Bytes, "byte")}, {PlainText.Count(now.File.Events, "event")}; "
                + $"make a new one with --save");
        }
        if (baseline.Lanes != now.Lanes)
            throw new UsageException(
                $"--baseline {baselineFile}: it was measured with --lanes {baseline.Lanes}; this is {now.Lanes}");
        double dispatch = Ratio(baseline, now, static sample => sample.Dispatch);
        double scan = Ratio(baseline, now, static sample => sample.Scan);
        var reference = new BenchSample(0, 0, Median(now, static sample => sample.Scan),
            Median(now, static sample => sample.Dispatch));
        SampleSet then = Calibrated(baseline, reference);
        double corrected = Math.Abs(Math.Log(then.Median / PerEvent(baseline, baseline.Time).Median));
        double effect = thresholds.Effect + (corrected * Doubt);
        var comparison = Comparison.Of(then, Calibrated(now, reference), thresholds with { Effect = effect });
        return new BenchComparison(baseline, now, comparison, dispatch, scan, effect, baseline.Digest == now.Digest);
    }

    /// <summary>True when a script must stop: slower, or another state than then.</summary>
    public bool IsRegression => Result.Verdict == Verdict.Slower || !SameState;

    private static double Median(BenchResult result, Func<BenchSample, double> part) => result.Of(part).Median;

    private static double Ratio(BenchResult baseline, BenchResult now, Func<BenchSample, double> part) =>
        Median(now, part) / Median(baseline, part);

    private static SampleSet PerEvent(BenchResult result, Func<BenchSample, double> seconds) =>
        result.Of(sample => seconds(sample) / Math.Max(1, result.File.Events) * 1e9);

    /// <summary>Nanoseconds an event, as the machine of the reference would have taken.</summary>
    private static SampleSet Calibrated(BenchResult result, BenchSample reference) => PerEvent(result, sample =>
    {
        double jumps = reference.Dispatch / sample.Dispatch, time = result.Time(sample);

        // With several lanes reading goes on beside the rest, and what it takes is no part of the time on the wall.
        return result.Lanes > 1 || sample.Scan >= time ? time * jumps : ((time - sample.Scan) * jumps) + reference.Scan;
    });
}
