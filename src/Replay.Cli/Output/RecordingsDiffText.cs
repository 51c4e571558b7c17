using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Cli.Machines;
using Replay.Core.Diff;
using Replay.Core.Findings;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary>
/// <c>diff</c> of two recordings for people: how they were aligned, what differs, what is only timing.
/// </summary>
internal static class RecordingsDiffText
{
    private const int MarksShown = 8;

    public static void Write(
        RecordingsDiff diff, DiffSides sides, RecordingName leftName, RecordingName rightName, bool all, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Facts(
        [
            ("left", Side(leftName.Title, diff.Left, sides.Left)),
            ("right", Side(rightName.Title, diff.Right, sides.Right)),
        ]);
        console.Line();
        MarkAlignment alignment = diff.Alignment;
        console.Line(alignment.LeftCount + alignment.RightCount == 0
            ? "Aligned: not at all, there are no markers; totals are compared, confidence low."
            : string.Create(CultureInfo.InvariantCulture,
                $"Aligned by the text of {alignment.Pairs.Count} markers ({alignment.LeftCount} left, "
                + $"{alignment.RightCount} right), confidence {alignment.Confidence}."));
        console.Line();
        if (diff.IsSame)
        {
            console.Line("Same: findings, interrupts and vectors in use agree.", ReportConsole.Good);
        }
        else
        {
            WriteFirst(console, diff.First, leftName);
            WriteReleases(console, diff);
            WriteFindings(console, diff);
            WriteMarks(console, diff.Marks, alignment.Pairs.Count, all);
            DiffText.WriteIrqs(console, diff.Irqs, all);
        }
        WriteTiming(console, diff.Timing);
    }

    private static string Side(string file, RecordingProfile profile, RuleSide side) =>
        file + (profile.Kernel.Length == 0 ? "" : $" · Linux {profile.Kernel}")
        + (side.Given.Count == 0 ? "" : " · " + side.Name);

    private static void WriteFirst(ReportConsole console, Divergence? first, RecordingName name)
    {
        if (first is null) return;
        console.Heading("They part " + first.What);
        console.Facts([("left", first.Left), ("right", first.Right)]);
        string look = string.Create(
            CultureInfo.InvariantCulture, $"  Look: irqreplay state {name.Argument} --at event:{first.Event}");
        console.Line(look, ReportConsole.Dim);
        console.Line();
    }

    private static void WriteReleases(ReportConsole console, RecordingsDiff diff)
    {
        if (diff.Releases.Count == 0) return;
        long left = diff.Left.Report.OfflineReleases.Count, right = diff.Right.Report.OfflineReleases.Count;
        string first = diff.Alignment.NameOf(diff.Releases[0].Phase);
        console.Line($"Vectors that a CPU going offline gives back from unfinished moves: "
            + $"left {PlainText.Count(left)}, right {PlainText.Count(right)}; "
            + (first.Length == 0 ? "they differ from the start." : $"they differ first after \"{first}\"."));
    }

    private static void WriteFindings(ReportConsole console, RecordingsDiff diff)
    {
        var counts = new SortedDictionary<string, (long Left, long Right, int Phase)>(StringComparer.Ordinal);
        foreach (PhaseDifference row in diff.Findings)
        {
            (long left, long right, int phase) = counts.GetValueOrDefault(row.What, (0, 0, row.Phase));
            counts[row.What] = (left + Math.Max(0, row.Left - row.Right),
                right + Math.Max(0, row.Right - row.Left), phase);
        }
        if (counts.Count == 0) return;
        console.Line();
        console.Heading("Findings of one side only");
        Table table = ReportConsole.NewTable("!Code", "Name", ">Left", ">Right", "First after");
        foreach ((string code, (long left, long right, int phase)) in counts)
        {
            table.AddRow(ReportConsole.Cell(code), ReportConsole.Cell(FindingCatalog.Find(code)?.Name ?? ""),
                ReportConsole.Number(PlainText.Count(left)), ReportConsole.Number(PlainText.Count(right)),
                ReportConsole.Cell(phase == 0 ? "the start" : diff.Alignment.NameOf(phase)));
        }
        console.Write(table);
    }

    private static void WriteMarks(ReportConsole console, IReadOnlyList<MarkDifference> marks, int aligned, bool all)
    {
        if (marks.Count == 0) return;
        console.Line();
        console.Heading($"Vectors in use differ at {PlainText.Count(CountMarkers(marks))} of "
            + $"{PlainText.Count(aligned, "marker")}");
        Table table = ReportConsole.NewTable("Marker", "!CPU", ">Left", ">Right");
        int shown = all ? marks.Count : Math.Min(marks.Count, MarksShown);
        for (int i = 0; i < shown; i++)
        {
            // The first ones say how it began, the last ones what came of it.
            MarkDifference row = all || i < shown / 2 ? marks[i] : marks[marks.Count - shown + i];
            table.AddRow(ReportConsole.Cell(row.Mark),
                ReportConsole.Cell(row.Cpu.ToString(CultureInfo.InvariantCulture)),
                ReportConsole.Number(PlainText.Count(row.Left)), ReportConsole.Number(PlainText.Count(row.Right)));
        }
        console.Write(table);
        if (marks.Count > shown)
            console.Line($"The first and the last ones; {PlainText.Count(marks.Count - shown, "row")} more between "
                + "them, --all lists them.", ReportConsole.Dim);
    }

    private static int CountMarkers(IReadOnlyList<MarkDifference> marks)
    {
        int count = 0;
        for (int i = 0; i < marks.Count; i++)
        {
            if (i == 0 || marks[i].Phase != marks[i - 1].Phase) count++;
        }
        return count;
    }

    private static void WriteTiming(ReportConsole console, TimingDiff timing)
    {
        if (timing.Deliveries + timing.Places == 0) return;
        console.Line();
        console.Line($"Only timing, not counted above: {PlainText.Count(timing.Deliveries, "interrupt")} ran another "
            + $"number of times, {PlainText.Count(timing.Places)} ended on another CPU or vector.", ReportConsole.Dim);
    }
}
