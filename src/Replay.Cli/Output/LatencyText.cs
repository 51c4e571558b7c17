using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Latency;
using Replay.Core.Statistics;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary>
/// <c>latency</c> for people: one line a measure with its worst case, or what got slower than in the baseline.
/// </summary>
internal static class LatencyText
{
    private const int ChangesShown = 16;

    /// <summary>What the table is divided by.</summary>
    internal enum Division
    {
        Measure,
        Subject,
        Phase,
    }

    public static void Write(LatencyReport report, Recording recording, string file, Division division, CliHost host)
    {
        using var console = new ReportConsole(host);
        WriteHeader(console, report, recording, file);
        List<LatencyRow> rows = report.Group(division == Division.Subject, division == Division.Phase);
        string what = division switch { Division.Subject => "Of", Division.Phase => "Phase", _ => "" };
        Table table = what.Length == 0
            ? ReportConsole.NewTable("!Measure", ">Count", ">p50", ">p90", ">p99", ">Longest", ">At event", "Of")
            : ReportConsole.NewTable("!Measure", what, ">Count", ">p50", ">p90", ">p99", ">Longest", ">At event");
        LatencyMeasure? last = null;
        foreach (LatencyRow row in rows)
        {
            table.AddRow(Cells(report, row, division, isFirst: row.Measure.Measure != last));
            last = row.Measure.Measure;
        }
        if (rows.Count == 0)
        {
            console.Line("Nothing to measure: no record that begins something is followed by the one that ends it.",
                ReportConsole.Warn);
            return;
        }
        console.Write(table);
        if (report.Dropped > 0)
            console.Line($"{PlainText.Count(report.Dropped, "value")} of too many different things are left out.",
                ReportConsole.Warn);
        if (division != Division.Measure) return;
        console.Line("\"--by subject\" and \"--by phase\" divide; \"--baseline FILE\" says what got slower. "
            + "Look at a worst case:", ReportConsole.Dim);
        if (Worst(rows) is { } worst)
            console.Verbatim($"  irqreplay state {file} --at event:{worst.Series.MaxEvent}");
    }

    public static void Write(LatencyComparison comparison, LatencyReport now, Recording recording,
        string file, string baseline, bool all,
        Thresholds thresholds, CliHost host)
    {
        using var console = new ReportConsole(host);
        WriteHeader(console, now, recording, file);
        int slower = 0, faster = 0, same = 0, open = 0;
        foreach (LatencyDifference row in comparison.Rows)
        {
            if (!row.Now.Measure.IsJudged) continue;
            _ = row.Result.Verdict switch
            {
                Verdict.Slower => slower++,
                Verdict.Faster => faster++,
                Verdict.Same => same++,
                _ => open++,
            };
        }
        console.Line($"Against {baseline}: {PlainText.Count(slower)} slower, {PlainText.Count(faster)} faster, "
            + $"{PlainText.Count(same)} the same, {PlainText.Count(open)} cannot be told",
            slower > 0 ? ReportConsole.Bad : faster > 0 ? ReportConsole.Good : ReportConsole.Bold);
        WriteRows(console, comparison, all);
        console.Line(string.Create(CultureInfo.InvariantCulture,
            $"By the Mann-Whitney test, level {thresholds.Level * 100:0.#} % over all rows (Holm), least difference "
            + $"{thresholds.Effect * 100:0.#} %; [] is the interval of the factor. ")
            + (comparison.OnlyBaseline + comparison.OnlyNow == 0
                ? "" : $"Rows of one side only: {comparison.OnlyBaseline} before, {comparison.OnlyNow} after. ")
            + "One recording a side: what differs between any two runs of a machine is in it.", ReportConsole.Dim);
    }

    private static void WriteHeader(ReportConsole console, LatencyReport report, Recording recording, string file)
    {
        RecordingInfo info = recording.Info;
        console.Heading(file);
        console.Line($"  {info.Format}{(info.Kernel.Length == 0 ? "" : " · Linux " + info.Kernel)}"
            + $"{(info.CpuCount == 0 ? "" : " · " + PlainText.Count(info.CpuCount, "CPU"))}"
            + $" · {PlainText.Count(report.Events, "event")}");
        if (report.Losses > 0)
            console.Line($"  Records were lost at {PlainText.Count(report.Losses, "place")}: "
                + "what was open there is not measured.", ReportConsole.Bad);
        console.Line();
    }

    private static Spectre.Console.Rendering.IRenderable[] Cells(LatencyReport report, LatencyRow row,
        Division division, bool isFirst)
    {
        string name = isFirst ? row.Measure.Title : "";
        Text[] numbers =
        [
            ReportConsole.Number(PlainText.Count(row.Series.Histogram.Count)), Value(row, row.Quantile(0.5)),
            Value(row, row.Quantile(0.9)), Value(row, row.Quantile(0.99)), Value(row, row.Series.Max),
            ReportConsole.Number(row.Series.MaxEvent.ToString(CultureInfo.InvariantCulture)),
        ];
        return division == Division.Measure
            ? [ReportConsole.Cell(name), .. numbers, ReportConsole.Cell(SubjectOf(report, row))]
            : [ReportConsole.Cell(name),
                ReportConsole.Cell(division == Division.Subject ? row.Subject : row.Phase), .. numbers];
    }

    /// <summary>Whose worst case it is.</summary>
    private static string SubjectOf(LatencyReport report, LatencyRow joined)
    {
        foreach (LatencyRow row in report.Rows)
        {
            if (row.Measure == joined.Measure && row.Series.MaxEvent == joined.Series.MaxEvent) return row.Subject;
        }
        return "";
    }

    private static Text Value(LatencyRow row, double value) =>
        ReportConsole.Number(row.Measure.IsTime ? DurationText.Ns(value) : DurationText.Digits(value));

    private static LatencyRow? Worst(List<LatencyRow> rows)
    {
        LatencyRow? worst = null;
        foreach (LatencyRow row in rows)
        {
            if (row.Measure is { IsJudged: true, IsTime: true } && (worst is null || row.Series.Max > worst.Series.Max))
                worst = row;
        }
        return worst;
    }

    private static void WriteRows(ReportConsole console, LatencyComparison comparison, bool all)
    {
        var changed = new List<LatencyDifference>();
        foreach (LatencyDifference row in comparison.Rows)
        {
            if (all || (row.Now.Measure.IsJudged && row.Result.Verdict is Verdict.Slower or Verdict.Faster))
                changed.Add(row);
        }
        if (changed.Count == 0) return;
        if (!all) changed.Sort(static (a, b) => Weight(b).CompareTo(Weight(a)));
        Table table = ReportConsole.NewTable("!Verdict", "!Measure", "Of", ">Before", ">After",
            ">Factor", ">Interval", ">Counts");
        int shown = all ? changed.Count : Math.Min(changed.Count, ChangesShown);
        for (int i = 0; i < shown; i++) table.AddRow(Cells(changed[i]));
        console.Write(table);
        if (shown < changed.Count)
            console.Line($"{PlainText.Count(changed.Count - shown, "row")} more that changed, --all lists every row.",
                ReportConsole.Dim);
    }

    /// <summary>Regressions first, of these whole measures first, then by how far they are from no change.</summary>
    private static double Weight(LatencyDifference row) => (row.IsRegression ? 1e6 : 0)
        + (row.Now.Subject.Length + row.Now.Phase.Length == 0 ? 1e4 : 0)
        + Math.Min(1e3, Math.Abs(Math.Log(row.Result.Estimate.Ratio)));

    private static Spectre.Console.Rendering.IRenderable[] Cells(LatencyDifference row)
    {
        (string verdict, Style style) = row.Result.Verdict switch
        {
            Verdict.Slower => ("slower", ReportConsole.Bad),
            Verdict.Faster => ("faster", ReportConsole.Good),
            Verdict.Same => ("same", Style.Plain),
            _ => ("cannot tell", ReportConsole.Dim),
        };
        if (!row.Now.Measure.IsJudged) (verdict, style) = ("(workload)", ReportConsole.Dim);
        RatioEstimate estimate = row.Result.Estimate;
        string subject = row.Now.Phase.Length > 0 ? $"after \"{row.Now.Phase}\""
            : row.Now.Subject.Length > 0 ? row.Now.Subject : "all";
        return
        [
            ReportConsole.Cell(verdict, style), ReportConsole.Cell(row.Now.Measure.Title), ReportConsole.Cell(subject),
            Value(row.Baseline, row.Baseline.Quantile(0.5)), Value(row.Now, row.Now.Quantile(0.5)),
            ReportConsole.Number(DurationText.Factor(estimate.Ratio)),
            ReportConsole.Number($"[{DurationText.Digits(estimate.Low)}, "
                + $"{(double.IsFinite(estimate.High) ? DurationText.Digits(estimate.High) : "∞")}]"),
            ReportConsole.Number($"{PlainText.Count(row.Result.Left.Count)}, "
                + $"{PlainText.Count(row.Result.Right.Count)}"),
        ];
    }
}
