using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Replay.Cli.Tests.Captures;
using Replay.Core.Events;
using Replay.Core.Verify;
using Xunit;

namespace Replay.Cli.Tests.Verification;

/// <summary>
/// Recordings that begin in the middle, on all CPUs or on each at another time, or that lose records: what is not known
/// is open and never a difference, and what the recording tells is decided again.
/// </summary>
public sealed class MidwayTests
{
    private const int CutsQuick = 6;
    private const int CutsOfCapture = 20;

    private static readonly EventKind[] Borders =
    [
        EventKind.VectorUpdate, EventKind.ApicUpdateVector, EventKind.MatrixAlloc, EventKind.MatrixFree,
        EventKind.MatrixOnline, EventKind.CpuhpEnter, EventKind.FixupIrqs, EventKind.ForceCompleteMove,
        EventKind.LapicOffline, EventKind.IrqDoSetAffinity, EventKind.ApicSetAffinity, EventKind.MsiWrite,
        EventKind.IrteWrite, EventKind.IrteWriteAmd, EventKind.SendCleanupVector, EventKind.VectorFreeMoved,
        EventKind.VectorActivate, EventKind.VectorTeardown, EventKind.IrqShutdown, EventKind.IrqStartup,
    ];

    public static TheoryData<string> Recordings => new("leak-pre", "hibernate");

    public static TheoryData<string> Captures => [.. Folders.CapturesWithTruth];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void What_is_missing_is_open(string capture) =>
        Check(Path.Combine(Folders.Traces, capture, "trace.dat"), CutsQuick);

    [CaptureTheory]
    [MemberData(nameof(Captures))]
    [Trait("Length", "Long")]
    public void What_is_missing_of_any_capture_is_open(string capture) =>
        Check(Path.Combine(Folders.Captures!, capture, "trace.dat"), CutsOfCapture);

    /// <summary>What is decided in a cut recording is decided for good: one altered value is found there too.</summary>
    [Theory]
    [InlineData("leak-pre", 0.3)]
    [InlineData("hibernate", 0.5)]
    public void An_altered_decision_is_named_after_a_cut(string capture, double share)
    {
        Tampering recording = Tampering.Of(Path.Combine(Folders.Traces, capture, "trace.dat"))
            .Changed(events => Cuts.From(events, share));
        VerifyTally clean = recording.Verify();
        var open = clean.OpenDecisions.Select(decision => decision.Event).ToHashSet();
        var random = new Random(3);
        int tried = 0;
        List<string> wrong = [];
        foreach ((EventKind kind, string[] operands) in Tampering.Decisions)
        {
            if (recording.CountOf(kind) == 0) continue;
            foreach (string operand in operands)
            {
                for (int i = 0; i < 3; i++)
                {
                    (long altered, string change, VerifyTally tally) = recording.Alter(kind, operand, random);

                    // The CPU that stands beside no vector is not known.
                    if (open.Contains(altered) || operand == "prev_cpu") continue;
                    tried++;
                    long[] named = [.. tally.Disagreements.Select(disagreement => disagreement.Event).Distinct()];
                    if (named.Length == 1 && named[0] == altered) continue;
                    wrong.Add($"event {altered} {change}: named {string.Join(' ', named.Take(5))}");
                }
            }
        }
        Assert.True(tried > 60, $"{tried} decisions were tried");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Most decisions can be taken again soon after the beginning.</summary>
    [Theory]
    [InlineData("leak-pre", 0.3)]
    [InlineData("hibernate", 0.3)]
    public void What_the_recording_tells_is_decided(string capture, double share)
    {
        VerifyTally tally = Tampering.Of(Path.Combine(Folders.Traces, capture, "trace.dat"))
            .Changed(events => Cuts.From(events, share)).Verify();
        Assert.True(tally.Undetermined < 0.15 * tally.Decisions, $"{tally.Undetermined} of {tally.Decisions} are open");
    }

    private static void Check(string path, int cuts)
    {
        Tampering recording = Tampering.Of(path);
        var random = new Random(4);
        for (int i = 0; i < cuts; i++)
        {
            double share = (i + 1.0) / (cuts + 1);
            AgreesOrIsOpen(recording, $"from {share:P0} on", events => Cuts.From(events, share));
            EventKind border = Borders[random.Next(Borders.Length)];
            AgreesOrIsOpen(recording, $"cut {i} at {border}", events => Cuts.Near(events, border, random));
            AgreesOrIsOpen(recording, $"cut {i} of each CPU", events => Cuts.EachCpu(events, random));
            AgreesOrIsOpen(recording, $"losses {i}", events => Cuts.WithLosses(events, 3, random));
            AgreesOrIsOpen(recording, $"loss of one CPU {i}", events => Cuts.LosingOneCpu(events, random));
        }
    }

    private static void AgreesOrIsOpen(Tampering recording, string what, Func<IrqEvent[], IrqEvent[]> change)
    {
        VerifyTally tally = recording.Changed(change).Verify();
        Assert.True(tally.Disagreed == 0,
            $"{what}: {tally.Disagreed}, {string.Join('\n', tally.Disagreements.Take(3))}");
    }
}
