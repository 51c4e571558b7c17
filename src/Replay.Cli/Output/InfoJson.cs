using System.IO;
using System.Text.Json;
using Replay.Formats;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>info</c>.</summary>
internal static class InfoJson
{
    public static void Write(InfoReport report, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        WriteBody(json, report);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    /// <summary>All members but the schema.</summary>
    internal static void WriteBody(Utf8JsonWriter json, InfoReport report)
    {
        json.WriteText("format", report.Format);
        json.WriteNumber("events", report.Events);
        json.WriteStartObject("byName");
        foreach (SourceCount source in report.ByName) json.WriteNumber(source.Name, source.Count);
        json.WriteEndObject();
        json.WriteNumber("imported", report.Imported);
        json.WriteNumber("skipped", report.Skipped);
        json.WriteNumber("lost", report.Lost);
        json.WriteUnsigned("firstTimeNs", report.FirstTimeNs);
        json.WriteUnsigned("lastTimeNs", report.LastTimeNs);
        json.WriteNumber("cpus", (long?)report.Cpus);
        json.WriteText("clock", report.Clock);
        json.WriteText("kernel", report.Kernel);
    }
}
