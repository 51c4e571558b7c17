using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Cli.Scenarios;
using Replay.Core.Findings;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>scenarios</c>.</summary>
internal static class ScenariosJson
{
    public static void Write(List<ScenarioResult> results, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteStartArray("scenarios");
        int failed = 0;
        foreach (ScenarioResult result in results)
        {
            WriteResult(json, result);
            failed += result.Failed;
        }
        json.WriteEndArray();
        json.WriteNumber("failed", failed);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void WriteResult(Utf8JsonWriter json, ScenarioResult result)
    {
        json.WriteStartObject();
        json.WriteString("name", result.Scenario.Name);
        json.WriteText("title", result.Scenario.Title);
        json.WriteStartArray("runs");
        foreach (ScenarioRun run in result.Runs) WriteRun(json, run);
        json.WriteEndArray();
        json.WriteRows("expectations", result.Expectations, each =>
        {
            json.WriteNumber("line", each.Expectation.Line);
            json.WriteString("expected", each.Expectation.Text);
            json.WriteBoolean("met", each.IsMet);
            json.WriteText("found", each.Found);
        });
        json.WriteNumber("failed", result.Failed);
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, List<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(PlainText.Clean(text));
        json.WriteEndArray();
    }

    private static void WriteRun(Utf8JsonWriter json, ScenarioRun run)
    {
        json.WriteStartObject();
        json.WriteString("rules", run.Rules.ToString());
        SystemsJson.WriteVerdicts(json, run.Events);
        SystemsJson.WriteInterrupts(json, run.Interrupts);
        SystemsJson.WriteCalls(json, run.Calls);
        SystemsJson.WriteStates(json, run.States);
        SystemsJson.WriteLines(json, run.Lines);
        WriteTexts(json, "notes", run.Notes);
        WriteTexts(json, "damage", run.Damage);
        json.WriteStartArray("findings");
        foreach (Finding finding in run.Findings) json.WriteStringValue(FindingCatalog.IdOf(finding.Code));
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
