using System.Collections.Generic;

namespace Replay.Formats.Checkpoints;

/// <summary>One saved state.</summary>
/// <param name="Events">Events replayed before it.</param>
/// <param name="MaxTimeNs">Greatest time of those events.</param>
/// <param name="Findings">Chunks of findings that belong before it.</param>
/// <param name="State">Where the state is.</param>
public sealed record Checkpoint(long Events, ulong MaxTimeNs, int Findings, Chunk State);

/// <summary>Some bytes of the file.</summary>
/// <param name="Offset">From the start of the file.</param>
/// <param name="Length">How many.</param>
/// <param name="Crc">Their CRC-32C.</param>
public readonly record struct Chunk(long Offset, int Length, uint Crc);

/// <summary>A marker of the recording.</summary>
/// <param name="Event">Its number.</param>
/// <param name="Text">Its text.</param>
public readonly record struct CheckpointMark(long Event, string Text);

/// <summary>What a set of checkpoints belongs to: it is of no use for anything else.</summary>
/// <param name="Recording">The recording.</param>
/// <param name="Kind">Whose states they are: the name of a <see cref="CheckpointKind"/>.</param>
/// <param name="Rules">Rules of the replay, as their text; with what else shapes its state.</param>
/// <param name="Product">The build that saved the states: another one may model something else.</param>
public sealed record CheckpointKey(RecordingIdentity Recording, string Kind, string Rules, string Product);

/// <summary>What is in a file of checkpoints.</summary>
public sealed class CheckpointDirectory
{
    public CheckpointKey Key { get; set; } = new(new RecordingIdentity(0, 0, 0), "", "", "");

    /// <summary>Events from the first on that were replayed when it was made: past them nothing is known.</summary>
    public long Covered { get; set; }

    /// <summary>True when that was to the recording's end; the last checkpoint is then the end.</summary>
    public bool IsWhole { get; set; }

    /// <summary>Events whose markers are all in <see cref="Marks"/>.</summary>
    public long MarksCovered { get; set; }

    /// <summary>Markers in their order.</summary>
    public List<CheckpointMark> Marks { get; } = [];

    /// <summary>By events, rising.</summary>
    public List<Checkpoint> Checkpoints { get; } = [];

    /// <summary>Findings, in their order; a verifier's are its differences and open decisions.</summary>
    public List<Chunk> Findings { get; } = [];

    /// <summary>The last checkpoint at or before a number of events; null when there is none.</summary>
    public Checkpoint? BeforeEvent(long events)
    {
        Checkpoint? best = null;
        foreach (Checkpoint checkpoint in Checkpoints)
        {
            if (checkpoint.Events <= events) best = checkpoint;
        }
        return best;
    }

    /// <summary>The last checkpoint before which no event is later than a time; null when there is none.</summary>
    public Checkpoint? BeforeTime(ulong timeNs)
    {
        Checkpoint? best = null;
        foreach (Checkpoint checkpoint in Checkpoints)
        {
            if (checkpoint.MaxTimeNs <= timeNs) best = checkpoint;
        }
        return best;
    }
}
