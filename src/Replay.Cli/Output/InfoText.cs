using System.Collections.Generic;
using System.Globalization;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>info</c> for people.</summary>
internal static class InfoText
{
    public static void Write(InfoReport report, RecordingInfo info, string file, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading(file);
        console.Facts(Facts(report, info));
        if (report.ByName.Count == 0) return;
        console.Line();
        Table table = ReportConsole.NewTable("Record", ">Count", ">Share", "Becomes");
        foreach (SourceCount source in report.ByName)
        {
            bool mapped = source.KindName.Length > 0;
            Style style = mapped ? Style.Plain : ReportConsole.Dim;
            table.AddRow(
                ReportConsole.Cell(source.Name, style),
                ReportConsole.Number(PlainText.Count(source.Count), style),
                ReportConsole.Number(PlainText.Share(source.Count, report.Events), style),
                ReportConsole.Cell(mapped ? source.KindName : "(skipped)", style));
        }
        console.Write(table);
    }

    private static List<(string, string)> Facts(InfoReport report, RecordingInfo info)
    {
        string format = report.Format;
        if (info.SourceFormat.Length > 0 && info.SourceFormat != info.Format)
            format += $", made from {info.SourceFormat}{(info.SourceFile.Length > 0 ? " " + info.SourceFile : "")}";
        List<(string, string)> facts =
        [
            ("Format", format),
            ("Kernel", report.Kernel ?? "not recorded"),
            ("CPUs", report.Cpus?.ToString(CultureInfo.InvariantCulture) ?? "not recorded"),
            ("Clock", report.Clock ?? "not recorded"),
        ];
        if (report is { FirstTimeNs: { } first, LastTimeNs: { } last })
        {
            string span = last >= first ? $" ({PlainText.Seconds(last - first)} s)" : "";
            facts.Add(("Time", $"{PlainText.Seconds(first)} to {PlainText.Seconds(last)} s{span}"));
        }
        facts.Add(("Records", PlainText.Count(report.Events)));
        facts.Add(("Imported", WithShare(report.Imported, report.Events)));
        facts.Add(("Skipped", WithShare(report.Skipped, report.Events)));
        facts.Add(("Lost", report.Lost == 0 ? "none" : PlainText.Count(report.Lost) + " (by the recorder)"));
        return facts;
    }

    private static string WithShare(long part, long whole)
    {
        string share = PlainText.Share(part, whole);
        return share.Length == 0 ? PlainText.Count(part) : $"{PlainText.Count(part)} ({share})";
    }
}
