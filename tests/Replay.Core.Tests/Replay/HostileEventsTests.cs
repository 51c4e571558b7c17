using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.History;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Core.Verify;
using Replay.Core.WhatIf;
using Xunit;
using Xunit.Abstractions;

namespace Replay.Core.Tests.Replay;

/// <summary>
/// Any events at all, as a hostile native file may hold them: every kind, operands that look right and operands that
/// cannot be. The machine takes them without an exception, its books still add up, and its memory stays bounded.
/// </summary>
public sealed class HostileEventsTests(ITestOutputHelper output)
{
    private const long AllocatedBytesMax = 512L << 20;

    [Theory]
    [InlineData(1, 20_000)]
    [InlineData(2, 20_000)]
    [InlineData(3, 20_000)]
    [InlineData(4, 20_000)]
    public void Random_events_never_break_the_machines_books(int seed, int count)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var replayer = new Replayer<Linux61, ParanoidProbe>(Tables());
        List<IrqEvent> batch = [];
        // Small numbers meet each other; wild ones go past every table. The probe looks at every
        // irq, so most are small.
        for (int i = 0; i < count; i++) AddEvent(batch, random, wild: random.Next(2000) == 0);
        replayer.Replay(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch));
        replayer.Finish();
        Assert.Equal(count, replayer.EventCount);
        Report(replayer);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_events_never_break_a_history(int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var historian = new Historian(
            HistorySubject.OfIrq(7), HistorySubject.OfIrq(24), HistorySubject.OfVector(1, 33),
            HistorySubject.OfVector(3, 200),
            HistorySubject.OfIrte(5), HistorySubject.OfIrte(3, 0x18), HistorySubject.OfMsix("0000:00:03.0", 1));
        var replayer = new Replayer<Linux61, HistoryProbe>(Tables(), probe: new HistoryProbe(historian));
        List<IrqEvent> batch = [];
        for (int i = 0; i < 100_000; i++) AddEvent(batch, random, wild: random.Next(500) == 0);
        replayer.Replay(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch));
        replayer.Finish();
        historian.Finish();
        ReplayReport report = ReplayReporter.Build(
            replayer.Machine, replayer.Findings, replayer.EventCount, replayer.AppliedCount, 0);
        for (int subject = 0; subject < 7; subject++)
        {
            HistoryReport history = historian.Report(subject);
            Assert.InRange(history.Entries.Count, 0, HistoryLog.EntriesMax);
            Assert.Equal(history.Seen, history.Now is not null);
        }
        for (int subject = 0; subject < 2; subject++)
        {
            WhyReport why = WhyReporter.Build(historian, subject, report.Findings)!;
            Assert.NotEqual("", why.Sentence);
            Assert.InRange(why.Chain.Count, 1, 17);
        }
    }

    [Theory]
    [InlineData(1, 300)]
    [InlineData(2, 300)]
    [InlineData(3, 20)]
    public void Random_events_never_break_the_verifier(int seed, int wildEvery)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var verifier = new Verifier<Linux61>(Tables());
        long before = GC.GetAllocatedBytesForCurrentThread();
        List<IrqEvent> batch = [];
        for (int i = 0; i < 50_000; i++) AddEvent(batch, random, wild: random.Next(wildEvery) == 0);
        verifier.Verify(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch));
        verifier.Finish();
        Assert.Equal(50_000, verifier.EventCount);
        VerifyTally tally = verifier.Tally;
        Assert.Equal(tally.Decisions, tally.Agreed + tally.Undetermined + tally.Disagreed);
        Assert.InRange(tally.Disagreements.Count, 0, VerifyTally.KeptMax);

        // Random losses, and CPUs that show first in the middle, leave what differs open.
        Assert.True(tally.Disagreed + tally.Undetermined > 1000);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocatedBytesMax);
    }

    [Theory]
    [InlineData(1, "vector.reservation=off", 300)]
    [InlineData(2, "ir.host=off", 300)]
    [InlineData(3, "ir.host=on", 300)]
    [InlineData(4, "cpu.forceCompleteFirst=no", 300)]
    [InlineData(5, "vector.cleanup=timer", 300)]
    [InlineData(6, "cpu.offlineEnospcRetry=yes", 20)]
    [InlineData(7, "vector.windowEnd=postedMsi", 20)]
    public void Random_events_never_break_a_kernel_under_other_rules(int seed, string with, int wildEvery)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        RuleChoice recorded = RuleChoice.For("linux-6.1");
        var guided = new GuidedKernel(WhatIfRules.From(recorded.With(with), recorded, static _ => true));
        var replayer = new Replayer<Linux61, WhatIfProbe>(Tables(), probe: new WhatIfProbe(guided));
        long before = GC.GetAllocatedBytesForCurrentThread();
        List<IrqEvent> batch = [];
        for (int i = 0; i < 100_000; i++) AddEvent(batch, random, wild: random.Next(wildEvery) == 0, modelled: false);
        replayer.Replay(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch));
        replayer.Finish();
        WhatIfReport report = guided.Report();
        StateReport recordedState = StateReporter.Build(replayer.Machine, "end");
        Assert.NotNull(WhatIfView.Apply(recordedState, report));
        ReplayReport whole = ReplayReporter.Build(replayer.Machine, replayer.Findings,
            replayer.EventCount, replayer.AppliedCount, 0);
        Assert.Equal(report.IsAsRecorded, whole.Digest == WhatIfView.Apply(whole, report, guided.Findings).Digest);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocatedBytesMax);
    }

    [Fact]
    public void A_thing_that_changes_without_end_keeps_its_newest_changes()
    {
        var historian = new Historian(HistorySubject.OfIrq(7));
        var replayer = new Replayer<Linux61, HistoryProbe>(Tables(), probe: new HistoryProbe(historian));
        const int Changes = HistoryLog.EntriesMax + 100;
        for (uint i = 0; i < Changes; i++)
            replayer.Replay([new IrqEvent { TimeNs = i, Kind = EventKind.IrqSetAffinity, Irq = 7, A = 1 + (i & 1) }]);
        historian.Finish();
        HistoryReport history = historian.Report(0);
        Assert.Equal(100, history.Dropped);
        Assert.Equal(HistoryLog.EntriesMax, history.Entries.Count);
        Assert.Equal((100, Changes - 1), (history.Entries[0].Event, history.Entries[^1].Event));
    }

    [Fact]
    public void Wild_numbers_stay_inside_a_bound_of_memory()
    {
        var random = new Random(7);
        var replayer = new Replayer<Linux61, NoProbe>(Tables());
        long before = GC.GetAllocatedBytesForCurrentThread();
        List<IrqEvent> batch = [];
        for (int i = 0; i < 20_000; i++)
        {
            batch.Clear();
            AddEvent(batch, random, wild: true);
            replayer.Replay(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(batch));
        }
        replayer.Finish();
        Report(replayer);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{allocated} bytes allocated, {GC.GetTotalMemory(false)} live");
        Assert.InRange(allocated, 0, AllocatedBytesMax);
    }

    [Theory]
    [InlineData(EventKind.HandlerEntry)]
    [InlineData(EventKind.VectorUpdate)]
    [InlineData(EventKind.IrqStartup)]
    public void Every_irq_on_every_cpu_stays_inside_a_bound_of_memory(EventKind kind)
    {
        var replayer = new Replayer<Linux61, NoProbe>(Tables());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (uint i = 0; i < 1 << 18; i += 257)
        {
            replayer.Replay([new IrqEvent { TimeNs = i, Kind = kind, Irq = i, Cpu = (ushort)(i * 31), A = i }]);
        }
        replayer.Finish();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocatedBytesMax);
    }

    [Fact]
    public void Every_entry_of_every_device_stays_inside_a_bound_of_memory()
    {
        var replayer = new Replayer<Linux61, NoProbe>(Tables());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong device = 1; device <= ushort.MaxValue; device++)
        {
            replayer.Replay([new IrqEvent
            {
                TimeNs = device,
                Kind = EventKind.MsiWrite,
                Irq = 40,
                A = 1,
                B = (device << 48) | (2047UL << 32),
            }]);
        }
        for (uint device = 0; device <= ushort.MaxValue; device++)
        {
            replayer.Replay(
                [new IrqEvent { TimeNs = device, Kind = EventKind.IrteWriteAmd, Irq = (device << 16) | 2047, A = 1 }]);
        }
        replayer.Finish();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocatedBytesMax);
    }

    private static void Report(Replayer<Linux61, ParanoidProbe> replayer)
    {
        _ = StateReporter.Build(replayer.Machine, "end");
        ReplayReport report = ReplayReporter.Build(
            replayer.Machine, replayer.Findings, replayer.EventCount, replayer.AppliedCount, 0);
        Assert.InRange(report.Findings.Count, 1, FindingTable.KeptPerCode * FindingCatalog.All.Count);
    }

    private static void Report(Replayer<Linux61, NoProbe> replayer) => _ = StateReporter.Build(replayer.Machine, "end");

    private static EventTables Tables()
    {
        var tables = new EventTables();
        foreach (string name in new[] { "takedown_cpu", "machine_suspend", "thaw_processes", "eth0", "PCI-MSI" })
            tables.Names.Intern(name);
        foreach (string name in new[] { "0000:00:03.0", "0000:00:04.0" }) tables.Devices.Intern(name);
        return tables;
    }

    private static void AddEvent(List<IrqEvent> batch, Random random, bool wild, bool modelled = true)
    {
        var kind = (EventKind)random.Next(256);
        if (!modelled && kind >= EventKind.Machine)
            kind = (EventKind)random.Next((int)EventKind.VectorSetup, (int)EventKind.AckIrq);
        if (kind == EventKind.Extension) kind = EventKind.MatrixAlloc;
        var record = new IrqEvent { TimeNs = (ulong)batch.Count, Kind = kind, Cpu = (ushort)Number(random, wild, 4) };
        record.Irq = (uint)Number(random, wild, 48);
        record.Vector = (byte)random.Next(256);
        record.A = Operand(random, wild);
        record.B = Operand(random, wild);
        batch.Add(record);
        for (int extensions = random.Next(3); extensions > 0; extensions--)
        {
            batch.Add(new IrqEvent
            {
                TimeNs = record.TimeNs,
                Cpu = record.Cpu,
                Kind = EventKind.Extension,
                Irq = IrqEvent.NoIrq,
                A = Operand(random, wild),
                B = Operand(random, wild),
            });
        }
    }

    /// <summary>
    /// Four 16-bit fields, mostly small: CPU numbers, name indexes, counters and flags lie on such borders.
    /// </summary>
    private static ulong Operand(Random random, bool wild)
    {
        ulong value = 0;
        for (int field = 0; field < 4; field++)
            value = (value << 16) | (ushort)Number(random, wild, field == 1 ? 256 : 6);
        return value;
    }

    private static long Number(Random random, bool wild, int small) =>
        wild && random.Next(2) == 0 ? random.NextInt64(0, 1L << random.Next(1, 33)) : random.Next(small);
}
