using System.Text.Json;
using Replay.Core.WhatIf;

namespace Replay.Cli.Output;

/// <summary>What other rules made of a recording, for <c>diff</c> and <c>replay</c>.</summary>
internal static class WhatIfJson
{
    /// <summary>Counts of both sides, key by key.</summary>
    public static void WriteTotals(Utf8JsonWriter json, string name, WhatIfReport? left, WhatIfReport? right)
    {
        json.WriteStartObject(name);
        WriteSide(json, "left", left);
        WriteSide(json, "right", right);
        json.WriteEndObject();
    }

    /// <summary>Where one replay departs from its recording, and what follows.</summary>
    public static void Write(Utf8JsonWriter json, WhatIfReport whatIf)
    {
        json.WriteRows("departures", whatIf.Departures, departure =>
        {
            json.WriteString("rule", departure.Name);
            json.WriteNumber("decisions", departure.Count);
            json.WriteNumber("undecided", departure.Undecided);
            json.WriteNumber("event", departure.Count == 0 ? null : (long?)departure.FirstEvent);
            json.WriteUnsigned("timeNs", departure.Count == 0 ? null : departure.FirstTimeNs);
            json.WriteText("what", departure.What);
            json.WriteText("recorded", departure.Recorded);
            json.WriteText("own", departure.Own);
        });
        WriteSide(json, "consequences", whatIf);
        json.WriteStartArray("departed");
        foreach (WhatIfIrq irq in whatIf.Irqs)
        {
            if (!irq.Matters) continue;
            json.WriteStartObject();
            json.WriteNumber("irq", irq.Irq);
            json.WriteText("device", irq.Device);
            json.WriteNumber("entry", (long?)irq.Entry);
            json.WriteNumber("cpu", (long?)irq.Cpu);
            json.WriteNumber("vector", (long?)irq.Vector);
            json.WriteString("state", irq.State);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteSide(Utf8JsonWriter json, string name, WhatIfReport? side)
    {
        json.WriteStartObject(name);
        foreach ((string key, _, long count) in WhatIfRows.Of(side)) json.WriteNumber(key, count);
        if (side?.Totals is { FirstRefusalText: { } text } totals)
        {
            json.WriteStartObject("firstRefusal");
            json.WriteNumber("event", totals.FirstRefusal);
            json.WriteNumber("timeNs", totals.FirstRefusalTimeNs);
            json.WriteString("what", text);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("firstRefusal");
        }
        json.WriteEndObject();
    }
}
