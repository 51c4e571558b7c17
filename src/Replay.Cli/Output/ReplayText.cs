using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using Replay.Cli.Machines;
using Replay.Core.Findings;
using Replay.Core.History;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>replay</c> for people: one screen, the worst first, and what to type next.</summary>
internal static class ReplayText
{
    private const int FindingsShown = 9;

    // One code must not crowd the others out of the first screen.
    private const int ShownPerCode = 3;

    private const int NextShown = 3;

    private static readonly SearchValues<char> ShellSpecials = SearchValues.Create(" '\"$&();|<>*?[]\\`!#~{}");

    public static void Write(ReplayReport report, Recording recording, RuleChoice rules,
        RecordingName name, bool all, CliHost host,
        IReadOnlyList<WhyReport> stories)
    {
        using var console = new ReportConsole(host);
        console.Heading(name.Title);
        console.Line("  " + DescribeRecording(report, recording.Info));
        string chosen = rules.ToString();
        if (chosen != RuleChoice.ForKernel(KernelRelease.Parse(recording.Info.Kernel)).ToString())
            console.Line("  Rules " + chosen);
        bool guess = recording.Report.HasDataLoss || recording.Info.LostCount > 0;
        if (guess)
            console.Line("  Records are missing: findings after the loss may be its effect, "
                + "and others may be hidden by it.", ReportConsole.Bad);
        WhatIfText.Write(console, report.WhatIf, all);
        console.Line();
        List<ReportFinding> findings = Sort(report.Findings);
        if (findings.Count == 0)
        {
            console.Line(guess ? "No findings in what was recorded." : "No findings: the three views agree to the end.",
                guess ? ReportConsole.Warn : ReportConsole.Good);
        }
        else
        {
            WriteFindings(console, findings, all, name, stories);
        }
        SystemsText.Write(console, report.Systems, all);
        console.Line();
        PolicyText.Write(console, report.Policies, rules);
        console.Line(DescribeInterrupts(report.Interrupts));
        console.Line(string.Create(CultureInfo.InvariantCulture, $"Digest {report.Digest}  {Speed(report)}"),
            ReportConsole.Dim);
    }

    private static void WriteFindings(ReportConsole console, List<ReportFinding> findings, bool all, RecordingName name,
        IReadOnlyList<WhyReport> stories)
    {
        console.Heading(Headline(findings));
        WriteCodes(console, findings);
        List<ReportFinding> shown = all ? findings : FirstOfEachCode(findings);
        Table table = ReportConsole.NewTable("!Severity", "!Code", ">Event", "Where", "What");
        foreach (ReportFinding finding in shown)
        {
            table.AddRow(
                ReportConsole.Cell(Severities.Name(finding.Severity), StyleOf(finding.Severity)),
                ReportConsole.Cell(finding.Code),
                ReportConsole.Number(finding.Event.ToString(CultureInfo.InvariantCulture)),
                ReportConsole.Cell(Where(finding)),
                ReportConsole.Cell(finding.Message));
        }
        console.Write(table);
        if (findings.Count > shown.Count)
            console.Line($"… and {PlainText.Count(findings.Count - shown.Count, "finding")} more; --all lists them.",
                ReportConsole.Dim);
        foreach (WhyReport story in stories) WhyText.WriteStory(console, story);
        if (stories.Count > 0) console.Line();
        console.Heading("Look next");
        var offered = new HashSet<string>(StringComparer.Ordinal);
        foreach (ReportFinding finding in shown)
        {
            if (offered.Count == NextShown) break;
            string next = Next(finding, name);
            if (offered.Add(next)) console.Verbatim("  " + next);
        }
    }

    /// <summary>
    /// What the codes mean and how often each came; left out when every finding has its own row anyway.
    /// </summary>
    private static void WriteCodes(ReportConsole console, List<ReportFinding> findings)
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (ReportFinding finding in findings)
            counts[finding.Code] = counts.GetValueOrDefault(finding.Code) + 1;
        foreach ((string code, int count) in counts)
        {
            if (FindingCatalog.Find(code) is not { } info) continue;
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"  {code} {info.Name} × {count}: {info.Meaning}"));
        }
    }

    private static List<ReportFinding> FirstOfEachCode(List<ReportFinding> findings)
    {
        var shown = new List<ReportFinding>();
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (ReportFinding finding in findings)
        {
            if (shown.Count == FindingsShown) break;
            int own = taken.GetValueOrDefault(finding.Code);
            if (own == ShownPerCode && findings.Count > FindingsShown) continue;
            taken[finding.Code] = own + 1;
            shown.Add(finding);
        }
        return shown;
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
        sorted.Sort(static (a, b) => a.Severity != b.Severity
            ? b.Severity.CompareTo(a.Severity) : a.Event.CompareTo(b.Event));
        return sorted;
    }

    private static string Where(ReportFinding finding)
    {
        var parts = new List<string>();
        if (finding.Irq is { } irq) parts.Add(string.Create(CultureInfo.InvariantCulture, $"irq {irq}"));
        if (finding.Device is { } device)
            parts.Add(finding.Entry is { } entry
                ? string.Create(CultureInfo.InvariantCulture, $"{device}[{entry}]") : device);
        if (finding.Cpu is { } cpu)
        {
            parts.Add(finding.Vector is { } vector
                ? string.Create(CultureInfo.InvariantCulture, $"cpu {cpu} vector {vector}")
                : string.Create(CultureInfo.InvariantCulture, $"cpu {cpu}"));
        }
        return parts.Count == 0 ? "-" : string.Join(", ", parts);
    }

    /// <summary>The state just after the event to blame, narrowed to the interrupt, is where to look.</summary>
    private static string Next(ReportFinding finding, RecordingName name)
    {
        string narrow = finding.Irq is { } irq ? string.Create(CultureInfo.InvariantCulture, $" --irq {irq}")
            : finding.Cpu is { } cpu ? string.Create(CultureInfo.InvariantCulture, $" --cpu {cpu}") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"irqreplay state {name.Argument} --at event:{finding.Blame ?? finding.Event}{narrow}");
    }

    /// <summary>The file as it is typed in the next command.</summary>
    internal static string FileArgument(string file) => file == "-" ? "FILE" : Quote(file);

    private static string DescribeInterrupts(InterruptTotals totals)
    {
        var parts = new List<string>();
        var unknown = new List<string>();
        Add(totals.Raised, "raised");
        Add(totals.Delivered, "delivered");
        Add(totals.Pending, "pending");
        Add(totals.Coalesced, "coalesced");
        Add(totals.Lost, "lost");
        Add(totals.Spurious, "spurious");
        string missing = unknown.Count == 0 ? "" : $" (this recording does not tell: {string.Join(", ", unknown)})";
        return $"Interrupts: {string.Join(", ", parts)}{missing}";

        void Add(long? value, string name)
        {
            if (value is { } known) parts.Add(PlainText.Count(known) + " " + name);
            else unknown.Add(name);
        }
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
        file.AsSpan().ContainsAny(ShellSpecials)
            ? "'" + file.Replace("'", "'\\''", StringComparison.Ordinal) + "'" : file;
}
