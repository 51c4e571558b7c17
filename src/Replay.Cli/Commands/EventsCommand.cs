using System;
using System.Collections.Generic;
using System.CommandLine;
using Replay.Cli.Machines;
using Replay.Cli.Output;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Text;

namespace Replay.Cli.Commands;

/// <summary><c>events</c>: the events of a recording, one a line.</summary>
internal sealed class EventsCommand
{
    private readonly CliHost _host;
    private readonly SharedOptions _shared;

    private readonly Option<string?> _where = new("--where")
    {
        Description = "Print only events for which the expression holds.",
        HelpName = "EXPR",
    };

    private readonly Option<bool> _number = new("--number")
    {
        Description = "Put each event's number first; state --at event:N takes it. "
            + "Such lines are for reading, not for replaying.",
    };

    private EventsCommand(Command command, CliHost host)
    {
        _host = host;
        _shared = new SharedOptions(command, divides: true);
        command.Options.Add(_where);
        command.Options.Add(_number);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("events",
            "The events of a recording in text form, one a line; any command reads them back.");
        _ = new EventsCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        if (_shared.FindMachines(result, _host) is { } machines) return RunMachines(result, machines, format);
        using Recording recording = _shared.Open(result, _host);
        EventPredicate? wanted = CompileFilter(result.GetValue(_where), recording.Tables);
        using (var progress = new ProgressLine(recording, _host, _host.OutIsTerminal))
        {
            if (format == OutputFormat.Json)
            {
                using var json = new EventsJson(_host.Out);
                WriteJson(json, recording, wanted, progress);
                json.Complete();
            }
            else
            {
                using var writer = new EventTextWriter(_host.Out) { WithNumbers = result.GetValue(_number) };
                writer.WriteHeader(recording.Info);
                WriteText(writer, recording, wanted, progress);
            }
        }
        Losses.Write(recording, format, _host.Error);
        return ExitCodes.For(recording.Report);
    }

    /// <summary>One machine after the other, in one document; each has its own names and counts.</summary>
    private int RunMachines(ParseResult result, List<MachineSource> machines, OutputFormat format)
    {
        List<string> names = machines.ConvertAll(static machine => machine.Name);
        int lanes = _shared.GetLanes(result), code = ExitCodes.Clean;
        using EventsJson? json = format == OutputFormat.Json ? new EventsJson(_host.Out) : null;
        for (int i = 0; i < machines.Count; i++)
        {
            using Recording recording = machines[i].Open(lanes);
            EventPredicate? wanted = CompileFilter(result.GetValue(_where), recording.Tables);
            using (var progress = new ProgressLine(recording, _host, _host.OutIsTerminal))
            {
                if (json is not null)
                {
                    json.Machine = names[i];
                    WriteJson(json, recording, wanted, progress);
                }
                else
                {
                    using var writer = new EventTextWriter(_host.Out) { WithNumbers = result.GetValue(_number) };
                    writer.WriteHeader(recording.Info, names, i);
                    WriteText(writer, recording, wanted, progress);
                }
            }
            Losses.Write(recording, format, _host.Error, names[i]);
            code = Math.Max(code, ExitCodes.For(recording.Report));
        }
        json?.Complete();
        return code;
    }

    private EventPredicate? CompileFilter(string? expression, EventTables tables)
    {
        if (expression is null) return null;
        if (_host.Formats.CompileFilter is not { } compile)
            throw new UsageException("--where: this build has no filters");
        try
        {
            return compile(expression, tables);
        }
        catch (FormatException e)
        {
            throw new UsageException("--where: " + e.Message, e);
        }
    }

    private static void WriteJson(EventsJson json, Recording recording, EventPredicate? wanted, ProgressLine progress)
    {
        long number = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            for (int i = 0; i < batch.Length; number++)
            {
                ReadOnlySpan<IrqEvent> records = batch.Slice(i, EventCounter.RecordsAt(batch, i));
                if (wanted is null || wanted(records)) json.Write(number, records, recording.Tables);
                i += records.Length;
            }
            progress.Report(number);
        }
    }

    private static void WriteText(EventTextWriter writer, Recording recording,
        EventPredicate? wanted, ProgressLine progress)
    {
        long number = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            if (wanted is null)
            {
                writer.NextNumber = number;
                writer.Write(batch, recording.Tables);
                number += EventCounter.Count(batch);
            }
            else
            {
                number = WriteWanted(writer, batch, recording.Tables, wanted, number);
            }
            progress.Report(number);
        }
        writer.WriteEnd(recording.Info, recording.Report);
        writer.Flush();
    }

    /// <summary>
    /// Writes the wanted events of a batch, runs of them in one call; returns the number of the next event.
    /// </summary>
    private static long WriteWanted(EventTextWriter writer, ReadOnlySpan<IrqEvent> batch, EventTables tables,
        EventPredicate wanted, long number)
    {
        int start = 0, at = 0;
        writer.NextNumber = number;
        while (at < batch.Length)
        {
            ReadOnlySpan<IrqEvent> records = batch.Slice(at, EventCounter.RecordsAt(batch, at));
            number++;
            at += records.Length;
            if (wanted(records)) continue;
            writer.Write(batch[start..(at - records.Length)], tables);
            writer.NextNumber = number;
            start = at;
        }
        writer.Write(batch[start..], tables);
        return number;
    }
}
