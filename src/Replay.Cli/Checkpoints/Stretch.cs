using System.Collections.Generic;
using Replay.Formats.Checkpoints;

namespace Replay.Cli.Checkpoints;

/// <summary>A part of a recording that can be replayed by itself.</summary>
/// <param name="From">Where it begins; null: at the recording's start.</param>
/// <param name="To">Where it must arrive.</param>
/// <param name="IsLast">That is the recording's end.</param>
internal readonly record struct Stretch(Checkpoint? From, Checkpoint To, bool IsLast)
{
    /// <summary>
    /// Divides a recording into at most <paramref name="most"/> stretches of about as many events each.
    /// The last checkpoint is the recording's end.
    /// </summary>
    public static List<Stretch> Divide(IReadOnlyList<Checkpoint> checkpoints, int most)
    {
        var stretches = new List<Stretch>();
        Checkpoint end = checkpoints[^1];
        Checkpoint? from = null;
        foreach (Checkpoint each in checkpoints)
        {
            bool isLast = ReferenceEquals(each, end);
            double share = (double)end.Events / most * (stretches.Count + 1);
            if (!isLast && (each.Events < share || stretches.Count == most - 1)) continue;
            stretches.Add(new Stretch(from, each, isLast));
            from = each;
        }
        return stretches;
    }
}
