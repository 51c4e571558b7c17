using System;
using System.Collections.Generic;
using Replay.Core.Events;

namespace Replay.Formats.Text;

/// <summary>
/// What can be known of a recording from its events alone. The reader takes these facts where the text does not state
/// them; the writer states a fact only where this would give another one. So a text written by hand needs no counts,
/// and comes back from any format without them.
/// </summary>
internal sealed class TextTally
{
    private readonly long[] _byKind = new long[256];

    /// <summary>Events, extension records not counted.</summary>
    public long EventCount { get; private set; }

    public ulong? FirstTimeNs { get; private set; }

    public ulong? LastTimeNs { get; private set; }

    /// <summary>Sum of the events of kind <see cref="EventKind.Loss"/>; one of unknown number counts 1.</summary>
    public long LostCount { get; private set; }

    /// <summary>Counts one event.</summary>
    public void Add(in IrqEvent record)
    {
        if (EventCount == 0) FirstTimeNs = record.TimeNs;
        LastTimeNs = record.TimeNs;
        EventCount++;
        _byKind[(byte)record.Kind]++;
        if (record.Kind == EventKind.Loss) AddLoss(record.A);
    }

    /// <summary>The kinds themselves as the recorded names, sorted by name.</summary>
    public List<SourceCount> MakeSources()
    {
        var sources = new List<SourceCount>();
        for (int i = 0; i < _byKind.Length; i++)
        {
            if (_byKind[i] == 0) continue;
            string name = EventSchema.Find((EventKind)i)?.Name ?? TextSpec.UnknownKindPrefix + i;
            sources.Add(new SourceCount(name, _byKind[i], name));
        }
        sources.Sort((x, y) => string.CompareOrdinal(x.Name, y.Name));
        return sources;
    }

    private void AddLoss(ulong count)
    {
        long lost = (long)Math.Min(Math.Max(count, 1), long.MaxValue);
        LostCount = lost > long.MaxValue - LostCount ? long.MaxValue : LostCount + lost;
    }
}
