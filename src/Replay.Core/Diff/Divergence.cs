namespace Replay.Core.Diff;

/// <summary>The first thing in which two replays differ.</summary>
/// <param name="Event">Event at which it happens.</param>
/// <param name="TimeNs">Its time; null where it is not known.</param>
/// <param name="What">What is decided, or which state it is.</param>
/// <param name="Left">What the left side makes of it.</param>
/// <param name="Right">What the right side makes of it.</param>
public sealed record Divergence(long Event, ulong? TimeNs, string What, string Left, string Right)
{
    /// <summary>Step of a modelled system that it is part of; empty where there is none.</summary>
    public string Step { get; init; } = "";
}
