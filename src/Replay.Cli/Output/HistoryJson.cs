using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Core.History;

namespace Replay.Cli.Output;

/// <summary>The JSON of <c>history</c>.</summary>
internal static class HistoryJson
{
    public static void Write(HistoryReport report, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteString("what", HistorySubjects.Describe(report.Subject));
        json.WriteBoolean("seen", report.Seen);
        json.WriteNumber("dropped", report.Dropped);
        json.WriteText("now", report.Now);
        WriteEntries(json, "entries", report.Entries);
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    /// <summary>An array of entries; other results hold some too.</summary>
    internal static void WriteEntries(Utf8JsonWriter json, string name, IReadOnlyList<HistoryEntry> entries)
    {
        json.WriteRows(name, entries, entry =>
        {
            json.WriteNumber("event", entry.Event);
            json.WriteNumber("timeNs", entry.TimeNs);
            json.WriteNumber("cpu", (long?)entry.Cpu);
            json.WriteString("change", HistoryChanges.Names[(int)entry.Change]);
            json.WriteText("from", entry.From);
            json.WriteText("to", entry.To);
            json.WriteString("text", entry.Text);
            json.WriteText("reason", entry.Reason);
            json.WriteNumber("blame", entry.Blame);
            if (entry.Change == HistoryChange.Delivered)
            {
                json.WriteNumber("count", entry.Count);
                json.WriteNumber("lastEvent", entry.LastEvent);
                json.WriteNumber("lastTimeNs", entry.LastTimeNs);
            }
        });
    }
}
