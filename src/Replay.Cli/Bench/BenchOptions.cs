using Replay.Core.Statistics;

namespace Replay.Cli.Bench;

/// <summary>How long to measure, and what counts as a difference.</summary>
/// <param name="Times">Timed replays; with <paramref name="Seconds"/> the most that are made.</param>
/// <param name="Seconds">Time after which no further replay begins; null: none but <paramref name="Times"/>
/// decides.</param>
/// <param name="Thresholds">When slower is slower.</param>
/// <param name="Lanes">Threads that share the reading.</param>
internal sealed record BenchOptions(int Times, double? Seconds, Thresholds Thresholds, int Lanes = 1)
{
    public const int TimesDefault = 15;

    public const int TimesMax = 10_000;

    /// <summary>Fewer cannot reach the level of the test, so a limit in seconds does not stop before.</summary>
    public const int TimesLeast = 6;

    public static Thresholds UsualThresholds { get; } = new(Level: 0.01, Effect: 0.03);
}
