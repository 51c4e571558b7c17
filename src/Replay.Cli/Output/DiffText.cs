using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Cli.Machines;
using Replay.Core.Diff;
using Replay.Core.Findings;
using Replay.Core.Reports;
using Replay.Core.WhatIf;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>diff</c> for people: same or not, where the two part, and what it does to whom.</summary>
internal static class DiffText
{
    private const int IrqsShown = 12;

    private const int FindingsShown = 3;

    private const int DevicesShown = 6;

    public static void Write(
        RulesDiff diff, DiffSides sides, Recording recording, RecordingName name,
        EventLines lines, bool all, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading(name.Title);
        console.Facts([("left", sides.Left.Name), ("right", sides.Right.Name)]);
        console.Line();
        if (recording.Report.HasDataLoss || recording.Info.LostCount > 0)
            console.Line("  Records are missing: differences after the loss may be its effect, "
                + "and others may be hidden by it.", ReportConsole.Bad);
        if (diff.IsSame)
        {
            if (diff.Undecided.Count == 0)
                console.Line("Same: states, findings and interrupts agree to the end.", ReportConsole.Good);
            else
                console.Line("No difference where the rules decide; but not all could be decided otherwise:",
                    ReportConsole.Warn);
            WriteUndecided(console, diff);
            return;
        }
        WriteFirst(console, diff.First, name, lines);
        WriteRules(console, diff);
        WriteConsequences(console, diff);
        if (diff.Irqs.Count == 0) console.Line("No interrupt ends differently.");
        WriteIrqs(console, diff.Irqs, all, lines);
        WriteFindings(console, diff.Findings, all);
        WriteLines(console, diff.Lines);
        WriteState(console, diff.State);
        WriteUndecided(console, diff);
    }

    private static void WriteFirst(ReportConsole console, Divergence? first, RecordingName name, EventLines lines)
    {
        if (first is null)
        {
            console.Heading("Different at the end; the event at which they part is not known");
            return;
        }
        string time = first.TimeNs is { } ns ? $", {PlainText.Seconds(ns)} s" : "";
        console.Heading(string.Create(CultureInfo.InvariantCulture, $"They part at event {first.Event}{time}"));
        if (lines[first.Event].Length > 0)
            console.Line("  " + PlainText.Clean(lines[first.Event]) + AfterMark(first, lines), ReportConsole.Dim);
        console.Line("  " + first.What);
        console.Facts([("left", first.Left), ("right", first.Right)]);
        string look = string.Create(
            CultureInfo.InvariantCulture, $"  Look: irqreplay state {name.Argument} --at event:{first.Event}");
        console.Line(look, ReportConsole.Dim);
        console.Line();
    }

    private static string AfterMark(Divergence at, EventLines lines) =>
        lines.MarkBefore(at.Event) is { Length: > 0 } mark ? $", after the marker \"{PlainText.Clean(mark)}\"" : "";

    /// <summary>The other rules that part the sides; what is only written differently in one line.</summary>
    private static void WriteRules(ReportConsole console, RulesDiff diff)
    {
        var written = new List<string>();
        foreach (RuleDivergence rule in diff.Rules)
        {
            bool isFirst = ReferenceEquals(rule.First, diff.First);
            if (isFirst)
            {
                console.Line($"{rule.Rule} decides otherwise {PlainText.Count(rule.Decisions, "time")}.");
                continue;
            }
            if (rule.IsRepresentation)
            {
                written.Add(
                    $"{rule.Rule} {PlainText.Count(rule.Decisions)} × ({rule.First.What[(rule.Rule.Length + 2)..]}: "
                    + $"left {rule.First.Left}, right {rule.First.Right})");
                continue;
            }
            string time = rule.First.TimeNs is { } ns ? $", {PlainText.Seconds(ns)} s" : "";
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"Also, {PlainText.Count(rule.Decisions, "time")}, first at event {rule.First.Event}{time}"));
            console.Line("  " + rule.First.What);
            console.Facts([("left", rule.First.Left), ("right", rule.First.Right)]);
        }
        foreach (string line in written) console.Line("Only written differently: " + line, ReportConsole.Dim);
    }

    private static void WriteConsequences(ReportConsole console, RulesDiff diff)
    {
        IReadOnlyList<(string Key, string Words, long Count)> left = WhatIfRows.Of(diff.Left.WhatIf),
            right = WhatIfRows.Of(diff.Right.WhatIf);
        Table table = ReportConsole.NewTable("!What follows", ">Left", ">Right");
        int rows = 0;
        for (int i = 0; i < left.Count; i++)
        {
            if (left[i].Count == right[i].Count) continue;
            table.AddRow(ReportConsole.Cell(left[i].Words), ReportConsole.Number(Figure(left[i].Key, left[i].Count)),
                ReportConsole.Number(Figure(right[i].Key, right[i].Count)));
            rows++;
        }
        if (rows > 0)
        {
            console.Line();
            console.Write(table);
        }
        WriteRefusal(console, "left", diff.Left.WhatIf?.Totals);
        WriteRefusal(console, "right", diff.Right.WhatIf?.Totals);
    }

    private static string Figure(string key, long count) =>
        key == "heldMaxNs" && count > 0 ? PlainText.Duration((ulong)count) : PlainText.Count(count);

    private static void WriteRefusal(ReportConsole console, string side, WhatIfTotals? totals)
    {
        if (totals is not { FirstRefusalText: { } text } known) return;
        console.Line(string.Create(CultureInfo.InvariantCulture,
            $"First refused on the {side} side at event {known.FirstRefusal}, "
            + $"{PlainText.Seconds(known.FirstRefusalTimeNs)} s: {text}."));
    }

    internal static void WriteIrqs(ReportConsole console, IReadOnlyList<IrqDifference> irqs,
        bool all, EventLines? lines = null)
    {
        if (irqs.Count == 0) return;
        console.Line();
        console.Heading(PlainText.Count(irqs.Count, "interrupt")
            + (irqs.Count == 1 ? " ends" : " end") + " differently");
        bool parts = lines is not null && irqs[0].Parts is not null;
        Table table = parts
            ? ReportConsole.NewTable("!Interrupt", "Left", "Right", ">Parts at", "!Step")
            : ReportConsole.NewTable("!Interrupt", "Left", "Right");
        int shown = all ? irqs.Count : Math.Min(irqs.Count, IrqsShown);
        for (int i = 0; i < shown; i++)
        {
            IrqDifference row = irqs[i];
            List<Text> cells = [ReportConsole.Cell(Name(row)), ReportConsole.Cell(row.Left?.Describe()
                ?? "nothing found"), ReportConsole.Cell(row.Right?.Describe() ?? "nothing found")];
            if (parts)
            {
                cells.Add(ReportConsole.Number(row.Parts is { } at
                    ? at.Event.ToString(CultureInfo.InvariantCulture) : "-"));
                cells.Add(ReportConsole.Cell(row.Parts is null ? "-" : StepOf(row.Parts, lines!)));
            }
            table.AddRow(cells);
        }
        console.Write(table);
        if (irqs.Count > shown)
            console.Line($"… and {PlainText.Count(irqs.Count - shown)} more; --all lists them.", ReportConsole.Dim);
    }

    private static string StepOf(Divergence parts, EventLines lines) =>
        parts.Step.Length > 0 ? parts.Step
            : lines[parts.Event].Length > 0 ? lines[parts.Event].Split(' ')[0] : parts.What;

    private static string Name(IrqDifference row)
    {
        string irq = row.Irq < 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"irq {row.Irq}");
        if (row.Device.Length == 0) return irq.Length == 0 ? "-" : irq;
        string place = row.Entry < 0
            ? row.Device : string.Create(CultureInfo.InvariantCulture, $"{row.Device}[{row.Entry}]");
        return irq.Length == 0 ? place : $"{irq}, {place}";
    }

    private static void WriteFindings(ReportConsole console, FindingDiff findings, bool all)
    {
        console.Line();
        console.Heading($"Findings: {PlainText.Count(findings.OnlyLeft.Count)} only left, "
            + $"{PlainText.Count(findings.OnlyRight.Count)} only right, {PlainText.Count(findings.Both)} both");
        WriteSide(console, "left ", findings.OnlyLeft, all);
        WriteSide(console, "right", findings.OnlyRight, all);
    }

    private static void WriteSide(ReportConsole console, string side, IReadOnlyList<ReportFinding> findings, bool all)
    {
        var counts = new SortedDictionary<string, SortedDictionary<string, int>>(StringComparer.Ordinal);
        foreach (ReportFinding finding in findings)
        {
            if (!counts.TryGetValue(finding.Code, out SortedDictionary<string, int>? devices))
                counts.Add(finding.Code, devices = new SortedDictionary<string, int>(StringComparer.Ordinal));
            string device = finding.Device ?? "";
            devices[device] = devices.GetValueOrDefault(device) + 1;
        }
        foreach ((string code, SortedDictionary<string, int> devices) in counts)
        {
            int count = 0;
            foreach (int of in devices.Values) count += of;
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"  {side}  {code} {FindingCatalog.Find(code)?.Name} × {count}{Devices(devices)}"));
        }
        for (int i = 0; i < (all ? findings.Count : Math.Min(findings.Count, FindingsShown)); i++)
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"    event {findings[i].Event}: {findings[i].Message}"), ReportConsole.Dim);
    }

    /// <summary>Whose they are, where they are of a few devices.</summary>
    private static string Devices(SortedDictionary<string, int> devices)
    {
        if (devices.Count is < 2 or > DevicesShown || devices.ContainsKey("")) return "";
        var parts = new List<string>();
        foreach ((string device, int count) in devices)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{device} {count}"));
        return $" ({string.Join(", ", parts)})";
    }

    private static void WriteLines(ReportConsole console, IReadOnlyList<LineCount> lines)
    {
        if (lines.Count == 0) return;
        console.Line();
        console.Heading("What recordings of the two would show");
        Table table = ReportConsole.NewTable("!Seen in", "What", ">Left", ">Right");
        foreach (LineCount row in lines)
        {
            table.AddRow(ReportConsole.Cell(row.Source), ReportConsole.Cell(row.Sort),
                ReportConsole.Number(PlainText.Count(row.Left)), ReportConsole.Number(PlainText.Count(row.Right)));
        }
        console.Write(table);
    }

    private static void WriteState(ReportConsole console, StateDiff state)
    {
        if (state.Counters.Count == 0 && state.Irqs + state.OtherNumbers == 0) return;
        console.Line();
        console.Heading("At the end");
        if (state.Counters.Count > 0)
        {
            Table table = ReportConsole.NewTable("!What", "!Where", ">Left", ">Right");
            foreach (CounterDifference row in state.Counters)
            {
                table.AddRow(ReportConsole.Cell(row.Name), ReportConsole.Cell(row.Cpu is { } cpu
                    ? string.Create(CultureInfo.InvariantCulture, $"CPU {cpu}") : "all CPUs"),
                    ReportConsole.Number(Value(row.Left)), ReportConsole.Number(Value(row.Right)));
            }
            console.Write(table);
        }
        if (state.Irqs > 0) console.Line($"{PlainText.Count(state.Irqs, "interrupt")} in another place or state.");
        if (state.OtherNumbers > 0)
            console.Line($"{PlainText.Count(state.OtherNumbers, "interrupt")} with another vector number on "
                + "the same CPU.", ReportConsole.Dim);
    }

    private static string Value(long? value) => value is { } known ? PlainText.Count(known) : "not known";

    private static void WriteUndecided(ReportConsole console, RulesDiff diff)
    {
        if (diff.Undecided.Count == 0) return;
        console.Line();
        foreach (UndecidedRule rule in diff.Undecided)
        {
            console.Line($"  {rule.Rule}: {PlainText.Count(rule.Decisions, "decision")} could not be taken otherwise, "
                + $"what they depend on is not recorded.", ReportConsole.Warn);
        }
    }
}
