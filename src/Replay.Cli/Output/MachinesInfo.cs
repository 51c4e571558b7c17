using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using Replay.Formats;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary>
/// <c>info</c> of a file of several machines: the members that one has, summed up, and each machine's own.
/// </summary>
internal static class MachinesInfo
{
    /// <summary>A row a machine.</summary>
    public static void WriteText(IReadOnlyList<(string Name, InfoReport Report)> machines, string file, CliHost host)
    {
        using var console = new ReportConsole(host);
        console.Heading(file);
        InfoReport all = Sum(machines);
        console.Facts(
        [
            ("Format", all.Format),
            ("Machines", PlainText.Count(machines.Count)),
            ("Records", PlainText.Count(all.Events)),
            ("Lost", all.Lost == 0 ? "none" : PlainText.Count(all.Lost) + " (by the recorders)"),
        ]);
        console.Line();
        Table table = ReportConsole.NewTable("Machine", ">Records", ">Skipped", ">Lost", ">CPUs", "Kernel", ">Seconds");
        foreach ((string name, InfoReport report) in machines)
        {
            table.AddRow(
                ReportConsole.Cell(name, Style.Plain),
                ReportConsole.Number(PlainText.Count(report.Events)),
                ReportConsole.Number(PlainText.Count(report.Skipped)),
                ReportConsole.Number(report.Lost == 0 ? "" : PlainText.Count(report.Lost), ReportConsole.Bad),
                ReportConsole.Number(report.Cpus?.ToString(CultureInfo.InvariantCulture) ?? ""),
                ReportConsole.Cell(report.Kernel ?? "not recorded"),
                ReportConsole.Number(report is { FirstTimeNs: { } first, LastTimeNs: { } last } && last >= first
                    ? PlainText.Seconds(last - first) : ""));
        }
        console.Write(table);
        console.Line();
        console.Line($"More about one: irqreplay info {ReplayText.FileArgument(file)} --machine "
            + $"{ReplayText.FileArgument(machines[0].Name)}", ReportConsole.Dim);
    }

    /// <summary>
    /// What differs between the machines is null above <c>machines</c>; their clocks need not be one.
    /// </summary>
    public static void WriteJson(IReadOnlyList<(string Name, InfoReport Report)> machines, System.IO.Stream output)
    {
        using Utf8JsonWriter json = JsonOutput.Start(output);
        json.WriteStartObject();
        json.WriteNumber("schema", JsonOutput.Schema);
        InfoJson.WriteBody(json, Sum(machines));
        json.WriteStartArray("machines");
        foreach ((string name, InfoReport report) in machines)
        {
            json.WriteStartObject();
            json.WriteText("name", name);
            InfoJson.WriteBody(json, report);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        JsonOutput.End(json, output);
    }

    private static InfoReport Sum(IReadOnlyList<(string Name, InfoReport Report)> machines)
    {
        InfoReport all = machines[0].Report;
        var counts = new SortedDictionary<string, SourceCount>(System.StringComparer.Ordinal);
        long events = 0, imported = 0, lost = 0;
        foreach ((_, InfoReport report) in machines)
        {
            events += report.Events;
            imported += report.Imported;
            lost += report.Lost;
            all = all with
            {
                FirstTimeNs = machines.Count == 1 ? all.FirstTimeNs : null,
                LastTimeNs = machines.Count == 1 ? all.LastTimeNs : null,
                Cpus = all.Cpus == report.Cpus ? all.Cpus : null,
                Clock = all.Clock == report.Clock ? all.Clock : null,
                Kernel = all.Kernel == report.Kernel ? all.Kernel : null,
            };
            foreach (SourceCount source in report.ByName)
            {
                long before = counts.TryGetValue(source.Name, out SourceCount? known) ? known.Count : 0;
                counts[source.Name] = source with { Count = before + source.Count };
            }
        }
        return all with { Events = events, Imported = imported, Lost = lost, ByName = [.. counts.Values] };
    }
}
