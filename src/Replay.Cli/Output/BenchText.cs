using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Cli.Bench;
using Replay.Core.Statistics;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary><c>bench</c> for people: how fast, where the time goes, and whether that has changed.</summary>
internal static class BenchText
{
    private const int KindsShown = 12;

    public static void Write(BenchResult result, BenchComparison? comparison,
        string baselineFile, bool all, CliHost host)
    {
        using var console = new ReportConsole(host);
        BenchFile file = result.File;
        console.Heading(file.Name);
        console.Line(
            $"  {file.Format} · {PlainText.Count(file.Bytes, "byte")} · {PlainText.Count(file.Events, "event")}"
            + $"{(file.Records == file.Events ? "" : " · " + PlainText.Count(file.Records, "record"))} · digest "
            + $"{result.Digest} in every run");
        console.Line("  " + result.Machine);
        console.Line();
        WriteMedians(console, result);
        WriteParts(console, result);
        WriteKinds(console, result, all);
        if (comparison is not null) WriteComparison(console, comparison, baselineFile);
    }

    public static void Write(Duel duel, string file, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading(file);
        console.Line("  " + MachineDescription.Now());
        console.Line();
        console.Line($"Whole processes of \"replay\" in turns, {PlainText.Count(duel.OwnCpu.Count, "pair")}");
        Table table = ReportConsole.NewTable("!Program", ">Median", ">95 % interval");
        Row(table, duel.Other + ", CPU", duel.OtherCpu, DurationText.Seconds);
        Row(table, "this one, CPU", duel.OwnCpu, DurationText.Seconds);
        Row(table, duel.Other + ", wall clock", duel.OtherWall, DurationText.Seconds);
        Row(table, "this one, wall clock", duel.OwnWall, DurationText.Seconds);
        console.Write(table);
        WriteVerdict(console, duel.Result, "this program, by CPU time,", BenchOptions.UsualThresholds.Effect);
        if (duel.OwnDigest != duel.OtherDigest)
            console.Line($"They end in different states: digest {duel.OtherDigest} there, {duel.OwnDigest} here.",
                ReportConsole.Bad);
    }

    /// <summary>One sentence: the verdict, the factor with its interval, the probability.</summary>
    public static void WriteVerdict(ReportConsole console, Comparison comparison, string subject, double effect)
    {
        RatioEstimate estimate = comparison.Estimate;
        string numbers = string.Create(CultureInfo.InvariantCulture,
            $"{DurationText.Factor(estimate.Ratio)} the time [{DurationText.Factor(estimate.Low)} to "
            + $"{(double.IsFinite(estimate.High) ? DurationText.Factor(estimate.High) : "any")}], "
            + $"{DurationText.Probability(comparison.Test.P)}, "
            + $"{comparison.Left.Count} and {comparison.Right.Count} runs");
        (string text, Style style) = comparison.Verdict switch
        {
            Verdict.Slower => ($"Slower: {subject} takes {numbers}.", ReportConsole.Bad),
            Verdict.Faster => ($"Faster: {subject} takes {numbers}.", ReportConsole.Good),
            Verdict.Same => ($"Same: {subject} takes {numbers}.", ReportConsole.Good),
            _ => ($"Cannot tell: {subject} takes {numbers}; more runs (--times), or a quieter machine, would.",
                ReportConsole.Warn),
        };
        console.Line(text, style);
        console.Line(string.Create(CultureInfo.InvariantCulture,
            $"  Mann-Whitney test, level 1 %; differences below {effect * 100:0.#} % do not count."),
            ReportConsole.Dim);
    }

    private static void WriteMedians(ReportConsole console, BenchResult result)
    {
        BenchFile file = result.File;
        string processes = result.Processes > 1 ? $" in {PlainText.Count(result.Processes, "process")}" : "";
        console.Line($"{PlainText.Count(result.Samples.Count, "run")}{processes} after "
            + $"{PlainText.Count(result.WarmUps)} to warm up; medians"
            + $"{(result.Lanes > 1
                ? $"; {result.Lanes} lanes, speeds by the clock on the wall" : ", speeds by CPU time")}");
        Table table = ReportConsole.NewTable("!", ">Median", ">95 % interval");
        Row(table, "replay, CPU", result.Of(static sample => sample.Cpu), DurationText.Seconds);
        Row(table, "replay, wall clock", result.Of(static sample => sample.Wall), DurationText.Seconds);
        Row(table, "read and checksum", result.Of(static sample => sample.Scan), DurationText.Seconds);
        Row(table, "  that is, of the replay", result.Of(sample => sample.Scan / result.Time(sample)),
            static part => part.ToString("0.000", CultureInfo.InvariantCulture));
        if (file.Events > 0)
        {
            Row(table, "events/s", result.Of(sample => file.Events / result.Time(sample)), Rate);
            if (file.Records != file.Events)
                Row(table, "records/s", result.Of(sample => file.Records / result.Time(sample)), Rate);
            Row(table, "per event", result.Of(sample => result.Time(sample) * 1e9 / file.Events), DurationText.Ns);
        }
        Row(table, "bytes/s", result.Of(sample => file.Bytes / result.Time(sample)), Rate);
        console.Write(table);
        console.Line(result.AllocatedPerEvent is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"Allocated: {bytes:0.###} bytes per event in the later "
                + $"half, {PlainText.Count(result.AllocatedPerRun)} bytes a run.")
            : $"Allocated: {PlainText.Count(result.AllocatedPerRun)} bytes a run; "
                + "it is too short to tell what is allocated per event.");
    }

    private static void WriteParts(ReportConsole console, BenchResult result)
    {
        BenchParts parts = result.Parts;
        double events = Math.Max(1, result.File.Events);
        console.Line($"Time goes to: opening {DurationText.Seconds(parts.Open)}, decoding "
            + $"{DurationText.Seconds(parts.Decode)} ({DurationText.Ns(parts.Decode * 1e9 / events)} an event), "
            + $"applying {DurationText.Seconds(parts.Apply)} ({DurationText.Ns(parts.Apply * 1e9 / events)} an event), "
            + $"finishing {DurationText.Seconds(parts.Finish)}.");
    }

    private static void WriteKinds(ReportConsole console, BenchResult result, bool all)
    {
        IReadOnlyList<KindCost> rows = result.Kinds.Rows;
        if (rows.Count == 0) return;
        console.Line();
        console.Heading("Applying, by kind of event");
        Table table = ReportConsole.NewTable("!Kind", ">Events", ">Of the time", ">ns each", ">Alone", ">± error");
        int shown = all ? rows.Count : Math.Min(KindsShown, rows.Count);
        for (int i = 0; i < shown; i++)
        {
            KindCost kind = rows[i];
            table.AddRow(ReportConsole.Cell(kind.Kind), ReportConsole.Number(PlainText.Count(kind.Events)),
                ReportConsole.Number((kind.Share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %"),
                ReportConsole.Number(DurationText.Digits(kind.Ns)),
                ReportConsole.Number(DurationText.Digits(kind.AloneNs)),
                ReportConsole.Number(DurationText.Digits(kind.ErrorNs)));
        }
        console.Write(table);
        string more = shown < rows.Count ? $"{PlainText.Count(rows.Count - shown, "kind")} more with --all. " : "";
        string rest = DurationText.Ns(Math.Abs(result.Kinds.UnseenNs));
        console.Line(more + "Picked events were timed alone. " + (result.Kinds.UnseenNs >= 0
            ? $"That does not see {rest} an event, for the loop and wrong guesses; ns each has it added."
            : $"That is {rest} an event too much, for alone they do not overlap; ns each is scaled down to the whole.")
            + " Kinds may be wrong against each other by as much.", ReportConsole.Dim);
    }

    private static void WriteComparison(ReportConsole console, BenchComparison comparison, string baselineFile)
    {
        console.Line();
        console.Heading($"Against {baselineFile}, measured {comparison.Baseline.MeasuredAt}");
        WriteVerdict(console, comparison.Result, "a replay", comparison.Effect);
        console.Line($"  The machine: jumps take {DurationText.Factor(comparison.DispatchRatio)} as long as then, "
            + $"reading the file {DurationText.Factor(comparison.ScanRatio)}; what that explains is taken out.",
            ReportConsole.Dim);
        MachineDescription then = comparison.Baseline.Machine, now = comparison.Now.Machine;
        if ((then with { Load = null }) != (now with { Load = null }))
            console.Line("  Then: " + then, ReportConsole.Warn);
        if (!comparison.SameState)
            console.Line($"The state at the end is another one: digest {comparison.Baseline.Digest} then, "
                + $"{comparison.Now.Digest} now.", ReportConsole.Bad);
    }

    private static void Row(Table table, string name, SampleSet set, Func<double, string> format)
    {
        (double low, double high) = set.MedianInterval(0.95);
        table.AddRow(ReportConsole.Cell(name), ReportConsole.Number(format(set.Median)),
            ReportConsole.Number($"{format(low)} - {format(high)}"));
    }

    private static string Rate(double perSecond) => perSecond switch
    {
        >= 1e9 => DurationText.Digits(perSecond / 1e9) + " G",
        >= 1e6 => DurationText.Digits(perSecond / 1e6) + " M",
        >= 1e3 => DurationText.Digits(perSecond / 1e3) + " k",
        _ => DurationText.Digits(perSecond),
    };
}
