using System.Collections.Generic;

namespace Replay.Core.Statistics;

/// <summary>What a comparison of times comes to.</summary>
public enum Verdict
{
    /// <summary>No difference that matters, and one that does would have shown.</summary>
    Same,

    Faster,

    Slower,

    /// <summary>Too few or too scattered measurements to say any of the others.</summary>
    CannotTell,
}

/// <summary>When a difference counts.</summary>
/// <param name="Level">Probability of calling a difference what is none, over all comparisons of a table.</param>
/// <param name="Effect">Least difference that matters, as a part: 0.03 is 3 %.</param>
public sealed record Thresholds(double Level, double Effect)
{
    // "Same" must mean something: a difference of so many times the least one that matters would have shown.
    private const double ResolutionFactor = 3;

    /// <summary>Confidence of intervals.</summary>
    public double Confidence => 1 - Level;

    /// <summary>
    /// A difference that is larger than this would have been seen wherever the verdict is <see cref="Verdict.Same"/>.
    /// </summary>
    public double Resolution => Effect * ResolutionFactor;
}

/// <summary>
/// Two samples of the same time, compared. A difference is claimed when the rank test rejects chance and the estimated
/// ratio is at least the least effect; "same" only when the interval excludes a difference of three times that.
/// </summary>
/// <param name="Left">The earlier one, or the baseline.</param>
/// <param name="Right">The one to be judged.</param>
/// <param name="Test">Rank test, for this comparison alone.</param>
/// <param name="Estimate">Right to left.</param>
/// <param name="AdjustedP">P after the correction for the other comparisons of the same table.</param>
/// <param name="Verdict">What it comes to.</param>
public sealed record Comparison(
    SampleSet Left, SampleSet Right, RankTest Test, RatioEstimate Estimate, double AdjustedP, Verdict Verdict)
{
    /// <summary>One comparison that stands alone.</summary>
    public static Comparison Of(SampleSet left, SampleSet right, Thresholds thresholds) =>
        OfAll([(left, right)], thresholds)[0];

    /// <summary>
    /// Comparisons that are read together: probabilities are corrected by the method of Holm, so that with the level
    /// 0.01 no difference is claimed in 99 of 100 tables that have none, however many rows they have.
    /// </summary>
    public static Comparison[] OfAll(IReadOnlyList<(SampleSet Left, SampleSet Right)> pairs, Thresholds thresholds)
    {
        var tests = new RankTest[pairs.Count];
        var p = new double[pairs.Count];
        for (int i = 0; i < tests.Length; i++)
        {
            tests[i] = RankTest.Of(pairs[i].Left, pairs[i].Right);
            p[i] = tests[i].P;
        }
        double[] adjusted = Holm.Adjust(p);
        var all = new Comparison[tests.Length];
        for (int i = 0; i < all.Length; i++)
        {
            var estimate = RatioEstimate.Of(pairs[i].Left, pairs[i].Right, thresholds.Confidence);
            all[i] = new Comparison(pairs[i].Left, pairs[i].Right, tests[i], estimate, adjusted[i],
                Decide(tests[i], estimate, adjusted[i], thresholds));
        }
        return all;
    }

    private static Verdict Decide(RankTest test, RatioEstimate estimate, double adjusted, Thresholds thresholds)
    {
        if (double.IsNaN(estimate.Ratio)) return Verdict.CannotTell;
        if (adjusted < thresholds.Level)
        {
            if (estimate.Ratio >= 1 + thresholds.Effect) return Verdict.Slower;
            if (estimate.Ratio <= 1 / (1 + thresholds.Effect)) return Verdict.Faster;
        }
        if (test.SmallestP >= thresholds.Level) return Verdict.CannotTell;
        bool isTight = estimate.High <= 1 + thresholds.Resolution && estimate.Low >= 1 / (1 + thresholds.Resolution);
        return isTight ? Verdict.Same : Verdict.CannotTell;
    }
}
