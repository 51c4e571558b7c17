using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Replay.Cli.Tests.Captures;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats.Sidecar;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// Save a verifier between two batches, restore it into a fresh one, go on: the same decisions and differences.
/// </summary>
public sealed class VerifierLawTests
{
    public static TheoryData<string> Traces()
    {
        var data = new TheoryData<string>();
        foreach (string name in Folders.TraceFiles("*.dat")) data.Add(name);
        foreach (string name in Folders.TraceFiles("irq0*-raises.irqs")) data.Add(name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void A_restored_verifier_goes_on_as_the_straight_one(string trace) =>
        Check(Path.Combine(Folders.Traces, trace), stops: 5);

    [CaptureTheory]
    [MemberData(nameof(GroundTruthTests.Captures), MemberType = typeof(GroundTruthTests))]
    public void A_restored_verifier_of_a_capture_goes_on_as_the_straight_one(string? capture) =>
        Check(Path.Combine(Folders.Captures!, capture!, "trace.dat"), stops: 2);

    private static void Check(string path, int stops)
    {
        Check(path, stops, "linux-6.1");
        Check(path, stops, "linux-6.12"); // As a rule another kernel's, so that there are differences.
    }

    private static void Check(string path, int stops, string rules)
    {
        TraceReplay trace = TraceReplay.Read(path);
        var random = new Random(trace.Events.Length);
        Verifier<ChosenRules> straight = Make(trace, rules);
        var resumed = new List<(int At, Verifier<ChosenRules> Verifier)>();
        var kept = new List<byte[]>();
        long mark = 0;
        int at = 0;
        for (int stop = 0; stop < stops; stop++)
        {
            int next = trace.EventStart(random.Next(at, trace.Events.Length + 1));
            straight.Verify(trace.Events.AsSpan(at..next));
            at = next;
            byte[] state = StateCodec.Save(straight.Transfer);
            long from = mark;
            kept.Add(StateCodec.Save(archive => straight.TransferKept(archive, from)));
            mark = straight.KeptMark;
            Verifier<ChosenRules> restored = Make(trace, rules);
            StateCodec.Load(state, restored.Transfer);
            foreach (byte[] some in kept) StateCodec.Load(some, archive => restored.TransferKept(archive, 0));
            Assert.Equal((mark, EventCounter.Count(trace.Events.AsSpan(..at))),
                (restored.KeptMark, restored.EventsTaken));
            // Behind the events that are held back lie old ones, which nobody reads.
            Assert.Null(DeepComparison.Find(straight, restored, without: "_held"));
            Assert.Equal(state, StateCodec.Save(restored.Transfer));
            resumed.Add((at, restored));
        }
        string said = Finish(straight, trace, at);
        foreach ((int from, Verifier<ChosenRules> verifier) in resumed)
            Assert.Equal(said, Finish(verifier, trace, from));
    }

    private static Verifier<ChosenRules> Make(TraceReplay trace, string rules) =>
        new(trace.Tables, RuleChoice.For(rules).ToKernelRules()) { FollowsEvidence = true };

    private static string Finish(Verifier<ChosenRules> verifier, TraceReplay trace, int from)
    {
        verifier.Verify(trace.Events.AsSpan(from));
        verifier.Finish();
        return JsonSerializer.Serialize(verifier.Tally) + JsonSerializer.Serialize(verifier.Evidence)
            + Convert.ToHexString(StateCodec.Save(verifier.Transfer))
            + Convert.ToHexString(StateCodec.Save(archive => verifier.TransferKept(archive, 0)));
    }
}
