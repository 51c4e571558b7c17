namespace Replay.Formats.Lanes;

/// <summary>How lanes work together; tests choose odd ones.</summary>
/// <param name="Depth">Slots of a ring, a power of two: enough to even out the batches, few enough to stay
/// near the caches.</param>
/// <param name="StraightRecords">Records read without any thread before lanes start: some milliseconds of work.</param>
/// <param name="Hook">Called at each step of a ring; null in real runs.</param>
internal sealed record LaneSettings(int Depth, long StraightRecords, LaneHook? Hook)
{
    public static LaneSettings Default { get; } = new(4, 96 * 1024, null);
}
