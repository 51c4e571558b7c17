using System;
using System.Runtime.CompilerServices;
using Replay.Core.Events;

namespace Replay.Formats.Native;

/// <summary>What the header of a block of records says about them, gathered while they are written.</summary>
internal struct BlockSummary // mutable struct: never readonly
{
    private const int LastCpuBit = 63;

    private ulong _minTime;
    private ulong _maxTime;
    private ulong _firstTime;
    private ulong _lastTime;
    private ulong _cpuMask;
    private uint _eventCount;
    private bool _isUnsorted;
    private SeenKinds _seen;

    /// <summary>Records so far.</summary>
    public int RecordCount { get; private set; }

    /// <summary>Records that are no extensions.</summary>
    public readonly uint EventCount => _eventCount;

    /// <summary>Time of the first record.</summary>
    public readonly ulong FirstTime => _firstTime;

    /// <summary>Takes records into account; returns the losses that loss events among them tell of.</summary>
    public ulong Add(ReadOnlySpan<IrqEvent> records)
    {
        if (records.IsEmpty) return 0;
        if (RecordCount == 0)
        {
            _firstTime = _minTime = _maxTime = _lastTime = records[0].TimeNs;
        }
        ulong min = _minTime;
        ulong max = _maxTime;
        ulong last = _lastTime;
        ulong cpus = _cpuMask;
        uint events = _eventCount;
        ulong lost = 0;
        bool isUnsorted = _isUnsorted;
        Span<bool> seen = _seen;
        foreach (ref readonly IrqEvent record in records)
        {
            ulong time = record.TimeNs;
            isUnsorted |= time < last;
            last = time;
            min = Math.Min(min, time);
            max = Math.Max(max, time);
            cpus |= 1UL << Math.Min(record.Cpu, (ushort)LastCpuBit);
            seen[(byte)record.Kind] = true;
            if (record.Kind != EventKind.Extension) events++;
            if (record.Kind == EventKind.Loss) lost = Sum(lost, Math.Max(1, record.A));
        }
        _minTime = min;
        _maxTime = max;
        _lastTime = last;
        _cpuMask = cpus;
        _eventCount = events;
        _isUnsorted = isUnsorted;
        RecordCount += records.Length;
        return lost;
    }

    /// <summary>Fills the fields that the records decide.</summary>
    public readonly void CopyTo(ref BlockHeader header)
    {
        header.RecordCount = (uint)RecordCount;
        header.EventCount = _eventCount;
        header.FirstTime = _firstTime;
        header.LastTime = _lastTime;
        header.MinTime = _minTime;
        header.MaxTime = _maxTime;
        header.CpuMask = _cpuMask;
        if (!_isUnsorted) header.Flags |= BlockFlags.Sorted;
        for (int kind = 0; kind < 256; kind++)
        {
            if (_seen[kind]) header.Kinds[kind >> 6] |= 1UL << (kind & 63);
        }
    }

    /// <summary>Sum that stays at the largest value: a recording may claim any loss.</summary>
    public static ulong Sum(ulong a, ulong b) => a + b < a ? ulong.MaxValue : a + b;

    // One byte a kind: a store each record, no shift and no dependence on the record before.
    [InlineArray(256)]
    private struct SeenKinds
    {
        private bool _first;
    }
}
