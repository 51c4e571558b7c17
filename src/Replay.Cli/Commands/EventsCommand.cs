using System;
using System.CommandLine;
using System.IO;
using Replay.Cli.Output;
using Replay.Core.Events;
using Replay.Formats;

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
        _shared = new SharedOptions(command);
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
        if (format == OutputFormat.Text) Losses.Write(recording, _host.Error);
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
        Exporter exporter = FindTextExporter(_host.Formats);
        NumberingStream? numbering = numbered ? new NumberingStream(new BufferedStream(_host.Out, 64 * 1024)) : null;
        using EventSink sink = exporter.Attach!(numbering ?? _host.Out, recording.Info);
        long number = 0;
        // Whatever the sink holds back of its header must not be taken for a numbered line.
        if (numbered) sink.Flush();
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            int start = 0;
            while (start < batch.Length)
            {
                int end = start;
                long runStart = number;
                // A run of wanted events goes out in one call.
                if (wanted is null && !numbered)
                {
                    number += EventCounter.Count(batch);
                    end = batch.Length;
                }
                else
                {
                    while (end < batch.Length)
                    {
                        int records = EventCounter.RecordsAt(batch, end);
                        if (wanted is not null && !wanted(batch.Slice(end, records))) break;
                        end += records;
                        number++;
                    }
                }
                if (end > start) WriteRun(sink, batch[start..end], recording.Tables, numbering, runStart);
                if (end < batch.Length)
                {
                    end += EventCounter.RecordsAt(batch, end);
                    number++;
                }
                start = end;
            }
            progress.Report(number);
        }
        sink.Complete(recording.Info, recording.Tables, recording.Report);
        sink.Flush();
        numbering?.Flush();
    }

    private static void WriteRun(EventSink sink, ReadOnlySpan<IrqEvent> run, EventTables tables, NumberingStream? numbering,
        long firstNumber)
    {
        if (numbering is null)
        {
            sink.Write(run, tables);
            return;
        }
        numbering.CountFrom(firstNumber);
        sink.Write(run, tables);
        sink.Flush();
        numbering.Stop();
    }

    private static Exporter FindTextExporter(FormatCatalog formats)
    {
        foreach (Exporter exporter in formats.Exporters)
        {
            if (exporter.Attach is not null) return exporter;
        }
        throw new InvalidOperationException("no format that can be written to a stream is registered");
    }
}
