using System;
using System.Collections.Generic;
using System.Text.Json;
using Replay.Cli.Output;
using Replay.Core.Latency;

namespace Replay.Cli.Bench;

/// <summary>Reads what <c>latency --save</c> wrote.</summary>
internal static class SavedLatency
{
    /// <exception cref="UsageException">It is none, or damaged.</exception>
    public static LatencyReport Read(string path)
    {
        using JsonDocument document = SavedFile.Read(path, LatencyJson.Kind);
        try
        {
            JsonElement root = document.RootElement;
            var rows = new List<LatencyRow>();
            foreach (JsonElement row in root.GetProperty("rows").EnumerateArray())
            {
                // A measure of a later version is none of those that this one compares.
                if (LatencyMeasures.Find(row.GetProperty("measure").GetString() ?? "") is not { } measure) continue;
                rows.Add(new LatencyRow(measure, row.GetProperty("subject").GetString() ?? "",
                    row.GetProperty("phase").GetString() ?? "", Series(row)));
            }
            return new LatencyReport(rows, root.GetProperty("events").GetInt64(), root.GetProperty("losses").GetInt64(),
                root.GetProperty("dropped").GetInt64());
        }
        catch (Exception e) when (SavedFile.IsMalformed(e))
        {
            throw new UsageException($"--baseline {path}: a damaged result of latency: {e.Message}", e);
        }
    }

    private static LatencySeries Series(JsonElement row)
    {
        var series = new LatencySeries();
        int bucket = -1;
        foreach (JsonElement number in row.GetProperty("buckets").EnumerateArray())
        {
            if (bucket < 0)
            {
                bucket = number.GetInt32();
                if (bucket is < 0 or >= ValueHistogram.BucketCount)
                    throw new FormatException($"there is no bucket {bucket}");
                continue;
            }
            long count = number.GetInt64();
            if (count is <= 0 or > long.MaxValue / ValueHistogram.BucketCount)
                throw new FormatException($"bucket {bucket} cannot have been seen {count} times");
            series.Histogram.Add(bucket, count);
            bucket = -1;
        }
        if (series.Histogram.Count == 0) throw new FormatException("a row without values");
        series.Raise(row.GetProperty("max").GetUInt64(), row.GetProperty("maxEvent").GetInt64());
        return series;
    }
}
