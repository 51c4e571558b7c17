using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Cli.Tests.Captures;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Core.WhatIf;
using Xunit;

namespace Replay.Cli.Tests.WhatIf;

/// <summary>Laws of replaying otherwise, on every recording there is.</summary>
public sealed class WhatIfLawTests
{
    private static readonly string[] Behaviours =
    [
        "vector.reservation=off", "ir.host=off", "ir.host=on", "cpu.forceCompleteFirst=no",
        "cpu.forceCompleteFirst=yes", "cpu.offlineEnospcRetry=yes", "cpu.offlineEnospcRetry=no",
        "cpu.managedStartWhileSuspended=no", "cpu.managedStartWhileSuspended=yes",
        "vector.cleanup=timer", "vector.cleanup=ipi", "msi.affinityProtocol=careful", "msi.affinityProtocol=direct",
        "vector.windowEnd=postedMsi", "vector.windowEnd=localTimer", "apic.flatLogical=no", "apic.flatLogical=yes",
    ];

    public static TheoryData<string> Traces()
    {
        var data = new TheoryData<string>();
        foreach (string pattern in (string[])["*.irqs", "*.dat"])
        {
            foreach (string file in Folders.TraceFiles(pattern)) data.Add(file);
        }
        return data;
    }

    /// <summary>
    /// Under the rules of the recorded kernel nothing differs, at every marker and at the end. The kernel without
    /// the fix of CVE-2024-31076 is its version's set with one behaviour taken back.
    /// </summary>
    [CaptureTheory]
    [MemberData(nameof(GroundTruthTests.Captures), MemberType = typeof(GroundTruthTests))]
    public void Under_its_own_rules_a_recording_is_as_recorded(string? capture)
    {
        TraceReplay trace = TraceReplay.Read(Path.Combine(Folders.Captures!, capture!, "trace.dat"));
        RuleChoice own = RuleChoice.For(capture!.Contains("612", StringComparison.Ordinal)
            ? "linux-6.12" : "linux-6.1");
        if (capture == "leak-pre") own = own.With("cpu.forceCompleteFirst=no");
        var guided = new GuidedKernel(WhatIfRules.From(own, RuleChoice.ForKernel(default),
            static rule => rule != "ir.host"));
        if (capture.Contains("612", StringComparison.Ordinal))
            guided = new GuidedKernel(WhatIfRules.From(own, own, static rule => rule != "ir.host"));
        var replayer = new Replayer<ChosenRules, WhatIfProbe>(trace.Tables, own.ToKernelRules(),
            new WhatIfProbe(guided), own);
        int from = 0, marks = 0;
        for (int i = 0; i < trace.Events.Length; i++)
        {
            if (trace.Events[i].Kind != EventKind.Mark) continue;
            replayer.Replay(trace.Events.AsSpan(from..(i + 1)));
            from = i + 1;
            marks++;
            AssertAsRecorded(guided.Report(), $"marker {marks}");
        }
        replayer.Replay(trace.Events.AsSpan(from));
        replayer.Finish();
        AssertAsRecorded(guided.Report(), "the end");
        Assert.NotEqual(0, marks);
    }

    /// <summary>So it is where recording began in the middle, and the window of device vectors never showed.</summary>
    [CaptureTheory]
    [InlineData("hotplug-612", "linux-6.12", 0.4)]
    [InlineData("hotplug-612", "linux-6.12", 0.8)]
    [InlineData("hotplug-ir", "linux-6.1", 0.4)]
    public void Under_its_own_rules_a_cut_recording_is_as_recorded(string capture, string rules, double share)
    {
        TraceReplay trace = TraceReplay.Read(Path.Combine(Folders.Captures!, capture, "trace.dat"));
        RuleChoice own = RuleChoice.For(rules);
        var guided = new GuidedKernel(WhatIfRules.From(own, own, static rule => rule != "ir.host"));
        var replayer = new Replayer<ChosenRules, WhatIfProbe>(
            trace.Tables, own.ToKernelRules(), new WhatIfProbe(guided), own);
        replayer.Replay(trace.Events.AsSpan(trace.EventStart((int)(share * trace.Events.Length))..));
        replayer.Finish();
        AssertAsRecorded(guided.Report(), "the end");
    }

    /// <summary>Whatever is decided otherwise, the books of what differs add up, and nothing throws.</summary>
    [Theory]
    [MemberData(nameof(Traces))]
    public void Any_behaviour_on_any_trace_leaves_whole_books(string trace)
    {
        TraceReplay read = TraceReplay.Read(Path.Combine(Folders.Traces, trace));
        foreach (string behaviour in Behaviours) CheckBooks(read, behaviour);
    }

    [CaptureTheory]
    [MemberData(nameof(GroundTruthTests.Captures), MemberType = typeof(GroundTruthTests))]
    public void Any_behaviour_on_any_capture_leaves_whole_books(string? capture)
    {
        TraceReplay read = TraceReplay.Read(Path.Combine(Folders.Captures!, capture!, "trace.dat"));
        foreach (string behaviour in (string[])["vector.reservation=off", "ir.host=off", "ir.host=on",
            "cpu.forceCompleteFirst=no", "vector.cleanup=timer"])
            CheckBooks(read, behaviour);
    }

    private static void CheckBooks(TraceReplay trace, string behaviour)
    {
        RuleChoice rules = RuleChoice.For("linux-6.1").With(behaviour);
        string name = behaviour[..behaviour.IndexOf('=', StringComparison.Ordinal)];
        var guided = new GuidedKernel(WhatIfRules.From(rules, RuleChoice.For("linux-6.1"), rule => rule == name));
        var replayer = new Replayer<ChosenRules, WhatIfProbe>(trace.Tables, rules.ToKernelRules(),
            new WhatIfProbe(guided), rules);
        replayer.Replay(trace.Events);
        replayer.Finish();
        WhatIfReport report = guided.Report();
        StateReport recorded = StateReporter.Build(replayer.Machine, "end"), now = WhatIfView.Apply(recorded, report);

        // No two interrupts have one place, and none has one that the books do not count.
        var places = new Dictionary<(int, int), uint>();
        foreach (IrqRow irq in now.Irqs)
        {
            if (irq is not { Cpu: { } cpu, Vector: { } vector }) continue;
            if (IsShared(recorded, cpu, vector)) continue; // In the recording already.
            Assert.True(places.TryAdd((cpu, vector), irq.Irq),
                $"{behaviour}: irq {places.GetValueOrDefault((cpu, vector))} and {irq.Irq} at CPU "
                + $"{cpu} vector {vector}");
        }
        foreach (MatrixCpuRow cpu in now.Matrix.Cpus)
            Assert.True(cpu.Allocated is null or >= 0,
                $"{behaviour}: CPU {cpu.Cpu} has {cpu.Allocated} vectors in use");
    }

    private static bool IsShared(StateReport recorded, int cpu, int vector)
    {
        int owners = 0;
        foreach (IrqRow irq in recorded.Irqs)
        {
            if (irq.Cpu == cpu && irq.Vector == vector) owners++;
        }
        return owners > 1;
    }

    private static void AssertAsRecorded(WhatIfReport report, string where)
    {
        foreach (Departure departure in report.Departures)
            Assert.True(departure.Count == 0,
                $"{where}: {departure.Name} at event {departure.FirstEvent}: {departure.What}, "
                + $"{departure.Recorded} / {departure.Own}");
        Assert.True(report.Irqs.Count == 0, $"{where}: {JsonSerializer.Serialize(report.Irqs)}");
        Assert.True(report.Cpus.Count == 0, $"{where}: {JsonSerializer.Serialize(report.Cpus)}");
    }
}
