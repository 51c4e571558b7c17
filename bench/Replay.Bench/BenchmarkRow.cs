using System;
using System.Collections.Generic;
using System.Text.Json;
using Replay.Core.Statistics;

namespace Replay.Bench;

/// <summary>One benchmark in BenchmarkDotNet's full JSON.</summary>
/// <param name="Name">Suite, method and parameters.</param>
/// <param name="Samples">Nanoseconds of an operation in each iteration, or parts of the baseline row's.</param>
/// <param name="AllocatedBytes">Bytes allocated by an operation; 0 where that was not measured.</param>
internal sealed record BenchmarkRow(string Name, SampleSet Samples, double AllocatedBytes)
{
    // The names of the suites' baseline rows; the JSON does not say which row is one.
    private static readonly string[] BaselineMethods = ["CopyAndChecksum", "ReadAndChecksum", "NearMisses"];

    public static List<BenchmarkRow> ReadAll(JsonElement report, bool isRelative)
    {
        var rows = new List<BenchmarkRow>();
        var baselines = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (JsonElement benchmark in report.GetProperty("Benchmarks").EnumerateArray())
        {
            if (Array.IndexOf(BaselineMethods, Text(benchmark, "Method")) >= 0
                && Values(benchmark) is { Length: > 0 } values)
                baselines[Key(benchmark)] = SampleSet.Of(values).Median;
        }
        foreach (JsonElement benchmark in report.GetProperty("Benchmarks").EnumerateArray())
        {
            double[] values = Values(benchmark);
            if (values.Length == 0) continue;
            if (isRelative && baselines.TryGetValue(Key(benchmark), out double baseline))
            {
                for (int i = 0; i < values.Length; i++) values[i] /= baseline;
            }
            string parameters = Text(benchmark, "Parameters");
            rows.Add(new BenchmarkRow($"{Text(benchmark, "Type")}.{Text(benchmark, "Method")}"
                + $"{(parameters.Length == 0 ? "" : $" ({parameters})")}", SampleSet.Of(values), Allocated(benchmark)));
        }
        return rows;
    }

    /// <summary>Rows of one suite with the same parameters share a baseline.</summary>
    private static string Key(JsonElement benchmark) => Text(benchmark, "Type") + " " + Text(benchmark, "Parameters");

    private static string Text(JsonElement benchmark, string name) => benchmark.GetProperty(name).GetString() ?? "";

    /// <summary>Times of the iterations; none for a benchmark that failed.</summary>
    private static double[] Values(JsonElement benchmark)
    {
        if (benchmark.GetProperty("Statistics") is not { ValueKind: JsonValueKind.Object } statistics) return [];
        var values = new List<double>();
        foreach (JsonElement value in statistics.GetProperty("OriginalValues").EnumerateArray())
            values.Add(value.GetDouble());
        return [.. values];
    }

    private static double Allocated(JsonElement benchmark) =>
        benchmark.TryGetProperty("Memory", out JsonElement memory) && memory.ValueKind == JsonValueKind.Object
        && memory.TryGetProperty("BytesAllocatedPerOperation", out JsonElement bytes)
        && bytes.ValueKind == JsonValueKind.Number
            ? bytes.GetDouble() : 0;
}
