using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Findings;
using Replay.Core.Reports;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>replay</c> for people: one screen, the worst first, and what to type next.</summary>
internal static class ReplayText
{
    private const int FindingsShown = 9;

    private const int NextShown = 3;

    private static readonly SearchValues<char> ShellSpecials = SearchValues.Create(" '\"$&();|<>*?[]\\`!#~{}");

    public static void Write(ReplayReport report, Recording recording, string file, bool all, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading(file);
        console.Line("  " + DescribeRecording(report, recording.Info));
        bool guess = recording.Report.HasDataLoss || recording.Info.LostCount > 0;
        if (guess) console.Line("  Records are missing: findings after the loss may be its effect, and others may be hidden by it.", ReportConsole.Bad);
        console.Line();
        List<ReportFinding> findings = Sort(report.Findings);
        if (findings.Count == 0)
        {
            console.Line(guess ? "No findings in what was recorded." : "No findings: the three views agree to the end.",
                guess ? ReportConsole.Warn : ReportConsole.Good);
        }
        else
        {
            WriteFindings(console, findings, all ? findings.Count : FindingsShown, file);
        }
        console.Line();
        console.Line(DescribeInterrupts(report.Interrupts));
        console.Line(string.Create(CultureInfo.InvariantCulture, $"Digest {report.Digest}  {Speed(report)}"), ReportConsole.Dim);
    }

    private static void WriteFindings(ReportConsole console, List<ReportFinding> findings, int shown, string file)
    {
        console.Heading(Headline(findings));
        Table table = ReportConsole.NewTable("!Severity", "!Code", ">Event", "Where", "What");
        for (int i = 0; i < Math.Min(shown, findings.Count); i++)
        {
            ReportFinding finding = findings[i];
            table.AddRow(
                ReportConsole.Cell(Severities.Name(finding.Severity), StyleOf(finding.Severity)),
                ReportConsole.Cell(finding.Code),
                ReportConsole.Number(finding.Event.ToString(CultureInfo.InvariantCulture)),
                ReportConsole.Cell(Where(finding)),
                ReportConsole.Cell(finding.Message));
        }
        console.Write(table);
        if (findings.Count > shown)
            console.Line($"… and {PlainText.Count(findings.Count - shown, "finding")} more; --all lists them.", ReportConsole.Dim);
        console.Heading("Look next");
        var offered = new HashSet<string>(StringComparer.Ordinal);
        foreach (ReportFinding finding in findings)
        {
            if (offered.Count == NextShown) break;
            string next = Next(finding, file);
            if (offered.Add(next)) console.Line("  " + next);
        }
    }

    private static string DescribeRecording(ReplayReport report, RecordingInfo info)
    {
        var parts = new List<string> { info.Format };
        if (info.Kernel.Length > 0) parts.Add("Linux " + info.Kernel);
        if (info.CpuCount > 0) parts.Add(PlainText.Count(info.CpuCount, "CPU"));
        if (info is { FirstTimeNs: { } first, LastTimeNs: { } last } && last >= first)
            parts.Add(PlainText.Seconds(last - first) + " s");
        parts.Add($"{PlainText.Count(report.Events, "event")}, {PlainText.Count(report.Applied)} applied");
        return string.Join(" · ", parts);
    }

    private static string Headline(List<ReportFinding> findings)
    {
        Span<int> counts = stackalloc int[(int)Severity.Critical + 1];
        foreach (ReportFinding finding in findings) counts[(int)finding.Severity]++;
        var parts = new List<string>();
        for (int i = counts.Length - 1; i >= 0; i--)
        {
            if (counts[i] > 0) parts.Add($"{PlainText.Count(counts[i])} {Severities.Name((Severity)i)}");
        }
        return $"{PlainText.Count(findings.Count, "finding")}: {string.Join(", ", parts)}";
    }

    private static List<ReportFinding> Sort(IReadOnlyList<ReportFinding> findings)
    {
        var sorted = new List<ReportFinding>(findings);
        sorted.Sort(static (a, b) => a.Severity != b.Severity ? b.Severity.CompareTo(a.Severity) : a.Event.CompareTo(b.Event));
        return sorted;
    }

    private static string Where(ReportFinding finding)
    {
        var parts = new List<string>();
        if (finding.Irq is { } irq) parts.Add(string.Create(CultureInfo.InvariantCulture, $"irq {irq}"));
        if (finding.Device is { } device)
            parts.Add(finding.Entry is { } entry ? string.Create(CultureInfo.InvariantCulture, $"{device}[{entry}]") : device);
        if (finding.Cpu is { } cpu)
        {
            parts.Add(finding.Vector is { } vector
                ? string.Create(CultureInfo.InvariantCulture, $"cpu {cpu} vector {vector}")
                : string.Create(CultureInfo.InvariantCulture, $"cpu {cpu}"));
        }
        return parts.Count == 0 ? "-" : string.Join(", ", parts);
    }

    /// <summary>The state just after the event to blame, narrowed to the interrupt, is where to look.</summary>
    private static string Next(ReportFinding finding, string file)
    {
        string name = file == "-" ? "FILE" : Quote(file);
        string narrow = finding.Irq is { } irq ? string.Create(CultureInfo.InvariantCulture, $" --irq {irq}")
            : finding.Cpu is { } cpu ? string.Create(CultureInfo.InvariantCulture, $" --cpu {cpu}") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"irqreplay state {name} --at event:{finding.Blame ?? finding.Event}{narrow}");
    }

    private static string DescribeInterrupts(InterruptTotals totals)
    {
        static string Show(long? value) => value is { } known ? PlainText.Count(known) : "?";
        return $"Interrupts: {Show(totals.Raised)} raised, {Show(totals.Delivered)} delivered, {Show(totals.Pending)} pending, "
            + $"{Show(totals.Coalesced)} coalesced, {Show(totals.Lost)} lost, {Show(totals.Spurious)} spurious";
    }

    private static string Speed(ReplayReport report) => report.EventsPerSecond is { } rate
        ? string.Create(CultureInfo.InvariantCulture, $"{report.Seconds:F3} s, {PlainText.Rate(rate)}") : "";

    private static Style StyleOf(Severity severity) => severity switch
    {
        Severity.Critical => ReportConsole.Bad,
        Severity.Major => ReportConsole.Warn,
        Severity.Minor => Style.Plain,
        _ => ReportConsole.Dim,
    };

    /// <summary>The file as a shell takes it: in single quotes where a character has a meaning of its own.</summary>
    private static string Quote(string file) =>
        file.AsSpan().ContainsAny(ShellSpecials) ? "'" + file.Replace("'", "'\\''", StringComparison.Ordinal) + "'" : file;
}
