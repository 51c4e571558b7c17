using System;
using System.Collections.Generic;
using System.CommandLine;
using Replay.Cli.Machines;
using Replay.Cli.Output;
using Replay.Core.Events;
using Replay.Formats;

namespace Replay.Cli.Commands;

/// <summary><c>info</c>: what a recording is and what is in it.</summary>
internal static class InfoCommand
{
    public static Command Build(CliHost host)
    {
        var command = new Command("info",
            "What a recording is: format, kernel, CPUs, time span, records by name, losses.");
        var shared = new SharedOptions(command, divides: true);
        command.SetAction(result => Run(result, shared, host));
        return command;
    }

    private static int Run(ParseResult result, SharedOptions shared, CliHost host)
    {
        OutputFormat format = shared.GetFormat(result);
        if (shared.FindMachines(result, host) is { } machines)
            return RunMachines(machines, shared.GetLanes(result), result.GetValue(shared.File)!, format, host);
        using Recording recording = shared.Open(result, host);
        InfoReport report = Read(recording, host);
        Losses.Write(recording, format, host.Error);
        if (format == OutputFormat.Json)
        {
            InfoJson.Write(report, host.Out);
        }
        else
        {
            InfoText.Write(report, recording.Info, shared.GetName(result).Title, host);
        }
        return ExitCodes.For(recording.Report);
    }

    private static int RunMachines(
        List<MachineSource> machines, int lanes, string file, OutputFormat format, CliHost host)
    {
        var reports = new List<(string, InfoReport)>(machines.Count);
        int code = ExitCodes.Clean;
        foreach (MachineSource machine in machines)
        {
            using Recording recording = machine.Open(lanes);
            reports.Add((machine.Name, Read(recording, host)));
            Losses.Write(recording, format, host.Error, machine.Name);
            code = Math.Max(code, ExitCodes.For(recording.Report));
        }
        if (format == OutputFormat.Json) MachinesInfo.WriteJson(reports, host.Out);
        else MachinesInfo.WriteText(reports, file, host);
        return code;
    }

    private static InfoReport Read(Recording recording, CliHost host)
    {
        using var progress = new ProgressLine(recording, host);
        var byKind = new long[256];
        long records = 0;
        ulong? first = null, last = null;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            first ??= batch[0].TimeNs;
            last = batch[^1].TimeNs;
            foreach (ref readonly IrqEvent record in batch) byKind[(byte)record.Kind]++;
            records += batch.Length;
            progress.Report(records - byKind[(byte)EventKind.Extension]);
        }
        return InfoReport.Of(recording, byKind, first, last);
    }
}
