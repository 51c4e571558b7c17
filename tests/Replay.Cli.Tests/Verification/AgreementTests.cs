using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Replay.Cli.Tests.Captures;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Verification;

/// <summary>The rules decide what real kernels decided.</summary>
public sealed class AgreementTests
{
    /// <summary>Least share, in per cent, of the records of a kind whose decision can be taken again.</summary>
    private const double DeterminedMin = 98;

    private static readonly DecisionKind[] Judged =
    [
        DecisionKind.VectorAlloc, DecisionKind.ManagedAlloc, DecisionKind.Free, DecisionKind.Reserve,
        DecisionKind.Irte, DecisionKind.Message,
    ];

    // Recording began after the allocator's life did: what was in use then shows only in the first choices.
    private static readonly HashSet<string> Midway = ["flr"];

    public static TheoryData<string> Recordings => new("leak-pre", "hibernate");

    public static TheoryData<string> Captures => [.. Folders.CapturesWithTruth];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Every_decision_of_a_recorded_kernel_is_the_rules_decision(string capture) =>
        Check(Path.Combine(Folders.Traces, capture, "trace.dat"), capture);

    [CaptureTheory]
    [MemberData(nameof(Captures))]
    public void Every_decision_of_each_capture_is_the_rules_decision(string capture) =>
        Check(Path.Combine(Folders.Captures!, capture, "trace.dat"), capture);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    [InlineData(Verifier<Linux61>.Ahead)]
    [InlineData(5000)]
    [InlineData(1_000_000)]
    public void The_size_of_batches_does_not_show(int batch)
    {
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(
            Path.Combine(Folders.Traces, "hibernate", "trace.dat"));
        var events = new List<IrqEvent>();
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> span)) events.AddRange(span);
        IrqEvent[] all = [.. events];

        // A wrong rule, so that there is something to say of each decision.
        string whole = Describe(all, recording.Tables, all.Length);

        Assert.Contains("Config", whole, StringComparison.Ordinal);
        Assert.Equal(whole, Describe(all, recording.Tables, batch));
    }

    [Theory]
    [InlineData("leak-pre", "no")]
    public void The_recording_says_whether_pending_moves_are_completed_first(string capture, string expected) =>
        CheckEvidence(Path.Combine(Folders.Traces, capture, "trace.dat"), expected);

    [CaptureTheory]
    [InlineData("leak-post", "yes")]
    [InlineData("leak-pre-ir", "no")]
    [InlineData("hotplug-ir", "yes")]
    [InlineData("hotplug-612", "yes")]
    public void Captures_say_whether_pending_moves_are_completed_first(string capture, string expected) =>
        CheckEvidence(Path.Combine(Folders.Captures!, capture, "trace.dat"), expected);

    private static void CheckEvidence(string path, string expected)
    {
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);
        VerifySession session = VerifySession.Create(recording,
            RuleChoice.ForKernel(KernelRelease.Parse(recording.Info.Kernel)));
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) session.Apply(batch, recording.Tables);
        Evidence evidence = Assert.Single(session.Finish().Evidence,
            evidence => evidence.Name == "cpu.forceCompleteFirst");
        Assert.Equal(expected, evidence.Alternative);
        Assert.Equal(0, evidence.Against);
    }

    private static string Describe(IrqEvent[] all, EventTables tables, int batch)
    {
        var verifier = new Verifier<ChosenRules>(tables, ChosenRules.From(default(Linux612)) with { WindowEnd = 0x60 });
        for (int from = 0; from < all.Length;)
        {
            int to = Math.Min(from + batch, all.Length);
            while (to < all.Length && all[to].Kind == EventKind.Extension) to++;
            verifier.Verify(all.AsSpan(from, to - from));
            from = to;
        }
        verifier.Finish();
        VerifyTally tally = verifier.Tally;
        return $"{tally.Decisions} {tally.Agreed} {tally.Undetermined} Config {tally.AgreedOf(DecisionKind.Config)}\n"
            + string.Join('\n', tally.Disagreements) + string.Join('\n', tally.OpenDecisions);
    }

    private static void Check(string path, string capture)
    {
        VerifyTally tally = Tampering.Of(path).Verify();
        Assert.Equal([], tally.Disagreements.Take(5).Select(disagreement => disagreement.ToString()));
        // The recording has no events of the allocator.
        if (tally.DecisionsOf(DecisionKind.MatrixCounters) == 0) return;
        Assert.True(tally.AgreedOf(DecisionKind.MatrixCounters) > 50);
        if (Midway.Contains(capture)) return;
        foreach (DecisionKind kind in Judged)
        {
            long decisions = tally.DecisionsOf(kind), open = tally.OpenOf(kind);

            // One record of the early boot asks a node that has no CPU yet.
            Assert.True(100.0 * (decisions - open) >= DeterminedMin * decisions || open <= 1,
                $"{kind}: {open} of {decisions} open");
        }
    }
}
