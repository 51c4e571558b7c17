using System;
using System.IO;
using System.Text.Json;
using Replay.Core.History;
using Replay.Core.Reports;
using Replay.Core.Rules;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>replay</c>.</summary>
internal static class ReplayJson
{
    /// <summary>The result, and the verdict on one interrupt where that was asked for.</summary>
    public static void Write(ReplayReport report, RuleChoice rules, WhyReport? why, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        WriteBody(json, report);
        json.WriteString("rules", rules.ToString());
        if (report.WhatIf is { } whatIf) WhatIfJson.Write(json, whatIf);
        if (why is not null) WhyJson.Write(json, why);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    /// <summary>All members but the schema; other results hold whole replays.</summary>
    internal static void WriteBody(Utf8JsonWriter json, ReplayReport report)
    {
        json.WriteNumber("events", report.Events);
        json.WriteNumber("applied", report.Applied);
        json.WriteStartArray("findings");
        foreach (ReportFinding finding in report.Findings) WriteFinding(json, finding, machine: null);
        json.WriteEndArray();
        WriteInterrupts(json, report.Interrupts);
        if (report.Missing is { } missing) WriteMissing(json, missing);
        if (report.Policies.Count > 0) WritePolicies(json, report);
        SystemsJson.Write(json, report.Systems);
        json.WriteText("digest", report.Digest);
        json.WriteNumber("seconds", Math.Round(report.Seconds, 6));
        json.WriteNumber("eventsPerSecond", report.EventsPerSecond is { } rate ? (long?)Math.Round(rate) : null);
    }

    /// <summary>An extension of the contract, only where records are missing.</summary>
    private static void WriteMissing(Utf8JsonWriter json, MissingReport missing)
    {
        json.WriteStartObject("missing");
        json.WriteNumber("count", missing.Count);
        json.WriteRows("stretches", missing.Stretches, stretch =>
        {
            json.WriteNumber("cpu", stretch.Cpu);
            json.WriteNumber("from", stretch.From);
            json.WriteNumber("event", stretch.Event);
            json.WriteNumber("timeNs", stretch.TimeNs);
            json.WriteBoolean("told", stretch.IsTold);
        });
        json.WriteNumber("openFindings", missing.OpenFindings);
        json.WriteNumber("interrupts", missing.Interrupts);
        json.WriteNumber("placesKnown", missing.PlacesKnown);
        json.WriteEndObject();
    }

    private static void WritePolicies(Utf8JsonWriter json, ReplayReport report)
    {
        json.WriteRows("policies", report.Policies, row =>
        {
            json.WriteString("policy", row.Policy);
            json.WriteString("alternative", row.Alternative);
            json.WriteNumber("event", row.Event);
            json.WriteText("device", row.Device.Length == 0 ? null : row.Device);
            json.WriteString("because", row.Because);
        });
    }

    internal static void WriteInterrupts(Utf8JsonWriter json, InterruptTotals totals)
    {
        json.WriteStartObject("interrupts");
        json.WriteNumber("raised", totals.Raised);
        json.WriteNumber("delivered", totals.Delivered);
        json.WriteNumber("pending", totals.Pending);
        json.WriteNumber("coalesced", totals.Coalesced);
        json.WriteNumber("lost", totals.Lost);
        json.WriteNumber("spurious", totals.Spurious);
        json.WriteEndObject();
    }

    /// <summary>One finding; of several machines the one that it is about.</summary>
    internal static void WriteFinding(Utf8JsonWriter json, ReportFinding finding, string? machine)
    {
        json.WriteStartObject();
        if (machine is not null) json.WriteString("machine", machine);
        json.WriteString("code", finding.Code);
        json.WriteString("severity", Severities.Name(finding.Severity));
        json.WriteNumber("event", finding.Event);
        json.WriteUnsigned("timeNs", finding.TimeNs);
        json.WriteNumber("blame", finding.Blame);
        json.WriteNumber("irq", (long?)finding.Irq);
        json.WriteText("device", finding.Device);
        json.WriteNumber("entry", (long?)finding.Entry);
        json.WriteNumber("cpu", (long?)finding.Cpu);
        json.WriteNumber("vector", (long?)finding.Vector);
        json.WriteString("message", finding.Message);
        json.WriteEndObject();
    }
}
