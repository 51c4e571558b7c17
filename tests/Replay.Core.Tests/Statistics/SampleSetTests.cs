using System;
using Replay.Core.Statistics;
using Xunit;

namespace Replay.Core.Tests.Statistics;

public sealed class SampleSetTests
{
    [Fact]
    public void Equal_measurements_are_one_value_seen_often()
    {
        SampleSet set = SampleSet.Of([3, 1, 2, 1, 1]);
        Assert.Equal([1, 2, 3], set.Values.ToArray());
        Assert.Equal([3L, 1, 1], set.Counts.ToArray());
        Assert.Equal((5, 1, 1, 3), (set.Count, set.Median, set.Quantile(0.5), set.Quantile(0.99)));
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 3, 4 }, 2.5)]
    [InlineData(new double[] { 4, 1, 9 }, 4)]
    [InlineData(new double[] { 7 }, 7)]
    public void The_median_of_an_even_number_is_between_the_two_in_the_middle(double[] values, double median) =>
        Assert.Equal(median, SampleSet.Of(values).Median);

    // Ranks of the sign test's table: n = 6, 95 %: smallest and largest; n = 10: second; n = 20: sixth.
    [Theory]
    [InlineData(6, 0.95, 1, 6)]
    [InlineData(10, 0.95, 2, 9)]
    [InlineData(20, 0.95, 6, 15)]
    [InlineData(3, 0.95, 1, 3)]
    [InlineData(1, 0.95, 1, 1)]
    public void The_interval_of_the_median_is_that_of_the_sign_test(int count,
        double confidence, double low, double high)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++) values[i] = i + 1;
        Assert.Equal((low, high), SampleSet.Of(values).MedianInterval(confidence));
    }

    /// <summary>
    /// The interval holds the true median as often as it says, where it is summed and where the
    /// normal distribution is used.
    /// </summary>
    [Theory]
    [InlineData(25)]
    [InlineData(1500)]
    public void The_interval_holds_the_true_median_as_often_as_it_says(int count)
    {
        var random = new Random(3);
        int held = 0;
        for (int round = 0; round < 500; round++)
        {
            var values = new double[count];
            foreach (ref double value in values.AsSpan()) value = random.NextDouble();
            (double low, double high) = SampleSet.Of(values).MedianInterval(0.95);
            if (low <= 0.5 && high >= 0.5) held++;
        }
        Assert.InRange(held, 500 * 0.93, 500);
    }

    [Fact]
    public void A_thinned_set_keeps_its_measurements_and_about_its_quantiles()
    {
        var random = new Random(2);
        var values = new double[10_000];
        foreach (ref double value in values.AsSpan()) value = Math.Exp(random.NextDouble() * 5);
        SampleSet all = SampleSet.Of(values), thin = all.Thin(100);
        Assert.True(thin.Values.Length <= 100);
        Assert.Equal(all.Count, thin.Count);
        foreach (double part in new[] { 0.1, 0.5, 0.9 })
            Assert.InRange(thin.Quantile(part) / all.Quantile(part), 0.95, 1.05);
    }

    [Fact]
    public void One_value_that_outweighs_all_others_stays_whole()
    {
        var values = new double[50];
        var counts = new long[50];
        for (int i = 0; i < values.Length; i++) (values[i], counts[i]) = (i + 1, i == 25 ? 1_000_000 : 1);
        SampleSet thin = new SampleSet(values, counts).Thin(10);
        Assert.Equal(1_000_049, thin.Count);
        Assert.InRange(thin.Median, 25.9, 26.1);
    }

    [Theory]
    [InlineData(new double[] { 2, 1 }, new long[] { 1, 1 })]
    [InlineData(new double[] { 1, double.NaN }, new long[] { 1, 1 })]
    [InlineData(new double[] { 1 }, new long[] { 0 })]
    [InlineData(new double[] { 1 }, new long[] { 1, 1 })]
    public void What_is_no_sample_is_refused(double[] values, long[] counts) =>
        Assert.Throws<ArgumentException>(() => new SampleSet(values, counts));
}
