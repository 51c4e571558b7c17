using System;
using System.CommandLine;
using Replay.Cli.Bench;
using Replay.Cli.Output;
using Replay.Core.Events;
using Replay.Core.Latency;
using Replay.Core.Statistics;
using Replay.Formats;

namespace Replay.Cli.Commands;

/// <summary>
/// <c>latency</c>: how long the recorded machine took for what, and whether it takes longer than it did.
/// </summary>
internal sealed class LatencyCommand
{
    private const double EffectDefault = 10;

    private readonly CliHost _host;
    private readonly SharedOptions _shared;

    private readonly Option<string?> _baseline = new("--baseline")
    {
        Description = "A recording of the same workload from before, or a result that --save wrote: "
            + "says which interrupts and phases got slower or faster; exit code 1 if any got slower.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _save = new("--save")
    {
        Description = "Writes the result, with every histogram, as a baseline for later.",
        HelpName = "FILE",
    };

    private readonly Option<string> _by = new("--by")
    {
        Description = "Divides the table: by measure unless you say otherwise, by subject (interrupt, step, "
            + "device) or by phase (marker).",
        HelpName = "measure|subject|phase",
        DefaultValueFactory = static _ => "measure",
    };

    private readonly Option<string?> _measure = new("--measure")
    {
        Description = "One measure only, by its name in JSON, for example handler.",
        HelpName = "NAME",
    };

    private readonly Option<double> _effect = new("--effect")
    {
        Description = "Least difference that counts, in per cent; 10 unless you say otherwise.",
        HelpName = "PERCENT",
        DefaultValueFactory = static _ => EffectDefault,
    };

    private readonly Option<bool> _all = new("--all")
    {
        Description = "With --baseline: list every row, not only those that changed.",
    };

    private LatencyCommand(Command command, CliHost host)
    {
        _host = host;
        _shared = new SharedOptions(command, divides: true);
        foreach (Option option in (Option[])[_baseline, _save, _by, _measure, _effect, _all])
            command.Options.Add(option);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("latency", "Measures the recorded machine: handlers, moves, masks, hotplug, suspend, "
            + "resets; against a baseline, what got slower.");
        _ = new LatencyCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _shared.GetFormat(result);
        string file = result.GetValue(_shared.File)!;
        LatencyText.Division division = ReadDivision(result.GetValue(_by)!);
        LatencyMeasureInfo? only = result.GetValue(_measure) is { } name ? FindMeasure(name) : null;
        double effect = result.GetValue(_effect);
        if (!(effect is > 0 and <= 1000))
            throw new UsageException("--effect: per cents above 0 and up to 1000 are needed");
        var thresholds = new Thresholds(Level: 0.01, effect / 100);
        string? baselineFile = result.GetValue(_baseline);
        if (file == "-" && baselineFile == "-")
            throw new UsageException("latency -: standard input can be one of the two recordings only");
        bool baselineLoss = false;
        LatencyReport? baseline = baselineFile is null
            ? null : ReadBaseline(result, baselineFile, format, out baselineLoss);
        using Recording recording = _shared.Open(result, _host);
        LatencyReport report = Measure(recording);
        if (only is not null) (baseline, report) = (baseline?.Only(only), report.Only(only));
        LatencyComparison? comparison = baseline is null ? null : LatencyComparison.Of(baseline, report, thresholds);
        if (result.GetValue(_save) is { } save)
            SavedFile.Write(save, stream => LatencyJson.Write(report, file, null, stream));
        Losses.Write(recording, format, _host.Error);
        if (format == OutputFormat.Json) LatencyJson.Write(report, file, comparison, _host.Out);
        else if (comparison is null) LatencyText.Write(report, recording, file, division, _host);
        else
            LatencyText.Write(comparison, report, recording, file, baselineFile!,
                result.GetValue(_all), thresholds, _host);
        return baselineLoss
            ? ExitCodes.BadInput : ExitCodes.For(recording.Report, comparison is { IsRegression: true });
    }

    private LatencyReport ReadBaseline(ParseResult result, string path, OutputFormat format, out bool hasDataLoss)
    {
        hasDataLoss = false;
        if (SavedFile.IsOne(path)) return SavedLatency.Read(path);
        using Recording recording = _shared.Open(result, _host, path);
        LatencyReport report = Measure(recording);
        Losses.Write(recording, format, _host.Error);
        hasDataLoss = recording.Report.HasDataLoss;
        return report;
    }

    private LatencyReport Measure(Recording recording)
    {
        var recorder = new LatencyRecorder(recording.Tables);
        using var progress = new ProgressLine(recording, _host);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            recorder.Observe(batch);
            progress.Report(recorder.EventCount);
        }
        return recorder.Finish();
    }

    private static LatencyText.Division ReadDivision(string by) => by switch
    {
        "measure" => LatencyText.Division.Measure,
        "subject" => LatencyText.Division.Subject,
        "phase" => LatencyText.Division.Phase,
        _ => throw new UsageException($"--by {by}: it is one of measure, subject, phase"),
    };

    private static LatencyMeasureInfo FindMeasure(string name)
    {
        if (LatencyMeasures.Find(name) is { } measure) return measure;
        var names = new string[LatencyMeasures.All.Count];
        for (int i = 0; i < names.Length; i++) names[i] = LatencyMeasures.All[i].Name;
        string? near = Nearest.Find(name, names);
        throw new UsageException($"--measure {name}: the measures are "
            + $"{string.Join(", ", names)}{(near is null ? "" : $"; did you mean --measure {near}?")}");
    }
}
