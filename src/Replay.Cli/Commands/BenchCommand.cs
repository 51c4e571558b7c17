using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using Replay.Cli.Bench;
using Replay.Cli.Output;
using Replay.Formats;
using Replay.Formats.Lanes;

namespace Replay.Cli.Commands;

/// <summary><c>bench</c>: how fast a recording is replayed, and whether that is faster or slower than before.</summary>
internal sealed class BenchCommand
{
    private readonly CliHost _host;
    private readonly SessionFactory _createSession;
    private readonly SharedOptions _shared;
    private readonly RuleOptions _rules;

    private readonly Option<int> _times = new("--times")
    {
        Description = $"Timed replays, {BenchOptions.TimesDefault} unless you say otherwise. "
            + $"More tell smaller differences.",
        HelpName = "N",
        DefaultValueFactory = static _ => BenchOptions.TimesDefault,
    };

    private readonly Option<double?> _seconds = new("--seconds")
    {
        Description = $"Begin no further replay after so many seconds; {BenchOptions.TimesLeast} are made in any case.",
        HelpName = "S",
    };

    private readonly Option<string?> _baseline = new("--baseline")
    {
        Description = "A result that --save wrote for the same recording: says faster, slower, "
            + "same or cannot tell; exit code 1 if slower.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _save = new("--save")
    {
        Description = "Writes the result, with every sample, as a baseline for later.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _against = new("--against")
    {
        Description = "Another build of irqreplay: both replay the recording in turns, as whole processes. "
            + "Best on a noisy machine.",
        HelpName = "BINARY",
    };

    private readonly Option<double> _effect = new("--effect")
    {
        Description = "Least difference that counts, in per cent; 3 unless you say otherwise.",
        HelpName = "PERCENT",
        DefaultValueFactory = static _ => BenchOptions.UsualThresholds.Effect * 100,
    };

    private readonly Option<int> _lanes = new("--lanes")
    {
        Description = "Threads that share the reading, 1 unless you say otherwise; "
            + "with more, speeds are by the clock on the wall.",
        HelpName = "N",
        DefaultValueFactory = static _ => 1,
    };

    private readonly Option<int?> _processes = new("--processes")
    {
        Description = $"Processes that the runs are divided among, for one may be unlucky as a whole: "
            + $"{BenchProcesses.Usual} with --save or --baseline, else 1.",
        HelpName = "N",
    };

    private readonly Option<bool> _samplesOnly = new("--samples-only")
    {
        Description = "Measure nothing but whole replays: for the further processes of a session.",
        Hidden = true,
    };

    private readonly Option<bool> _all = new("--all")
    {
        Description = "List every kind of event; otherwise the most expensive ones.",
    };

    private BenchCommand(Command command, CliHost host, SessionFactory createSession)
    {
        _host = host;
        _createSession = createSession;
        _shared = new SharedOptions(command);
        _rules = new RuleOptions(command);
        foreach (Option option in (Option[])[_times, _seconds, _baseline, _save, _against, _effect, _lanes,
            _processes, _samplesOnly, _all])
            command.Options.Add(option);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host, SessionFactory createSession)
    {
        var command = new Command("bench",
            "Replays a recording many times and says how fast that is; against a baseline, whether it got slower.");
        _ = new BenchCommand(command, host, createSession);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        string file = result.GetValue(_shared.File)!;
        BenchOptions options = ReadOptions(result);
        _rules.Check(result);
        if (file == "-")
            throw new UsageException("bench -: the recording is read many times, "
                + "so it must be a file; save the input first");
        if (!File.Exists(file) && !Directory.Exists(file))
            throw new BadInputException($"{file}: there is no such file");
        using var progress = new Notes(_host);
        if (result.GetValue(_against) is { } other) return RunDuel(other, file, format, options, progress);
        string? baselineFile = result.GetValue(_baseline);
        BenchResult? baseline = baselineFile is null ? null : SavedBench.Read(baselineFile);
        Func<string, int, Recording> opener = _shared.Opener(result, _host);
        int processes = ReadProcesses(result, options);
        var runner = new BenchRunner(file, () => opener(file, options.Lanes),
            recording => _createSession(recording, new SessionOptions(false, _rules.Choose(result, recording))),
            BenchProcesses.Share(options, 0, processes), progress.Write);
        BenchResult measured = runner.Run(timesKinds: !result.GetValue(_samplesOnly));
        if (processes > 1)
            measured = BenchProcesses.Add(measured, RecordingArguments(result), options, processes, progress.Write);
        progress.Dispose();
        BenchComparison? comparison = baseline is null
            ? null : BenchComparison.Of(baseline, measured, baselineFile!, options.Thresholds);
        if (result.GetValue(_save) is { } save)
        {
            SavedFile.Write(save, stream => BenchJson.Write(measured, null, stream));
        }
        if (format == OutputFormat.Json) BenchJson.Write(measured, comparison, _host.Out);
        else BenchText.Write(measured, comparison, baselineFile ?? "", result.GetValue(_all), _host);
        return ExitCodes.For(runner.First.Losses, comparison is { IsRegression: true });
    }

    private int RunDuel(string other, string file, OutputFormat format, BenchOptions options, Notes progress)
    {
        Duel duel = Duel.Run(other, file, options, progress.Write);
        progress.Dispose();
        if (format == OutputFormat.Json) BenchJson.Write(duel, file, _host.Out);
        else BenchText.Write(duel, file, _host);
        return duel.IsRegression ? ExitCodes.Findings : ExitCodes.Clean;
    }

    private int ReadProcesses(ParseResult result, BenchOptions options)
    {
        bool isKept = (result.GetValue(_save) ?? result.GetValue(_baseline)) is not null;
        int processes = result.GetValue(_processes) ?? (isKept ? BenchProcesses.Usual : 1);
        if (processes is < 1 or > BenchProcesses.Max)
            throw new UsageException($"--processes {processes}: a number from 1 to {BenchProcesses.Max} is needed");
        return Math.Min(processes, options.Times);
    }

    /// <summary>What was typed, without the options of measuring and output.</summary>
    private List<string> RecordingArguments(ParseResult result)
    {
        HashSet<string> withValue = [.. ((Option[])[_times, _seconds, _baseline, _save, _effect, _lanes, _processes])
            .Select(static option => option.Name), "--format"];
        List<string> kept = [];
        for (int i = 1; i < result.Tokens.Count; i++)
        {
            Token token = result.Tokens[i];
            bool isOption = token.Type == TokenType.Option;
            if (isOption && withValue.Contains(token.Value)) i++;
            else if (!isOption || token.Value != _all.Name) kept.Add(token.Value);
        }
        return kept;
    }

    private BenchOptions ReadOptions(ParseResult result)
    {
        int times = result.GetValue(_times);
        if (times is < 1 or > BenchOptions.TimesMax)
            throw new UsageException($"--times {times}: a number from 1 to {BenchOptions.TimesMax} is needed");
        double? seconds = result.GetValue(_seconds);
        if (seconds is { } limit && !(limit > 0)) throw new UsageException("--seconds: a number above 0 is needed");
        int lanes = result.GetValue(_lanes);
        if (lanes is < 1 or > RecordingLanes.Max)
            throw new UsageException($"--lanes {lanes}: a number of threads from 1 to {RecordingLanes.Max}");
        double effect = result.GetValue(_effect);
        if (!(effect is > 0 and <= 1000))
            throw new UsageException("--effect: per cents above 0 and up to 1000 are needed");
        if (result.GetValue(_against) is not null && (result.GetValue(_baseline) ?? result.GetValue(_save)) is not null)
            throw new UsageException("--against measures both sides itself; --baseline and --save do not go with it");

        // A limit of time alone means as many runs as fit into it.
        bool onlySeconds = seconds is not null && result.GetResult(_times) is null or { Implicit: true };
        return new BenchOptions(onlySeconds ? BenchOptions.TimesMax : times, seconds,
            BenchOptions.UsualThresholds with { Effect = effect / 100 }, lanes);
    }

    /// <summary>Where the measuring is, on a terminal only, and gone afterwards.</summary>
    private sealed class Notes(CliHost host) : IDisposable
    {
        private bool _drawn;

        public void Write(string text)
        {
            if (!host.ErrorIsTerminal || host.Variable("TERM") == "dumb") return;
            host.Error.Write("\r" + text + "\x1b[K");
            host.Error.Flush();
            _drawn = true;
        }

        public void Dispose()
        {
            if (!_drawn) return;
            host.Error.Write("\r\x1b[K");
            host.Error.Flush();
            _drawn = false;
        }
    }
}
