using System.Collections.Generic;
using System.Globalization;
using Replay.Cli.Scenarios;
using Replay.Core.Findings;
using Replay.Core.Systems;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>scenarios</c> for people: a list of all, or the outcome tables of some.</summary>
internal static class ScenariosText
{
    /// <summary>One line a scenario, and whatever is not as expected.</summary>
    public static void WriteList(List<ScenarioResult> results, CliHost host)
    {
        using var console = new ReportConsole(host);
        Table table = ReportConsole.NewTable("!Scenario", ">Rule sets", ">Expected", ">Failed", "What");
        int expected = 0, failed = 0;
        foreach (ScenarioResult result in results)
        {
            expected += result.Expectations.Count;
            failed += result.Failed;
            table.AddRow(
                ReportConsole.Cell(result.Scenario.Name, result.Failed > 0 ? ReportConsole.Bad : Style.Plain),
                ReportConsole.Number(Text(result.Runs.Count)),
                ReportConsole.Number(Text(result.Expectations.Count)),
                ReportConsole.Number(Text(result.Failed), result.Failed > 0 ? ReportConsole.Bad : Style.Plain),
                ReportConsole.Cell(result.Scenario.Title));
        }
        console.Write(table);
        foreach (ScenarioResult result in results) WriteFailed(console, result);
        console.Line(failed == 0
            ? $"{PlainText.Count(results.Count, "scenario")}, all {PlainText.Count(expected, "expectation")} met."
            : $"{PlainText.Count(failed)} of {PlainText.Count(expected, "expectation")} not met.",
            failed == 0 ? ReportConsole.Good : ReportConsole.Bad);
        if (results.Count > 0) console.Line($"One of them in full: irqreplay scenarios {results[0].Scenario.Name}", ReportConsole.Dim);
    }

    /// <summary>The outcome of each interrupt under each choice of rules.</summary>
    public static void WriteWhole(List<ScenarioResult> results, bool states, CliHost host)
    {
        using var console = new ReportConsole(host);
        foreach (ScenarioResult result in results)
        {
            console.Heading(result.Scenario.Name);
            console.Line("  " + result.Scenario.Title);
            console.Line();
            WriteOutcomes(console, result);
            foreach (ScenarioRun run in result.Runs)
            {
                WriteCalls(console, run);
                if (states) WriteStates(console, run);
            }
            WriteFailed(console, result);
            if (result.Expectations.Count == 0) console.Line("It has no #expect lines.", ReportConsole.Warn);
            else if (result.Failed == 0) console.Line($"All {PlainText.Count(result.Expectations.Count, "expectation")} met.", ReportConsole.Good);
            console.Line();
        }
    }

    private static void WriteOutcomes(ReportConsole console, ScenarioResult result)
    {
        Table table = ReportConsole.NewTable("Rules", "!Interrupt", "Events of the device", "!At the end", ">Blame", "Why");
        foreach (ScenarioRun run in result.Runs)
        {
            bool first = true;
            foreach ((string device, int entry, int? irq) in Interrupts(run))
            {
                InterruptVerdict? end = FindEnd(run, device, entry);
                table.AddRow(
                    ReportConsole.Cell(first ? Name(run) : ""),
                    ReportConsole.Cell(irq is { } number
                        ? string.Create(CultureInfo.InvariantCulture, $"irq {number} {device}[{entry}]")
                        : string.Create(CultureInfo.InvariantCulture, $"{device}[{entry}]")),
                    ReportConsole.Cell(DescribeEvents(run, device, entry)),
                    ReportConsole.Cell(end is null ? "-" : VerdictText.Name(end.Verdict), StyleOf(end)),
                    ReportConsole.Number(end?.Blame is { } blame ? blame.ToString(CultureInfo.InvariantCulture) : "-"),
                    ReportConsole.Cell(end?.Reason ?? ""));
                first = false;
            }
        }
        console.Write(table);
    }

    private static void WriteCalls(ReportConsole console, ScenarioRun run)
    {
        foreach (FailingCall call in run.Calls)
        {
            console.Line($"  {Name(run)}: {call.Call}{(call.Device.Length == 0 ? "" : " of " + call.Device)} failed at event {Text(call.Event)}: {call.Error}"
                + (call.Expected ? " (it fails in a correct run too)" : ""));
        }
        foreach (Finding finding in run.Findings)
        {
            console.Line($"  {Name(run)}: {FindingCatalog.IdOf(finding.Code)} at event {Text(finding.Event)}: {finding.Message}",
                ReportConsole.Warn);
        }
    }

    private static void WriteStates(ReportConsole console, ScenarioRun run)
    {
        console.Heading(Name(run) + ", step by step");
        Table table = ReportConsole.NewTable(">Event", "!What", "Step", "State");
        foreach (StateLine row in run.States)
        {
            table.AddRow(ReportConsole.Number(Text(row.Event)), ReportConsole.Cell(row.Subject), ReportConsole.Cell(row.Step),
                ReportConsole.Cell(row.State));
        }
        console.Write(table);
    }

    private static void WriteFailed(ReportConsole console, ScenarioResult result)
    {
        foreach (CheckedExpectation each in result.Expectations)
        {
            if (each.IsMet) continue;
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"{result.Scenario.Name}:{each.Expectation.Line}: expected {each.Expectation.Text}; found {each.Found}"), ReportConsole.Bad);
        }
    }

    /// <summary>Interrupts with a verdict of either sort, by device and entry.</summary>
    private static List<(string Device, int Entry, int? Irq)> Interrupts(ScenarioRun run)
    {
        var rows = new List<(string Device, int Entry, int? Irq)>();
        foreach (InterruptVerdict end in run.Interrupts) rows.Add((end.Device, end.Entry, end.Irq));
        foreach (EventVerdict each in run.Events)
        {
            if (FindEnd(run, each.Device, each.Entry) is null && !rows.Exists(row => row.Device == each.Device && row.Entry == each.Entry))
                rows.Add((each.Device, each.Entry, each.Irq));
        }
        return rows;
    }

    private static string DescribeEvents(ScenarioRun run, string device, int entry)
    {
        var verdicts = new List<string>();
        foreach (EventVerdict each in run.Events)
        {
            if (each.Device == device && each.Entry == entry) verdicts.Add(VerdictText.Describe(each));
        }
        return verdicts.Count == 0 ? "-" : string.Join(", ", verdicts);
    }

    private static InterruptVerdict? FindEnd(ScenarioRun run, string device, int entry)
    {
        foreach (InterruptVerdict end in run.Interrupts)
        {
            if (end.Device == device && end.Entry == entry) return end;
        }
        return null;
    }

    private static Style StyleOf(InterruptVerdict? end) => end?.Verdict switch
    {
        EndVerdict.Working => ReportConsole.Good,
        null or EndVerdict.NotAllocated => Style.Plain,
        _ => ReportConsole.Bad,
    };

    private static string Name(ScenarioRun run) => run.RuleText.Length == 0 ? run.Rules.ToString() : run.RuleText;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
