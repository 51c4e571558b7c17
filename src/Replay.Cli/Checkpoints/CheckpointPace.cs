namespace Replay.Cli.Checkpoints;

/// <summary>
/// When checkpoints are made, and how far apart. Counted, not timed: a busy machine must not get
/// others than an idle one.
/// </summary>
/// <param name="EventsMin">Events between two of them, or as much work of reading what becomes none.</param>
/// <param name="EventsPerValue">Events between two for each value of the saved state, so that a big machine's
/// cost little too.</param>
/// <param name="LongEvents">Events of a recording that gets checkpoints without being asked: a second run
/// would be felt.</param>
internal sealed record CheckpointPace(long EventsMin, long EventsPerValue, long LongEvents)
{
    /// <summary>
    /// A million events are replayed in some 10 ms, of the 100 ms that an answer may take. A value is saved in about
    /// the time that half an event takes, so that at most a fiftieth of a replay goes into checkpoints.
    /// </summary>
    public static CheckpointPace Usual { get; } = new(1 << 20, 25, 10_000_000);
}
