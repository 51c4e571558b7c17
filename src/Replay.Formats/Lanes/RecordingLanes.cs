using System;

namespace Replay.Formats.Lanes;

/// <summary>Divides the reading of a recording among threads.</summary>
public static class RecordingLanes
{
    /// <summary>Most lanes; more help no trace.</summary>
    public const int Max = 64;

    /// <summary>
    /// The recording with its reading divided among <paramref name="lanes"/> lanes, the caller's own included;
    /// with one lane the recording itself. Batches, names, facts and damage are the same for any number.
    /// Takes over the recording, of which nothing was read yet.
    /// </summary>
    public static Recording Divide(Recording recording, int lanes) => Divide(recording, lanes, LaneSettings.Default);

    /// <inheritdoc cref="Divide(Recording, int)"/>
    internal static Recording Divide(Recording recording, int lanes, LaneSettings settings)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lanes, Max);
        if (lanes == 1) return recording;

        // One lane more than decoding: merging goes on while batches are applied.
        bool readsAhead = !recording.TryUseLanes(lanes, settings) || lanes > 2;
        return new LaneRecording(recording, settings, readsAhead);
    }
}
