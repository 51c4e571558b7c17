using System;
using System.Collections.Generic;
using System.CommandLine;
using Replay.Cli.Checkpoints;
using Replay.Cli.Machines;
using Replay.Cli.Output;
using Replay.Core.History;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;
using Replay.Formats.Checkpoints;
using Replay.Formats.Machines;

namespace Replay.Cli.Commands;

/// <summary><c>replay</c>: what went wrong in a recording.</summary>
internal sealed class ReplayCommand
{
    /// <summary>Findings that are few enough to tell the story of each.</summary>
    private const int StoriesMax = 3;

    private const long StoryEventsMax = 5_000_000;

    private readonly CliHost _host;
    private readonly SessionFactory _createSession;
    private readonly SharedOptions _shared;
    private readonly RuleOptions _rules;
    private readonly CheckpointOptions _checkpoints;

    private readonly Argument<string[]> _more = new("FILE…")
    {
        Description = "More recordings, each a machine of its own; "
            + "they are replayed beside each other and reported one by one.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _paranoid = SessionOptionsOnCommand.Paranoid();

    private readonly Option<bool> _all = new("--all")
    {
        Description = "List every finding; otherwise the most severe ones.",
    };

    private readonly Option<string?> _why = new("--why")
    {
        Description = "Tell about this one interrupt: does it work, where its views parted, "
            + "and the chain of events to there.",
        HelpName = "IRQ",
    };

    private ReplayCommand(Command command, CliHost host, SessionFactory createSession)
    {
        _host = host;
        _createSession = createSession;
        _shared = new SharedOptions(command, "text|json|sarif", divides: true);
        command.Arguments.Add(_more);
        _rules = new RuleOptions(command);
        _checkpoints = new CheckpointOptions(command, CheckpointKind.Machine);
        command.Options.Add(_all);
        command.Options.Add(_why);
        command.Options.Add(_paranoid);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host, SessionFactory createSession)
    {
        var command = new Command("replay",
            "Replays a recording and says which interrupts went wrong, since when and why.");
        _ = new ReplayCommand(command, host, createSession);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        _rules.Check(result);
        _checkpoints.Check(result);
        string file = result.GetValue(_shared.File)!;
        Historian? historian = result.GetValue(_why) is { } irq
            ? new Historian(HistorySubjects.ParseIrq("--why", irq)) : null;
        if (historian is not null && format == OutputFormat.Sarif)
            throw new UsageException("--why: not part of SARIF; use --format text or --format json");
        if (result.GetValue(_more) is { Length: > 0 } more) return RunFiles(result, format, [file, .. more]);
        if (_shared.FindMachines(result, _host) is { Count: > 1 } machines) return RunSeveral(result, format, machines);
        Func<string, int, Recording> open = _shared.Opener(result, _host);
        using Recording opened = open(file, _shared.GetLanes(result));
        RuleSide side = _rules.ChooseSide(result, opened);
        RuleChoice rules = side.Rules;
        var options = new SessionOptions(result.GetValue(_paranoid), rules, historian, side.Given.Count == 0
            ? null : side.ToWhatIf());
        using CheckpointStore? store = _checkpoints.Find(result, file, opened, rules.ToString(), _host);
        // What follows each event of the whole recording needs a straight run, as do decisions that were not recorded.
        int stretches = options is { Paranoid: false, Historian: null, WhatIf: null } ? _shared.GetLanes(result) : 1;
        using Replayed<ReplaySession> whole = WholeReplay.Run(
            store, stretches, opened, () => open(file, 1), each => _createSession(each, options), _host,
            isTold: format == OutputFormat.Text);
        Recording recording = whole.Recording;
        ReplayReport report = whole.Session.Finish(whole.Seconds);
        RuleChoice recorded = RecognisedRules.Lay(rules, report.Policies, policy => _rules.Decides(result, policy));
        if (recorded.ToString() != rules.ToString()
            && (!RecognisedRules.Decide(report) || RecognisedRules.CanReadAgain(file)))
        {
            rules = recorded;
            if (RecognisedRules.Decide(report)) report = ReplayAgain(result, rules, ref historian);
        }
        Losses.Write(recording, format, _host.Error);
        WhyReport? why = Explain(historian, report);
        switch (format)
        {
            case OutputFormat.Json:
                ReplayJson.Write(report, rules, why, _host.Out);
                break;
            case OutputFormat.Sarif:
                Sarif.Write(report, file, Losses.Describe(recording), _host.Out);
                break;
            default:
                if (why is not null)
                {
                    WhyText.Write(why, report, recording, historian!.KnownIrqs(), _shared.GetName(result), _host);
                    break;
                }
                ReplayText.Write(report, recording, rules, _shared.GetName(result), result.GetValue(_all), _host,
                    Stories(result, file, report, options with { Rules = rules }));
                break;
        }
        return ExitCodes.For(recording.Report, report.Findings.Count > 0);
    }

    /// <summary>Each file a machine, or several.</summary>
    private int RunFiles(ParseResult result, OutputFormat format, string[] files)
    {
        if (result.GetValue(_shared.Machine) is not null)
            throw new UsageException("--machine: chooses one of one file; name that file alone");
        var sources = new List<MachineSource>();
        foreach (string file in files)
        {
            List<MachineSource> found = FindSources(result, file);
            sources.AddRange(found.Count == 1
                ? found : found.ConvertAll(static source => source with { Name = source.Recording.Title }));
        }
        return RunSeveral(result, format, sources);
    }

    /// <summary>A file that names its machines wrongly is one machine that cannot be read.</summary>
    private List<MachineSource> FindSources(ParseResult result, string file)
    {
        try
        {
            return _shared.ReadSources(result, _host, file);
        }
        catch (BadInputException e)
        {
            return [new MachineSource(file, new RecordingName(file, null), _ => throw e)];
        }
    }

    private int RunSeveral(ParseResult result, OutputFormat format, List<MachineSource> sources)
    {
        if (format == OutputFormat.Sarif)
            throw new UsageException("--format sarif: of one recording at a time" + OneOf(sources));
        if (result.GetValue(_why) is not null)
            throw new UsageException("--why: tells about an interrupt of one recording; "
                + "name one file" + OneOf(sources));
        var machines = new MachinesCommand(_host, _createSession, _rules, result.GetValue(_paranoid), result);
        return machines.Run(sources, _shared.GetLanes(result), format, result.GetValue(_all));
    }

    private static string OneOf(List<MachineSource> sources) =>
        sources.Exists(static source => source.Recording.Machine is null) ? "" : " and one machine with --machine: "
            + $"{PlainText.Clean(MachineNames.List(sources.ConvertAll(static source => source.Name)))}";

    /// <summary>The recording showed by which rules its system decided: once more, by them.</summary>
    private ReplayReport ReplayAgain(ParseResult result, RuleChoice rules, ref Historian? historian)
    {
        using Recording again = _shared.Open(result, _host);
        if (historian is not null) historian = new Historian(HistorySubjects.ParseIrq("--why", result.GetValue(_why)!));
        return Replay(again, _createSession(again, new SessionOptions(result.GetValue(_paranoid), rules, historian)));
    }

    /// <summary>
    /// What happened to the interrupts of a few findings. Which ones those are is known only now, so the recording is
    /// replayed once more, if it can be opened again and is not so long that it would be felt.
    /// </summary>
    private List<WhyReport> Stories(ParseResult result, string file, ReplayReport report, SessionOptions options)
    {
        var stories = new List<WhyReport>();
        if (report.Findings.Count is 0 or > StoriesMax || report.Events > StoryEventsMax
            || !RecognisedRules.CanReadAgain(file))
            return stories;
        var subjects = new List<HistorySubject>();
        foreach (ReportFinding finding in report.Findings)
        {
            if (finding.Irq is { } irq && !subjects.Contains(HistorySubject.OfIrq((int)irq)))
                subjects.Add(HistorySubject.OfIrq((int)irq));
        }
        if (subjects.Count == 0) return stories;
        using Recording again = _shared.Open(result, _host);
        var historian = new Historian([.. subjects]);
        ReplayReport repeated = Replay(again,
            _createSession(again, options with { Paranoid = false, Historian = historian }));
        historian.Finish();
        if (repeated.Digest != report.Digest) return stories; // Somebody writes to the file.
        for (int i = 0; i < subjects.Count; i++)
        {
            if (WhyReporter.Build(historian, i, repeated.Findings) is { } story) stories.Add(story);
        }
        return stories;
    }

    private static WhyReport? Explain(Historian? historian, ReplayReport report)
    {
        historian?.Finish();
        return historian is null ? null : WhyReporter.Build(historian, 0, report.Findings);
    }

    private ReplayReport Replay(Recording recording, ReplaySession session) =>
        session.Finish(WholeReplay.Straight(recording, session, _host));
}
