using System;
using System.IO;
using System.Text.Json;
using Replay.Cli.Bench;
using Replay.Core.Statistics;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>bench</c>: what it prints, what <c>--save</c> writes and <c>--baseline</c> reads.</summary>
internal static class BenchJson
{
    /// <summary>Says what the file is, so that no other saved result is taken for one.</summary>
    public const string Kind = "bench";

    public static void Write(BenchResult result, BenchComparison? comparison, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteString("kind", Kind);
        json.WriteString("measuredAt", result.MeasuredAt);
        WriteMachine(json, result.Machine);
        WriteFile(json, result);
        WriteMedians(json, result);
        WriteParts(json, result.Parts);
        WriteKinds(json, result);
        WriteSamples(json, result);
        if (comparison is not null) WriteComparison(json, comparison);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    public static void Write(Duel duel, string file, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteString("kind", "duel");
        WriteMachine(json, MachineDescription.Now());
        json.WriteString("file", file);
        json.WriteString("against", duel.Other);
        json.WriteBoolean("sameDigest", duel.OwnDigest == duel.OtherDigest);
        json.WriteString("digest", duel.OwnDigest);
        json.WriteString("digestAgainst", duel.OtherDigest);
        WriteInterval(json, "cpuSeconds", duel.OwnCpu);
        WriteInterval(json, "cpuSecondsAgainst", duel.OtherCpu);
        WriteInterval(json, "wallSeconds", duel.OwnWall);
        WriteInterval(json, "wallSecondsAgainst", duel.OtherWall);
        WriteVerdict(json, duel.Result);
        json.WriteBoolean("regression", duel.IsRegression);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    /// <summary>
    /// Verdict, ratio and its interval, probability and numbers of a comparison, as members of the open object.
    /// </summary>
    public static void WriteVerdict(Utf8JsonWriter json, Comparison comparison)
    {
        json.WriteString("verdict", NameOf(comparison.Verdict));
        WriteNumber(json, "ratio", comparison.Estimate.Ratio);
        WriteNumber(json, "ratioLow", comparison.Estimate.Low);
        WriteNumber(json, "ratioHigh", comparison.Estimate.High);
        WriteNumber(json, "p", comparison.Test.P);
        WriteNumber(json, "pAdjusted", comparison.AdjustedP);
        WriteNumber(json, "superiority", comparison.Test.Superiority);
        json.WriteNumber("samplesBaseline", comparison.Left.Count);
        json.WriteNumber("samples", comparison.Right.Count);
    }

    public static string NameOf(Verdict verdict) => verdict switch
    {
        Verdict.Same => "same",
        Verdict.Faster => "faster",
        Verdict.Slower => "slower",
        _ => "cannot tell",
    };

    private static void WriteMachine(Utf8JsonWriter json, MachineDescription machine)
    {
        json.WriteStartObject("machine");
        json.WriteString("cpu", machine.Cpu);
        json.WriteNumber("cores", machine.Cores);
        json.WriteString("os", machine.Os);
        json.WriteString("runtime", machine.Runtime);
        if (machine.Load is { } load) json.WriteNumber("load", load);
        else json.WriteNull("load");
        json.WriteEndObject();
    }

    private static void WriteFile(Utf8JsonWriter json, BenchResult result)
    {
        json.WriteStartObject("file");
        json.WriteString("name", result.File.Name);
        json.WriteString("format", result.File.Format);
        json.WriteNumber("bytes", result.File.Bytes);
        json.WriteNumber("crc32c", result.File.Crc);
        json.WriteNumber("events", result.File.Events);
        json.WriteNumber("records", result.File.Records);
        json.WriteEndObject();
        json.WriteString("digest", result.Digest);
    }

    private static void WriteMedians(Utf8JsonWriter json, BenchResult result)
    {
        double seconds = result.Of(result.Time).Median;
        json.WriteNumber("lanes", result.Lanes);
        json.WriteString("timeOf", result.Lanes > 1 ? "wall" : "cpu");
        json.WriteNumber("runs", result.Samples.Count);
        json.WriteNumber("processes", result.Processes);
        json.WriteNumber("warmUps", result.WarmUps);
        WriteInterval(json, "cpuSeconds", result.Of(static sample => sample.Cpu));
        WriteInterval(json, "wallSeconds", result.Of(static sample => sample.Wall));
        WriteInterval(json, "scanSeconds", result.Of(static sample => sample.Scan));
        WriteInterval(json, "ofScan", result.Of(sample => sample.Scan / result.Time(sample)));
        WriteNumber(json, "eventsPerSecond", result.File.Events / seconds);
        WriteNumber(json, "recordsPerSecond", result.File.Records / seconds);
        WriteNumber(json, "bytesPerSecond", result.File.Bytes / seconds);
        WriteNumber(json, "nsPerEvent", result.File.Events == 0 ? double.NaN : seconds * 1e9 / result.File.Events);
        json.WriteNumber("allocatedPerRun", result.AllocatedPerRun);
        WriteNumber(json, "allocatedPerEvent", result.AllocatedPerEvent ?? double.NaN);
    }

    private static void WriteInterval(Utf8JsonWriter json, string name, SampleSet set)
    {
        (double low, double high) = set.MedianInterval(0.95);
        json.WriteStartObject(name);
        WriteNumber(json, "median", set.Median);
        WriteNumber(json, "low", low);
        WriteNumber(json, "high", high);
        json.WriteEndObject();
    }

    private static void WriteParts(Utf8JsonWriter json, BenchParts parts)
    {
        json.WriteStartObject("parts");
        json.WriteNumber("openSeconds", parts.Open);
        json.WriteNumber("decodeSeconds", parts.Decode);
        json.WriteNumber("applySeconds", parts.Apply);
        json.WriteNumber("finishSeconds", parts.Finish);
        json.WriteEndObject();
    }

    private static void WriteKinds(Utf8JsonWriter json, BenchResult result)
    {
        WriteNumber(json, "kindsUnseenNs", result.Kinds.UnseenNs);
        json.WriteRows("kinds", result.Kinds.Rows, kind =>
        {
            json.WriteString("kind", kind.Kind);
            json.WriteNumber("events", kind.Events);
            json.WriteNumber("timed", kind.Timed);
            WriteNumber(json, "ns", kind.Ns);
            WriteNumber(json, "aloneNs", kind.AloneNs);
            WriteNumber(json, "errorNs", kind.ErrorNs);
            WriteNumber(json, "share", kind.Share);
        });
    }

    private static void WriteSamples(Utf8JsonWriter json, BenchResult result)
    {
        json.WriteStartObject("samples");
        Series(json, "cpuSeconds", result, static sample => sample.Cpu);
        Series(json, "wallSeconds", result, static sample => sample.Wall);
        Series(json, "scanSeconds", result, static sample => sample.Scan);
        Series(json, "dispatchSeconds", result, static sample => sample.Dispatch);
        json.WriteEndObject();
    }

    private static void Series(Utf8JsonWriter json, string name, BenchResult result, Func<BenchSample, double> part)
    {
        json.WriteStartArray(name);
        foreach (BenchSample sample in result.Samples) json.WriteNumberValue(part(sample));
        json.WriteEndArray();
    }

    private static void WriteComparison(Utf8JsonWriter json, BenchComparison comparison)
    {
        json.WriteStartObject("comparison");
        WriteVerdict(json, comparison.Result);
        json.WriteNumber("effect", comparison.Effect);
        WriteNumber(json, "dispatchRatio", comparison.DispatchRatio);
        WriteNumber(json, "scanRatio", comparison.ScanRatio);
        json.WriteBoolean("sameDigest", comparison.SameState);
        json.WriteString("baselineMeasuredAt", comparison.Baseline.MeasuredAt);
        json.WriteBoolean("regression", comparison.IsRegression);
        json.WriteEndObject();
    }

    /// <summary>A number; what is not finite is not known.</summary>
    private static void WriteNumber(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else json.WriteNull(name);
    }
}
