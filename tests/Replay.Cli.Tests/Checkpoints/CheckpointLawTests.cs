using System;
using System.Collections.Generic;
using System.IO;
using Replay.Cli.Tests.Captures;
using Replay.Core.Rules;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>Save anywhere, restore into a fresh replay, go on: nothing shows that it did not run straight on.</summary>
public sealed class CheckpointLawTests
{
    public static TheoryData<string, string> Traces()
    {
        var data = new TheoryData<string, string>();
        foreach (string name in Folders.TraceFiles("*.irqs"))
        {
            data.Add(name, "linux-6.1");
            if (name.Contains("scenario", StringComparison.Ordinal)) data.Add(name, "linux-6.12,fix:a6c11c0a5235");
        }
        foreach (string name in Folders.TraceFiles("*.dat")) data.Add(name, "linux-6.1");
        return data;
    }

    [Theory]
    [MemberData(nameof(Traces))]
    public void A_restored_replay_goes_on_as_the_straight_one(string trace, string rules) =>
        Check(Path.Combine(Folders.Traces, trace), RuleChoice.Parse(rules, default), stops: 6);

    [CaptureTheory]
    [MemberData(nameof(GroundTruthTests.Captures), MemberType = typeof(GroundTruthTests))]
    public void A_restored_replay_of_a_capture_goes_on_as_the_straight_one(string? capture) =>
        Check(Path.Combine(Folders.Captures!, capture!, "trace.dat"), RuleChoice.For("linux-6.1"), stops: 3);

    /// <summary>So does one of a recording that lacks records, where findings are withdrawn.</summary>
    [Theory]
    [InlineData(MissingKind.OneOnly)]
    [InlineData(MissingKind.Middle)]
    public void A_restored_replay_that_lacks_records_goes_on_as_the_straight_one(MissingKind kind)
    {
        var random = new Random(5);
        TraceReplay trace = TraceReplay.Read(Path.Combine(Folders.Traces, "leak-pre", "trace.dat"));
        long withdrawn = 0;
        for (int i = 0; i < 2; i++)
        {
            var missing = MissingRecords.Choose(kind, told: true, trace.Events, random);
            withdrawn += Check(trace.Changed(missing.Of), RuleChoice.For("linux-6.1"), stops: 3, i);
        }
        Assert.True(withdrawn > 0 || kind == MissingKind.Middle, "nothing was withdrawn");
    }

    private static void Check(string path, RuleChoice rules, int stops)
    {
        TraceReplay trace = TraceReplay.Read(path);
        Check(trace, rules, stops, Path.GetFileName(path).Length * 7919 + trace.Events.Length);
    }

    private static long Check(TraceReplay trace, RuleChoice rules, int stops, int seed)
    {
        var random = new Random(seed);
        var straight = new SavedReplay(trace.Tables, rules);
        var resumed = new List<(int At, SavedReplay Replay)>();
        var findings = new List<byte[]>();
        long kept = 0;
        int at = 0;
        for (int stop = 0; stop < stops; stop++)
        {
            int next = trace.EventStart(random.Next(at, trace.Events.Length + 1));
            straight.Replayer.Replay(trace.Events.AsSpan(at..next));
            at = next;
            byte[] state = straight.State();
            findings.Add(straight.Findings(kept));
            kept = straight.Replayer.Findings.KeptMark;
            SavedReplay restored = straight.Restore(state, findings);
            Assert.Null(DeepComparison.Find(straight.Replayer, restored.Replayer));
            Assert.Equal(state, restored.State());
            resumed.Add((at, restored));
        }
        straight.Replayer.Replay(trace.Events.AsSpan(at));
        byte[] end = straight.State();
        straight.Replayer.Finish();
        string said = straight.Describe();
        foreach ((int from, SavedReplay replay) in resumed)
        {
            replay.Replayer.Replay(trace.Events.AsSpan(from));
            Assert.True(end.AsSpan().SequenceEqual(replay.State()),
                $"seed {seed}: resumed at record {from}, another state at the end");
            replay.Replayer.Finish();
            Assert.Equal(said, replay.Describe());
            Assert.Null(DeepComparison.Find(straight.Replayer, replay.Replayer));
        }
        return straight.Replayer.Findings.Withdrawn;
    }
}
