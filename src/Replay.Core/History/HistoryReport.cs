using System.Collections.Generic;

namespace Replay.Core.History;

/// <summary>The history of one thing, as plain data for printing.</summary>
/// <param name="Subject">Whose.</param>
/// <param name="Seen">False when the recording never shows the thing.</param>
/// <param name="Entries">What happened to it, in order.</param>
/// <param name="Dropped">Older entries that were too many to keep.</param>
/// <param name="Now">The thing as it is at the end, in one clause; null when it was never seen.</param>
public sealed record HistoryReport(
    HistorySubject Subject, bool Seen, IReadOnlyList<HistoryEntry> Entries, long Dropped, string? Now);
