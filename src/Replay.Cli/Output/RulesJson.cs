using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Core.Rules;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>rules</c>.</summary>
internal static class RulesJson
{
    public static void Write(IReadOnlyList<RuleInfo> rules, IReadOnlyList<RuleSet> sets, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteStartArray("behaviours");
        foreach (RuleInfo rule in rules) WriteRule(json, rule);
        json.WriteEndArray();
        json.WriteStartArray("sets");
        foreach (RuleSet set in sets) WriteSet(json, set);
        json.WriteEndArray();
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void WriteRule(Utf8JsonWriter json, RuleInfo rule)
    {
        json.WriteStartObject();
        json.WriteString("name", rule.Name);
        json.WriteString("meaning", rule.Meaning);
        json.WriteString("source", rule.Source);
        json.WriteRows("alternatives", rule.Alternatives, alternative =>
        {
            json.WriteString("name", alternative.Name);
            json.WriteString("meaning", alternative.Meaning);
            json.WriteStartArray("kernels");
            foreach (string kernel in RuleCatalog.KernelsWith(rule.Name, alternative.Name))
                json.WriteStringValue(kernel);
            json.WriteEndArray();
        });
        json.WriteEndObject();
    }

    private static void WriteSet(Utf8JsonWriter json, RuleSet set)
    {
        json.WriteStartObject();
        json.WriteString("name", set.Name);
        json.WriteString("meaning", set.Meaning);
        json.WriteString("source", set.Source);
        json.WriteStartObject("choices");
        foreach (string assignment in set.Assignments)
        {
            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            json.WriteString(assignment[..equals], assignment[(equals + 1)..]);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
