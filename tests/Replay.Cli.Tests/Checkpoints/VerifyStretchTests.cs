using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading;
using Replay.Cli.Checkpoints;
using Replay.Cli.Machines;
using Replay.Cli.Tests.Captures;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;
using Replay.Formats.Checkpoints;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// <c>verify</c> in stretches says of every recording and under every rule what it says straight on, and its
/// checkpoints and those of <c>replay</c> leave each other alone.
/// </summary>
public sealed class VerifyStretchTests
{
    private static readonly string[] Lanes = ["1", "2", "3", "8"];

    [Theory]
    [InlineData("leak-pre/trace.dat")]
    [InlineData("hibernate/trace.dat")]
    [InlineData("scenarios/d-backdoor-reset.irqs")]
    public void A_recording_is_verified_the_same(string trace) => Check(trace);

    [CaptureTheory]
    [MemberData(nameof(GroundTruthTests.Captures), MemberType = typeof(GroundTruthTests))]
    public void A_capture_is_verified_the_same(string? capture) =>
        Check(Path.Combine(Folders.Captures!, capture!, "trace.dat"));

    [Fact]
    public void Every_rule_decides_the_same()
    {
        using var file = new CheckpointedFile { Pace = new CheckpointPace(10_000, 0, long.MaxValue) };
        var answers = new HashSet<string>();
        foreach (string[] rules in ChoicesThatDiffer()) answers.Add(Check(file, rules));
        Assert.True(answers.Count > 3, $"the rules came to only {answers.Count} answers");
    }

    /// <summary>
    /// More differences than are kept, and open decisions among them, so that the limit falls into some stretch.
    /// </summary>
    [Fact]
    public void Differences_past_the_limit_are_counted_and_each_kept_one_is_saved_once()
    {
        using var file = new CheckpointedFile { Pace = new CheckpointPace(50_000, 0, long.MaxValue) };
        file.Write("leak-pre/trace.dat", int.MaxValue, least: 4_000_000);
        Check(file, "--rules", "linux-6.12");
        (_, string text, string notes) = file.Run("verify", "--rules", "linux-6.12", "--format", "json");
        Assert.Contains("differences more than can be listed", notes, StringComparison.Ordinal);
        using JsonDocument said = JsonDocument.Parse(text);
        Assert.Equal(VerifyTally.KeptMax, said.RootElement.GetProperty("disagreements").GetArrayLength());
        Assert.True(said.RootElement.GetProperty("undetermined").GetInt64() > 1000);
        using var saved = new CheckpointFile(file.CheckpointsOf("verify"));
        List<Checkpoint> checkpoints = saved.Directory.Checkpoints;
        Assert.InRange(saved.Directory.Findings.Count, 10, checkpoints.Count);
        Assert.InRange(saved.Directory.Findings.Sum(static chunk => (long)chunk.Length), text.Length / 10, text.Length);
        Assert.True(checkpoints[^1].State.Length < 2 * checkpoints[1].State.Length, "states grow with what is kept");
    }

    /// <summary>Sessions that dawdle at odd moments, so that stretches begin and end in every order.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Stretches_that_end_in_any_order_join(int seed)
    {
        using var file = new CheckpointedFile(records: 20_000);
        file.Run("verify", "--checkpoints", "--rules", "linux-6.12");
        RuleChoice rules = RuleChoice.For("linux-6.12");
        Recording Open() => new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(file.Path);
        var host = new CliHost { Out = Stream.Null, Error = new StringWriter(), OpenIn = static () => Stream.Null };
        using Recording straight = Open();
        VerifySession expected = VerifySession.Create(straight, rules, followsEvidence: false);
        WholeReplay.Straight(straight, expected, host);

        using var store = new CheckpointStore(
            new RecordingName(file.Path, null), CheckpointKind.Verifier, straight.Identify()!, rules.ToString(),
            isAsked: false, isLong: false, host);
        store.Open();
        int number = 0;
        using var stretches = new StretchReplay<OddSession>(store, Open, recording => new OddSession(
            VerifySession.Create(recording, rules, followsEvidence: false),
            new Random(seed + (100 * Interlocked.Increment(ref number)))));
        Assert.True(stretches.TryRun(2 + (seed % 3), host), host.Error.ToString());
        Assert.Equal(Describe(expected), Describe(stretches.Session!.Verify));
    }

    [Fact]
    public void Neither_command_reads_or_replaces_the_others_checkpoints()
    {
        using var file = new CheckpointedFile { Pace = new CheckpointPace(1, 0, 1) };
        var straight = (Replay: file.Straight("event:9000"), Verify: file.Run("verify", "--no-checkpoints"));
        file.Run("replay", "--checkpoints");
        byte[] machine = File.ReadAllBytes(file.CheckpointsOf("replay"));
        Assert.Equal((straight.Verify.Code, straight.Verify.Out), Out(file.Run("verify", "--checkpoints")));
        byte[] verifier = File.ReadAllBytes(file.CheckpointsOf("verify"));
        Assert.Equal(straight.Verify, file.Run("verify", "--lanes", "2"));
        Assert.Equal(straight.Replay, file.State("event:9000"));
        file.Run("replay", "--lanes", "2");
        Assert.Equal(machine, File.ReadAllBytes(file.CheckpointsOf("replay")));
        Assert.Equal(verifier, File.ReadAllBytes(file.CheckpointsOf("verify")));

        // Each under the other's name.
        File.WriteAllBytes(file.CheckpointsOf("replay"), verifier);
        File.WriteAllBytes(file.CheckpointsOf("verify"), machine);
        (int code, string said, string error) = file.State("event:9000");
        Assert.Equal((straight.Replay.Code, straight.Replay.Out), (code, said));
        Assert.Equal(
            "irqreplay: note: a.irqt.irqc is not used: it holds states of the verifier, not of the machine\n", error);
        (code, said, error) = file.Run("verify", "--lanes", "2", "--format", "json");
        Assert.Equal(Out(file.Run("verify", "--no-checkpoints", "--format", "json")), (code, said));
        Assert.Equal(
            "irqreplay: note: a.irqt.irqv is not used: it holds states of the machine, not of the verifier\n", error);
    }

    /// <summary>
    /// By the recorded kernel's rules evidence may decide otherwise, by chosen ones not: these are two states.
    /// </summary>
    [Fact]
    public void Chosen_rules_and_the_recorded_kernels_are_kept_apart()
    {
        using var file = new CheckpointedFile();
        string[] recorded = ["verify", "--format", "json"],
            chosen = ["verify", "--format", "json", "--rules", "linux-6.1"];
        var without = (Recorded: Run(file, recorded, "--no-checkpoints"),
            Chosen: Run(file, chosen, "--no-checkpoints"));
        Assert.NotEqual(without.Recorded.Out, without.Chosen.Out);
        Assert.Equal(without.Recorded, Run(file, recorded, "--checkpoints"));
        Assert.Equal(without.Recorded, Run(file, recorded, "--lanes", "2"));
        var caught = Run(file, chosen, "--lanes", "2");
        Assert.Equal(without.Chosen.Out, caught.Out);
        Assert.Equal(
            "irqreplay: note: a.irqt.irqv is not used: it was made with --rules linux-6.1 and what "
            + "the recording shows\n", caught.Error);
        Run(file, chosen, "--checkpoints");
        Assert.Equal(without.Chosen, Run(file, chosen, "--lanes", "2"));
        caught = Run(file, recorded, "--lanes", "2");
        Assert.Equal(without.Recorded.Out, caught.Out);
        Assert.Equal("irqreplay: note: a.irqt.irqv is not used: it was made with --rules linux-6.1\n", caught.Error);
    }

    [Fact]
    public void Checkpoints_are_made_when_asked_for_or_long_and_where_it_can_be()
    {
        using var file = new CheckpointedFile();
        Run(file, ["verify"]);
        Assert.False(File.Exists(file.CheckpointsOf("verify")));
        (int code, _, string error) = Run(file, ["verify"], "--checkpoints", "--no-checkpoints");
        Assert.Equal((ExitCodes.Usage, "irqreplay: --checkpoints and --no-checkpoints: give one of them\n"),
            (code, error));
        (_, _, error) = Run(file, ["verify"], "--checkpoints");
        Assert.Equal(
            "irqreplay: note: checkpoints are in a.irqt.irqv: "
            + "lanes of the next \"verify\" share the stretches between them\n", error);
        File.Delete(file.CheckpointsOf("verify"));
        file.Pace = new CheckpointPace(1, 0, 1);
        Run(file, ["verify"], "--no-checkpoints");
        Assert.False(File.Exists(file.CheckpointsOf("verify")));
        Run(file, ["verify"]);
        Assert.True(File.Exists(file.CheckpointsOf("verify")));

        File.Delete(file.CheckpointsOf("verify"));
        // In the way, also for a user who may write everywhere.
        Directory.CreateDirectory(file.CheckpointsOf("verify"));
        Run(file, ["verify"]);
        string cache = Path.Combine(file.Folder, "cache", "irqreplay");
        Assert.EndsWith(".irqv", Assert.Single(Directory.GetFiles(cache)), StringComparison.Ordinal);
    }

    private static void Check(string trace)
    {
        using var file = new CheckpointedFile(trace);
        file.Pace = new CheckpointPace(Math.Max(1, file.Events.Count / 20), 0, long.MaxValue);
        Check(file);
        Check(file, "--rules", "linux-6.12"); // As a rule another kernel's, so that there are differences.
    }

    private static string Check(CheckpointedFile file, params string[] rules)
    {
        string[] command = ["verify", "--format", "json", .. rules];
        var straight = Run(file, command, "--no-checkpoints", "--lanes", "1");
        Assert.Equal(straight, Run(file, command, "--checkpoints"));
        foreach (string lanes in Lanes) Assert.Equal(straight, Run(file, command, "--lanes", lanes));
        Assert.Equal(straight, Run(file, command, "--no-checkpoints", "--lanes", "2"));
        return straight.Out;
    }

    private static List<string[]> ChoicesThatDiffer()
    {
        List<string[]> choices = [["--rules", "linux-6.1"], ["--rules", "linux-6.12"]];
        RuleChoice linux61 = RuleChoice.For("linux-6.1");
        var seen = new HashSet<ChosenRules> { linux61.ToKernelRules(), RuleChoice.For("linux-6.12").ToKernelRules() };
        foreach (RuleInfo rule in RuleCatalog.All)
        {
            foreach (RuleAlternative alternative in rule.Alternatives)
            {
                string assignment = $"{rule.Name}={alternative.Name}";
                if (seen.Add(linux61.With(assignment).ToKernelRules()))
                    choices.Add(["--rules", "linux-6.1", "--with", assignment]);
            }
        }
        return choices;
    }

    private static (int Code, string Out) Out((int Code, string Out, string Error) result) => (result.Code, result.Out);

    private static (int Code, string Out, string Error) Run(CheckpointedFile file,
        string[] command, params string[] options)
    {
        var result = file.Run(command[0], [.. command.AsSpan(1), .. options]);
        // That old ones do not fit is said where new ones are made, and is not what this is about.
        if (Array.IndexOf(options, "--checkpoints") < 0 || command.Length == 1) return result;
        string[] notes = result.Error.Split('\n');
        return result with
        {
            Error = string.Join('\n', Array.FindAll(notes, static note =>
                !note.Contains(".irqv", StringComparison.Ordinal))),
        };
    }

    private static string Describe(VerifySession session)
    {
        VerifyReport report = session.Finish();
        return JsonSerializer.Serialize(report.Tally) + JsonSerializer.Serialize(report.Evidence);
    }

    private sealed class OddSession(VerifySession session, Random random) : CheckpointedSession
    {
        public VerifySession Verify => session;

        public override long EventCount => session.EventCount;

        public override long FindingsMark => session.FindingsMark;

        public override void Apply(ReadOnlySpan<IrqEvent> events, EventTables tables)
        {
            switch (random.Next(100))
            {
                case < 60: break;
                case < 90: Thread.SpinWait(random.Next(20_000)); break;
                case < 97: Thread.Yield(); break;
                default: Thread.Sleep(1); break;
            }
            session.Apply(events, tables);
        }

        public override void Transfer(StateArchive archive) => session.Transfer(archive);

        public override void TransferFindings(StateArchive archive, long from) =>
            session.TransferFindings(archive, from);
    }
}
