using System.Collections.Generic;

namespace Replay.Formats;

/// <summary>How bad a damage is.</summary>
public enum LossSeverity
{
    /// <summary>Odd, harmless.</summary>
    Note,

    /// <summary>Something was skipped that no event depends on.</summary>
    Warning,

    /// <summary>Events are missing: what is concluded past this point is a guess.</summary>
    DataLoss,
}

/// <summary>One kind of damage, counted.</summary>
public sealed class LossEntry
{
    public LossEntry(LossSeverity severity, string what, long firstOffset, string expected, string found)
    {
        Severity = severity;
        What = what;
        FirstOffset = firstOffset;
        Expected = expected;
        Found = found;
    }

    public LossSeverity Severity { get; }

    /// <summary>One plain clause, the same for each occurrence (<c>page commit larger than the page</c>).</summary>
    public string What { get; }

    /// <summary>
    /// Byte offset in the file, or line number for text, of the first occurrence; -1 when it has none.
    /// </summary>
    public long FirstOffset { get; }

    public string Expected { get; }

    public string Found { get; }

    /// <summary>Occurrences.</summary>
    public long Count { get; internal set; } = 1;
}

/// <summary>
/// What went wrong while a recording was read. Bounded: occurrences of one kind are counted, not listed, and past
/// <see cref="KindsMax"/> kinds the rest is counted in one entry.
/// </summary>
public sealed class ImportReport
{
    /// <summary>Most kinds of damage kept apart.</summary>
    public const int KindsMax = 64;

    private readonly Dictionary<string, LossEntry> _byWhat = [];
    private readonly List<LossEntry> _entries = [];

    /// <summary>Kinds of damage in the order of their first occurrence.</summary>
    public IReadOnlyList<LossEntry> Entries => _entries;

    /// <summary>True when any entry is <see cref="LossSeverity.DataLoss"/>.</summary>
    public bool HasDataLoss { get; private set; }

    /// <summary>
    /// Counts one occurrence. <paramref name="what"/>, <paramref name="expected"/> and <paramref name="found"/> are
    /// kept from the first occurrence only, so callers on a hot path test <see cref="Seen"/> before they format text.
    /// </summary>
    public void Add(LossSeverity severity, string what, long offset, string expected, string found)
    {
        HasDataLoss |= severity == LossSeverity.DataLoss;
        if (_byWhat.TryGetValue(what, out LossEntry? entry))
        {
            entry.Count++;
            return;
        }
        if (_entries.Count >= KindsMax)
        {
            what = "further kinds of damage";
            if (_byWhat.TryGetValue(what, out entry))
            {
                entry.Count++;
                return;
            }
        }
        entry = new LossEntry(severity, what, offset, expected, found);
        _entries.Add(entry);
        _byWhat.Add(what, entry);
    }

    /// <summary>States an entry of another report, with the count that it had at some time.</summary>
    internal void Restate(LossEntry other, long count)
    {
        if (!_byWhat.ContainsKey(other.What))
            Add(other.Severity, other.What, other.FirstOffset, other.Expected, other.Found);
        _byWhat[other.What].Count = count;
    }

    /// <summary>Hands over all entries and forgets them.</summary>
    internal void MoveTo(List<LossEntry> entries)
    {
        if (_entries.Count == 0) return;
        entries.AddRange(_entries);
        Clear();
    }

    /// <summary>Forgets all entries.</summary>
    internal void Clear()
    {
        _entries.Clear();
        _byWhat.Clear();
        HasDataLoss = false;
    }

    /// <summary>Takes saved entries in place of those counted so far.</summary>
    internal void Replace(IEnumerable<LossEntry> entries)
    {
        Clear();
        foreach (LossEntry entry in entries)
        {
            if (!_byWhat.TryAdd(entry.What, entry)) continue;
            _entries.Add(entry);
            HasDataLoss |= entry.Severity == LossSeverity.DataLoss;
        }
    }

    /// <summary>True when a kind was reported; not counted as another occurrence.</summary>
    public bool Has(string what) => _byWhat.ContainsKey(what);

    /// <summary>Counts one more occurrence of a kind already reported; false when there is none yet.</summary>
    public bool Seen(string what)
    {
        if (!_byWhat.TryGetValue(what, out LossEntry? entry)) return false;
        entry.Count++;
        return true;
    }
}
