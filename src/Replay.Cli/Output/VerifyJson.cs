using System.IO;
using System.Text.Json;
using Replay.Core.Verify;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>verify</c>.</summary>
internal static class VerifyJson
{
    public static void Write(VerifyReport report, string rules, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        VerifyTally tally = report.Tally;
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteNumber("decisions", tally.Decisions);
        json.WriteNumber("agreed", tally.Agreed);
        json.WriteNumber("undetermined", tally.Undetermined);
        json.WriteStartObject("byKind");
        for (int i = 0; i < DecisionKinds.Count; i++)
        {
            var kind = (DecisionKind)i;
            if (tally.DecisionsOf(kind) == 0) continue;
            json.WriteStartObject(DecisionKinds.NameOf(kind));
            json.WriteNumber("decisions", tally.DecisionsOf(kind));
            json.WriteNumber("agreed", tally.AgreedOf(kind));
            json.WriteNumber("undetermined", tally.OpenOf(kind));
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteStartArray("disagreements");
        foreach (Disagreement disagreement in tally.Disagreements) Write(json, disagreement);
        json.WriteEndArray();
        json.WriteStartObject("undeterminedBy");
        for (int i = 0; i < OpenReasons.Count; i++)
        {
            var reason = (OpenReason)i;
            if (tally.OpenFor(reason) == 0) continue;
            json.WriteStartObject(OpenReasons.Names[i]);
            json.WriteNumber("count", tally.OpenFor(reason));
            json.WriteString("reason", OpenReasons.TextOf(reason));
            json.WriteString("record", OpenReasons.CureOf(reason));
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteRows("behaviours", report.Evidence, evidence =>
        {
            json.WriteString("name", evidence.Name);
            json.WriteString("value", evidence.Alternative);
            json.WriteNumber("event", evidence.Event);
            json.WriteNumber("count", evidence.Count);
            json.WriteNumber("against", evidence.Against);
            json.WriteString("what", evidence.What);
        });
        json.WriteString("rules", rules);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void Write(Utf8JsonWriter json, Disagreement disagreement)
    {
        json.WriteStartObject();
        json.WriteNumber("event", disagreement.Event);
        json.WriteNumber("timeNs", disagreement.TimeNs);
        json.WriteNumber("cpu", disagreement.Cpu);
        json.WriteString("kind", DecisionKinds.NameOf(disagreement.Kind));
        json.WriteNumber("irq", (long?)disagreement.Irq);
        json.WriteString("expected", disagreement.Expected);
        json.WriteString("actual", disagreement.Actual);
        json.WriteString("because", disagreement.Because);
        json.WriteEndObject();
    }
}
