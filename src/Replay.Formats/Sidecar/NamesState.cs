using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Formats.Sidecar;

/// <summary>The names that were met up to a checkpoint, in the order that gives them their numbers.</summary>
internal static class NamesState
{
    /// <param name="archive">Where they go or come from.</param>
    /// <param name="table">Loading: as it is when the recording is opened.</param>
    /// <param name="known">Names that are there then.</param>
    public static void Transfer(StateArchive archive, NameTable table, int known)
    {
        int knownThen = archive.Value(known);
        if (knownThen != known)
            throw new CheckpointException($"expected {known} names in the recording's tail, found {knownThen}");
        int count = archive.Count(table.Count - known, NameTable.Capacity - known);
        for (int i = known; i < known + count; i++)
        {
            string name = archive.Value(archive.IsLoading ? "" : table[i]);
            if (archive.IsLoading && table.Intern(name) != i)
                throw new CheckpointException($"a name stands twice: number {i}");
        }
    }
}
