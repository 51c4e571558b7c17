using System;

namespace Replay.Core.Statistics;

/// <summary>The standard normal distribution.</summary>
internal static class Normal
{
    // Below it the series converges quickly, above it the continued fraction does.
    private const double SeriesMax = 2.5;
    private const int Steps = 200;

    /// <summary>
    /// Probability of a deviation of at least <paramref name="z"/> to either side; exact to some 1e-12 of itself.
    /// </summary>
    public static double TwoSided(double z)
    {
        double x = Math.Abs(z) / Math.Sqrt(2);
        return x < SeriesMax ? 1 - ErfSeries(x) : ErfcFraction(x);
    }

    /// <summary>
    /// The deviation that is exceeded to the right with probability 1 - <paramref name="p"/>; for p from 0.5 to 1.
    /// </summary>
    public static double Quantile(double p)
    {
        double low = 0, high = 40, tail = 2 * (1 - p);
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            if (TwoSided(middle) > tail) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>erf(x) = 2/sqrt(pi) * sum of (-1)^n x^(2n+1) / (n! (2n+1)).</summary>
    private static double ErfSeries(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < Steps && Math.Abs(term) > 1e-17 * Math.Abs(sum); n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    /// <summary>
    /// erfc(x) = exp(-x²)/sqrt(pi) * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))), evaluated from inside.
    /// </summary>
    private static double ErfcFraction(double x)
    {
        double fraction = x;
        for (int n = Steps; n >= 1; n--) fraction = x + (n / 2.0 / fraction);
        return Math.Exp(-x * x) / Math.Sqrt(Math.PI) / fraction;
    }
}
