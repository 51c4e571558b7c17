using System;
using System.CommandLine;
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
        Description = "Put each event's number first; state --at event:N takes it. Such lines are for reading, not for replaying.",
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
        var command = new Command("events", "The events of a recording in text form, one a line; any command reads them back.");
        _ = new EventsCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        using Recording recording = _shared.Open(result, _host);
        EventPredicate? wanted = CompileFilter(result.GetValue(_where), recording.Tables);
        using (var progress = new ProgressLine(recording, _host, _host.OutIsTerminal))
        {
            if (format == OutputFormat.Json) WriteJson(recording, wanted, progress);
            else WriteText(recording, wanted, result.GetValue(_number), progress);
        }
        Losses.Write(recording, format, _host.Error);
        return ExitCodes.For(recording.Report);
    }

    private EventPredicate? CompileFilter(string? expression, EventTables tables)
    {
        if (expression is null) return null;
        if (_host.Formats.CompileFilter is not { } compile) throw new UsageException("--where: this build has no filters");
        try
        {
            return compile(expression, tables);
        }
        catch (FormatException e)
        {
            throw new UsageException("--where: " + e.Message, e);
        }
    }

    private void WriteJson(Recording recording, EventPredicate? wanted, ProgressLine progress)
    {
        using var json = new EventsJson(_host.Out);
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
        json.Complete();
    }

    private void WriteText(Recording recording, EventPredicate? wanted, bool numbered, ProgressLine progress)
    {
        using var writer = new EventTextWriter(_host.Out) { WithNumbers = numbered };
        writer.WriteHeader(recording.Info);
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

    /// <summary>Writes the wanted events of a batch, runs of them in one call; returns the number of the next event.</summary>
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
