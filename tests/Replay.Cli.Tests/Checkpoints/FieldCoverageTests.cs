using System;
using System.Collections.Generic;
using System.IO;
using Replay.Cli.Tests.Captures;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Formats;
using Replay.Formats.Bytes;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;
using Replay.Formats.Native;
using Replay.Formats.Sidecar;
using Replay.Formats.TraceDat;
using Xunit;

namespace Replay.Cli.Tests.Checkpoints;

/// <summary>
/// A field that somebody adds to the state of a replay and forgets to save fails here, by name, the day it is added:
/// every field that any trace can reach is changed, and the change must show in what is saved.
/// </summary>
public sealed class FieldCoverageTests
{
    private const string Rules = "linux-6.1,cpu.forceCompleteFirst=yes,drv.hibernateIrqs=destroyAndRecreate,"
        + "ir.guest=off,ims.requireIr=no";

    /// <summary>Fields without state of their own, and why; a type stands for all its fields.</summary>
    private static readonly Dictionary<string, string> Without = new(StringComparer.Ordinal)
    {
        ["Rules.ChosenRules"] = "given when the replay is made",
        ["Systems.Vfio.VfioPolicy"] = "made of the rules",
        ["Findings.Hazards.NoHandler.<slotRecheck>P"] = "a rule",
        ["State.CpuArrival._plain"] = "made of the other fields",
        ["State.IrqDesc._arrivalKey"] = "made of the other fields",
        ["State.IrteTable.<Limit>k__BackingField"] = "fixed by who makes the table",
        ["State.MsixFunction.<Device>k__BackingField"] = "its place in the list of functions",
        ["Systems.Aer.RecordedRecovery._devices"] = "an index of _inOrder",
        ["Systems.SystemSet._live"] = "made anew whenever it is asked for",
        ["Verify.Verifier`1.<FollowsEvidence>k__BackingField"] = "given when the verifier is made",
        ["Verify.VerifyTally._standing"] = "made of _disagreements and _withdrawals",
        ["Verify.VerifyTally._followed"] = "as _standing",
        ["Verify.VerifyTally._withdrawalsFollowed"] = "as _standing",
    };

    [Fact]
    [Trait("Length", "Long")]
    public void Every_field_of_a_replay_is_saved()
    {
        var coverage = new FieldCoverage();
        List<string> traces = [.. Folders.TraceFiles("*.irqs"), Path.Combine("leak-pre", "trace.dat")];
        foreach (string trace in traces)
        {
            TraceReplay read = TraceReplay.Read(Path.Combine(Folders.Traces, trace));
            var replay = new SavedReplay(read.Tables, RuleChoice.Parse(Rules, default));
            var random = new Random(trace.Length);
            int at = 0;
            for (int stop = 0; stop < 5; stop++)
            {
                int next = stop == 4 ? read.Events.Length : read.EventStart(random.Next(at, read.Events.Length + 1));
                replay.Replayer.Replay(read.Events.AsSpan(at..next));
                at = next;
                if (stop == 4) replay.Replayer.Finish();
                coverage.Look(replay.Replayer, () => StateCodec.Save(archive =>
                {
                    replay.Replayer.Transfer(archive);
                    replay.Replayer.TransferFindings(archive, 0);
                }));
            }
        }
        List<string> forgotten = coverage.Unproved();
        forgotten.RemoveAll(static field => Without.ContainsKey(Short(field))
            || Without.ContainsKey(Short(field)[..Short(field).LastIndexOf('.')]));
        Assert.True(forgotten.Count == 0, "not saved, or never used by any trace:\n" + string.Join("\n", forgotten));
        Assert.True(coverage.ProvedCount > 300, $"only {coverage.ProvedCount} fields were looked at");
    }

    [Fact]
    public void Every_field_of_a_verifier_is_saved()
    {
        var coverage = new FieldCoverage();
        foreach ((string trace, string rules) in new[] { ("leak-pre", "linux-6.12"), ("hibernate", "linux-6.1") })
        {
            TraceReplay read = TraceReplay.Read(Path.Combine(Folders.Traces, trace, "trace.dat"));
            var verifier = new Verifier<ChosenRules>(read.Tables, RuleChoice.For(rules).ToKernelRules());
            int at = 0;
            for (int stop = 1; stop <= 6; stop++)
            {
                int next = read.EventStart(read.Events.Length / 6 * stop);
                verifier.Verify(read.Events.AsSpan(at..next));
                at = next;
                coverage.Look(verifier, () => StateCodec.Save(archive =>
                {
                    verifier.Transfer(archive);
                    verifier.TransferKept(archive, 0);
                }));
            }
        }
        List<string> forgotten = coverage.Unproved();
        forgotten.RemoveAll(static field => Without.ContainsKey(Short(field))
            || Without.ContainsKey(Short(field)[..Short(field).LastIndexOf('.')]));
        Assert.True(forgotten.Count == 0, "not saved, or never used by any trace:\n" + string.Join("\n", forgotten));
    }

    /// <summary>Fields of a trace.dat's reading that are none of its place.</summary>
    private static readonly Dictionary<string, string> WithoutPlace = new(StringComparer.Ordinal)
    {
        ["ImportReport.<HasDataLoss>k__BackingField"] = "made of the entries",
        ["ImportReport._byWhat"] = "an index of the entries",
        ["Mapping.NameCache._bytes"] = "texts are found again in the table of names",
        ["Mapping.RecordMapper._planCount"] = "formats are added again, in their order",
        ["Mapping.RecordMapper._plans"] = "formats are added again, in their order",
        ["Merge.CpuMerger"] = "made of the streams' times",
        ["Merge.CpuMerger+Head"] = "made of the streams' times",
        ["TraceDat.CpuStream.PeakNs"] = "lanes only",
        ["TraceDat.CpuStream.TimeNs"] = "made of the clock",
        ["TraceDat.PageSource.<HasGap>k__BackingField"] = "taken note of as soon as it is there",
        ["TraceDat.PageSource._buffer"] = "read again",
        ["TraceDat.RecordDecoder.<EndsAtEvent>k__BackingField"] = "lanes only",
        ["TraceDat.RecordDecoder.<FloorNs>k__BackingField"] = "lanes only",
        ["TraceDat.RecordDecoder.<ToldIds>k__BackingField"] = "lanes only",
        ["TraceDat.RecordDecoder.<UntoldId>k__BackingField"] = "lanes only",
        ["TraceDat.RecordTime"] = "lanes only",
        ["TraceDat.SourceSlot.Plan"] = "numbers are resolved again, in their order",
        ["TraceDat.SourceTable._ignorePatterns"] = "given when it is opened",
        ["TraceDat.TraceDatRecording.<RecordsPerBatch>k__BackingField"] = "whoever reads chooses it",
        ["TraceDat.TraceDatRecording._laneCount"] = "whoever reads chooses it",
        ["TraceDat.TraceDatRecording._bytesRead"] = "made of the sources' positions",
        ["TraceDat.TraceDatRecording._bytesReadBefore"] = "of the batch read last",
    };

    private static readonly HashSet<Type> GivenToReading =
    [
        typeof(InputFile), typeof(TraceDatLayout), typeof(TraceDatOptions), typeof(KernelAddresses),
        typeof(MappingTable), typeof(RecordingInfo), typeof(BlockBuffer), typeof(DataContext), typeof(DataTools),
        typeof(TimeConverter), typeof(FormatIndex), typeof(PlanCompiler), typeof(MapPlan),
        typeof(MarkerEvents), typeof(IAddressNames),
    ];

    [Fact]
    public void Every_field_of_a_place_in_a_trace_dat_is_saved()
    {
        var coverage = new FieldCoverage { Given = GivenToReading, PassesFixed = true };
        using TraceDatRecording recording = TraceDatRecording.Open(
            Path.Combine(Folders.Traces, "leak-pre", "trace.dat"), new TraceDatOptions());
        recording.NotePlaces();
        recording.Report.Add(LossSeverity.Note, "something", 1, "nothing", "it");
        for (int stop = 0; recording.TryReadBatch(out _); stop++)
        {
            if (stop % 4 == 0) coverage.Look(recording, () => StateCodec.Save(recording.Transfer));
        }
        coverage.Look(recording, () => StateCodec.Save(recording.Transfer));
        List<string> forgotten = coverage.Unproved();
        forgotten.RemoveAll(static field => WithoutPlace.ContainsKey(Short(field))
            || WithoutPlace.ContainsKey(Short(field)[..Short(field).LastIndexOf('.')]));
        Assert.True(forgotten.Count == 0, "not saved, or never used:\n" + string.Join("\n", forgotten));
        Assert.True(coverage.ProvedCount > 20, $"only {coverage.ProvedCount} fields were looked at");
    }

    private static string Short(string field)
    {
        string name = field.Replace("Replay.Core.", "", StringComparison.Ordinal).Replace("Replay.Formats.",
            "", StringComparison.Ordinal);
        int arguments = name.IndexOf("[[", StringComparison.Ordinal);
        return arguments < 0 ? name : name[..arguments] + name[(name.LastIndexOf(']') + 1)..];
    }
}
