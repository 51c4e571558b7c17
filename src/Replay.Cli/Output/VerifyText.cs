using System;
using System.Globalization;
using Replay.Core.Verify;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>verify</c> for people: what was decided again, what differs and why, what could not be told.</summary>
internal static class VerifyText
{
    private const int DisagreementsShown = 12;

    public static void Write(VerifyReport report, string rules, Recording recording,
        string file, bool all, CliHost host)
    {
        using var console = new ReportConsole(host);
        VerifyTally tally = report.Tally;
        console.Heading(file);
        string kernel = recording.Info.Kernel.Length == 0
            ? "a kernel that the recording does not name" : "Linux " + recording.Info.Kernel;
        console.Line($"  {kernel}, decided again by the rules {rules}");
        console.Line();
        long determined = tally.Decisions - tally.Undetermined;
        if (tally.Decisions == 0)
            console.Line("Nothing to verify: the recording holds no decision of the kernel.", ReportConsole.Warn);
        else
        {
            string verdict = tally.Disagreed == 0
                ? $"All {PlainText.Count(determined, "decision")} that could be taken again agree"
                : $"{PlainText.Count(tally.Disagreed, "decision")} of {PlainText.Count(determined)} "
                    + $"{(tally.Disagreed == 1 ? "is" : "are")} not what the rules decide";
            console.Line($"{verdict}; {Share(determined, tally.Decisions)} could be taken again.",
                tally.Disagreed == 0 ? ReportConsole.Good : ReportConsole.Bad);
            WriteKinds(console, tally);
        }
        WriteDisagreements(console, tally, all);
        WriteOpen(console, tally);
        foreach (Evidence evidence in report.Evidence)
        {
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"This kernel has {evidence.Name}={evidence.Alternative}: "
                + $"{evidence.What} (first at event {evidence.Event}, {PlainText.Count(evidence.Count, "time")}"
                + $"{(evidence.Against == 0 ? "" : $"; {evidence.Against} against")})."));
        }
    }

    private static void WriteKinds(ReportConsole console, VerifyTally tally)
    {
        Table table = ReportConsole.NewTable("Decision", ">Taken", ">Agree", ">Differ", ">Open");
        for (int i = 0; i < DecisionKinds.Count; i++)
        {
            var kind = (DecisionKind)i;
            if (tally.DecisionsOf(kind) == 0) continue;
            table.AddRow(
                ReportConsole.Cell(DecisionKinds.NameOf(kind)),
                ReportConsole.Number(PlainText.Count(tally.DecisionsOf(kind))),
                ReportConsole.Number(PlainText.Count(tally.AgreedOf(kind))),
                ReportConsole.Number(PlainText.Count(tally.DisagreedOf(kind))),
                ReportConsole.Number(PlainText.Count(tally.OpenOf(kind))));
        }
        console.Write(table);
    }

    private static void WriteDisagreements(ReportConsole console, VerifyTally tally, bool all)
    {
        if (tally.Disagreed == 0) return;
        console.Heading("Differences");
        int shown = all ? tally.Disagreements.Count : Math.Min(DisagreementsShown, tally.Disagreements.Count);
        for (int i = 0; i < shown; i++)
        {
            Disagreement disagreement = tally.Disagreements[i];
            string irq = disagreement.Irq is { } number
                ? string.Create(CultureInfo.InvariantCulture, $", irq {number}") : "";
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"  event {disagreement.Event}, {PlainText.Seconds(disagreement.TimeNs)} s, CPU {disagreement.Cpu}: "
                + $"{DecisionKinds.NameOf(disagreement.Kind)}{irq}"));
            console.Line($"    expected {disagreement.Expected}", ReportConsole.Good);
            console.Line($"    recorded {disagreement.Actual}", ReportConsole.Bad);
            console.Line($"    because  {disagreement.Because}");
        }
        long more = tally.Disagreed - shown;
        if (more > 0)
            console.Line($"  … and {PlainText.Count(more)} more{(all ? "" : "; --all lists them")}.",
                ReportConsole.Dim);
    }

    private static void WriteOpen(ReportConsole console, VerifyTally tally)
    {
        if (tally.Undetermined == 0) return;
        console.Heading("Open");
        for (int i = 0; i < OpenReasons.Count; i++)
        {
            var reason = (OpenReason)i;
            if (tally.OpenFor(reason) == 0) continue;
            console.Line($"  {PlainText.Count(tally.OpenFor(reason))}: {OpenReasons.TextOf(reason)}");
            if (OpenReasons.CureOf(reason).Length > 0)
                console.Line($"    {OpenReasons.CureOf(reason)}", ReportConsole.Dim);
        }
    }

    private static string Share(long part, long whole) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(1000.0 * part / whole) / 10:0.#} %");
}
