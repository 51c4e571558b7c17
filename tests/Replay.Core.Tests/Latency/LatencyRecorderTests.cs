using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using Replay.Core.Events;
using Replay.Core.Latency;
using Replay.Core.Statistics;
using Replay.Formats.Tests;
using Xunit;

namespace Replay.Core.Tests.Latency;

public sealed class LatencyRecorderTests
{
    private readonly EventTables _tables = new();
    private readonly List<IrqEvent> _events = [];

    [Fact]
    public void A_handler_is_measured_from_entry_to_exit_on_its_own_CPU()
    {
        ulong name = (ulong)_tables.Names.Intern("eth0");
        Add(EventKind.HandlerEntry, 100, irq: 24, cpu: 0, a: name);
        Add(EventKind.HandlerEntry, 110, irq: 25, cpu: 1, a: name);
        Add(EventKind.HandlerExit, 150, irq: 24, cpu: 0);
        Add(EventKind.HandlerExit, 190, irq: 25, cpu: 1);
        Add(EventKind.HandlerExit, 300, irq: 24, cpu: 1); // Its entry was not recorded.
        LatencyRow row = Only(LatencyMeasure.Handler);
        Assert.Equal((2, 80UL, 3L, "eth0"),
            (row.Series.Histogram.Count, row.Series.Max, row.Series.MaxEvent, row.Subject));
    }

    [Fact]
    public void A_shared_interrupt_arrives_once_however_many_handlers_it_has()
    {
        ulong first = (ulong)_tables.Names.Intern("usb1"), second = (ulong)_tables.Names.Intern("usb2");
        for (ulong i = 0; i < 3; i++)
        {
            Add(EventKind.HandlerEntry, 100 + (i * 1000), irq: 24, a: first);
            Add(EventKind.HandlerExit, 110 + (i * 1000), irq: 24);
            Add(EventKind.HandlerEntry, 120 + (i * 1000), irq: 24, a: second);
            Add(EventKind.HandlerExit, 140 + (i * 1000), irq: 24);
        }
        LatencyRow gap = Only(LatencyMeasure.Gap), handler = Only(LatencyMeasure.Handler);
        Assert.Equal((2, 1000UL), (gap.Series.Histogram.Count, gap.Series.Max));
        Assert.Equal((6, 20UL, "usb1"), (handler.Series.Histogram.Count, handler.Series.Max, handler.Subject));
    }

    [Fact]
    public void A_move_is_measured_to_its_vector_to_its_first_arrival_and_to_the_end_of_the_old_one()
    {
        Add(EventKind.IrqSetAffinity, 1000, irq: 24);
        Add(EventKind.ApicSetAffinity, 1010, irq: 24);
        Add(EventKind.VectorUpdate, 1020, irq: 24, vector: 40, a: Place(cpu: 3, prevCpu: 1, prevVector: 35));
        Add(EventKind.VectorConfig, 1030, irq: 24, vector: 40, a: 3);
        Add(EventKind.ApicSetAffinityReturn, 1040);
        Add(EventKind.HandlerEntry, 1500, irq: 24, cpu: 1); // Still in flight to the old place.
        Add(EventKind.HandlerEntry, 1800, irq: 24, cpu: 3);
        Add(EventKind.FreeMovedVector, 2020, irq: 24, cpu: 1);
        Add(EventKind.VectorFreeMoved, 2025, irq: 24, cpu: 1, vector: 35); // The same, recorded twice.
        Assert.Equal(30UL, Only(LatencyMeasure.AffinityApplied).Series.Max);
        Assert.Equal(800UL, Only(LatencyMeasure.AffinityArrival).Series.Max);
        LatencyRow old = Only(LatencyMeasure.OldVector);
        Assert.Equal((1, 1000UL), (old.Series.Histogram.Count, old.Series.Max));
    }

    /// <summary>
    /// The CPU that it has suits the mask: nothing is applied, and a later vector belongs to something else.
    /// </summary>
    [Fact]
    public void An_affinity_that_changes_nothing_is_not_measured()
    {
        Add(EventKind.IrqSetAffinity, 1000, irq: 24);
        Add(EventKind.ApicSetAffinity, 1010, irq: 24);
        Add(EventKind.ApicSetAffinityReturn, 1040);
        Add(EventKind.VectorConfig, 9000, irq: 24, vector: 40, a: 3);
        Assert.Empty(Rows(LatencyMeasure.AffinityApplied));
    }

    [Fact]
    public void Invalidations_are_those_of_the_interrupt_entry_cache_on_the_CPU_that_moves()
    {
        Add(EventKind.IrSetAffinity, 10, irq: 24, cpu: 2);
        Add(EventKind.QiSubmit, 11, cpu: 2, a: 0x0000_0001_0000_0014);
        Add(EventKind.QiSubmit, 12, cpu: 2, a: 0x14);
        Add(EventKind.QiSubmit, 13, cpu: 2, a: 0x300E2); // IOTLB.
        Add(EventKind.QiSubmit, 14, cpu: 1, a: 0x14);
        Add(EventKind.IrSetAffinity, 20, irq: 25, cpu: 2);
        LatencyRow row = Only(LatencyMeasure.Invalidations);
        Assert.Equal((1, 2UL), (row.Series.Histogram.Count, row.Series.Max));
    }

    [Fact]
    public void A_mask_until_the_next_start_keeps_nobody_waiting()
    {
        Add(EventKind.MsiMask, 10, irq: 24);
        Add(EventKind.MsiUnmask, 15, irq: 24);
        Add(EventKind.IrqShutdown, 20, irq: 24);
        Add(EventKind.MsiMask, 21, irq: 24);
        Add(EventKind.IrqStartup, 900, irq: 24);
        Add(EventKind.MsiUnmask, 901, irq: 24);
        LatencyRow row = Only(LatencyMeasure.Masked);
        Assert.Equal((1, 5UL), (row.Series.Histogram.Count, row.Series.Max));
    }

    [Fact]
    public void Requests_and_activations_end_when_the_interrupt_is_started()
    {
        Add(EventKind.VectorReserve, 5, irq: 24);
        Add(EventKind.VectorActivate, 6, irq: 24); // Early, by nobody's request.
        Add(EventKind.SetupIrq, 100, irq: 24);
        Add(EventKind.VectorActivate, 120, irq: 24);
        Add(EventKind.VectorAlloc, 125, irq: 24, vector: 40);
        Add(EventKind.IrqStartup, 150, irq: 24);
        Assert.Equal(50UL, Only(LatencyMeasure.Request).Series.Max);
        Assert.Equal(30UL, Only(LatencyMeasure.Activation).Series.Max);
        Assert.Equal(120UL, Only(LatencyMeasure.Reserved).Series.Max);
    }

    [Fact]
    public void A_CPU_on_its_way_down_is_measured_by_step_and_as_a_whole()
    {
        const int Offline = 0, Online = 240;
        Hotplug(EventKind.CpuhpEnter, 100, step: 200, low: Offline, name: "sched_cpu_deactivate");
        Hotplug(EventKind.CpuhpExit, 130, step: 200, low: 199);
        Hotplug(EventKind.CpuhpEnter, 140, step: 86, low: Offline, name: "takedown_cpu");
        Hotplug(EventKind.CpuhpExit, 190, step: 86, low: 85);
        Hotplug(EventKind.CpuhpEnter, 5000, step: 86, low: Online, name: "bringup_cpu");
        Hotplug(EventKind.CpuhpExit, 5060, step: 86, low: 87);
        Assert.Equal([("bringup_cpu", 60UL), ("sched_cpu_deactivate", 30UL), ("takedown_cpu", 50UL)],
            Named(LatencyMeasure.HotplugStep));
        Assert.Equal([("offline", 90UL), ("online", 60UL)], Named(LatencyMeasure.HotplugWhole));
    }

    [Fact]
    public void Phases_of_suspend_devices_and_resets_are_measured_by_name()
    {
        ulong action = (ulong)_tables.Names.Intern("dpm_suspend"),
            device = (ulong)_tables.Devices.Intern("0000:00:03.0");
        Add(EventKind.SuspendResume, 10, a: action | 1 << 16);
        Add(EventKind.DevicePmStart, 12, a: device);
        Add(EventKind.DevicePmEnd, 32, a: device);
        Add(EventKind.SuspendResume, 50, a: action);
        Add(EventKind.PciResetFunction, 100, a: device);
        Add(EventKind.PcieFlr, 110, a: device);
        Add(EventKind.PciRestoreState, 300, a: device);
        Assert.Equal([("dpm_suspend", 40UL)], Named(LatencyMeasure.PowerPhase));
        Assert.Equal([("0000:00:03.0", 20UL)], Named(LatencyMeasure.DevicePower));
        Assert.Equal([("0000:00:03.0", 200UL)], Named(LatencyMeasure.Reset));
    }

    [Fact]
    public void A_vector_pends_from_its_first_message_until_it_is_serviced()
    {
        Add(EventKind.LapicAccept, 10, vector: 40, a: 2);
        Add(EventKind.LapicAccept, 20, vector: 40, a: 2);
        Add(EventKind.LapicService, 35, vector: 40, a: 2);
        Add(EventKind.LapicService, 99, vector: 40, a: 2);
        LatencyRow row = Only(LatencyMeasure.Pending);
        Assert.Equal((1, 25UL), (row.Series.Histogram.Count, row.Series.Max));
    }

    [Fact]
    public void What_is_open_when_records_are_lost_is_not_measured()
    {
        Add(EventKind.HandlerEntry, 100, irq: 24);
        Add(EventKind.MsiMask, 100, irq: 24);
        Add(EventKind.Loss, 110);
        Add(EventKind.HandlerExit, 150, irq: 24);
        Add(EventKind.MsiUnmask, 150, irq: 24);
        LatencyReport report = Report();
        Assert.Empty(report.Rows);
        Assert.Equal(1, report.Losses);
    }

    [Fact]
    public void A_clock_that_goes_back_measures_nothing()
    {
        Add(EventKind.HandlerEntry, 100, irq: 24);
        Add(EventKind.HandlerExit, 90, irq: 24);
        Assert.Empty(Report().Rows);
    }

    [Fact]
    public void Markers_that_differ_in_numbers_are_one_phase()
    {
        foreach (string mark in new[] { "MARK 3 round 1 begin", "MARK 4 round 12 begin", "end" })
        {
            Mark(mark);
            Add(EventKind.HandlerEntry, 100, irq: 24);
            Add(EventKind.HandlerExit, 150, irq: 24);
        }
        Assert.Equal(["end", "round # begin"], Rows(LatencyMeasure.Handler).ConvertAll(static row => row.Phase));
    }

    [Fact]
    public void Only_the_interrupt_that_got_slower_is_named()
    {
        LatencyReport before = Workload(seed: 1, slower: -1), same = Workload(seed: 2, slower: -1),
            after = Workload(seed: 3, slower: 26);
        var thresholds = new Thresholds(0.01, 0.1);
        Assert.False(LatencyComparison.Of(before, same, thresholds).IsRegression);
        LatencyComparison comparison = LatencyComparison.Of(before, after, thresholds);
        var slower = new List<string>();
        foreach (LatencyDifference row in comparison.Rows)
        {
            if (row.IsRegression && row.Now.Subject.Length > 0) slower.Add(row.Now.Subject);
        }
        Assert.Equal(["irq 26"], slower);
        Assert.True(comparison.IsRegression);
    }

    /// <summary>Any bytes at all as events: no exception, and memory that does not grow with them.</summary>
    [Fact]
    public void Any_events_are_borne()
    {
        var random = new Random(99);
        var recorder = new LatencyRecorder(_tables);
        var events = new IrqEvent[4096];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < 50; round++)
        {
            random.NextBytes(MemoryMarshal.AsBytes(events.AsSpan()));
            if (round % 2 == 0)
            {
                foreach (ref IrqEvent e in events.AsSpan()) e.Irq &= 0x1F;
            }
            recorder.Observe(events);
        }
        recorder.Finish();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400L << 20);
    }

    [Fact]
    public void A_warm_recorder_allocates_nothing()
    {
        for (int i = 0; i < 1000; i++)
        {
            Add(EventKind.HandlerEntry, (ulong)(i * 1000), irq: (uint)(24 + (i % 8)));
            Add(EventKind.HandlerExit, (ulong)((i * 1000) + (i % 97)), irq: (uint)(24 + (i % 8)));
        }
        var recorder = new LatencyRecorder(_tables);
        IrqEvent[] events = [.. _events];
        recorder.Observe(events);
        recorder.Observe(events);
        Assert.Equal(0, AllocatedBytes.LeastOf(() => recorder.Observe(events)));
    }

    private LatencyReport Workload(int seed, int slower)
    {
        var random = new Random(seed);
        var recorder = new LatencyRecorder(_tables);
        var events = new IrqEvent[2];
        for (int i = 0; i < 8000; i++)
        {
            uint irq = (uint)(24 + random.Next(4));
            double ns = 5000 * Math.Exp(random.NextDouble()) * (irq == slower ? 1.4 : 1);
            events[0] = new IrqEvent { Kind = EventKind.HandlerEntry, TimeNs = (ulong)(i * 100_000) + 1, Irq = irq };
            events[1] = new IrqEvent { Kind = EventKind.HandlerExit, TimeNs = events[0].TimeNs + (ulong)ns, Irq = irq };
            recorder.Observe(events);
        }
        return recorder.Finish();
    }

    private LatencyReport Report()
    {
        var recorder = new LatencyRecorder(_tables);
        recorder.Observe(CollectionsMarshal.AsSpan(_events));
        return recorder.Finish();
    }

    private List<LatencyRow> Rows(LatencyMeasure measure)
    {
        var rows = new List<LatencyRow>();
        foreach (LatencyRow row in Report().Rows)
        {
            if (row.Measure.Measure == measure) rows.Add(row);
        }
        return rows;
    }

    private LatencyRow Only(LatencyMeasure measure) =>
        Assert.Single(Report().Group(bySubject: false, byPhase: false), row => row.Measure.Measure == measure) with
        {
            Subject = Rows(measure)[0].Subject,
        };

    private List<(string, ulong)> Named(LatencyMeasure measure) =>
        Rows(measure).ConvertAll(static row => (row.Subject, row.Series.Max));

    private void Mark(string text)
    {
        var records = new IrqEvent[EventText.RecordCount(EventText.LengthMax)];
        records[0] = new IrqEvent { Kind = EventKind.Mark };
        _events.AddRange(records[..EventText.Write(Encoding.UTF8.GetBytes(text), records)]);
    }

    private void Hotplug(EventKind kind, ulong timeNs, int step, int low, string name = "")
    {
        ulong high = kind == EventKind.CpuhpEnter ? (ulong)_tables.Names.Intern(name) : 0;
        Add(kind, timeNs, a: 3 | (ulong)step << 32, b: (uint)low | high << 32);
    }

    private static ulong Place(ushort cpu, ushort prevCpu, byte prevVector) =>
        cpu | (ulong)prevCpu << 16 | (ulong)prevVector << 32;

    private void Add(EventKind kind, ulong timeNs, uint irq = IrqEvent.NoIrq, ushort cpu = 0, byte vector = 0,
        ulong a = 0, ulong b = 0) =>
        _events.Add(new IrqEvent { Kind = kind, TimeNs = timeNs, Irq = irq, Cpu = cpu, Vector = vector, A = a, B = b });
}
