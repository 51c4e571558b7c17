namespace Replay.Formats.Lanes;

/// <summary>A point at which one lane meets another; tests delay lanes there.</summary>
internal enum LaneStep
{
    Claim,
    Publish,
    Take,
    Release,
    Decode,
}

/// <summary>Called at each step, by the lane that takes it.</summary>
internal delegate void LaneHook(LaneStep step);
