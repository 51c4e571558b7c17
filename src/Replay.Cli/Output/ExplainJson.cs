using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Core.Findings;
using Replay.Core.Findings.Stories;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>explain</c>.</summary>
internal static class ExplainJson
{
    public static void WriteList(Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteRows("codes", FindingCatalog.All, info => WriteRow(json, info));
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    public static void Write(FindingInfo info, Story? story, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        WriteRow(json, info);
        WriteTexts(json, "steps", story?.Steps ?? []);
        json.WriteText("signature", story?.Signature);
        json.WriteText("cause", story?.Cause);
        json.WriteText("cure", story?.Cure);
        json.WriteText("fix", story?.Fix);
        WriteTexts(json, "rules", story?.Rules ?? []);
        json.WriteString("lookNext", info.LookNext);
        json.WriteString("source", info.Source);
        WriteTexts(json, "seen", story?.Seen ?? []);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void WriteRow(Utf8JsonWriter json, FindingInfo info)
    {
        json.WriteString("code", info.Id);
        json.WriteString("name", info.Name);
        json.WriteString("severity", Severities.Name(info.Severity));
        json.WriteString("meaning", info.Meaning);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
