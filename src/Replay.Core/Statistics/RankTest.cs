using System;

namespace Replay.Core.Statistics;

/// <summary>
/// The test of Mann, Whitney and Wilcoxon: are the values of one sample larger than those of the other? It looks at
/// ranks only, so a run that something disturbed counts as one large value, however large. Two-sided.
/// </summary>
/// <param name="U">Pairs in which the right value is larger, those of equal values half.</param>
/// <param name="Superiority">U as a part of all pairs: 0.5 when neither side is larger.</param>
/// <param name="P">Probability of a difference like this or a larger one by chance.</param>
/// <param name="SmallestP">The smallest P that samples of these sizes can give: a test that cannot reach its level
/// tells nothing.</param>
public readonly record struct RankTest(double U, double Superiority, double P, double SmallestP)
{
    /// <summary>Sizes up to which all arrangements are counted, if no two values are equal.</summary>
    public const int ExactMax = 25;

    public static RankTest Of(SampleSet left, SampleSet right)
    {
        double n = left.Count, m = right.Count;
        if (n == 0 || m == 0) return new RankTest(0, 0.5, 1, 1);
        (double u, double ties) = Count(left, right);
        double p, smallest;
        if (ties == 0 && n <= ExactMax && m <= ExactMax)
        {
            double[] below = Arrangements((int)n, (int)m);
            p = Math.Min(1, 2 * below[(int)Math.Min(u, (n * m) - u)]);
            smallest = Math.Min(1, 2 * below[0]);
        }
        else
        {
            double deviation = Deviation(n, m, ties);
            p = ByNormal(Math.Abs(u - (n * m / 2)), deviation);
            smallest = ByNormal(n * m / 2, deviation);
        }
        return new RankTest(u, u / (n * m), p, smallest);
    }

    /// <summary>
    /// The number of pairs on either side of the middle that a confidence interval made of pairs leaves out: with
    /// probability <paramref name="tail"/> at most, U is smaller than this.
    /// </summary>
    internal static double LowerPairs(SampleSet left, SampleSet right, double tail)
    {
        double n = left.Count, m = right.Count;
        (_, double ties) = Count(left, right);
        if (ties > 0 || n > ExactMax || m > ExactMax)
            return Math.Max(0, Math.Floor((n * m / 2) - (Normal.Quantile(1 - tail) * Deviation(n, m, ties))));
        double[] below = Arrangements((int)n, (int)m);
        int pairs = 0;
        while (pairs < below.Length && below[pairs] <= tail) pairs++;
        return pairs;
    }

    /// <summary>U, and the sum of t³ - t over groups of t equal values.</summary>
    private static (double U, double Ties) Count(SampleSet left, SampleSet right)
    {
        double u = 0, ties = 0, passed = 0;
        int i = 0, j = 0;
        while (i < left.Values.Length || j < right.Values.Length)
        {
            double value = Math.Min(i < left.Values.Length ? left.Values[i] : double.MaxValue,
                j < right.Values.Length ? right.Values[j] : double.MaxValue);
            double onLeft = i < left.Values.Length && left.Values[i] == value ? left.Counts[i++] : 0;
            double onRight = j < right.Values.Length && right.Values[j] == value ? right.Counts[j++] : 0;
            u += onRight * (passed + (onLeft / 2));
            passed += onLeft;
            double equal = onLeft + onRight;
            ties += (equal * equal * equal) - equal;
        }
        return (u, ties);
    }

    private static double Deviation(double n, double m, double ties)
    {
        double all = n + m;
        return Math.Sqrt(n * m / 12 * (all + 1 - (ties / (all * (all - 1)))));
    }

    private static double ByNormal(double distance, double deviation) =>
        deviation > 0 ? Normal.TwoSided(Math.Max(0, distance - 0.5) / deviation) : 1;

    /// <summary>
    /// Probability of each U or a smaller one when all orders are equally likely. The counts of orders are
    /// the coefficients of the Gaussian binomial: the product of (1 - x^(m+i)) / (1 - x^i) for i from 1 to n.
    /// </summary>
    private static double[] Arrangements(int n, int m)
    {
        var ways = new double[(n * m) + 1];
        ways[0] = 1;
        for (int i = 1; i <= n; i++)
        {
            for (int u = ways.Length - 1; u >= m + i; u--) ways[u] -= ways[u - m - i];
            for (int u = i; u < ways.Length; u++) ways[u] += ways[u - i];
        }
        double all = 0, sum = 0;
        foreach (double count in ways) all += count;
        for (int u = 0; u < ways.Length; u++) ways[u] = (sum += ways[u]) / all;
        return ways;
    }
}
