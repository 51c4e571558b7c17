using System.Collections.Generic;

namespace Replay.Core.History;

/// <summary>
/// Entries of one history in their order. Bounded: when it is full the oldest ones go, and are counted.
/// </summary>
public sealed class HistoryLog
{
    /// <summary>Entries kept; some tens of MB, however often a thing of a hostile recording changes.</summary>
    public const int EntriesMax = 65536;

    private readonly Queue<HistoryEntry> _entries = new();

    /// <summary>Entries that had to go.</summary>
    public long Dropped { get; private set; }

    /// <summary>Entries kept, oldest first.</summary>
    public IReadOnlyCollection<HistoryEntry> Entries => _entries;

    public void Add(HistoryEntry entry)
    {
        if (_entries.Count == EntriesMax)
        {
            _entries.Dequeue();
            Dropped++;
        }
        _entries.Enqueue(entry);
    }
}
