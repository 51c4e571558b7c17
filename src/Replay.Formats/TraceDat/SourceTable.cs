using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;

namespace Replay.Formats.TraceDat;

/// <summary>What the record loop knows of one event number.</summary>
internal struct SourceSlot
{
    /// <summary>The number has not occurred yet.</summary>
    public const int Unresolved = 0;

    /// <summary>Counted, and nothing else.</summary>
    public const int CountOnly = -1;

    /// <summary>Dropped as if never recorded.</summary>
    public const int Ignored = -2;

    /// <summary>
    /// In a lane, subtracted from one of the two above while the merge has not told what is wrong
    /// with the number's format.
    /// </summary>
    public const int Untold = 2;

    /// <summary>Records.</summary>
    public long Count;

    /// <summary>The mapper's plan plus one, or one of the constants above.</summary>
    public int Plan;
}

/// <summary>A flat table of event numbers: filled number by number, as they first occur.</summary>
internal sealed class SourceTable
{
    private const int FirstLength = 4096;

    private readonly FormatIndex _formats;
    private readonly RecordMapper _mapper;
    private readonly IReadOnlyList<string> _ignorePatterns;
    private readonly int _longSize;
    private readonly ImportReport _report;
    private readonly Dictionary<int, string> _names = [];
    private SourceSlot[] _slots = new SourceSlot[FirstLength];

    public SourceTable(FormatIndex formats, RecordMapper mapper, IReadOnlyList<string> ignorePatterns,
        int longSize, ImportReport report)
    {
        _formats = formats;
        _mapper = mapper;
        _ignorePatterns = ignorePatterns;
        _longSize = longSize;
        _report = report;
    }

    /// <summary>Slots by event number. Replaced by <see cref="Resolve"/>.</summary>
    public SourceSlot[] Slots => _slots;

    /// <summary>True when <see cref="Resolve"/> knows the number.</summary>
    public bool IsResolved(int id) => id < _slots.Length && _slots[id].Plan != SourceSlot.Unresolved;

    /// <summary>Adds the records that a lane's table counted.</summary>
    public void AddCounts(SourceTable other)
    {
        foreach (int id in other._names.Keys)
        {
            if (!IsResolved(id)) Resolve(id);
            _slots[id].Count += other._slots[id].Count;
        }
    }

    /// <summary>
    /// As <see cref="Resolve"/>, in a lane: what is wrong with the format is not reported here, since only the merge
    /// knows where the number first occurs. Until it has told, each record of the number says so to the merge.
    /// </summary>
    public void ResolveAhead(int id)
    {
        Resolve(id);
        if (_report.Entries.Count == 0) return;
        _report.Clear();
        _slots[id].Plan -= SourceSlot.Untold;
    }

    /// <summary>Finds out about a number that occurs for the first time.</summary>
    public void Resolve(int id)
    {
        if (id >= _slots.Length) Array.Resize(ref _slots, FormatIndex.IdMax + 1);
        EventFormat? format = _formats.Find(id, _longSize, _report, out string name);
        if (name.Length == 0) name = string.Create(CultureInfo.InvariantCulture, $"unknown:event-{id}");
        _names.Add(id, name);
        int plan = SourceSlot.CountOnly;
        if (IsIgnored(name)) plan = SourceSlot.Ignored;
        else if (format is not null && _mapper.AddFormat(format) is >= 0 and var number) plan = number + 1;
        _slots[id].Plan = plan;
    }

    /// <summary>
    /// Saves which numbers occurred, in that order, and how often; or resolves them in a fresh table, so that they get
    /// the plans that they had. What is wrong with their formats is reported again.
    /// </summary>
    public void Transfer(StateArchive archive)
    {
        int count = archive.Count(_names.Count, FormatIndex.IdMax + 1);
        if (!archive.IsLoading)
        {
            foreach (int id in _names.Keys) Transfer(archive, id);
            return;
        }
        for (int i = 0; i < count; i++) Transfer(archive, 0);
    }

    private void Transfer(StateArchive archive, int id)
    {
        id = archive.Count(id, FormatIndex.IdMax);
        if (archive.IsLoading)
        {
            if (IsResolved(id)) throw new CheckpointException($"event number {id} stands twice");
            Resolve(id);
        }
        _slots[id].Count = archive.Value(_slots[id].Count);
    }

    /// <summary>
    /// Writes the counts, sorted by name, and returns their sum. Numbers of one name are added up: a probe that was
    /// removed and made again has two.
    /// </summary>
    public long WriteTo(List<SourceCount> sources)
    {
        SortedDictionary<string, SourceCount> byName = new(StringComparer.Ordinal);
        long total = 0;
        foreach ((int id, string name) in _names)
        {
            SourceSlot slot = _slots[id];
            if (slot.Plan == SourceSlot.Ignored) continue;
            total += slot.Count;
            string kind = slot.Plan > 0 ? _mapper.KindName(slot.Plan - 1) : "";
            byName[name] = byName.TryGetValue(name, out SourceCount? other)
                ? other with
                {
                    Count = other.Count + slot.Count,
                    KindName = other.KindName.Length > 0 ? other.KindName : kind,
                }
                : new SourceCount(name, slot.Count, kind);
        }
        sources.Clear();
        sources.AddRange(byName.Values);
        return total;
    }

    private bool IsIgnored(string name)
    {
        foreach (string pattern in _ignorePatterns)
        {
            if (NamePattern.IsMatch(pattern, name)) return true;
        }
        return false;
    }
}
