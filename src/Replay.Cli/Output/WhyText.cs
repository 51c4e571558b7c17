using System.Collections.Generic;
using System.Globalization;
using Replay.Cli.Machines;
using Replay.Core.History;
using Replay.Core.Reports;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>replay --why</c> for people: the verdict first, then the views, then how it came about.</summary>
internal static class WhyText
{
    public static void Write(
        WhyReport why, ReplayReport report, Recording recording, IReadOnlyList<int> irqs,
        RecordingName recorded, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading(recorded.Title);
        if (recording.Report.HasDataLoss || recording.Info.LostCount > 0)
            console.Line("  Records are missing: what happened in the gap is not known.", ReportConsole.Bad);
        console.Line();
        if (why.Verdict == Verdict.Unknown && why.Views.Count == 0)
        {
            console.Line(HistoryText.Missing(HistorySubject.OfIrq(why.Irq), irqs));
            return;
        }
        WriteOne(console, why);
        console.Line();
        console.Line("Look next", ReportConsole.Bold);
        string name = recorded.Argument;
        if (why.Parted is { } parted)
            console.Verbatim(string.Create(CultureInfo.InvariantCulture,
                $"  irqreplay state {name} --at event:{parted} --irq {why.Irq}"));
        console.Verbatim(string.Create(CultureInfo.InvariantCulture, $"  irqreplay history {name} --irq {why.Irq}"));
        if (report.Findings.Count > 0)
        {
            console.Verbatim(string.Create(CultureInfo.InvariantCulture,
                $"  irqreplay replay {name}     ({PlainText.Count(report.Findings.Count, "finding")} in all)"));
        }
    }

    /// <summary>One interrupt below a list of findings: the verdict and the chain.</summary>
    public static void WriteStory(ReportConsole console, WhyReport why)
    {
        console.Line();
        console.Heading(why.Sentence);
        WriteChain(console, why);
    }

    /// <summary>One interrupt: verdict, views and chain.</summary>
    private static void WriteOne(ReportConsole console, WhyReport why)
    {
        console.Heading(why.Sentence);
        console.Line("  " + Subject(why), ReportConsole.Dim);
        if (why.Parted is { } parted)
        {
            string time = why.PartedTimeNs is { } ns ? $", {PlainText.Seconds(ns)} s" : "";
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"  What went wrong began at event {parted}{time}."));
        }
        if (why.Views.Count > 0) console.Write(Views(why.Views));
        if (why.Chain.Count == 0) return;
        console.Line();
        console.Heading(why.Parted is null ? "Last change" : "How it came about");
        WriteChain(console, why);
    }

    private static void WriteChain(ReportConsole console, WhyReport why)
    {
        List<HistoryEntry> chain = [.. why.Chain];
        if (why.LeftOut == 0)
        {
            console.Write(HistoryText.Rows(chain));
            return;
        }
        console.Write(HistoryText.Rows(chain.GetRange(0, why.LeftOutAfter)));
        console.Line($"  … {PlainText.Count(why.LeftOut, "change")} left out …", ReportConsole.Dim);
        console.Write(HistoryText.Rows(chain.GetRange(why.LeftOutAfter, chain.Count - why.LeftOutAfter)));
    }

    private static string Subject(WhyReport why)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"irq {why.Irq}");
        if (why.Name is { } name) text += " " + name;
        if (why.Device is { } device)
            text += why.Entry is { } entry
                ? string.Create(CultureInfo.InvariantCulture, $", {device} entry {entry}") : ", " + device;
        return text;
    }

    private static Table Views(IReadOnlyList<ViewRow> rows)
    {
        Table table = ReportConsole.NewTable("!View", "Says in the end", "!Agrees");
        foreach (ViewRow row in rows)
        {
            table.AddRow(
                ReportConsole.Cell(row.View),
                ReportConsole.Cell(row.Says),
                ReportConsole.Cell(row.Agrees switch { true => "yes", false => "NO", null => "" }, row.Agrees == false
                    ? ReportConsole.Bad : null));
        }
        return table;
    }
}
