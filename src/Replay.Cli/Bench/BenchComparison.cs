using System;
using Replay.Core.Statistics;

namespace Replay.Cli.Bench;

/// <summary>
/// A session held against an earlier one of the same recording. Each run's time is divided by what the calibrator took
/// around it, so that a slower hour or another machine is not taken for slower code; and what the two loops of the
/// calibrator disagree about is added to the least difference that counts.
/// </summary>
/// <param name="Baseline">The earlier session.</param>
/// <param name="Now">This one.</param>
/// <param name="Result">Nanoseconds an event, those of the baseline as they would be on the machine of now.</param>
/// <param name="DispatchRatio">How much longer the calibrator's jumps take now.</param>
/// <param name="MemoryRatio">How much longer its memory loop takes now.</param>
/// <param name="Effect">Least difference that counted, as a part.</param>
/// <param name="SameState">Both ended with the same digest.</param>
internal sealed record BenchComparison(
    BenchResult Baseline, BenchResult Now, Comparison Result, double DispatchRatio, double MemoryRatio, double Effect, bool SameState)
{
    /// <exception cref="UsageException">The baseline is of another recording.</exception>
    public static BenchComparison Of(BenchResult baseline, BenchResult now, string baselineFile, Thresholds thresholds)
    {
        if (baseline.File.Crc != now.File.Crc || baseline.File.Bytes != now.File.Bytes || baseline.File.Events != now.File.Events)
        {
            throw new UsageException($"--baseline {baselineFile}: it was measured on another file: {baseline.File.Name}, {baseline.File.Format}, "
                + $"{PlainText.Count(baseline.File.Bytes, "byte")}, {PlainText.Count(baseline.File.Events, "event")}; this one has "
                + $"{PlainText.Count(now.File.Bytes, "byte")}, {PlainText.Count(now.File.Events, "event")}; make a new one with --save");
        }
        if (baseline.Lanes != now.Lanes)
            throw new UsageException($"--baseline {baselineFile}: it was measured with --lanes {baseline.Lanes}; this is {now.Lanes}");
        double dispatch = Ratio(baseline, now, static sample => sample.Dispatch);
        double memory = Ratio(baseline, now, static sample => sample.Memory);

        // The truth about the machine lies between the two loops; from their mean it is at most this far.
        double doubt = Math.Sqrt(Math.Max(dispatch, memory) / Math.Min(dispatch, memory)) - 1;
        double effect = Math.Max(thresholds.Effect, doubt);
        double machine = Median(now);
        var comparison = Comparison.Of(Calibrated(baseline, machine), Calibrated(now, machine), thresholds with { Effect = effect });
        return new BenchComparison(baseline, now, comparison, dispatch, memory, effect, baseline.Digest == now.Digest);
    }

    /// <summary>True when a script must stop: slower, or another state than then.</summary>
    public bool IsRegression => Result.Verdict == Verdict.Slower || !SameState;

    /// <summary>How fast the machine was at a run: the geometric mean of both loops, in seconds.</summary>
    private static double Speed(BenchSample sample) => Math.Sqrt(sample.Dispatch * sample.Memory);

    private static double Median(BenchResult result) => result.Of(Speed).Median;

    private static SampleSet Calibrated(BenchResult result, double machine) =>
        result.Of(sample => result.Time(sample) / Math.Max(1, result.File.Events) * 1e9 * (machine / Speed(sample)));

    private static double Ratio(BenchResult baseline, BenchResult now, Func<BenchSample, double> loop) =>
        now.Of(loop).Median / baseline.Of(loop).Median;
}
