using System;
using System.Collections.Generic;

namespace Replay.Core.Latency;

/// <summary>Values of one measure, of one subject or all, in one phase or all.</summary>
/// <param name="Measure">What was measured.</param>
/// <param name="Subject">Interrupt, step, device; empty for all, or where there is but one.</param>
/// <param name="Phase">Phase, named by the marker that begins it; empty for all.</param>
/// <param name="Series">The values.</param>
public sealed record LatencyRow(LatencyMeasureInfo Measure, string Subject, string Phase, LatencySeries Series)
{
    /// <summary>Smallest value that a part of all values do not exceed.</summary>
    public double Quantile(double part) => Math.Min(Series.Histogram.ToSamples().Quantile(part), Series.Max);
}

/// <summary>What was measured of one recording.</summary>
/// <param name="Rows">One a measure, subject and phase, in that order.</param>
/// <param name="Events">Events of the recording.</param>
/// <param name="Losses">Places at which records were lost, and with them what was open.</param>
/// <param name="Dropped">Values that were too many to be kept apart.</param>
public sealed record LatencyReport(IReadOnlyList<LatencyRow> Rows, long Events, long Losses, long Dropped)
{
    /// <summary>Rows joined over subjects, phases or both.</summary>
    public List<LatencyRow> Group(bool bySubject, bool byPhase)
    {
        var rows = new SortedDictionary<(int, string, string), LatencyRow>(Order.Instance);
        foreach (LatencyRow row in Rows)
            Join(rows, row.Measure, bySubject ? row.Subject : "", byPhase ? row.Phase : "", row.Series);
        return [.. rows.Values];
    }

    /// <summary>The rows of one measure.</summary>
    public LatencyReport Only(LatencyMeasureInfo measure)
    {
        var rows = new List<LatencyRow>();
        foreach (LatencyRow row in Rows)
        {
            if (row.Measure == measure) rows.Add(row);
        }
        return this with { Rows = rows };
    }

    internal static LatencyReport Build(PhaseBook book,
        Func<LatencyMeasure, int, string> label, long events, long losses)
    {
        var rows = new SortedDictionary<(int, string, string), LatencyRow>(Order.Instance);
        foreach ((int phase, LatencyMeasure measure, int subject, LatencySeries series) in book.All())
            Join(rows, LatencyMeasures.Get(measure), label(measure, subject), book.Names[phase], series);
        return new LatencyReport([.. rows.Values], events, losses, book.Dropped);
    }

    private static void Join(SortedDictionary<(int, string, string), LatencyRow> rows, LatencyMeasureInfo measure,
        string subject, string phase,
        LatencySeries series)
    {
        var key = ((int)measure.Measure, subject, phase);
        if (!rows.TryGetValue(key, out LatencyRow? row))
            rows.Add(key, row = new LatencyRow(measure, subject, phase, new LatencySeries()));
        row.Series.Add(series);
    }

    private sealed class Order : IComparer<(int Measure, string Subject, string Phase)>
    {
        public static Order Instance { get; } = new();

        public int Compare((int Measure, string Subject, string Phase) x, (int Measure, string Subject, string Phase) y)
        {
            int order = x.Measure.CompareTo(y.Measure);
            if (order == 0) order = string.CompareOrdinal(x.Subject, y.Subject);
            return order == 0 ? string.CompareOrdinal(x.Phase, y.Phase) : order;
        }
    }
}
