using System;

namespace Replay.Core.Statistics;

/// <summary>The distribution of heads in tosses of a fair coin, as far as medians need it.</summary>
internal static class Binomial
{
    // Up to here probabilities are summed; beyond it the normal distribution is exact enough.
    private const int SummedMax = 1000;

    /// <summary>
    /// The largest rank (0 is the smallest measurement) such that the median lies below it with at most this
    /// probability; 0 where there are too few measurements to exclude any.
    /// </summary>
    public static long LowerRank(long count, double tail)
    {
        if (count > SummedMax)
        {
            double rank = (count / 2.0) - (Normal.Quantile(1 - tail) * Math.Sqrt(count) / 2) - 1;
            return Math.Max(0, (long)rank);
        }

        // The measurement of rank k lies above the median when at most k of them lie below it.
        double term = Math.Exp(-count * Math.Log(2)), sum = 0;
        long last = 0;
        for (long heads = 0; heads < count / 2; heads++)
        {
            sum += term;
            if (sum > tail) break;
            last = heads;
            term *= (count - heads) / (double)(heads + 1);
        }
        return last;
    }
}
