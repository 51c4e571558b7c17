using System.Collections.Generic;
using System.Globalization;
using Replay.Cli.Machines;
using Replay.Core.Findings;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary>
/// <c>replay</c> of several machines for people: a table of all, the worst first, then a section for each that has
/// something to say.
/// </summary>
internal static class MachinesText
{
    public static void Write(IReadOnlyList<MachineReplay> machines, bool all, double seconds, CliHost host)
    {
        List<MachineReplay> sorted = MachineReplay.WorstFirst(machines);
        long events = 0;
        int clean = 0;
        using (var console = new ReportConsole(host))
        {
            Table table = ReportConsole.NewTable("Machine", ">Events", ">Findings", "Worst", "Digest");
            foreach (MachineReplay machine in sorted)
            {
                events += machine.Report?.Events ?? 0;
                bool isClean = machine.ExitCode == ExitCodes.Clean;
                if (isClean) clean++;
                Style style = isClean ? Style.Plain : machine.Report is null || machine.Worst == (int)Severity.Critical
                    ? ReportConsole.Bad : ReportConsole.Warn;
                table.AddRow(
                    ReportConsole.Cell(machine.Name, style),
                    ReportConsole.Number(machine.Report is { } report ? PlainText.Count(report.Events) : "-"),
                    ReportConsole.Number(machine.Report is null ? "-" : PlainText.Count(machine.FindingCount)),
                    ReportConsole.Cell(machine.Report is null ? "cannot be read" : machine.Worst < 0 ? ""
                        : Severities.Name((Severity)machine.Worst)),
                    ReportConsole.Cell(machine.Report?.Digest ?? "", ReportConsole.Dim));
            }
            console.Heading(string.Create(CultureInfo.InvariantCulture,
                $"{PlainText.Count(machines.Count, "machine")}, {clean} without findings"));
            console.Write(table);
            string rate = seconds > 0 ? ", " + PlainText.Rate(events / seconds) : "";
            console.Line(string.Create(CultureInfo.InvariantCulture,
                $"Digest {MachinesJson.Digest(machines)}  {seconds:F3} s{rate}"), ReportConsole.Dim);
        }
        foreach (MachineReplay machine in sorted)
        {
            if (machine.Report is null || machine.Recording is null || (machine.ExitCode == ExitCodes.Clean && !all))
                continue;
            host.Out.Write("\n"u8);
            ReplayText.Write(machine.Report, machine.Recording, machine.Rules!,
                machine.Source.Recording, all, host, []);
        }
    }
}
