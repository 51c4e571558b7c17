using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.State;
using Xunit;

namespace Replay.Core.Tests.Replay;

/// <summary>What is known after records of one CPU are missing: what later records tell.</summary>
public sealed class MissingRecordsTests
{
    private const uint Irq = 30;
    private const ushort Device = 1;

    [Fact]
    public void After_a_loss_nothing_is_known_that_the_lost_records_may_have_changed()
    {
        Replayer<Linux61, NoProbe> replayer = Replayed(tellsLosses: true, [.. Told(0)]);
        ref IrqDesc before = ref replayer.Machine.Irqs[(int)Irq];
        Assert.True(before.Has(IrqFlags.AffinityKnown | IrqFlags.VectorKnown | IrqFlags.MessageKnown));
        Assert.True(replayer.Machine.Msix.Find(Device)![0].MessageKnown);
        replayer.Replay([Event(EventKind.Loss, cpu: 1, at: 50)]);
        ref IrqDesc desc = ref replayer.Machine.Irqs[(int)Irq];
        Assert.Equal(IrqFlags.Exists, desc.Flags);
        Assert.Equal(0, replayer.Machine.Msix.Find(Device)!.Count);
        Assert.Equal(0, replayer.Machine.Remap!.Used);
        Assert.Equal(VectorTable.Unknown, replayer.Machine.Slots[0, 40]);
        Assert.Equal(Online.Unknown, replayer.Machine.Cpus[0].Online);
        Assert.Equal(1u, replayer.Machine.Irqs.Delivered((int)Irq, 0));
        Assert.Equal(1, replayer.MissingCount);
        replayer.Replay([.. Told(60)]);
        Assert.True(replayer.Machine.Irqs[(int)Irq].Has(IrqFlags.AffinityKnown | IrqFlags.VectorKnown));
        Assert.Equal(Online.Yes, replayer.Machine.Cpus[0].Online);
    }

    /// <summary>
    /// A CPU whose first record comes late has worked unrecorded, unless losses are told: then it was idle.
    /// </summary>
    [Theory]
    [InlineData(false, 500, 1)]
    [InlineData(false, 20, 0)]
    [InlineData(true, 500, 0)]
    public void Data_that_begin_late_leave_nothing_known(bool tellsLosses, int before, int stretches)
    {
        List<IrqEvent> events = [.. Told(0)];
        for (int i = events.Count; i < before; i++) events.Add(Event(EventKind.SystemEntry, cpu: 0, at: 100));
        events.Add(Event(EventKind.SystemEntry, cpu: 1, at: 200));
        Replayer<Linux61, NoProbe> replayer = Replayed(tellsLosses, [.. events]);
        Assert.Equal(stretches, replayer.MissingCount);
        Assert.Equal(stretches == 0, replayer.Machine.Irqs[(int)Irq].Has(IrqFlags.VectorKnown));
    }

    /// <summary>
    /// In a long recording not even the first records count that came before a CPU's data began.
    /// </summary>
    [Fact]
    public void What_came_before_a_CPU_began_is_forgotten_when_the_recording_is_long()
    {
        List<IrqEvent> events = [.. Told(0), Event(EventKind.SystemEntry, cpu: 1, at: 50)];
        for (int i = events.Count; i < 300; i++) events.Add(Event(EventKind.SystemEntry, cpu: 0, at: 100));
        Replayer<Linux61, NoProbe> replayer = Replayed(tellsLosses: false, [.. events]);
        Assert.True(replayer.Machine.Irqs[(int)Irq].Has(IrqFlags.VectorKnown));
        replayer.Replay([Event(EventKind.SuspendResume, cpu: 0, at: 200)]);
        Assert.False(replayer.Machine.Irqs[(int)Irq].Has(IrqFlags.VectorKnown));
    }

    private static Replayer<Linux61, NoProbe> Replayed(bool tellsLosses, IrqEvent[] events)
    {
        var tables = new EventTables();
        tables.Names.Intern("eth0");
        tables.Devices.Intern("0000:03:00.0");
        var replayer = new Replayer<Linux61, NoProbe>(tables, tellsLosses: tellsLosses);
        replayer.Replay(events);
        return replayer;
    }

    /// <summary>CPU 0 tells of the interrupt's mask, place, message, remapping entry and of one arrival.</summary>
    private static IEnumerable<IrqEvent> Told(ulong at)
    {
        yield return Event(EventKind.IrqSetAffinity, cpu: 0, at, a: 1);
        yield return Event(EventKind.VectorConfig, cpu: 0, at + 1, a: 0, vector: 40);
        yield return Event(EventKind.MsiWrite, cpu: 0, at + 2, a: 0xFEE0_0000, b: (ulong)Device << 48 | 40);
        yield return Event(EventKind.IrteWrite, cpu: 0, at + 3, a: 0x28_0001);
        yield return Event(EventKind.HandlerEntry, cpu: 0, at + 4, a: 1);
    }

    private static IrqEvent Event(
        EventKind kind, ushort cpu, ulong at, ulong a = 0, ulong b = 0, byte vector = 0) =>
        new() { Kind = kind, Cpu = cpu, TimeNs = at, Irq = Irq, A = a, B = b, Vector = vector };
}
