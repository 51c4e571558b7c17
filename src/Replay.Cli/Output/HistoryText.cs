using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Core.History;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>history</c> for people: one change a row, and what led to it.</summary>
internal static class HistoryText
{
    public static void Write(HistoryReport report, IReadOnlyList<int> irqs,
        Recording recording, string file, CliHost host)
    {
        using var console = new ReportConsole(host);
        string what = HistorySubjects.Describe(report.Subject);
        console.Heading($"History of {what} in {file}");
        if (recording.Report.HasDataLoss || recording.Info.LostCount > 0)
            console.Line("  Records are missing: what happened in the gap is not listed.", ReportConsole.Bad);
        if (report.Entries.Count == 0)
        {
            console.Line(report.Seen
                ? "Nothing happened to it in that part of the recording." : Missing(report.Subject, irqs));
            return;
        }
        if (report.Dropped > 0)
        {
            console.Line($"  {PlainText.Count(report.Dropped, "earlier change")} did not fit and are not listed; "
                + "--to names an earlier end.", ReportConsole.Warn);
        }
        console.Write(Rows(report.Entries));
        console.Line("In the end: " + report.Now, ReportConsole.Bold);
    }

    /// <summary>Entries as a table.</summary>
    public static Table Rows(IReadOnlyList<HistoryEntry> entries)
    {
        Table table = ReportConsole.NewTable(">Event", ">Time", ">CPU", "What", "Why");
        foreach (HistoryEntry entry in entries)
        {
            table.AddRow(
                ReportConsole.Number(entry.Event.ToString(CultureInfo.InvariantCulture)),
                ReportConsole.Number(PlainText.Seconds(entry.TimeNs)),
                ReportConsole.Number(entry.Cpu?.ToString(CultureInfo.InvariantCulture) ?? ""),
                ReportConsole.Cell(entry.Text, entry.Change == HistoryChange.Delivered ? ReportConsole.Dim : null),
                ReportConsole.Cell(Why(entry)));
        }
        return table;
    }

    /// <summary>The reason and its event, where that is another one than the change itself.</summary>
    private static string Why(HistoryEntry entry)
    {
        // Requests, happenings and arrivals are themselves what others are put down to.
        if (entry.Reason is null)
            return entry.Change is HistoryChange.Delivered or HistoryChange.Happening
                or HistoryChange.Affinity ? "" : "?";
        return entry.Blame is { } blame && blame != entry.Event
            ? string.Create(CultureInfo.InvariantCulture, $"{entry.Reason} (event {blame})")
            : entry.Reason;
    }

    /// <summary>What to say of a thing that the recording never shows.</summary>
    internal static string Missing(HistorySubject subject, IReadOnlyList<int> irqs)
    {
        string what = HistorySubjects.Describe(subject);
        if (subject.Kind != SubjectKind.Irq) return $"Nothing in this recording is about {what}.";
        return irqs.Count == 0
            ? $"Nothing in this recording is about {what}, nor about any other interrupt."
            : $"Nothing in this recording is about {what}. It has the interrupts {Ranges(irqs)}.";
    }

    private static string Ranges(IReadOnlyList<int> sorted)
    {
        var text = new StringBuilder();
        for (int i = 0; i < sorted.Count; i++)
        {
            int first = i;
            while (i + 1 < sorted.Count && sorted[i + 1] == sorted[i] + 1) i++;
            if (first > 0) text.Append(", ");
            text.Append(CultureInfo.InvariantCulture, $"{sorted[first]}");
            if (i > first) text.Append(CultureInfo.InvariantCulture, $"-{sorted[i]}");
        }
        return text.ToString();
    }
}
