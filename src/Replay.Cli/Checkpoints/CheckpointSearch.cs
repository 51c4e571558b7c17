using System.Collections.Generic;
using System.Text;
using Replay.Formats.Checkpoints;

namespace Replay.Cli.Checkpoints;

/// <summary>The checkpoint to begin at for a position, and the cursor that goes on from there.</summary>
/// <param name="At">Where to begin; null: at the start.</param>
/// <param name="Cursor">Finds the position in what comes after.</param>
internal readonly record struct CheckpointSearch(Checkpoint? At, PositionCursor Cursor)
{
    /// <summary>Looks into a directory; markers that it lists need not be looked for in the recording.</summary>
    public static CheckpointSearch Of(Position position, CheckpointDirectory? directory)
    {
        var cursor = new PositionCursor(position);
        if (directory is null) return new CheckpointSearch(null, cursor);
        Checkpoint? at = position.Kind switch
        {
            PositionKind.Event =>
                directory.BeforeEvent(position.Event == long.MaxValue ? position.Event : position.Event + 1),
            PositionKind.Time => directory.BeforeTime(position.TimeNs),
            PositionKind.Mark when Find(directory, cursor) is { } number => directory.BeforeEvent(number),
            PositionKind.Mark => directory.BeforeEvent(directory.MarksCovered),
            _ => directory.BeforeEvent(long.MaxValue),
        };
        if (at is null) return new CheckpointSearch(null, cursor);
        var marks = new List<string>();
        foreach (CheckpointMark mark in directory.Marks)
        {
            if (mark.Event < at.Events) marks.Add(mark.Text);
        }
        cursor.StartAfter(at.Events, marks);
        return new CheckpointSearch(at, cursor);
    }

    private static long? Find(CheckpointDirectory directory, PositionCursor cursor)
    {
        foreach (CheckpointMark mark in directory.Marks)
        {
            if (cursor.IsWanted(Encoding.UTF8.GetBytes(mark.Text))) return mark.Event;
        }
        return null;
    }
}
