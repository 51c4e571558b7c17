using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Statistics;
using Replay.Formats;

namespace Replay.Cli.Bench;

/// <summary>
/// What each kind of event costs. Replays of their own: batches are cut around events picked at random, about as
/// many of each kind, and these are applied alone between two looks at the clock; a look around nothing, just before,
/// is what the looking costs. The timed replays know nothing of it.
/// </summary>
/// <remarks>
/// Alone, an event is warm and its jump is foretold: the loop and the wrong guesses among many events are not seen.
/// What is missing between the sum of all kinds and the time that applying all events takes is the same for every
/// event as far as anybody knows; it is added to each, and told, for kinds may be wrong against each other by as much.
/// Where the sum is too large instead, because an event alone cannot overlap with its neighbours, all are scaled down.
/// </remarks>
internal sealed class KindTimer
{
    private const int PickedPerKind = 4096;
    private const double SlowestPart = 0.01;

    private const double NsPerSecond = 1e9;

    private static readonly double TickNs = NsPerSecond / Stopwatch.Frequency;

    private readonly long[] _events = new long[256];
    private readonly long[] _strides = new long[256];
    private readonly List<double>[] _ticks = new List<double>[256];
    private readonly List<double> _nothing = [];
    private ulong _random = 0x9E37_79B9_7F4A_7C15;

    public KindTimer()
    {
        for (int i = 0; i < _ticks.Length; i++) _ticks[i] = [];
    }

    /// <summary>Counts a batch; the whole recording before the first replay.</summary>
    public void Count(ReadOnlySpan<IrqEvent> batch)
    {
        foreach (ref readonly IrqEvent e in batch) _events[(int)e.Kind]++;
    }

    /// <summary>Replays a recording and times its share of <paramref name="passes"/> replays.</summary>
    public void Replay(Recording recording, ReplaySession session, int passes)
    {
        for (int kind = 0; kind < _strides.Length; kind++)
            _strides[kind] = Math.Max(1, _events[kind] * passes / PickedPerKind);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            int start = 0;
            for (int i = 0; i < batch.Length;)
            {
                int records = EventCounter.RecordsAt(batch, i);
                if (IsPicked(batch[i].Kind))
                {
                    if (start < i) session.Apply(batch[start..i], recording.Tables);
                    Time(session, batch.Slice(i, records), recording.Tables);
                    start = i + records;
                }
                i += records;
            }
            if (start < batch.Length) session.Apply(batch[start..], recording.Tables);
        }
    }

    /// <summary>Costs, the largest share first.</summary>
    /// <param name="applySeconds">Time of applying all events, as timed without this.</param>
    public KindCosts Report(double applySeconds)
    {
        double nothing = Mean(_nothing, out _), sum = 0, whole = applySeconds * 1e9;
        long events = 0;
        var rows = new List<KindCost>();
        for (int kind = 0; kind < _ticks.Length; kind++)
        {
            if (_ticks[kind].Count == 0) continue;
            double alone = Math.Max(0, Mean(_ticks[kind], out double error) - nothing) * TickNs;
            string name = EventSchema.Find((EventKind)kind)?.Name ?? kind.ToString(CultureInfo.InvariantCulture);
            rows.Add(new KindCost(name, _events[kind], _ticks[kind].Count, alone, error * TickNs, Ns: 0, Share: 0));
            sum += alone * _events[kind];
            events += _events[kind];
        }
        if (events == 0 || whole <= 0) return KindCosts.None;
        double unseen = (whole - sum) / events;
        for (int i = 0; i < rows.Count; i++)
        {
            KindCost row = rows[i];
            double ns = unseen >= 0 ? row.AloneNs + unseen : row.AloneNs * whole / sum;
            rows[i] = row with { Ns = ns, Share = ns * row.Events / whole };
        }
        rows.Sort(static (a, b) => b.Share.CompareTo(a.Share));
        return new KindCosts(rows, unseen);
    }

    private void Time(ReplaySession session, ReadOnlySpan<IrqEvent> records, EventTables tables)
    {
        long before = Stopwatch.GetTimestamp();
        session.Apply([], tables);
        long start = Stopwatch.GetTimestamp();
        session.Apply(records, tables);
        long end = Stopwatch.GetTimestamp();
        _nothing.Add(start - before);
        _ticks[(int)records[0].Kind].Add(end - start);
    }

    private bool IsPicked(EventKind kind)
    {
        long stride = _strides[(int)kind];
        if (stride == 1) return true;
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return _random % (ulong)stride == 0;
    }

    /// <summary>Mean without the slowest, which are those that the system interrupted.</summary>
    private static double Mean(List<double> ticks, out double error)
    {
        error = 0;
        if (ticks.Count == 0) return 0;
        SampleSet set = SampleSet.Of(ticks.ToArray());
        long kept = Math.Max(1, (long)(set.Count * (1 - SlowestPart))), left = kept;
        double sum = 0, squares = 0;
        for (int i = 0; i < set.Values.Length && left > 0; i++)
        {
            long count = Math.Min(left, set.Counts[i]);
            sum += set.Values[i] * count;
            squares += set.Values[i] * set.Values[i] * count;
            left -= count;
        }
        double mean = sum / kept;
        error = Math.Sqrt(Math.Max(0, (squares / kept) - (mean * mean)) / kept);
        return mean;
    }
}
