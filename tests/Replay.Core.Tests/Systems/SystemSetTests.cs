using System;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.Systems;
using Xunit;

namespace Replay.Core.Tests.Systems;

public sealed class SystemSetTests
{
    [Fact]
    public void A_recording_without_events_of_a_system_has_none()
    {
        var replayer = new Replayer<Linux61, NoProbe>(new EventTables());
        replayer.Replay([new IrqEvent { Kind = EventKind.DeviceRaise, Irq = IrqEvent.NoIrq }]);
        replayer.Finish();
        Assert.Empty(replayer.Systems.Live);
        Assert.Equal(0, replayer.AppliedCount);
    }

    [Fact]
    public void Verdicts_do_not_depend_on_the_size_of_batches()
    {
        var tables = new EventTables();
        IrqEvent[] events = Story(tables);
        SystemReport whole = Replay(tables, events, events.Length), single = Replay(tables, events, 1);
        Assert.Equal(whole.Events, single.Events);
        Assert.Equal(whole.Interrupts, single.Interrupts);
        Assert.Equal(whole.States, single.States);
        EventVerdict verdict = Assert.Single(whole.Events);
        Assert.Equal("DELIVERED(1,0x41)", VerdictText.Describe(verdict));
        Assert.Equal(EndVerdict.Working, Assert.Single(whole.Interrupts).Verdict);
    }

    [Fact]
    public void Any_events_of_assigned_devices_stay_inside_a_bound()
    {
        var random = new Random(11);
        var tables = new EventTables();
        for (int i = 0; i < 40; i++) tables.Devices.Intern($"0000:0{i % 8}:00.{i / 8}");
        var replayer = new Replayer<Linux61, NoProbe>(tables);
        EventKind[] kinds =
        [
            EventKind.AerEvent, EventKind.AerAnswer, EventKind.GuestAerStep, EventKind.GuestAccess, EventKind.AerTimer,
            EventKind.VmRun, EventKind.DeviceRaise, EventKind.DeviceStep, EventKind.VfioHost, EventKind.VfioFunction,
            EventKind.VfioSetIrqs, EventKind.GuestMsixControl, EventKind.GuestMsixMessage, EventKind.GuestMsixMask,
            EventKind.VfioReset, EventKind.VfioResetReturn, EventKind.KvmRoute, EventKind.MsixTableRead,
            EventKind.PciSecondaryBusReset,
        ];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 30_000; i++)
        {
            ulong device = (ulong)(uint)random.Next(41), rest = (ulong)random.NextInt64() & 0x000F_00FF_00FF_0000;
            EventKind kind = kinds[random.Next(kinds.Length)];
            if (kind == EventKind.VfioFunction)
                rest = ((ulong)(uint)random.Next(41) << 16) + ((ulong)(uint)random.Next(4) << 48);
            replayer.Replay(
            [
                new IrqEvent
                {
                    TimeNs = (ulong)i * 1000, Kind = kind, Irq = IrqEvent.NoIrq, A = device + rest,
                    B = (ulong)(uint)random.Next(1, 40) + (device << 48) + ((ulong)(uint)random.Next(40) << 32),
                },
                new IrqEvent { Kind = EventKind.Extension },
            ]);
        }
        replayer.Finish();
        NamedSystem named = Assert.Single(replayer.Systems.Live);
        Assert.InRange(named.System.Report.States.Count, 1, SystemReport.RowsMax);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 512L << 20);
    }

    private static SystemReport Replay(EventTables tables, IrqEvent[] events, int size)
    {
        var replayer = new Replayer<Linux61, NoProbe>(tables);
        for (int i = 0; i < events.Length; i += size)
            replayer.Replay(events.AsSpan(i, Math.Min(size, events.Length - i)));
        replayer.Finish();
        return Assert.Single(replayer.Systems.Live).System.Report;
    }

    /// <summary>One function of one machine, one vector in use, one event of the device.</summary>
    private static IrqEvent[] Story(EventTables tables)
    {
        ulong device = (uint)tables.Devices.Intern("0000:03:00.0"), port = (uint)tables.Devices.Intern("0000:00:01.0");
        ulong owner = (uint)tables.Names.Intern("vm1");
        return
        [
            Event(EventKind.VfioFunction, device | port << 16 | owner << 32 | 1UL << 48, 1),
            Event(EventKind.GuestMsixControl, device | 1 << 16, 0),
            Event(EventKind.GuestMsixMessage, 0xFEE0_1000, device << 48 | 0x41),
            Event(EventKind.GuestMsixMask, device, 0),
            Event(EventKind.DeviceRaise, device, 0),
        ];
    }

    private static IrqEvent Event(EventKind kind, ulong a, ulong b) =>
        new() { Kind = kind, Irq = IrqEvent.NoIrq, A = a, B = b };
}
