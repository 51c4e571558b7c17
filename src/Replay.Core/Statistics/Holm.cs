using System;

namespace Replay.Core.Statistics;

/// <summary>Probabilities of several tests, corrected for their number by the method of Holm.</summary>
public static class Holm
{
    /// <summary>
    /// The smallest is multiplied by the number of tests, the next by one less, and so on; none gets smaller
    /// than one before it, none larger than 1.
    /// </summary>
    public static double[] Adjust(ReadOnlySpan<double> p)
    {
        var order = new int[p.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        double[] sorted = p.ToArray();
        Array.Sort(sorted, order);
        var adjusted = new double[p.Length];
        double last = 0;
        for (int i = 0; i < order.Length; i++)
        {
            last = Math.Max(last, Math.Min(1, sorted[i] * (order.Length - i)));
            adjusted[order[i]] = last;
        }
        return adjusted;
    }
}
