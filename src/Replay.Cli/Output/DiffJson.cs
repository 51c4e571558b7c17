using System.IO;
using System.Text.Json;
using Replay.Core.Diff;
using Replay.Core.Reports;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>diff</c>.</summary>
internal static class DiffJson
{
    public static void Write(RulesDiff diff, DiffSides sides, EventLines lines, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        WriteSame(json, diff);
        WriteDivergence(json, "firstDivergence", diff.First, lines);
        WriteRules(json, diff);
        WriteSide(json, "left", sides.Left, diff.Left);
        WriteSide(json, "right", sides.Right, diff.Right);
        json.WriteStartArray("irqs");
        foreach (IrqDifference row in diff.Irqs) WriteIrq(json, row, lines);
        json.WriteEndArray();
        json.WriteStartObject("findings");
        json.WriteNumber("onlyLeft", diff.Findings.OnlyLeft.Count);
        json.WriteNumber("onlyRight", diff.Findings.OnlyRight.Count);
        json.WriteNumber("both", diff.Findings.Both);
        json.WriteEndObject();
        json.WriteRows("lines", diff.Lines, row =>
        {
            json.WriteString("source", row.Source);
            json.WriteText("sort", row.Sort);
            json.WriteNumber("left", row.Left);
            json.WriteNumber("right", row.Right);
        });
        WriteState(json, diff.State);
        WhatIfJson.WriteTotals(json, "consequences", diff.Left.WhatIf, diff.Right.WhatIf);
        WriteUndecided(json, diff);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    /// <summary>Null where a rule in question could not be replayed: that is no verdict.</summary>
    private static void WriteSame(Utf8JsonWriter json, RulesDiff diff) =>
        json.WriteFlag("same", diff.IsSame && diff.Undecided.Count > 0 ? null : diff.IsSame);

    /// <summary>Where something parts; with the event's line and the marker before it where they were read.</summary>
    internal static void WriteDivergence(Utf8JsonWriter json, string name, Divergence? first, EventLines? lines = null)
    {
        if (first is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteNumber("event", first.Event);
        json.WriteUnsigned("timeNs", first.TimeNs);
        json.WriteString("what", first.What);
        json.WriteString("left", first.Left);
        json.WriteString("right", first.Right);
        if (lines is not null)
        {
            json.WriteText("step", first.Step);
            json.WriteText("line", lines[first.Event]);
            json.WriteText("afterMark", lines.MarkBefore(first.Event));
        }
        json.WriteEndObject();
    }

    internal static void WriteSide(Utf8JsonWriter json, string name, RuleSide side, ReplayReport report)
    {
        json.WriteStartObject(name);
        ReplayJson.WriteBody(json, report);
        json.WriteString("rules", side.Name);
        json.WriteEndObject();
    }

    internal static void WriteIrq(Utf8JsonWriter json, IrqDifference row, EventLines? lines = null)
    {
        json.WriteStartObject();
        json.WriteNumber("irq", row.Irq < 0 ? null : (long?)row.Irq);
        json.WriteText("device", row.Device);
        json.WriteNumber("entry", row.Entry < 0 ? null : (long?)row.Entry);
        json.WriteText("left", row.Left?.Describe());
        json.WriteText("right", row.Right?.Describe());
        if (lines is not null) WriteDivergence(json, "parts", row.Parts, lines);
        json.WriteEndObject();
    }

    private static void WriteState(Utf8JsonWriter json, StateDiff state)
    {
        json.WriteStartObject("state");
        json.WriteNumber("irqs", state.Irqs);
        json.WriteNumber("otherNumbers", state.OtherNumbers);
        json.WriteRows("counters", state.Counters, row =>
        {
            json.WriteString("name", row.Name);
            json.WriteNumber("cpu", (long?)row.Cpu);
            json.WriteNumber("left", row.Left);
            json.WriteNumber("right", row.Right);
        });
        json.WriteEndObject();
    }

    private static void WriteRules(Utf8JsonWriter json, RulesDiff diff)
    {
        json.WriteRows("rules", diff.Rules, rule =>
        {
            json.WriteString("rule", rule.Rule);
            json.WriteNumber("decisions", rule.Decisions);
            json.WriteBoolean("representation", rule.IsRepresentation);
            WriteDivergence(json, "first", rule.First);
        });
    }

    private static void WriteUndecided(Utf8JsonWriter json, RulesDiff diff)
    {
        json.WriteRows("undecided", diff.Undecided, rule =>
        {
            json.WriteString("rule", rule.Rule);
            json.WriteNumber("decisions", rule.Decisions);
        });
    }
}
