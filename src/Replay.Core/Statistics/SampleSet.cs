using System;

namespace Replay.Core.Statistics;

/// <summary>
/// Measurements of one thing, none of them below zero: distinct values in rising order, and how often each was seen.
/// Times of runs and buckets of a histogram are the same to a test on ranks.
/// </summary>
public sealed class SampleSet
{
    private readonly double[] _values;
    private readonly long[] _counts;

    /// <param name="values">Distinct, rising.</param>
    /// <param name="counts">How often each value was seen, at least once.</param>
    /// <exception cref="ArgumentException">The values do not rise, or there is not one count for each.</exception>
    public SampleSet(ReadOnlySpan<double> values, ReadOnlySpan<long> counts)
    {
        if (values.Length != counts.Length)
            throw new ArgumentException("one count for each value is needed", nameof(counts));
        for (int i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]) || (i > 0 && values[i] <= values[i - 1]))
                throw new ArgumentException("values must be finite and rise", nameof(values));
            if (counts[i] <= 0) throw new ArgumentException("a value that was never seen is none", nameof(counts));
            Count += counts[i];
        }
        _values = values.ToArray();
        _counts = counts.ToArray();
    }

    /// <summary>How many measurements there are.</summary>
    public long Count { get; }

    /// <summary>Distinct values, rising.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>How often each was seen.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    public double Median => (AtRank((Count - 1) / 2) + AtRank(Count / 2)) / 2;

    /// <summary>Makes a set of measurements in any order.</summary>
    public static SampleSet Of(ReadOnlySpan<double> measurements)
    {
        double[] sorted = measurements.ToArray();
        Array.Sort(sorted);
        var counts = new long[sorted.Length];
        int used = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            if (used == 0 || sorted[i] != sorted[used - 1]) sorted[used++] = sorted[i];
            counts[used - 1]++;
        }
        return new SampleSet(sorted.AsSpan(0, used), counts.AsSpan(0, used));
    }

    /// <summary>The smallest value that at least this part (0 to 1) of the measurements do not exceed.</summary>
    public double Quantile(double part) => AtRank((long)Math.Ceiling(part * Count) - 1);

    /// <summary>
    /// Bounds between which the median of what was sampled lies with at least this confidence;
    /// the order statistics of the sign test, which suppose nothing about the distribution. Too few measurements give
    /// the smallest and the largest.
    /// </summary>
    public (double Low, double High) MedianInterval(double confidence)
    {
        long rank = Binomial.LowerRank(Count, (1 - confidence) / 2);
        return (AtRank(rank), AtRank(Count - 1 - rank));
    }

    /// <summary>
    /// At most <paramref name="max"/> values that stand for the set: neighbours become one value at their mean.
    /// </summary>
    public SampleSet Thin(int max)
    {
        if (_values.Length <= max) return this;
        var values = new double[max];
        var counts = new long[max];
        int used = 0;
        long before = 0, inGroup = 0;
        double sum = 0;
        for (int i = 0; i < _values.Length; i++)
        {
            sum += _values[i] * _counts[i];
            inGroup += _counts[i];
            before += _counts[i];

            // A group ends where its share of all measurements is complete; a heavy value may fill several shares.
            if (before * (double)max / Count < used + 1 && i < _values.Length - 1) continue;
            if (used == max) break;
            values[used] = sum / inGroup;
            counts[used++] = inGroup;
            sum = inGroup = 0;
        }
        return new SampleSet(values.AsSpan(0, used), counts.AsSpan(0, used));
    }

    private double AtRank(long rank)
    {
        if (_values.Length == 0) return double.NaN;
        long passed = 0;
        for (int i = 0; i < _values.Length - 1; i++)
        {
            passed += _counts[i];
            if (rank < passed) return _values[i];
        }
        return _values[^1];
    }
}
