using System;
using System.Collections.Generic;
using Replay.Cli.Tests.Verification;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Core.WhatIf;

namespace Replay.Cli.Tests.Captures;

/// <summary>A recording in memory, whole or with records missing, and its replays.</summary>
internal sealed class CutRecording
{
    private readonly Tampering _recording;
    private readonly bool _is612;

    public CutRecording(Tampering recording)
    {
        _recording = recording;
        _is612 = KernelRelease.Parse(recording.Kernel).UsesTimerCleanup;
    }

    public ReadOnlySpan<IrqEvent> Events => _recording.Events;

    /// <summary>A copy with other events, replayed.</summary>
    public CutRecording Changed(Func<IrqEvent[], IrqEvent[]> change) => new(_recording.Changed(change));

    /// <summary>
    /// The findings. Shows the state just after each of the recording's marks, by its time, and at the end, as of
    /// <see cref="ulong.MaxValue"/>; of marks of one time the first.
    /// </summary>
    public FindingTable Replay(Action<ulong, StateReport> look) =>
        _is612 ? Replay(default(Linux612), look) : Replay(default(Linux61), look);

    public VerifyTally Verify() => _recording.Verify();

    /// <summary>
    /// What a kernel under the recorded one's own rules does otherwise; those may lack the fix of CVE-2024-31076.
    /// </summary>
    public WhatIfReport UnderOwnRules(bool unfixed)
    {
        RuleChoice own = RuleChoice.For(_is612 ? "linux-6.12" : "linux-6.1");
        if (unfixed) own = own.With("cpu.forceCompleteFirst=no");
        var guided = new GuidedKernel(WhatIfRules.From(own, own, static rule => rule != "ir.host"));
        var replayer = new Replayer<ChosenRules, WhatIfProbe>(
            _recording.Tables, own.ToKernelRules(), new WhatIfProbe(guided), own, tellsLosses: false);
        replayer.Replay(Events);
        replayer.Finish();
        return guided.Report();
    }

    private FindingTable Replay<TRules>(TRules rules, Action<ulong, StateReport> look)
        where TRules : struct, IKernelRules
    {
        var replayer = new Replayer<TRules, NoProbe>(_recording.Tables, rules, tellsLosses: false);
        ReadOnlySpan<IrqEvent> events = Events;
        var shown = new HashSet<ulong>();
        int done = 0;
        for (int i = 0; i < events.Length; i++)
        {
            if (events[i].Kind != EventKind.Mark || !shown.Add(events[i].TimeNs)) continue;
            int end = i + EventSchema.RecordCount(in events[i]);
            replayer.Replay(events[done..end]);
            done = end;
            look(events[i].TimeNs, StateReporter.Build(replayer.Machine, "mark"));
        }
        replayer.Replay(events[done..]);
        look(ulong.MaxValue, StateReporter.Build(replayer.Machine, "end"));
        replayer.Finish();
        return replayer.Findings;
    }
}
