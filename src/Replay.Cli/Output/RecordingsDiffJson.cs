using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Core.Diff;

namespace Replay.Cli.Output;

/// <summary>
/// The JSON of <c>diff</c> with two recordings: the members of one with two rule sets, and the alignment.
/// </summary>
internal static class RecordingsDiffJson
{
    public static void Write(RecordingsDiff diff, DiffSides sides, Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        json.WriteBoolean("same", diff.IsSame);
        DiffJson.WriteDivergence(json, "firstDivergence", diff.First);
        DiffJson.WriteSide(json, "left", sides.Left, diff.Left.Report);
        DiffJson.WriteSide(json, "right", sides.Right, diff.Right.Report);
        json.WriteStartArray("irqs");
        foreach (IrqDifference row in diff.Irqs) DiffJson.WriteIrq(json, row);
        json.WriteEndArray();
        json.WriteStartObject("alignment");
        json.WriteNumber("leftMarkers", diff.Alignment.LeftCount);
        json.WriteNumber("rightMarkers", diff.Alignment.RightCount);
        json.WriteNumber("paired", diff.Alignment.Pairs.Count);
        json.WriteString("confidence", diff.Alignment.Confidence);
        json.WriteEndObject();
        WritePhases(json, "givenBack", diff, diff.Releases);
        WritePhases(json, "findings", diff, diff.Findings);
        json.WriteRows("markers", diff.Marks, row =>
        {
            json.WriteString("marker", row.Mark);
            json.WriteNumber("cpu", row.Cpu);
            json.WriteNumber("left", row.Left);
            json.WriteNumber("right", row.Right);
        });
        json.WriteStartObject("timing");
        json.WriteNumber("deliveries", diff.Timing.Deliveries);
        json.WriteNumber("places", diff.Timing.Places);
        json.WriteEndObject();
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static void WritePhases(Utf8JsonWriter json, string name, RecordingsDiff diff,
        IReadOnlyList<PhaseDifference> rows)
    {
        json.WriteRows(name, rows, row =>
        {
            json.WriteText("marker", diff.Alignment.NameOf(row.Phase));
            json.WriteString("what", row.What);
            json.WriteText("place", row.Place);
            json.WriteNumber("left", row.Left);
            json.WriteNumber("right", row.Right);
        });
    }
}
