using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Diff;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>diff</c> for people: same or not, where the two part, and what it does to whom.</summary>
internal static class DiffText
{
    private const int IrqsShown = 12;

    private const int FindingsShown = 3;

    public static void Write(RulesDiff diff, DiffSides sides, Recording recording, string file, EventLines lines, bool all, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading(file);
        console.Facts([("left", sides.Left.Name), ("right", sides.Right.Name)]);
        console.Line();
        if (recording.Report.HasDataLoss || recording.Info.LostCount > 0)
            console.Line("  Records are missing: differences after the loss may be its effect, and others may be hidden by it.", ReportConsole.Bad);
        if (diff.IsSame)
        {
            if (diff.Unmodelled.Count == 0) console.Line("Same: states, findings and interrupts agree to the end.", ReportConsole.Good);
            else console.Line("No difference where the rules decide; but these could not be replayed otherwise:", ReportConsole.Warn);
            WriteUnmodelled(console, diff);
            return;
        }
        WriteFirst(console, diff.First, file, lines);
        WriteWhatIf(console, "Left", diff.Left.WhatIf);
        WriteWhatIf(console, "Right", diff.Right.WhatIf);
        WriteIrqs(console, diff.Irqs, all, lines);
        WriteFindings(console, diff.Findings, all);
        WriteLines(console, diff.Lines);
        WriteState(console, diff.State);
        WriteUnmodelled(console, diff);
    }

    /// <summary>One sentence: which behaviour the recording decides, on both sides.</summary>
    public static string Describe(UnmodelledRule rule) =>
        $"this recording cannot be replayed otherwise for {rule.Rule} ({rule.Left} or {rule.Right}): both sides follow what it recorded, "
        + $"{PlainText.Count(rule.Decisions, "decision")}";

    private static void WriteFirst(ReportConsole console, Divergence? first, string file, EventLines lines)
    {
        if (first is null)
        {
            console.Heading("Different at the end; the event at which they part is not known");
            return;
        }
        string time = first.TimeNs is { } ns ? $", {PlainText.Seconds(ns)} s" : "";
        console.Heading(string.Create(CultureInfo.InvariantCulture, $"They part at event {first.Event}{time}"));
        if (lines[first.Event].Length > 0) console.Line("  " + PlainText.Clean(lines[first.Event]) + AfterMark(first, lines), ReportConsole.Dim);
        console.Line("  " + first.What);
        console.Facts([("left", first.Left), ("right", first.Right)]);
        console.Line(string.Create(CultureInfo.InvariantCulture, $"  Look: irqreplay state {file} --at event:{first.Event}"), ReportConsole.Dim);
        console.Line();
    }

    private static string AfterMark(Divergence at, EventLines lines) =>
        lines.MarkBefore(at.Event) is { Length: > 0 } mark ? $", after the marker \"{PlainText.Clean(mark)}\"" : "";

    private static void WriteWhatIf(ReportConsole console, string side, OfflineWhatIf? whatIf)
    {
        if (whatIf is null) return;
        var parts = new List<string>();
        if (whatIf.Decisions > 0)
        {
            parts.Add(PlainText.Count(whatIf.Decisions, "vector")
                + (whatIf.GivesBack ? " given back that the recorded kernel kept" : " kept that the recorded kernel gave back"));
        }
        if (whatIf.Ignored > 0) parts.Add(PlainText.Count(whatIf.Ignored, "recorded event") + " of them left out");
        if (whatIf.Spared > 0) parts.Add(PlainText.Count(whatIf.Spared, "recorded refusal") + " that would not have come");
        if (whatIf.Refused > 0) parts.Add(PlainText.Count(whatIf.Refused, "recorded allocation") + " that would have found no vector");
        if (whatIf.Undecided > 0) parts.Add(PlainText.Count(whatIf.Undecided, "pending move") + " on CPUs whose last steps were not recorded: not decided otherwise");
        if (parts.Count > 0) console.Line($"{side} departs from the recording: {string.Join("; ", parts)}. New vectors have the recorded numbers.");
    }

    internal static void WriteIrqs(ReportConsole console, IReadOnlyList<IrqDifference> irqs, bool all, EventLines? lines = null)
    {
        if (irqs.Count == 0) return;
        console.Line();
        console.Heading(PlainText.Count(irqs.Count, "interrupt") + (irqs.Count == 1 ? " ends" : " end") + " differently");
        bool parts = lines is not null && irqs[0].Parts is not null;
        Table table = parts ? ReportConsole.NewTable("!Interrupt", "Left", "Right", ">Parts at", "!Step") : ReportConsole.NewTable("!Interrupt", "Left", "Right");
        int shown = all ? irqs.Count : Math.Min(irqs.Count, IrqsShown);
        for (int i = 0; i < shown; i++)
        {
            IrqDifference row = irqs[i];
            List<Text> cells = [ReportConsole.Cell(Name(row)), ReportConsole.Cell(row.Left?.Describe() ?? "nothing found"),
                ReportConsole.Cell(row.Right?.Describe() ?? "nothing found")];
            if (parts)
            {
                cells.Add(ReportConsole.Number(row.Parts is { } at ? at.Event.ToString(CultureInfo.InvariantCulture) : "-"));
                cells.Add(ReportConsole.Cell(row.Parts is null ? "-" : StepOf(row.Parts, lines!)));
            }
            table.AddRow(cells);
        }
        console.Write(table);
        if (irqs.Count > shown) console.Line($"… and {PlainText.Count(irqs.Count - shown)} more; --all lists them.", ReportConsole.Dim);
    }

    private static string StepOf(Divergence parts, EventLines lines) =>
        parts.Step.Length > 0 ? parts.Step : lines[parts.Event].Length > 0 ? lines[parts.Event].Split(' ')[0] : parts.What;

    private static string Name(IrqDifference row)
    {
        string irq = row.Irq < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"irq {row.Irq}");
        if (row.Device.Length == 0) return irq.Length == 0 ? "-" : irq;
        string place = row.Entry < 0 ? row.Device : string.Create(CultureInfo.InvariantCulture, $"{row.Device}[{row.Entry}]");
        return irq.Length == 0 ? place : $"{irq}, {place}";
    }

    private static void WriteFindings(ReportConsole console, FindingDiff findings, bool all)
    {
        console.Line();
        console.Heading($"Findings: {PlainText.Count(findings.OnlyLeft.Count)} only left, {PlainText.Count(findings.OnlyRight.Count)} only right, "
            + $"{PlainText.Count(findings.Both)} both");
        WriteSide(console, "left ", findings.OnlyLeft, all);
        WriteSide(console, "right", findings.OnlyRight, all);
    }

    private static void WriteSide(ReportConsole console, string side, IReadOnlyList<ReportFinding> findings, bool all)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (ReportFinding finding in findings) counts[finding.Code] = counts.GetValueOrDefault(finding.Code) + 1;
        foreach ((string code, int count) in counts)
            console.Line(string.Create(CultureInfo.InvariantCulture, $"  {side}  {code} {FindingCatalog.Find(code)?.Name} × {count}"));
        for (int i = 0; i < (all ? findings.Count : Math.Min(findings.Count, FindingsShown)); i++)
            console.Line(string.Create(CultureInfo.InvariantCulture, $"    event {findings[i].Event}: {findings[i].Message}"), ReportConsole.Dim);
    }

    private static void WriteLines(ReportConsole console, IReadOnlyList<LineCount> lines)
    {
        if (lines.Count == 0) return;
        console.Line();
        console.Heading("What recordings of the two would show");
        Table table = ReportConsole.NewTable("!Seen in", "What", ">Left", ">Right");
        foreach (LineCount row in lines)
        {
            table.AddRow(ReportConsole.Cell(row.Source), ReportConsole.Cell(row.Sort), ReportConsole.Number(PlainText.Count(row.Left)),
                ReportConsole.Number(PlainText.Count(row.Right)));
        }
        console.Write(table);
    }

    private static void WriteState(ReportConsole console, StateDiff state)
    {
        if (state.Counters.Count == 0 && state.Irqs == 0) return;
        console.Line();
        console.Heading("At the end");
        if (state.Counters.Count > 0)
        {
            Table table = ReportConsole.NewTable("!What", "!Where", ">Left", ">Right");
            foreach (CounterDifference row in state.Counters)
            {
                table.AddRow(ReportConsole.Cell(row.Name),
                    ReportConsole.Cell(row.Cpu is { } cpu ? string.Create(CultureInfo.InvariantCulture, $"CPU {cpu}") : "all CPUs"),
                    ReportConsole.Number(Value(row.Left)), ReportConsole.Number(Value(row.Right)));
            }
            console.Write(table);
        }
        if (state.Irqs > 0) console.Line($"{PlainText.Count(state.Irqs, "interrupt")} in another place or state.");
    }

    private static string Value(long? value) => value is { } known ? PlainText.Count(known) : "not known";

    private static void WriteUnmodelled(ReportConsole console, RulesDiff diff)
    {
        if (diff.Unmodelled.Count == 0) return;
        console.Line();
        foreach (UnmodelledRule rule in diff.Unmodelled) console.Line("  " + Describe(rule) + ".", ReportConsole.Warn);
    }
}
