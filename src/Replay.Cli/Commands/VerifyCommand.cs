using System;
using System.CommandLine;
using Replay.Cli.Checkpoints;
using Replay.Cli.Output;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;
using Replay.Formats.Checkpoints;

namespace Replay.Cli.Commands;

/// <summary><c>verify</c>: does the model decide what the recorded kernel decided.</summary>
internal sealed class VerifyCommand
{
    private readonly CliHost _host;
    private readonly SharedOptions _shared;
    private readonly RuleOptions _rules;
    private readonly CheckpointOptions _checkpoints;

    private readonly Option<bool> _all = new("--all")
    {
        Description = "List every difference; otherwise the first ones.",
    };

    private VerifyCommand(Command command, CliHost host)
    {
        _host = host;
        _shared = new SharedOptions(command, divides: true);
        _rules = new RuleOptions(command);
        _checkpoints = new CheckpointOptions(command, CheckpointKind.Verifier);
        command.Options.Add(_all);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("verify",
            "Takes each decision of the recorded kernel again, by the rules alone, and compares.");
        _ = new VerifyCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        string file = result.GetValue(_shared.File)!;
        _rules.Check(result);
        _checkpoints.Check(result);
        Func<string, int, Recording> open = _shared.Opener(result, _host);
        using Recording opened = open(file, _shared.GetLanes(result));
        RuleChoice rules = _rules.Choose(result, opened);
        bool followsEvidence = !_rules.IsGiven(result);
        string shapedBy = followsEvidence ? $"{rules} and what the recording shows" : rules.ToString();
        using CheckpointStore? store = _checkpoints.Find(result, file, opened, shapedBy, _host);
        using Replayed<VerifySession> whole = WholeReplay.Run(
            store, _shared.GetLanes(result), opened, () => open(file, 1),
            each => VerifySession.Create(each, rules, followsEvidence), _host, isTold: format == OutputFormat.Text);
        (Recording recording, VerifySession session) = (whole.Recording, whole.Session);
        VerifyReport report = session.Finish();
        Losses.Write(recording, format, _host.Error);
        long unlisted = report.Tally.Disagreed - report.Tally.Disagreements.Count;
        if (unlisted > 0)
            _host.Error.WriteLine("irqreplay: note: "
                + $"{PlainText.Count(unlisted, "difference")} more than can be listed");
        if (format == OutputFormat.Json) VerifyJson.Write(report, session.RulesName, _host.Out);
        else
            VerifyText.Write(report, session.RulesName, recording, _shared.GetName(result).Title,
                result.GetValue(_all), _host);
        return ExitCodes.For(recording.Report, report.Tally.Disagreed > 0);
    }
}
