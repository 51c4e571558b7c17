using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using Replay.Core.Statistics;

namespace Replay.Bench;

/// <summary>
/// <c>compare DIR_A DIR_B</c>: two sets of results of the suites, as their JSON exporter wrote them,
/// into one table with verdicts by the statistics that <c>irqreplay bench</c> uses. With <c>--relative</c> every
/// time is divided by that of its suite's baseline row, for sets of different hours or machines. Exit code 1 when
/// anything got slower, or allocates more.
/// </summary>
internal static class CompareCommand
{
    private const string Pattern = "*-report-full.json";

    // Opening a file allocates; less than a byte an event is that, shared by all of them.
    private const double AllocationNoise = 1;

    public static int Run(ReadOnlySpan<string> args)
    {
        var folders = new List<string>();
        double effect = 3;
        bool isRelative = false;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--relative") isRelative = true;
            else if (args[i] == "--effect" && i + 1 < args.Length
                && double.TryParse(args[i + 1], CultureInfo.InvariantCulture, out effect) && effect > 0) i++;
            else folders.Add(args[i]);
        }
        if (folders.Count != 2) throw new ArgumentException("compare DIR_A DIR_B [--relative] [--effect PERCENT]");
        var thresholds = new Thresholds(Level: 0.01, effect / 100);
        SortedDictionary<string, BenchmarkRow> before = Read(folders[0], isRelative),
            after = Read(folders[1], isRelative);
        var names = new List<string>();
        var pairs = new List<(SampleSet, SampleSet)>();
        foreach ((string name, BenchmarkRow row) in after)
        {
            if (!before.TryGetValue(name, out BenchmarkRow? other)) continue;
            names.Add(name);
            pairs.Add((other.Samples, row.Samples));
        }
        Comparison[] results = Comparison.OfAll(pairs, thresholds);
        bool isWorse = false;
        string unit = isRelative ? "of baseline" : "ns";
        Console.WriteLine($"| benchmark | before, {unit} | after, "
            + $"{unit} | factor | interval | p (Holm) | verdict | bytes before | after |");
        Console.WriteLine("|---|---:|---:|---:|---|---:|---|---:|---:|");
        for (int i = 0; i < results.Length; i++)
        {
            double bytesBefore = before[names[i]].AllocatedBytes, bytesAfter = after[names[i]].AllocatedBytes;
            bool allocatesMore = bytesAfter > bytesBefore + AllocationNoise;
            isWorse |= allocatesMore || results[i].Verdict == Verdict.Slower;
            Print(names[i], results[i], bytesBefore, bytesAfter, allocatesMore);
        }
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{results.Length} compared, {before.Count - results.Length} only before, {after.Count - results.Length} "
            + $"only after; Mann-Whitney test, level 1 % over all rows (Holm), least difference {effect:0.#} %."));
        return isWorse ? 1 : 0;
    }

    private static void Print(string name, Comparison result, double bytesBefore, double bytesAfter, bool allocatesMore)
    {
        string verdict = result.Verdict switch
        {
            Verdict.Same => "same",
            Verdict.Faster => "**faster**",
            Verdict.Slower => "**SLOWER**",
            _ => "cannot tell",
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {result.Left.Median:G4} | {result.Right.Median:G4} | {result.Estimate.Ratio:0.00} | "
            + $"{result.Estimate.Low:0.00} to {result.Estimate.High:0.00} | {result.AdjustedP:G2} | "
            + $"{verdict}{(allocatesMore ? ", **ALLOCATES MORE**" : "")} | {bytesBefore:0} | {bytesAfter:0} |"));
    }

    private static SortedDictionary<string, BenchmarkRow> Read(string folder, bool isRelative)
    {
        if (!Directory.Exists(folder)) throw new ArgumentException($"{folder}: there is no such folder");
        string[] files = Directory.GetFiles(folder, Pattern, SearchOption.AllDirectories);
        if (files.Length == 0)
            throw new ArgumentException($"{folder}: no file {Pattern} in it; run the suites first, "
                + "they write to BenchmarkDotNet.Artifacts");
        Array.Sort(files, StringComparer.Ordinal);
        var rows = new SortedDictionary<string, BenchmarkRow>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            try
            {
                using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
                foreach (BenchmarkRow row in BenchmarkRow.ReadAll(document.RootElement, isRelative))
                    rows[row.Name] = row;
            }
            catch (Exception e)
                when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new ArgumentException($"{file}: not what BenchmarkDotNet's JSON exporter writes: {e.Message}", e);
            }
        }
        return rows;
    }
}
