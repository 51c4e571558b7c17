using System.Text.Json;
using Replay.Core.History;

namespace Replay.Cli.Output;

/// <summary>The member <c>why</c> of the JSON of <c>replay --why</c>.</summary>
internal static class WhyJson
{
    public static void Write(Utf8JsonWriter json, WhyReport why)
    {
        json.WriteStartObject("why");
        json.WriteNumber("irq", why.Irq);
        json.WriteText("name", why.Name);
        json.WriteText("device", why.Device);
        json.WriteNumber("entry", (long?)why.Entry);
        json.WriteString("verdict", Verdicts.Names[(int)why.Verdict]);
        json.WriteFlag("works", why.Works);
        json.WriteString("sentence", why.Sentence);
        json.WriteNumber("parted", why.Parted);
        json.WriteUnsigned("partedTimeNs", why.PartedTimeNs);
        json.WriteRows("views", why.Views, row =>
        {
            json.WriteString("view", row.View);
            json.WriteString("says", row.Says);
            json.WriteFlag("agrees", row.Agrees);
        });
        HistoryJson.WriteEntries(json, "chain", why.Chain);
        json.WriteNumber("leftOut", why.LeftOut);
        json.WriteEndObject();
    }
}
