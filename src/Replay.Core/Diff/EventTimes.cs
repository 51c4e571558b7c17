using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Systems;

namespace Replay.Core.Diff;

/// <summary>Times of the events that modelled systems apply: what they say names events by number only.</summary>
public sealed class EventTimes
{
    private const int RowsMax = 1 << 20;

    private readonly List<(long Event, ulong TimeNs)> _rows = [];
    private long _index = -1;

    /// <summary>Counts a batch; every batch of the recording, in order.</summary>
    public void Observe(ReadOnlySpan<IrqEvent> events)
    {
        foreach (ref readonly IrqEvent e in events)
        {
            if (e.Kind == EventKind.Extension) continue;
            _index++;
            if (SystemSet.Wants(e.Kind) && _rows.Count < RowsMax) _rows.Add((_index, e.TimeNs));
        }
    }

    /// <summary>Time of an event; null for one that no system applies.</summary>
    public ulong? Find(long index)
    {
        int low = 0, high = _rows.Count - 1;
        while (low <= high)
        {
            int middle = low + ((high - low) / 2);
            if (_rows[middle].Event == index) return _rows[middle].TimeNs;
            if (_rows[middle].Event < index) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }
}
