using System.Collections.Generic;
using System.Text.Json;
using Replay.Core.Systems;

namespace Replay.Cli.Output;

/// <summary>What systems say, as JSON members; <c>replay</c> and <c>scenarios</c> share them.</summary>
internal static class SystemsJson
{
    /// <summary>One object a system.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<NamedSystem> systems)
    {
        json.WriteStartArray("systems");
        foreach (NamedSystem named in systems)
        {
            SystemReport report = named.System.Report;
            json.WriteStartObject();
            json.WriteString("name", named.Name);
            WriteVerdicts(json, report.Events);
            WriteInterrupts(json, report.Interrupts);
            WriteCalls(json, report.Calls);
            WriteStates(json, report.States);
            WriteLines(json, report.Lines);
            json.WriteNumber("dropped", report.Dropped);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void WriteVerdicts(Utf8JsonWriter json, IReadOnlyList<EventVerdict> rows)
    {
        json.WriteRows("verdicts", rows, row =>
        {
            json.WriteNumber("event", row.Event);
            json.WriteText("device", row.Device);
            json.WriteNumber("entry", row.Entry);
            json.WriteNumber("irq", (long?)row.Irq);
            json.WriteString("verdict", VerdictText.Name(row.Verdict));
            json.WriteNumber("cpu", (long?)row.Cpu);
            json.WriteNumber("vector", (long?)row.Vector);
            json.WriteHex("address", row.Address);
            json.WriteString("text", VerdictText.Describe(row));
            json.WriteText("reason", row.Reason);
        });
    }

    public static void WriteInterrupts(Utf8JsonWriter json, IReadOnlyList<InterruptVerdict> rows)
    {
        json.WriteRows("interrupts", rows, row =>
        {
            json.WriteText("device", row.Device);
            json.WriteNumber("entry", row.Entry);
            json.WriteNumber("irq", (long?)row.Irq);
            json.WriteString("verdict", VerdictText.Name(row.Verdict));
            json.WriteNumber("blame", row.Blame);
            json.WriteText("reason", row.Reason);
        });
    }

    public static void WriteCalls(Utf8JsonWriter json, IReadOnlyList<FailingCall> rows)
    {
        json.WriteRows("failingCalls", rows, row =>
        {
            json.WriteNumber("event", row.Event);
            json.WriteText("device", row.Device);
            json.WriteString("call", row.Call);
            json.WriteString("error", row.Error);
            json.WriteBoolean("expected", row.Expected);
        });
    }

    /// <summary>What a recording would show; the source <c>note</c> is about the trace itself.</summary>
    public static void WriteLines(Utf8JsonWriter json, IReadOnlyList<TraceLine> rows)
    {
        json.WriteRows("lines", rows, row =>
        {
            json.WriteNumber("event", row.Event);
            json.WriteString("source", row.Source);
            json.WriteText("text", row.Text);
        });
    }

    public static void WriteStates(Utf8JsonWriter json, IReadOnlyList<StateLine> rows)
    {
        json.WriteRows("states", rows, row =>
        {
            json.WriteNumber("event", row.Event);
            json.WriteText("subject", row.Subject);
            json.WriteString("step", row.Step);
            json.WriteText("state", row.State);
        });
    }
}
