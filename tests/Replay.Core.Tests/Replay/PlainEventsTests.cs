using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.State;
using Xunit;
using Xunit.Abstractions;

namespace Replay.Core.Tests.Replay;

/// <summary>
/// A replay without a probe takes most events along a straight line, one with a probe takes each on its own. Both must
/// come to the same machine after every batch, wherever the line is left.
/// </summary>
public sealed class PlainEventsTests(ITestOutputHelper output)
{
    private const int Cpus = 12; // More than the tables begin with.

    [Theory]
    [InlineData(21, 40)]
    [InlineData(22, 7)]
    [InlineData(23, 3)]
    [InlineData(24, 300)]
    public void Straight_line_and_single_steps_agree_after_every_batch(int seed, int oddEvery)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var line = new Replayer<Linux61, NoProbe>(Tables());
        var steps = new Replayer<Linux61, LookingProbe>(Tables());
        IrqEvent[] events = Recording(random, 60_000, oddEvery);
        for (int at = 0; at < events.Length;)
        {
            int length = Math.Min(random.Next(10) == 0 ? random.Next(1, 2000) : random.Next(1, 8), events.Length - at);
            while (at + length < events.Length && events[at + length].Kind == EventKind.Extension) length++;
            line.Replay(events.AsSpan(at, length));
            steps.Replay(events.AsSpan(at, length));
            at += length;
            Compare(line, steps, $"after record {at}");
        }
        line.Finish();
        steps.Finish();
        Compare(line, steps, "at the end");
        Assert.InRange(line.Machine.Delivered, 1000, 60_000);
        Assert.InRange(line.Machine.Spurious, 1, 60_000);
        Assert.InRange(line.Machine.SystemInterrupts, 1000, 60_000);
    }

    [Fact]
    public void A_run_longer_than_the_counters_of_the_line_is_counted_in_full()
    {
        const int Events = PlainRule.CountMask + 1000;
        var events = new IrqEvent[Events];
        Array.Fill(events, new IrqEvent { Kind = EventKind.HandlerEntry, Irq = 30, A = 1 });
        var line = new Replayer<Linux61, NoProbe>(Tables());
        line.Replay(events);
        Assert.Equal(Events, line.Machine.Delivered);
        Assert.Equal(Events, line.AppliedCount);
        Assert.Equal((uint)Events, line.Machine.Irqs.Delivered(30, 0));
    }

    [Fact]
    public void An_interrupt_and_a_cpu_are_as_large_as_the_loop_takes_them_for()
    {
        Assert.Equal(IrqDesc.SizeBytes, System.Runtime.CompilerServices.Unsafe.SizeOf<IrqDesc>());
        Assert.Equal(CpuArrival.SizeBytes, System.Runtime.CompilerServices.Unsafe.SizeOf<CpuArrival>());
        Assert.Equal(PlainRule.SizeBytes, System.Runtime.CompilerServices.Unsafe.SizeOf<PlainRule>());
    }

    [Theory]
    [InlineData(EventKind.HandlerEntry, 3, 9, 0xABCD_0007)]
    [InlineData(EventKind.SystemExit, 0xFFFF, 0xFF, 0xFFFF)]
    public void The_arrival_word_is_cpu_kind_vector_and_name(EventKind kind, ushort cpu, byte vector, ulong a)
    {
        var record = new IrqEvent { Kind = kind, Cpu = cpu, Irq = 0x1234_5678, Vector = vector, A = a };
        Assert.Equal(
            IrqEvent.ArrivalWordOf(cpu, kind, (ushort)a) | (ulong)vector << 24 | (a >> 16) << 48, record.ArrivalWord);
    }

    [Fact]
    public void Arrivals_that_change_cpus_are_counted_where_they_were()
    {
        var line = new Replayer<Linux61, NoProbe>(Tables());
        line.Replay([.. new ushort[] { 0, 0, 5, 5, 5, 0, 11, 11 }.Select(static cpu =>
            new IrqEvent { Kind = EventKind.HandlerEntry, Cpu = cpu, Irq = 30, A = 1 })]);
        IrqTable irqs = line.Machine.Irqs;
        Assert.Equal((3u, 3u, 2u, 0u),
            (irqs.Delivered(30, 0), irqs.Delivered(30, 5), irqs.Delivered(30, 11), irqs.Delivered(30, 1)));
    }

    private static void Compare(Replayer<Linux61, NoProbe> line, Replayer<Linux61, LookingProbe> steps, string when)
    {
        Assert.True(StateHash.Compute(line.Machine) == StateHash.Compute(steps.Machine), when);
        Assert.Equal(steps.Machine.Delivered, line.Machine.Delivered);
        Assert.Equal(steps.Machine.SystemInterrupts, line.Machine.SystemInterrupts);
        Assert.Equal(steps.Machine.Spurious, line.Machine.Spurious);
        Assert.Equal((steps.EventCount, steps.AppliedCount, steps.TimeNs),
            (line.EventCount, line.AppliedCount, line.TimeNs));
        Assert.Equal(
            MemoryMarshal.Cast<CpuArrival, ulong>(steps.Machine.Cpus.Arrivals).ToArray(),
            MemoryMarshal.Cast<CpuArrival, ulong>(line.Machine.Cpus.Arrivals).ToArray());
        Assert.Equal(steps.Findings.Count, line.Findings.Count);
        Assert.Equal(Texts(steps.Findings), Texts(line.Findings));
    }

    private static List<string> Texts(FindingTable findings) =>
        [.. findings.Kept.Select(static finding =>
            $"{finding.Code} {finding.Event} {finding.Blame} {finding.Message}")];

    private static EventTables Tables()
    {
        var tables = new EventTables();
        foreach (string name in new[] { "eth0", "eth0-shared", "nvme0q1" }) tables.Names.Intern(name);
        return tables;
    }

    /// <summary>Arrivals in random order; what is odd about some of them is in <see cref="MakeOdd"/>.</summary>
    private static IrqEvent[] Recording(Random random, int count, int oddEvery)
    {
        var events = new List<IrqEvent>();
        var running = new uint[Cpus];
        while (events.Count < count)
        {
            ushort cpu = (ushort)random.Next(events.Count < count / 3 ? 4 : Cpus);
            var e = new IrqEvent { TimeNs = (ulong)events.Count * 10, Cpu = cpu, Irq = IrqEvent.NoIrq };
            if (running[cpu] != 0)
            {
                e.Kind = EventKind.HandlerExit;
                e.Irq = running[cpu];
                e.A = 1;
                running[cpu] = 0;
            }
            else if (random.Next(3) == 0)
            {
                e.Kind = random.Next(2) == 0 ? EventKind.SystemEntry : EventKind.SystemExit;
                e.Vector = 0xEC;
                e.A = 1;
            }
            else if (random.Next(6) == 0)
            {
                e.Kind = random.Next(2) == 0 ? EventKind.AckIrq : EventKind.FlowHandler;
                e.Irq = (uint)random.Next(1, 40);
            }
            else
            {
                e.Kind = EventKind.HandlerEntry;
                e.Irq = running[cpu] = (uint)random.Next(1, random.Next(50) == 0 ? 600 : 40);
                e.A = 1;
            }
            if (random.Next(oddEvery) == 0) MakeOdd(random, ref e);
            events.Add(e);
            for (int more = e.Kind is EventKind.QiSubmit or EventKind.MatrixAlloc ? 1
                : random.Next(2000) == 0 ? 1 : 0; more > 0; more--)
                events.Add(
                    new IrqEvent { TimeNs = e.TimeNs, Cpu = e.Cpu, Kind = EventKind.Extension, Irq = IrqEvent.NoIrq });
        }
        return [.. events];
    }

    private static void MakeOdd(Random random, ref IrqEvent e)
    {
        uint irq = (uint)random.Next(1, 40);
        ulong cpu = (ulong)random.Next(Cpus);
        switch (random.Next(16))
        {
            case 0: e.A = 0; break;
            case 1: e.A = (ulong)random.Next(1, 4); break;
            case 2: e.A = 0x1_0000_0000; break;
            case 3: e.Irq = irq; break;
            case 4: e.Irq = IrqEvent.NoIrq; break;
            case 5: e.Irq = IrqTable.IrqMax - (uint)random.Next(2); break;
            case 6: e.Cpu = random.Next(2) == 0 ? ushort.MaxValue : (ushort)random.Next(200); break;
            case 7: e.Vector = 0xFE; e.A = 3; break;
            case 8: e.Vector = 0xFF; e.A = (ulong)random.Next(4) << 8 | 2; break;
            case 9: Become(ref e, EventKind.VectorUpdate, irq, 40, cpu | cpu << 16 | 41UL << 32); break;
            case 10: Become(ref e, EventKind.VectorClear, irq, 40, cpu); break;
            case 11: Become(ref e, EventKind.VectorTeardown, irq, 0, 0); break;
            case 12: Become(ref e, EventKind.Loss, IrqEvent.NoIrq, 0, 3); break;
            case 13: Become(ref e, EventKind.FixupIrqs, IrqEvent.NoIrq, 0, 0); break;
            case 14: Become(ref e, EventKind.CpuhpExit, IrqEvent.NoIrq, 0, cpu); break;
            default: Become(ref e, EventKind.FreeIrq, irq, 0, 0); break;
        }
    }

    private static void Become(ref IrqEvent e, EventKind kind, uint irq, byte vector, ulong a)
    {
        e.Kind = kind;
        e.Irq = irq;
        e.Vector = vector;
        e.A = a;
    }

    /// <summary>Looks at the machine after each event, which takes each of them off the straight line.</summary>
    private readonly struct LookingProbe : IProbe
    {
        public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex) { }
    }
}
