using System;
using System.CommandLine;
using Replay.Cli.Output;
using Replay.Core.Events;
using Replay.Core.Verify;
using Replay.Formats;

namespace Replay.Cli.Commands;

/// <summary><c>verify</c>: does the model decide what the recorded kernel decided.</summary>
internal sealed class VerifyCommand
{
    private readonly CliHost _host;
    private readonly SharedOptions _shared;
    private readonly RuleOptions _rules;

    private readonly Option<bool> _all = new("--all")
    {
        Description = "List every difference; otherwise the first ones.",
    };

    private VerifyCommand(Command command, CliHost host)
    {
        _host = host;
        _shared = new SharedOptions(command, divides: true);
        _rules = new RuleOptions(command);
        command.Options.Add(_all);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("verify", "Takes each decision of the recorded kernel again, by the rules alone, and compares.");
        _ = new VerifyCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        string file = result.GetValue(_shared.File)!;
        _rules.Check(result);
        using Recording recording = _shared.Open(result, _host);
        VerifySession session = VerifySession.Create(recording, _rules.Choose(result, recording), followsEvidence: !_rules.IsGiven(result));
        VerifyReport report = Verify(recording, session);
        Losses.Write(recording, format, _host.Error);
        if (format == OutputFormat.Json) VerifyJson.Write(report, session.RulesName, _host.Out);
        else VerifyText.Write(report, session.RulesName, recording, _shared.GetName(result).Title, result.GetValue(_all), _host);
        return ExitCodes.For(recording.Report, report.Tally.Disagreed > 0);
    }

    private VerifyReport Verify(Recording recording, VerifySession session)
    {
        using var progress = new ProgressLine(recording, _host);
        long events = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            session.Verify(batch);
            events += EventCounter.Count(batch);
            progress.Report(events);
        }
        return session.Finish();
    }
}
