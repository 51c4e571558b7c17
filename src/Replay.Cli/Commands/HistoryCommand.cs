using System;
using System.Collections.Generic;
using System.CommandLine;
using Replay.Cli.Output;
using Replay.Core.Events;
using Replay.Core.History;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Cli.Commands;

/// <summary><c>history</c>: every owner and writer of one thing.</summary>
internal sealed class HistoryCommand
{
    private readonly CliHost _host;
    private readonly SessionFactory _createSession;
    private readonly SharedOptions _shared;
    private readonly RuleOptions _rules;

    private readonly Option<string?> _irq = new("--irq")
    {
        Description = "An interrupt: its moves, masks, messages, remapping entry and arrivals.",
        HelpName = "N",
    };

    private readonly Option<string?> _irte = new("--irte")
    {
        Description = "A remapping entry by its index; with AMD-Vi DEVICE:INDEX, for example 00:03.0:5.",
        HelpName = "INDEX",
    };

    private readonly Option<string?> _vector = new("--vector")
    {
        Description = "A vector of one CPU.",
        HelpName = "CPU:VECTOR",
    };

    private readonly Option<string?> _msix = new("--msix")
    {
        Description = "An MSI-X or MSI entry of a device.",
        HelpName = "DEVICE:ENTRY",
    };

    private readonly Option<string?> _from = new("--from")
    {
        Description = "List what happened from here on: event:N, time:SECONDS or \"mark:TEXT\". "
            + "The replay itself always starts at the beginning.",
        HelpName = "POSITION",
    };

    private readonly Option<string> _to = new("--to")
    {
        Description = "Stop here.",
        HelpName = "POSITION",
        DefaultValueFactory = static _ => "end",
    };

    private HistoryCommand(Command command, CliHost host, SessionFactory createSession)
    {
        _host = host;
        _createSession = createSession;
        _shared = new SharedOptions(command, divides: true);
        _rules = new RuleOptions(command);
        command.Options.Add(_irq);
        command.Options.Add(_irte);
        command.Options.Add(_vector);
        command.Options.Add(_msix);
        command.Options.Add(_from);
        command.Options.Add(_to);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host, SessionFactory createSession)
    {
        var command = new Command("history",
            "Every owner and writer of one interrupt, vector, remapping entry or device entry, and why.");
        _ = new HistoryCommand(command, host, createSession);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        _rules.Check(result);
        HistorySubject subject = ParseSubject(result);
        Position? from = result.GetValue(_from) is { } text ? Position.Parse(text, "--from") : null;
        if (from is { Kind: PositionKind.End })
            throw new UsageException("--from end: nothing comes after the end; leave --from out for the whole history");
        Position to = Position.Parse(result.GetValue(_to)!, "--to");
        using Recording recording = _shared.Open(result, _host);
        var historian = new Historian(subject);
        long first = Replay(recording, _rules.Choose(result, recording), historian, from, to);
        Losses.Write(recording, format, _host.Error);
        HistoryReport report = historian.Report(0);
        if (first > 0) report = report with { Entries = Since(report.Entries, first) };
        if (format == OutputFormat.Json) HistoryJson.Write(report, _host.Out);
        else HistoryText.Write(report, historian.KnownIrqs(), recording, result.GetValue(_shared.File)!, _host);
        return ExitCodes.For(recording.Report);
    }

    private HistorySubject ParseSubject(ParseResult result)
    {
        HistorySubject? subject = null;
        int given = 0;
        if (result.GetValue(_irq) is { } irq) Take(HistorySubjects.ParseIrq("--irq", irq));
        if (result.GetValue(_irte) is { } irte) Take(HistorySubjects.ParseIrte(irte));
        if (result.GetValue(_vector) is { } vector) Take(HistorySubjects.ParseVector(vector));
        if (result.GetValue(_msix) is { } msix) Take(HistorySubjects.ParseMsix(msix));
        if (given == 1) return subject!.Value;
        throw new UsageException(given == 0
            ? "history needs one thing to tell about: --irq N, --irte INDEX, --vector CPU:VECTOR or --msix DEVICE:ENTRY"
            : "history tells about one thing at a time; leave one of --irq, --irte, --vector and --msix");

        void Take(HistorySubject value)
        {
            subject = value;
            given++;
        }
    }

    /// <summary>Replays to an end, and gives the number of the first event that is listed.</summary>
    private long Replay(Recording recording, RuleChoice rules, Historian historian, Position? from, Position to)
    {
        ReplaySession session = _createSession(recording, new SessionOptions(false, rules, historian));
        var begin = new PositionCursor(from ?? new Position(PositionKind.Event, "event:0", 0));
        var end = new PositionCursor(to);
        using var progress = new ProgressLine(recording, _host);
        while (!end.Reached && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            begin.Take(batch);
            int records = end.Take(batch);
            if (records > 0) session.Apply(batch[..records], recording.Tables);
            progress.Report(end.Events);
        }
        if (from is not null)
        {
            if (end.Reached && end.Events < Math.Max(begin.Events, from.Event))
                throw new UsageException($"--from {from.Text} lies behind --to {to.Text}; nothing is between them");
            begin.RequireReached();
        }
        end.RequireReached();
        session.Finish(progress.Elapsed.TotalSeconds);
        historian.Finish();
        return from switch
        {
            null => 0,
            { Kind: PositionKind.Event } => from.Event,
            _ => begin.Events,
        };
    }

    private static List<HistoryEntry> Since(IReadOnlyList<HistoryEntry> entries, long first)
    {
        var kept = new List<HistoryEntry>();
        foreach (HistoryEntry entry in entries)
        {
            if (Math.Max(entry.Event, entry.LastEvent) >= first) kept.Add(entry);
        }
        return kept;
    }
}
