using System;
using System.Collections.Generic;
using Replay.Core.Statistics;
using Xunit;

namespace Replay.Core.Tests.Statistics;

/// <summary>
/// What the comparison claims of samples whose truth is known: drawn from a printed seed, often enough that
/// the rate of wrong claims can be counted.
/// </summary>
public sealed class ComparisonTests
{
    private const int Rounds = 1000;

    private static readonly Thresholds Usual = new(Level: 0.01, Effect: 0.03);

    [Theory]
    [InlineData(0.01, 0)]
    [InlineData(0.05, 0)]
    [InlineData(0.20, 0)]
    [InlineData(0.05, 0.1)]
    public void Equal_distributions_are_called_different_in_at_most_one_of_a_hundred(double noise, double disturbed)
    {
        int alarms = CountVerdicts(noise, disturbed, shift: 1, out int same);
        Assert.InRange(alarms, 0, Rounds * 0.016); // 3 standard deviations above 1 %.
        if (noise <= 0.01) Assert.InRange(same, Rounds * 0.98, Rounds);
    }

    [Theory]
    [InlineData(0.02, 0)]
    [InlineData(0.02, 0.1)]
    public void A_twentieth_more_is_called_slower(double noise, double disturbed)
    {
        var random = new Random(77);
        int slower = 0;
        for (int i = 0; i < Rounds; i++)
        {
            Verdict verdict = Compare(random, noise, disturbed, 1.05);
            Assert.NotEqual(Verdict.Faster, verdict);
            if (verdict == Verdict.Slower) slower++;
        }
        Assert.InRange(slower, Rounds * 0.9, Rounds);
    }

    [Fact]
    public void A_difference_too_small_to_matter_is_none_however_sure_it_is()
    {
        double[] left = new double[200], right = new double[200];
        for (int i = 0; i < left.Length; i++) (left[i], right[i]) = (1 + (i * 1e-6), 1.02 + (i * 1e-6));
        Comparison comparison = Comparison.Of(SampleSet.Of(left), SampleSet.Of(right), Usual);
        Assert.True(comparison.Test.P < 1e-6);
        Assert.Equal(Verdict.Same, comparison.Verdict);
    }

    [Fact]
    public void Too_few_measurements_tell_nothing_however_far_apart()
    {
        Comparison comparison = Comparison.Of(SampleSet.Of([1, 1.01, 1.02]), SampleSet.Of([9, 9.1, 9.2]), Usual);
        Assert.Equal(Verdict.CannotTell, comparison.Verdict);
        Assert.Equal(0.1, comparison.Test.SmallestP, 12);
    }

    [Fact]
    public void Scattered_measurements_are_not_called_the_same()
    {
        double[] values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        Assert.Equal(Verdict.CannotTell, Comparison.Of(SampleSet.Of(values), SampleSet.Of(values), Usual).Verdict);
    }

    [Fact]
    public void Sides_are_exchanged_with_the_verdict()
    {
        SampleSet low = SampleSet.Of([1, 1.1, 1.2, 1.3, 1.4, 1.5]), high = SampleSet.Of([2, 2.1, 2.2, 2.3, 2.4, 2.5]);
        Comparison slower = Comparison.Of(low, high, Usual), faster = Comparison.Of(high, low, Usual);
        Assert.Equal((Verdict.Slower, Verdict.Faster), (slower.Verdict, faster.Verdict));
        Assert.Equal(1 / slower.Estimate.Ratio, faster.Estimate.Ratio, 12);
        Assert.Equal(1 / slower.Estimate.High, faster.Estimate.Low, 12);
    }

    /// <summary>
    /// A hundred rows without a difference: by chance one of them would be below the level, but not corrected.
    /// </summary>
    [Fact]
    public void Many_comparisons_in_one_table_give_no_more_false_alarms_than_one()
    {
        var random = new Random(4);
        int tablesWithAlarm = 0;
        for (int round = 0; round < 100; round++)
        {
            var pairs = new List<(SampleSet, SampleSet)>();
            for (int row = 0; row < 50; row++) pairs.Add((Draw(random, 0.1, 0, 1), Draw(random, 0.1, 0, 1)));
            foreach (Comparison comparison in Comparison.OfAll(pairs, Usual))
            {
                if (comparison.Verdict is not (Verdict.Slower or Verdict.Faster)) continue;
                tablesWithAlarm++;
                break;
            }
        }
        Assert.InRange(tablesWithAlarm, 0, 5);
    }

    [Fact]
    public void Holm_multiplies_by_the_tests_that_are_left_and_never_lowers() =>
        Assert.Equal([0.04, 0.06, 0.06, 0.04], Rounded(Holm.Adjust([0.01, 0.03, 0.04, 0.01])));

    private static double[] Rounded(double[] values)
    {
        for (int i = 0; i < values.Length; i++) values[i] = Math.Round(values[i], 12);
        return values;
    }

    private static int CountVerdicts(double noise, double disturbed, double shift, out int same)
    {
        var random = new Random(1217);
        int alarms = 0;
        same = 0;
        for (int i = 0; i < Rounds; i++)
        {
            Verdict verdict = Compare(random, noise, disturbed, shift);
            if (verdict is Verdict.Slower or Verdict.Faster) alarms++;
            if (verdict == Verdict.Same) same++;
        }
        return alarms;
    }

    private static Verdict Compare(Random random, double noise, double disturbed, double shift) =>
        Comparison.Of(Draw(random, noise, disturbed, 1), Draw(random, noise, disturbed, shift), Usual).Verdict;

    /// <summary>
    /// Twenty times: noise multiplies, and some runs are disturbed and take up to three times as long.
    /// </summary>
    private static SampleSet Draw(Random random, double noise, double disturbed, double shift)
    {
        var values = new double[20];
        foreach (ref double value in values.AsSpan())
        {
            double gauss = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                * Math.Cos(2 * Math.PI * random.NextDouble());
            value = shift * Math.Exp(noise * gauss);
            if (random.NextDouble() < disturbed) value *= 1 + (2 * random.NextDouble());
        }
        return SampleSet.Of(values);
    }
}
