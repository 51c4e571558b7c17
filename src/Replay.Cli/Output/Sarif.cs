using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text.Json;
using Replay.Core.Findings;
using Replay.Core.Reports;

namespace Replay.Cli.Output;

/// <summary>
/// Findings as SARIF 2.1.0 (OASIS), which code-scanning services show. A recording has no lines, so the region of a
/// result is line N+1 for event N (SARIF counts lines from 1) and its logical location names the event.
/// </summary>
internal static class Sarif
{
    /// <param name="report">Findings.</param>
    /// <param name="uri">The recording as the user named it.</param>
    /// <param name="losses">One sentence for each loss in the recording.</param>
    /// <param name="output">Where the document goes.</param>
    public static void Write(ReplayReport report, string uri, IReadOnlyList<string> losses, Stream output)
    {
        var rules = new List<string>();
        foreach (ReportFinding finding in report.Findings)
        {
            if (!rules.Contains(finding.Code)) rules.Add(finding.Code);
        }
        rules.Sort(StringComparer.Ordinal);
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        WriteTool(json, rules);
        WriteInvocation(json, losses);
        json.WriteStartArray("results");
        foreach (ReportFinding finding in report.Findings) WriteResult(json, finding, uri, rules);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void WriteTool(Utf8JsonWriter json, List<string> rules)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "irqreplay");
        json.WriteString("version", typeof(Sarif).Assembly.GetName().Version!.ToString(3));
        json.WriteRows("rules", rules, code => json.WriteString("id", code));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteInvocation(Utf8JsonWriter json, IReadOnlyList<string> losses)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", true);
        json.WriteRows("toolExecutionNotifications", losses, loss =>
        {
            json.WriteString("level", loss.StartsWith("DATA LOSS", StringComparison.Ordinal) ? "error" : "warning");
            WriteMessage(json, loss);
        });
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteResult(Utf8JsonWriter json, ReportFinding finding, string uri, List<string> rules)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Code);
        json.WriteNumber("ruleIndex", rules.IndexOf(finding.Code));
        json.WriteString("level", LevelOf(finding.Severity));
        WriteMessage(json, finding.Message);
        json.WriteStartArray("locations");
        WriteLocation(json, finding.Event, uri, null);
        json.WriteEndArray();
        if (finding.Blame is { } blame && blame != finding.Event)
        {
            json.WriteStartArray("relatedLocations");
            WriteLocation(json, blame, uri, "The event to blame: here the views first parted.");
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void WriteLocation(Utf8JsonWriter json, long number, string uri, string? message)
    {
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", EscapeUri(uri));
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", number + 1);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("logicalLocations");
        json.WriteStartObject();
        json.WriteString("name", string.Create(CultureInfo.InvariantCulture, $"event:{number}"));
        json.WriteEndObject();
        json.WriteEndArray();
        if (message is not null) WriteMessage(json, message);
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject("message");
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string LevelOf(Severity severity) => severity switch
    {
        Severity.Critical or Severity.Major => "error",
        Severity.Minor => "warning",
        _ => "note",
    };

    /// <summary>A path as a URI reference: its parts escaped, its slashes kept.</summary>
    private static string EscapeUri(string path)
    {
        string[] parts = path.Replace('\\', '/').Split('/');
        for (int i = 0; i < parts.Length; i++) parts[i] = Uri.EscapeDataString(parts[i]);
        return path.StartsWith('/') ? "file://" + string.Join('/', parts) : string.Join('/', parts);
    }
}
