using System;
using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.History;
using Replay.Core.Live;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Core.Systems;
using Replay.Core.WhatIf;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>The real machine behind <c>replay</c> and <c>state</c>; the probe is chosen here, once.</summary>
internal sealed class MachineSession<TRules, TProbe> : ReplaySession
    where TRules : struct, IKernelRules
    where TProbe : struct, IProbe
{
    private readonly Replayer<TRules, TProbe> _replayer;
    private readonly GuidedKernel? _guided;

    public MachineSession(Recording recording, TRules rules, RuleChoice choice,
        GuidedKernel? guided, TProbe probe = default)
    {
        _replayer = new Replayer<TRules, TProbe>(
            recording.Tables, rules, probe, choice, recording.Info.TellsLosses);
        _guided = guided;
    }

    public override long EventCount => _replayer.EventCount;

    public override long FindingsMark => _replayer.Findings.KeptMark;

    public override void Apply(ReadOnlySpan<IrqEvent> events, EventTables tables) => _replayer.Replay(events);

    public override StateReport DescribeState(string at)
    {
        StateReport recorded = StateReporter.Build(_replayer.Machine, at);
        return _guided is null ? recorded : WhatIfView.Apply(recorded, _guided.Report());
    }

    public override IReadOnlyList<NamedSystem> Systems => _replayer.Systems.Live;

    public override MatrixRow DescribeMatrix() =>
        _guided is null ? StateReporter.BuildMatrix(_replayer.Machine.Matrix) : DescribeState("").Matrix;

    public override void TakeSnapshot(MachineSnapshot snapshot) =>
        snapshot.Take(_replayer.Machine, _replayer.Findings, _replayer.EventCount, _replayer.TimeNs);

    public override void Transfer(StateArchive archive)
    {
        // Saving the machine of the recording is right beside a guided kernel too, which only watches it.
        if (archive.IsLoading && _guided is not null)
            throw new CheckpointException("a kernel under other rules begins at the start");
        _replayer.Transfer(archive);
    }

    public override void TransferFindings(StateArchive archive, long from) =>
        _replayer.TransferFindings(archive, from);

    public override ReplayReport Finish(double seconds)
    {
        _replayer.Finish();
        ReplayReport report = ReplayReporter.Build(
            _replayer.Machine, _replayer.Findings, _replayer.EventCount, _replayer.AppliedCount, seconds,
            _replayer.Systems.Live);
        report = report with
        {
            OfflineReleases = _replayer.OfflineReleases,
            Missing = MissingReport.Build(
                _replayer.Machine, _replayer.Findings, _replayer.Missing, _replayer.MissingCount),
        };
        return _guided is null ? report : WhatIfView.Apply(report, _guided.Report(), _guided.Findings);
    }
}

/// <summary>Makes machines: the only place where a choice of rules or probe becomes a type argument.</summary>
internal static class MachineSession
{
    public static ReplaySession Create(Recording recording, SessionOptions options)
    {
        RuleChoice rules = options.Rules ?? RuleChoice.ForKernel(KernelRelease.Parse(recording.Info.Kernel));
        ChosenRules chosen = rules.ToKernelRules();
        // A named kernel's rules are constants to the compiler, which makes the replay faster;
        // most choices come out as one.
        if (chosen.Equals(ChosenRules.From(default(Linux61))))
            return Create(recording, options, rules, default(Linux61));
        if (chosen.Equals(ChosenRules.From(default(Linux612))))
            return Create(recording, options, rules, default(Linux612));
        return Create(recording, options, rules, chosen);
    }

    private static ReplaySession Create<TRules>(Recording recording, SessionOptions options,
        RuleChoice choice, TRules rules)
        where TRules : struct, IKernelRules
    {
        if (options.WhatIf is { } whatIf)
        {
            var guided = new GuidedKernel(whatIf);
            return Watch(recording, options, choice, rules, guided, new WhatIfProbe(guided));
        }
        return options.Historian is null && !options.Paranoid
            ? new MachineSession<TRules, NoProbe>(recording, rules, choice, null)
            : Watch(recording, options, choice, rules, null, default(NoProbe));
    }

    private static ReplaySession Watch<TRules, TProbe>(
        Recording recording, SessionOptions options, RuleChoice choice, TRules rules,
        GuidedKernel? guided, TProbe probe)
        where TRules : struct, IKernelRules
        where TProbe : struct, IProbe => (options.Historian, options.Paranoid) switch
        {
            (null, false) => new MachineSession<TRules, TProbe>(recording, rules, choice, guided, probe),
            (null, true) => new MachineSession<TRules, PairProbe<ParanoidProbe, TProbe>>(
                recording, rules, choice, guided, new PairProbe<ParanoidProbe, TProbe>(default, probe)),
            ({ } historian, false) => new MachineSession<TRules, PairProbe<HistoryProbe, TProbe>>(
                recording, rules, choice, guided,
                new PairProbe<HistoryProbe, TProbe>(new HistoryProbe(historian), probe)),
            ({ } historian, true) =>
                new MachineSession<TRules, PairProbe<PairProbe<ParanoidProbe, HistoryProbe>, TProbe>>(
                    recording, rules, choice, guided,
                    new PairProbe<PairProbe<ParanoidProbe, HistoryProbe>, TProbe>(
                        new PairProbe<ParanoidProbe, HistoryProbe>(default, new HistoryProbe(historian)), probe)),
        };
}
