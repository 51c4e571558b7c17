using System;
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
    /// <summary>Blanks, rule sets and expectations beside name and title.</summary>
    private const int OtherColumnsWidth = 22;

    /// <summary>One line a scenario, and whatever is not as expected.</summary>
    public static void WriteList(List<ScenarioResult> results, CliHost host)
    {
        using var console = new ReportConsole(host);
        Table table = ReportConsole.NewTable("!Scenario", ">Rules", ">Met", "!What");
        int nameWidth = 0;
        foreach (ScenarioResult result in results) nameWidth = Math.Max(nameWidth, result.Scenario.Name.Length);
        // A line each, whatever the width: the title is cut where the other columns leave no more room.
        int titleWidth = console.Width - nameWidth - OtherColumnsWidth;
        int expected = 0, failed = 0;
        foreach (ScenarioResult result in results)
        {
            expected += result.Expectations.Count;
            failed += result.Failed;
            table.AddRow(
                ReportConsole.Cell(result.Scenario.Name, result.Failed > 0 ? ReportConsole.Bad : Style.Plain),
                ReportConsole.Number(Text(result.Runs.Count)),
                ReportConsole.Number(result.Failed == 0 ? Text(result.Expectations.Count)
                    : $"{Text(result.Expectations.Count - result.Failed)} of {Text(result.Expectations.Count)}",
                    result.Failed > 0 ? ReportConsole.Bad : Style.Plain),
                ReportConsole.Cell(Cut(result.Scenario.Title, titleWidth)));
        }
        console.Write(table);
        foreach (ScenarioResult result in results)
        {
            WriteWarnings(console, result);
            WriteFailed(console, result);
        }
        console.Line(failed == 0
            ? $"{PlainText.Count(results.Count, "scenario")}, all {PlainText.Count(expected, "expectation")} met."
            : $"{PlainText.Count(failed)} of {PlainText.Count(expected, "expectation")} not met.",
            failed == 0 ? ReportConsole.Good : ReportConsole.Bad);
        if (results.Count > 0)
            console.Line($"One of them in full: irqreplay scenarios {results[0].Scenario.Name}", ReportConsole.Dim);
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
            var outcomes = new OutcomeTable(result.Runs);
            outcomes.Write(console);
            for (int i = 0; i < result.Runs.Count; i++)
            {
                WriteNotes(console, result.Runs[i], i, outcomes);
                if (states) WriteStates(console, result.Runs[i]);
            }
            WriteWarnings(console, result);
            WriteFailed(console, result);
            if (result.Expectations.Count == 0)
                console.Line("It has no #expect lines: nothing was compared. Rules are those of its kernel.",
                    ReportConsole.Warn);
            else if (result.Failed == 0)
                console.Line($"All {PlainText.Count(result.Expectations.Count, "expectation")} met.",
                    ReportConsole.Good);
            console.Line();
        }
    }

    /// <summary>Failing calls and findings of a run, below its rules.</summary>
    private static void WriteNotes(ReportConsole console, ScenarioRun run, int index, OutcomeTable outcomes)
    {
        bool allWork = run.Interrupts.TrueForAll(static each => each.Verdict == EndVerdict.Working);
        if (allWork && run.Calls.Count + run.Findings.Count == 0) return;
        console.Line();
        console.Line($"{OutcomeTable.Letter(index)}  {Name(run)}", ReportConsole.Bold);
        outcomes.WriteReasons(console, index);
        SystemsText.WriteCalls(console, run.Calls);
        foreach (Finding finding in run.Findings)
            console.Indented($"event {Text(finding.Event)}: {FindingCatalog.IdOf(finding.Code)} {finding.Message}",
                ReportConsole.Warn);
    }

    private static void WriteStates(ReportConsole console, ScenarioRun run)
    {
        console.Heading(Name(run) + ", step by step");
        SystemsText.WriteStates(console, run.States, int.MaxValue);
        SystemsText.WriteLines(console, run.Lines, int.MaxValue);
    }

    /// <summary>What could not be read, and events that could do nothing under any of the rules.</summary>
    private static void WriteWarnings(ReportConsole console, ScenarioResult result)
    {
        if (result.Runs.Count == 0) return;
        foreach (string text in result.Runs[0].Damage)
            console.Line($"{result.Scenario.Name}: {text}", ReportConsole.Bad);
        foreach (string text in result.Runs[0].Notes)
        {
            bool always = true;
            foreach (ScenarioRun run in result.Runs) always &= run.Notes.Contains(text);
            if (always) console.Line($"{result.Scenario.Name}: {text}", ReportConsole.Warn);
        }
    }

    private static void WriteFailed(ReportConsole console, ScenarioResult result)
    {
        foreach (CheckedExpectation each in result.Expectations)
        {
            if (each.IsMet) continue;
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"{result.Scenario.Name}:{each.Expectation.Line}: expected {each.Expectation.Text}; "
                + $"found {each.Found}"), ReportConsole.Bad);
        }
    }

    private static string Name(ScenarioRun run) => OutcomeTable.NameOf(run);

    private static string Cut(string text, int width) => text.Length <= width
        ? text : text[..Math.Max(0, width - 1)] + "…";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
