using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.History;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>What every history of a real recording obeys, whatever happened in it.</summary>
public sealed class HistoryLawTests
{
    private const int IrqsMax = 1024;

    public static TheoryData<string> Recordings() => ["leak-pre/trace.dat", "hibernate/trace.dat"];

    public static TheoryData<string> Healthy() =>
        ["hotplug-ir", "hotplug-noir", "hotplug-612", "hibernate", "flr", "amd-iommu", "aer"];

    [Theory]
    [MemberData(nameof(Recordings))]
    public void A_history_has_no_gaps_and_counts_every_arrival(string trace)
    {
        Followed run = Follow(Path.Combine(Folders.Traces, trace), AllIrqs());
        int followed = 0;
        foreach (IrqRow row in run.State.Irqs)
        {
            HistoryReport history = run.Historian.Report((int)row.Irq);
            Assert.True(history.Seen);
            Assert.Equal(0, history.Dropped);
            bool freed = false;
            string? place = null, message = null;
            long arrived = 0, last = -1;
            foreach (HistoryEntry entry in history.Entries)
            {
                Assert.True(entry.Event >= last, $"irq {row.Irq}: event {entry.Event} after {last}");
                last = entry.Event;
                Assert.True(entry.Blame is null || entry.Blame <= entry.Event);
                if (entry.Change == HistoryChange.Delivered) arrived += entry.Count;
                if (entry.Change == HistoryChange.Place) place = Follows(place, entry);
                if (entry.Change == HistoryChange.Message && entry.From is not null) message = Follows(message, entry);
                else if (entry.Change == HistoryChange.Message) message = entry.To;
                if (entry.Change != HistoryChange.Existence || entry.To != "freed") continue;
                freed = true;
                place = message = null;
            }
            if (row is { Vector: { } vector, Cpu: { } cpu }) Assert.Equal($"vector {vector} on CPU {cpu}", place);
            if (freed) continue;
            long delivered = 0;
            foreach (long count in row.Delivered) delivered += count;
            Assert.Equal(delivered, arrived);
            followed++;
        }
        Assert.InRange(followed, 10, IrqsMax);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public void Being_watched_changes_nothing(string trace)
    {
        string path = Path.Combine(Folders.Traces, trace);
        ReplayReport alone = TraceReplay.Read(path).Replay<NoProbe>(4096).Report;
        ReplayReport watched = Follow(path, AllIrqs()).Report;
        Assert.Equal(alone.Digest, watched.Digest);
        Assert.Equal(alone.Findings, watched.Findings);
    }

    [Fact]
    public void Every_leaked_vector_ends_as_lost_after_a_move_and_an_offline()
    {
        string path = Path.Combine(Folders.Traces, "leak-pre/trace.dat");
        var leaks = new List<ReportFinding>();
        foreach (ReportFinding finding in TraceReplay.Read(path).Replay<NoProbe>(4096).Report.Findings)
        {
            if (finding.Code == FindingCatalog.IdOf(FindingCode.VectorLeak)) leaks.Add(finding);
        }
        Assert.Equal(220, leaks.Count);
        Historian historian = Follow(path, leaks.ConvertAll(
            static leak => HistorySubject.OfVector(leak.Cpu!.Value, (byte)leak.Vector!.Value)).ToArray()).Historian;
        for (int i = 0; i < leaks.Count; i++)
        {
            HistoryReport history = historian.Report(i);
            Assert.StartsWith($"lost by irq {leaks[i].Irq}: still allocated, owned by nobody",
                history.Now, StringComparison.Ordinal);
            List<HistoryEntry> changes = [.. history.Entries];
            changes.RemoveAll(static entry => entry.Change == HistoryChange.Delivered);
            HistoryEntry moved = changes[^3], offline = changes[^2], lost = changes[^1];
            Assert.StartsWith($"irq {leaks[i].Irq} moves away to vector ", moved.Text, StringComparison.Ordinal);
            Assert.Contains("affinity request for CPU ", moved.Reason, StringComparison.Ordinal);
            Assert.Equal(("online", "offline", $"CPU {leaks[i].Cpu} going down"),
                (offline.From, offline.To, offline.Reason));
            Assert.Equal((leaks[i].Event, $"irq {leaks[i].Irq}", "nobody", moved.Event),
                (lost.Event, lost.From, lost.To, lost.Blame));
        }
    }

    [Fact]
    public void No_interrupt_of_the_small_healthy_recording_is_called_faulty() =>
        CheckHealthy(Path.Combine(Folders.Traces, "hibernate"));

    [CaptureTheory]
    [MemberData(nameof(Healthy))]
    public void No_interrupt_of_a_healthy_machine_is_called_faulty(string capture) =>
        CheckHealthy(Path.Combine(Folders.Captures!, capture));

    private static void CheckHealthy(string folder)
    {
        Followed run = Follow(Path.Combine(folder, "trace.dat"), AllIrqs());
        int working = 0;
        foreach (IrqRow row in run.State.Irqs)
        {
            WhyReport why = WhyReporter.Build(run.Historian, (int)row.Irq, run.Report.Findings)!;
            Assert.True(why.Verdict is Verdict.Working or Verdict.Quiet or Verdict.NoVector or Verdict.ShutDown
                or Verdict.Freed, why.Sentence);
            Assert.All(why.Views, static view => Assert.NotEqual(false, view.Agrees));
            if (why.Verdict == Verdict.Working) working++;
        }
        Assert.InRange(working, 10, IrqsMax);
    }

    /// <summary>A change starts where the one before it ended.</summary>
    private static string? Follows(string? before, HistoryEntry entry)
    {
        if (entry.From is not null && before is not null)
            Assert.StartsWith(entry.From, before, StringComparison.Ordinal);
        return entry.To;
    }

    private static HistorySubject[] AllIrqs()
    {
        var subjects = new HistorySubject[IrqsMax];
        for (int irq = 0; irq < IrqsMax; irq++) subjects[irq] = HistorySubject.OfIrq(irq);
        return subjects;
    }

    private static Followed Follow(string path, HistorySubject[] subjects)
    {
        using Recording recording = TraceReplay.Open(path);
        var historian = new Historian(subjects);
        var replayer = new Replayer<Linux61, HistoryProbe>(recording.Tables, probe: new HistoryProbe(historian));
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        StateReport state = StateReporter.Build(replayer.Machine, "end");
        replayer.Finish();
        historian.Finish();
        return new Followed(historian, state, ReplayReporter.Build(
            replayer.Machine, replayer.Findings, replayer.EventCount, replayer.AppliedCount, 0));
    }

    private sealed record Followed(Historian Historian, StateReport State, ReplayReport Report);
}
