using System;
using System.CommandLine;
using Replay.Cli.Output;
using Replay.Core.Events;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Cli.Commands;

/// <summary><c>replay</c>: what went wrong in a recording.</summary>
internal sealed class ReplayCommand
{
    private readonly CliHost _host;
    private readonly SessionFactory _createSession;
    private readonly SharedOptions _shared;
    private readonly RuleOptions _rules;

    private readonly Option<bool> _paranoid = SessionOptionsOnCommand.Paranoid();

    private readonly Option<bool> _all = new("--all")
    {
        Description = "List every finding; otherwise the most severe ones.",
    };

    private ReplayCommand(Command command, CliHost host, SessionFactory createSession)
    {
        _host = host;
        _createSession = createSession;
        _shared = new SharedOptions(command, "text|json|sarif");
        _rules = new RuleOptions(command);
        command.Options.Add(_all);
        command.Options.Add(_paranoid);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host, SessionFactory createSession)
    {
        var command = new Command("replay", "Replays a recording and says which interrupts went wrong, since when and why.");
        _ = new ReplayCommand(command, host, createSession);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        _rules.Check(result);
        string file = result.GetValue(_shared.File)!;
        using Recording recording = _shared.Open(result, _host);
        RuleChoice rules = _rules.Choose(result, recording);
        ReplaySession session = _createSession(recording, new SessionOptions(result.GetValue(_paranoid), rules));
        ReplayReport report = Replay(recording, session);
        Losses.Write(recording, format, _host.Error);
        switch (format)
        {
            case OutputFormat.Json:
                ReplayJson.Write(report, rules, _host.Out);
                break;
            case OutputFormat.Sarif:
                Sarif.Write(report, file, Losses.Describe(recording), _host.Out);
                break;
            default:
                ReplayText.Write(report, recording, rules, file, result.GetValue(_all), _host);
                break;
        }
        return ExitCodes.For(recording.Report, report.Findings.Count > 0);
    }

    private ReplayReport Replay(Recording recording, ReplaySession session)
    {
        using var progress = new ProgressLine(recording, _host);
        long events = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            session.Apply(batch, recording.Tables);
            events += EventCounter.Count(batch);
            progress.Report(events);
        }
        return session.Finish(progress.Elapsed.TotalSeconds);
    }
}
