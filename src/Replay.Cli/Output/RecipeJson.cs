using System.IO;
using System.Text.Json;
using Replay.Formats.Recipes;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>recipe</c>: what to record, for those who record by other means, and the script.</summary>
internal static class RecipeJson
{
    public static void Write(RecipePlatform platform, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteString("platform", platform.Name);
        json.WriteString("meaning", platform.Meaning);
        json.WriteStartArray("tracepoints");
        foreach (RecipeTracepoint tracepoint in RecipeTable.Tracepoints)
        {
            if (tracepoint.Platforms.HasFlag(platform.Platform)) json.WriteStringValue(tracepoint.Name);
        }
        json.WriteEndArray();
        json.WriteStartArray("probes");
        foreach (RecipeProbe probe in RecipeTable.Probes)
        {
            if (probe.Platforms.HasFlag(platform.Platform)) WriteProbe(json, probe);
        }
        json.WriteEndArray();
        json.WriteStartArray("qemu");
        foreach (string name in RecipeScript.QemuEventsOf(platform.Platform)) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteString("script", RecipeScript.Write(platform));
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void WriteProbe(Utf8JsonWriter json, RecipeProbe probe)
    {
        json.WriteStartObject();
        json.WriteString("name", probe.Name);
        json.WriteString("function", probe.Function);
        json.WriteBoolean("atReturn", probe.IsReturn);
        json.WriteString("arguments", probe.Arguments);
        json.WriteEndObject();
    }
}
