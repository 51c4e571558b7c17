using System;
using System.Numerics;
using Replay.Core.Statistics;
using Xunit;

namespace Replay.Core.Tests.Statistics;

public sealed class RankTestTests
{
    /// <summary>The slow twin counts every choice of places for the right sample.</summary>
    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 6)]
    [InlineData(7, 5)]
    [InlineData(8, 8)]
    public void Exact_probabilities_are_those_of_counting_all_orders(int n, int m)
    {
        var random = new Random(HashCode.Combine(n, m, 5));
        for (int round = 0; round < 10; round++)
        {
            double[] left = Draw(random, n), right = Draw(random, m);
            RankTest test = RankTest.Of(SampleSet.Of(left), SampleSet.Of(right));
            double u = 0;
            foreach (double a in left)
            {
                foreach (double b in right) u += b > a ? 1 : 0;
            }
            Assert.Equal(u, test.U);
            Assert.Equal(u / (n * m), test.Superiority);
            Assert.Equal(CountOrders(n, m, u), test.P, 12);
        }
    }

    // Tables of the test: two-sided, n = m = 5, U = 2 and n = 4, m = 6, U = 0.
    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4, 7 }, new double[] { 5, 6, 8, 9, 10 }, 0.031746031746031744)]
    [InlineData(new double[] { 1, 2, 3, 4 }, new double[] { 5, 6, 7, 8, 9, 10 }, 0.009523809523809525)]
    [InlineData(new double[] { 1 }, new double[] { 2 }, 1)]
    public void Small_samples_are_as_in_tables(double[] left, double[] right, double p) =>
        Assert.Equal(p, RankTest.Of(SampleSet.Of(left), SampleSet.Of(right)).P, 12);

    [Fact]
    public void Equal_values_count_half_and_a_set_of_one_value_tells_nothing()
    {
        RankTest test = RankTest.Of(SampleSet.Of([1, 2, 2, 3]), SampleSet.Of([2, 2, 4, 4]));
        Assert.Equal(8 + 2 + 2, test.U);
        test = RankTest.Of(SampleSet.Of([5, 5, 5, 5]), SampleSet.Of([5, 5, 5, 5, 5]));
        Assert.Equal((0.5, 1.0, 1.0), (test.Superiority, test.P, test.SmallestP));
    }

    [Fact]
    public void The_normal_distribution_meets_the_exact_one_where_one_takes_over()
    {
        var random = new Random(8);
        double[] left = Draw(random, RankTest.ExactMax), right = Draw(random, RankTest.ExactMax);
        for (int i = 0; i < right.Length; i++) right[i] += 0.2;
        double exact = RankTest.Of(SampleSet.Of(left), SampleSet.Of(right)).P;
        double byNormal = RankTest.Of(SampleSet.Of([.. left, 2]), SampleSet.Of([.. right, 2.1])).P;
        Assert.InRange(byNormal / exact, 0.5, 2);
    }

    [Fact]
    public void No_measurements_are_no_difference()
    {
        RankTest test = RankTest.Of(SampleSet.Of([]), SampleSet.Of([1, 2]));
        Assert.Equal((1.0, 1.0), (test.P, test.SmallestP));
    }

    private static double[] Draw(Random random, int count)
    {
        var values = new double[count];
        foreach (ref double value in values.AsSpan()) value = random.NextDouble();
        return values;
    }

    private static double CountOrders(int n, int m, double u)
    {
        long all = 0, low = 0, high = 0;
        for (uint places = 0; places < 1u << (n + m); places++)
        {
            if (BitOperations.PopCount(places) != m) continue;
            int pairs = 0;
            for (int i = 0, leftBelow = 0; i < n + m; i++)
            {
                if ((places >> i & 1) != 0) pairs += leftBelow;
                else leftBelow++;
            }
            all++;
            if (pairs <= u) low++;
            if (pairs >= u) high++;
        }
        return Math.Min(1, 2.0 * Math.Min(low, high) / all);
    }
}
