using System.IO;
using System.Text.Json;
using Replay.Core.Diff;
using Replay.Core.Reports;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>diff</c>.</summary>
internal static class DiffJson
{
    public static void Write(RulesDiff diff, DiffSides sides, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        WriteSame(json, diff);
        WriteFirst(json, diff.First);
        WriteRules(json, diff);
        WriteSide(json, "left", sides.Left, diff.Left);
        WriteSide(json, "right", sides.Right, diff.Right);
        json.WriteStartArray("irqs");
        foreach (IrqDifference row in diff.Irqs) WriteIrq(json, row);
        json.WriteEndArray();
        json.WriteStartObject("findings");
        json.WriteNumber("onlyLeft", diff.Findings.OnlyLeft.Count);
        json.WriteNumber("onlyRight", diff.Findings.OnlyRight.Count);
        json.WriteNumber("both", diff.Findings.Both);
        json.WriteEndObject();
        WriteState(json, diff.State);
        WhatIfJson.WriteTotals(json, "consequences", diff.Left.WhatIf, diff.Right.WhatIf);
        WriteUndecided(json, diff);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    /// <summary>Null where a rule in question could not be replayed: that is no verdict.</summary>
    private static void WriteSame(Utf8JsonWriter json, RulesDiff diff) =>
        json.WriteFlag("same", diff.IsSame && diff.Undecided.Count > 0 ? null : diff.IsSame);

    internal static void WriteFirst(Utf8JsonWriter json, Divergence? first)
    {
        if (first is null)
        {
            json.WriteNull("firstDivergence");
            return;
        }
        json.WriteStartObject("firstDivergence");
        json.WriteNumber("event", first.Event);
        json.WriteUnsigned("timeNs", first.TimeNs);
        json.WriteString("what", first.What);
        json.WriteString("left", first.Left);
        json.WriteString("right", first.Right);
        json.WriteEndObject();
    }

    internal static void WriteSide(Utf8JsonWriter json, string name, RuleSide side, ReplayReport report)
    {
        json.WriteStartObject(name);
        ReplayJson.WriteBody(json, report);
        json.WriteString("rules", side.Name);
        json.WriteEndObject();
    }

    internal static void WriteIrq(Utf8JsonWriter json, IrqDifference row)
    {
        json.WriteStartObject();
        json.WriteNumber("irq", row.Irq < 0 ? null : (long?)row.Irq);
        json.WriteText("device", row.Device);
        json.WriteNumber("entry", row.Entry < 0 ? null : (long?)row.Entry);
        json.WriteText("left", row.Left?.Describe());
        json.WriteText("right", row.Right?.Describe());
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter json, StateDiff state)
    {
        json.WriteStartObject("state");
        json.WriteNumber("irqs", state.Irqs);
        json.WriteNumber("otherNumbers", state.OtherNumbers);
        json.WriteStartArray("counters");
        foreach (CounterDifference row in state.Counters)
        {
            json.WriteStartObject();
            json.WriteString("name", row.Name);
            json.WriteNumber("cpu", (long?)row.Cpu);
            json.WriteNumber("left", row.Left);
            json.WriteNumber("right", row.Right);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, RulesDiff diff)
    {
        json.WriteStartArray("rules");
        foreach (RuleDivergence rule in diff.Rules)
        {
            json.WriteStartObject();
            json.WriteString("rule", rule.Rule);
            json.WriteNumber("decisions", rule.Decisions);
            json.WriteBoolean("representation", rule.IsRepresentation);
            WriteFirst(json, rule.First);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteUndecided(Utf8JsonWriter json, RulesDiff diff)
    {
        json.WriteStartArray("undecided");
        foreach (UndecidedRule rule in diff.Undecided)
        {
            json.WriteStartObject();
            json.WriteString("rule", rule.Rule);
            json.WriteNumber("decisions", rule.Decisions);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
