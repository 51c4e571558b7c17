using System;
using System.Collections.Generic;
using System.CommandLine;
using Replay.Cli.Machines;
using Replay.Cli.Output;
using Replay.Core.Diff;
using Replay.Core.Events;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Cli.Commands;

/// <summary><c>diff</c>: one recording under two choices of rules, or two recordings.</summary>
internal sealed class DiffCommand
{
    private readonly CliHost _host;
    private readonly SessionFactory _createSession;
    private readonly SharedOptions _shared;

    private readonly Argument<string?> _other = new("RIGHT")
    {
        Description = "A second recording of the same workload. Without it LEFT is replayed under two sets of rules.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _left = new("--left")
    {
        Description = "Rules of the left side, as --rules of replay takes them. "
            + "Without it: what the recorded kernel did.",
        HelpName = "RULES",
    };

    private readonly Option<string?> _right = new("--right")
    {
        Description = "Rules of the right side. Without it: what the recorded kernel did.",
        HelpName = "RULES",
    };

    private readonly Option<string[]> _with = new("--with")
    {
        Description = "One behaviour changed on the right side, laid over --right. May be given several times.",
        HelpName = "NAME=ALTERNATIVE",
        DefaultValueFactory = static _ => [],
    };

    private readonly Option<string?> _leftMachine = new("--left-machine")
    {
        Description = "The machine of LEFT; with --right-machine and without RIGHT, two machines of one file are "
            + "compared.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _rightMachine = new("--right-machine")
    {
        Description = "The machine of RIGHT.",
        HelpName = "NAME",
    };

    private readonly Option<string?> _leftLog = new("--left-log")
    {
        Description = "The kernel log of LEFT where two recordings are compared; --log is the same.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _rightLog = new("--right-log")
    {
        Description = "The kernel log of RIGHT.",
        HelpName = "FILE",
    };

    private readonly Option<bool> _all = new("--all")
    {
        Description = "List every difference; otherwise the most important ones.",
    };

    private DiffCommand(Command command, CliHost host, SessionFactory createSession)
    {
        _host = host;
        _createSession = createSession;
        _shared = new SharedOptions(command, file: "LEFT", divides: true);
        command.Arguments.Add(_other);
        command.Options.Add(_left);
        command.Options.Add(_right);
        command.Options.Add(_with);
        foreach (Option option in (Option[])[_leftMachine, _rightMachine, _leftLog, _rightLog, _all])
            command.Options.Add(option);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host, SessionFactory createSession)
    {
        var command = new Command("diff",
            "Replays a recording under two sets of rules, or two recordings, and says where and in what they part.");
        _ = new DiffCommand(command, host, createSession);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        string[] givenLeft = RuleOptions.Parts(result.GetValue(_left), []),
            givenRight = RuleOptions.Parts(result.GetValue(_right), result.GetValue(_with) ?? []);
        string file = result.GetValue(_shared.File)!;
        if (FindTwo(result, file) is var (one, other)) return RunTwo(result, format, one, other, givenLeft, givenRight);
        if (givenLeft.Length + givenRight.Length == 0)
        {
            throw new UsageException($"diff {file}: both sides would be the recording itself; "
                + "say what differs, for example "
                + "--right fix:a6c11c0a5235 (\"irqreplay rules\" lists all)");
        }
        Choose(result, default);
        using Recording recording = _shared.Open(result, _host);
        KernelRelease kernel = KernelRelease.Parse(recording.Info.Kernel);
        (RuleChoice left, RuleChoice right) = Choose(result, kernel);
        RuleChoice recorded = RuleChoice.ForKernel(kernel);
        var sides = new DiffSides(new RuleSide(left, givenLeft, recorded), new RuleSide(right, givenRight, recorded));
        RulesDiff diff = Compare(recording, sides);
        if (Recognise(sides, diff.Left) is { } recognised && RecognisedRules.CanReadAgain(file))
        {
            sides = recognised;
            using Recording again = _shared.Open(result, _host);
            diff = Compare(again, sides);
        }
        Losses.Write(recording, format, _host.Error);
        EventLines lines = ReadLines(result, file, diff);
        if (format == OutputFormat.Json) DiffJson.Write(diff, sides, lines, _host.Out);
        else DiffText.Write(diff, sides, recording, _shared.GetName(result), lines, result.GetValue(_all), _host);
        if (diff.IsSame && diff.Undecided.Count > 0 && !recording.Report.HasDataLoss)
        {
            return ExitCodes.Usage;
        }
        return ExitCodes.For(recording.Report, !diff.IsSame);
    }

    /// <summary>
    /// The events at which something parts, in words. Which ones those are is known only now: read once more, if the
    /// recording can be opened again and is not so long that it would be felt.
    /// </summary>
    private EventLines ReadLines(ParseResult result, string file, RulesDiff diff)
    {
        const int LinesMax = 4096, EventsMax = 5_000_000;
        var wanted = new SortedSet<long>();
        if (diff.First is { } first) wanted.Add(first.Event);
        foreach (IrqDifference irq in diff.Irqs)
        {
            if (irq.Parts is { } parts && wanted.Count < LinesMax) wanted.Add(parts.Event);
        }
        if (wanted.Count == 0 || wanted.Max > EventsMax || !RecognisedRules.CanReadAgain(file)) return new EventLines();
        using Recording again = _shared.Open(result, _host);
        return EventLines.Read(again, wanted);
    }

    /// <summary>
    /// Both sides with what the recording shows of its system's rules; null when that changes nothing.
    /// </summary>
    private static DiffSides? Recognise(DiffSides sides, ReplayReport report)
    {
        if (!RecognisedRules.Decide(report)) return null;
        RuleChoice left = RecognisedRules.Lay(sides.Left.Rules, report.Policies, sides.Left.Decides);
        RuleChoice right = RecognisedRules.Lay(sides.Right.Rules, report.Policies, sides.Right.Decides);
        return left.ToString() == sides.Left.Rules.ToString() && right.ToString() == sides.Right.Rules.ToString()
            ? null : new DiffSides(sides.Left with { Rules = left }, sides.Right with { Rules = right });
    }

    /// <summary>The two recordings; null where there is one, under two choices of rules.</summary>
    private (RecordingChoice Left, RecordingChoice Right)? FindTwo(ParseResult result, string file)
    {
        string? other = result.GetValue(_other);
        string? machine = result.GetValue(_shared.Machine), log = result.GetValue(_shared.Log);
        string? leftMachine = result.GetValue(_leftMachine), rightMachine = result.GetValue(_rightMachine);
        string? leftLog = result.GetValue(_leftLog), rightLog = result.GetValue(_rightLog);
        if (other is null && leftMachine is null && rightMachine is null)
        {
            if ((leftLog ?? rightLog) is null) return null;
            string given = leftLog is null ? "--right-log" : "--left-log";
            throw new UsageException($"{given}: of two recordings; the log of one is --log");
        }
        if (log is not null && leftLog is not null)
            throw new UsageException("--log, --left-log: both are the log of LEFT; give one of them");
        if (other is null && ((leftMachine ?? machine) is null || (rightMachine ?? machine) is null))
        {
            throw new UsageException(leftMachine is null
                ? $"--right-machine {rightMachine}: name the other machine too: --left-machine NAME"
                : $"--left-machine {leftMachine}: name the other machine too: --right-machine NAME");
        }
        var left = new RecordingChoice(new RecordingName(file, leftMachine ?? machine), leftLog ?? log)
        {
            MachineOption = leftMachine is null && machine is not null ? "--machine" : "--left-machine",
            LogOption = leftLog is null ? "--log" : "--left-log",
        };
        var right = new RecordingChoice(new RecordingName(other ?? file, rightMachine ?? machine), rightLog)
        {
            MachineOption = rightMachine is null && machine is not null ? "--machine" : "--right-machine",
            LogOption = "--right-log",
            MayBeUnnamed = rightMachine is null,
        };
        return (left, right);
    }

    private int RunTwo(ParseResult result, OutputFormat format, RecordingChoice leftChoice, RecordingChoice rightChoice,
        string[] givenLeft, string[] givenRight)
    {
        if (leftChoice.Name.File == "-" && result.GetValue(_other) == "-")
            throw new UsageException("diff - -: standard input can be one of the two recordings only");
        Choose(result, default);
        using Recording left = _shared.Open(result, _host, leftChoice);
        using Recording right = _shared.Open(result, _host, rightChoice);
        KernelRelease leftKernel = KernelRelease.Parse(left.Info.Kernel),
            rightKernel = KernelRelease.Parse(right.Info.Kernel);
        var sides = new DiffSides(
            new RuleSide(Choose(result, leftKernel).Left, givenLeft, RuleChoice.ForKernel(leftKernel)),
            new RuleSide(Choose(result, rightKernel).Right, givenRight, RuleChoice.ForKernel(rightKernel)));
        RecordingProfile leftProfile = ReadProfile(result, left, leftChoice, sides.Left);
        RecordingProfile rightProfile = ReadProfile(result, right, rightChoice, sides.Right);
        var diff = new RecordingsDiff(leftProfile, rightProfile);
        Losses.Write(left, format, _host.Error);
        Losses.Write(right, format, _host.Error);
        if (format == OutputFormat.Json) RecordingsDiffJson.Write(diff, sides, _host.Out);
        else RecordingsDiffText.Write(diff, sides, leftChoice.Name, rightChoice.Name, result.GetValue(_all), _host);
        return left.Report.HasDataLoss ? ExitCodes.BadInput : ExitCodes.For(right.Report, !diff.IsSame);
    }

    /// <summary>By the side's rules; once more where the recording shows that its system had others.</summary>
    private RecordingProfile ReadProfile(ParseResult result, Recording recording, RecordingChoice choice, RuleSide side)
    {
        RecordingProfile profile = ProfileReader.Read(recording, _createSession(recording, side.ToOptions()), _host);
        if (!RecognisedRules.Decide(profile.Report) || !RecognisedRules.CanReadAgain(choice.Name.File)) return profile;
        RuleChoice rules = RecognisedRules.Lay(side.Rules, profile.Report.Policies, side.Decides);
        if (rules.ToString() == side.Rules.ToString()) return profile;
        using Recording again = _shared.Open(result, _host, choice);
        return ProfileReader.Read(again, _createSession(again, (side with { Rules = rules }).ToOptions()), _host);
    }

    private (RuleChoice Left, RuleChoice Right) Choose(ParseResult result, KernelRelease recorded)
    {
        RuleChoice left = Parse("--left", result.GetValue(_left), recorded);
        RuleChoice right = Parse("--right", result.GetValue(_right), recorded);
        foreach (string assignment in result.GetValue(_with) ?? [])
        {
            try
            {
                right = right.With(assignment);
            }
            catch (UnknownRuleException e)
            {
                throw new UsageException($"--with {assignment}: {e.Message}", e);
            }
        }
        return (left, right);
    }

    private static RuleChoice Parse(string option, string? text, KernelRelease recorded) =>
        text is null ? RuleChoice.ForKernel(recorded) : RuleOptions.Parse(option, text, recorded);

    /// <summary>Both machines get each batch: one pass, whatever the recording's size.</summary>
    private RulesDiff Compare(Recording recording, DiffSides sides)
    {
        ReplaySession left = _createSession(recording, sides.Left.ToOptions());
        ReplaySession right = _createSession(recording, sides.Right.ToOptions());
        var times = new EventTimes();
        using var progress = new ProgressLine(recording, _host);
        long events = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            left.Apply(batch, recording.Tables);
            right.Apply(batch, recording.Tables);
            times.Observe(batch);
            events += EventCounter.Count(batch);
            progress.Report(events);
        }
        double seconds = progress.Elapsed.TotalSeconds;
        return new RulesDiff(left.Finish(seconds), right.Finish(seconds), left.DescribeState("end"),
            right.DescribeState("end"), times);
    }
}
