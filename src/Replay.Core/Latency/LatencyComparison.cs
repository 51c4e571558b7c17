using System.Collections.Generic;
using Replay.Core.Statistics;

namespace Replay.Core.Latency;

/// <summary>A row that both recordings have, compared.</summary>
/// <param name="Baseline">As it was.</param>
/// <param name="Now">As it is.</param>
/// <param name="Result">By how much it takes longer, and whether that counts.</param>
public sealed record LatencyDifference(LatencyRow Baseline, LatencyRow Now, Comparison Result)
{
    /// <summary>True when a measure of which more is worse got worse.</summary>
    public bool IsRegression => Now.Measure.IsJudged && Result.Verdict == Verdict.Slower;
}

/// <summary>
/// Two recordings of one workload compared by measure, and in each measure by subject and by phase. All rows are one
/// table to the correction for many tests.
/// </summary>
public sealed class LatencyComparison
{
    private LatencyComparison(IReadOnlyList<LatencyDifference> rows, int onlyBaseline, int onlyNow)
    {
        Rows = rows;
        OnlyBaseline = onlyBaseline;
        OnlyNow = onlyNow;
    }

    /// <summary>Rows that both have, by measure.</summary>
    public IReadOnlyList<LatencyDifference> Rows { get; }

    /// <summary>Rows that only the baseline has: measures, subjects or phases.</summary>
    public int OnlyBaseline { get; }

    /// <summary>Rows that only the other one has.</summary>
    public int OnlyNow { get; }

    public bool IsRegression
    {
        get
        {
            foreach (LatencyDifference row in Rows)
            {
                if (row.IsRegression) return true;
            }
            return false;
        }
    }

    public static LatencyComparison Of(LatencyReport baseline, LatencyReport now, Thresholds thresholds)
    {
        var pairs = new List<(LatencyRow Baseline, LatencyRow Now)>();
        int onlyBaseline = 0, onlyNow = 0;
        foreach ((bool bySubject, bool byPhase) in ((bool, bool)[])[(false, false), (true, false), (false, true)])
        {
            var byKey = new Dictionary<(LatencyMeasure, string, string), LatencyRow>();
            foreach (LatencyRow row in baseline.Group(bySubject, byPhase)) byKey.Add(KeyOf(row), row);
            foreach (LatencyRow row in now.Group(bySubject, byPhase))
            {
                // Where a measure has one subject, or a recording one phase, the row would be the
                // one of the measure again.
                if ((bySubject && row.Subject.Length == 0) || (byPhase && row.Phase.Length == 0))
                    byKey.Remove(KeyOf(row));
                else if (byKey.Remove(KeyOf(row), out LatencyRow? other)) pairs.Add((other, row));
                else onlyNow++;
            }
            onlyBaseline += byKey.Count;
        }
        var samples = new (SampleSet, SampleSet)[pairs.Count];
        for (int i = 0; i < samples.Length; i++)
            samples[i] = (pairs[i].Baseline.Series.Histogram.ToSamples(), pairs[i].Now.Series.Histogram.ToSamples());
        Comparison[] results = Comparison.OfAll(samples, thresholds);
        var rows = new List<LatencyDifference>(results.Length);
        for (int i = 0; i < results.Length; i++)
            rows.Add(new LatencyDifference(pairs[i].Baseline, pairs[i].Now, results[i]));
        return new LatencyComparison(rows, onlyBaseline, onlyNow);
    }

    private static (LatencyMeasure, string, string) KeyOf(LatencyRow row) =>
        (row.Measure.Measure, row.Subject, row.Phase);
}
