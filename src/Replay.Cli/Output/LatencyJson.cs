using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Core.Latency;

namespace Replay.Cli.Output;

/// <summary>
/// The JSON of <c>latency</c>: what it prints, what <c>--save</c> writes and <c>--baseline</c> reads.
/// </summary>
internal static class LatencyJson
{
    /// <summary>Says what the file is, so that no other saved result is taken for one.</summary>
    public const string Kind = "latency";

    public static void Write(LatencyReport report, string file, LatencyComparison? comparison, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteString("kind", Kind);
        json.WriteString("file", file);
        json.WriteNumber("events", report.Events);
        json.WriteNumber("losses", report.Losses);
        json.WriteNumber("dropped", report.Dropped);
        WriteRows(json, "measures", report.Group(bySubject: false, byPhase: false), withHistogram: false);
        WriteRows(json, "rows", report.Rows, withHistogram: true);
        if (comparison is not null) WriteComparison(json, comparison);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void WriteRows(Utf8JsonWriter json, string name, IReadOnlyList<LatencyRow> rows, bool withHistogram)
    {
        json.WriteRows(name, rows, row =>
        {
            WriteKey(json, row);
            json.WriteNumber("count", row.Series.Histogram.Count);
            json.WriteNumber("p50", row.Quantile(0.5));
            json.WriteNumber("p90", row.Quantile(0.9));
            json.WriteNumber("p99", row.Quantile(0.99));
            json.WriteNumber("max", row.Series.Max);
            json.WriteNumber("maxEvent", row.Series.MaxEvent);
            if (withHistogram) WriteHistogram(json, row.Series.Histogram);
        });
    }

    private static void WriteKey(Utf8JsonWriter json, LatencyRow row)
    {
        json.WriteString("measure", row.Measure.Name);
        json.WriteString("unit", row.Measure.IsTime ? "ns" : "count");
        json.WriteText("subject", row.Subject);
        json.WriteText("phase", row.Phase);
    }

    /// <summary>Numbers of buckets and how often each was seen, one after the other.</summary>
    private static void WriteHistogram(Utf8JsonWriter json, ValueHistogram histogram)
    {
        json.WriteStartArray("buckets");
        for (int i = 0; i < histogram.Buckets.Length; i++)
        {
            json.WriteNumberValue(histogram.Buckets[i]);
            json.WriteNumberValue(histogram.Counts[i]);
        }
        json.WriteEndArray();
    }

    private static void WriteComparison(Utf8JsonWriter json, LatencyComparison comparison)
    {
        json.WriteStartObject("comparison");
        json.WriteBoolean("regression", comparison.IsRegression);
        json.WriteString("correction", "holm");
        json.WriteNumber("onlyBaseline", comparison.OnlyBaseline);
        json.WriteNumber("only", comparison.OnlyNow);
        json.WriteRows("rows", comparison.Rows, row =>
        {
            WriteKey(json, row.Now);
            json.WriteNumber("p50Baseline", row.Baseline.Quantile(0.5));
            json.WriteNumber("p50", row.Now.Quantile(0.5));
            json.WriteBoolean("judged", row.Now.Measure.IsJudged);
            BenchJson.WriteVerdict(json, row.Result);
        });
        json.WriteEndObject();
    }
}
