using System;

namespace Replay.Core.Statistics;

/// <summary>
/// By what factor the values of the right sample are larger: the median of the ratios of all pairs (Hodges
/// and Lehmann's estimate, on a logarithmic scale), and its interval, which are the pairs that the rank
/// test would not reject.
/// </summary>
/// <param name="Ratio">1 when neither side is larger; NaN without measurements.</param>
/// <param name="Low">Lower bound.</param>
/// <param name="High">Upper bound.</param>
public readonly record struct RatioEstimate(double Ratio, double Low, double High)
{
    // Pairs are the product of both: larger sets are thinned, which moves the estimate by less than
    // a hundredth of their spread.
    private const int ValuesMax = 128;

    // What is measured as nothing is less than one unit, and a ratio needs a number.
    private const double Floor = 0.5;

    public static RatioEstimate Of(SampleSet left, SampleSet right, double confidence)
    {
        if (left.Count == 0 || right.Count == 0) return new RatioEstimate(double.NaN, double.NaN, double.NaN);
        SampleSet thinLeft = left.Thin(ValuesMax), thinRight = right.Thin(ValuesMax);
        double floor = left.Values[0] > 0 && right.Values[0] > 0 ? 0 : Floor;
        var ratios = new double[thinLeft.Values.Length * thinRight.Values.Length];
        var weights = new double[ratios.Length];
        int used = 0;
        for (int i = 0; i < thinLeft.Values.Length; i++)
        {
            for (int j = 0; j < thinRight.Values.Length; j++)
            {
                ratios[used] = Math.Max(thinRight.Values[j], floor) / Math.Max(thinLeft.Values[i], floor);
                weights[used++] = (double)thinLeft.Counts[i] * thinRight.Counts[j];
            }
        }
        Array.Sort(ratios, weights);
        double pairs = (double)left.Count * right.Count, low = RankTest.LowerPairs(left, right, (1 - confidence) / 2);
        return new RatioEstimate(
            Math.Sqrt(At(ratios, weights, Math.Ceiling(pairs / 2) - 1) * At(ratios, weights, Math.Floor(pairs / 2))),
            At(ratios, weights, low - 1), At(ratios, weights, pairs - low));
    }

    /// <summary>The ratio at a place in the order of all pairs; outside of it nothing is known of that side.</summary>
    private static double At(double[] ratios, double[] weights, double place)
    {
        if (place < 0) return 0;
        double passed = 0;
        for (int i = 0; i < ratios.Length; i++)
        {
            passed += weights[i];
            if (place < passed) return ratios[i];
        }
        return double.PositiveInfinity;
    }
}
