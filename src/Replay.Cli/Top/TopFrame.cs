using System;
using System.Collections.Generic;
using Replay.Core.Findings;
using Replay.Core.Live;

namespace Replay.Cli.Top;

/// <summary>What does not change from frame to frame.</summary>
/// <param name="File">The recording as the user named it.</param>
/// <param name="Format">Its format; empty until it is known.</param>
/// <param name="Kernel">Its kernel; empty when not known.</param>
/// <param name="NeedsWhole">Nothing can be replayed before all of it is there.</param>
internal sealed record TopSource(string File, string Format, string Kernel, bool NeedsWhole = false);

/// <summary>How far the view is.</summary>
internal enum TopPhase
{
    /// <summary>No event yet.</summary>
    Waiting,
    Running,

    /// <summary>The last frame: rates are those of the whole recording.</summary>
    Ended,
}

/// <summary>One CPU of a frame.</summary>
/// <param name="Cpu">Number.</param>
/// <param name="Online">Online; null when not known.</param>
/// <param name="InUse">Device vectors in use.</param>
/// <param name="Available">Vectors that can still be taken; null when not known.</param>
/// <param name="Managed">Vectors set aside for managed use; null when not known.</param>
/// <param name="PerSecond">Arrivals a second of trace time; null while no time has passed.</param>
internal sealed record TopCpu(int Cpu, bool? Online, uint InUse, uint? Available, uint? Managed, double? PerSecond);

/// <summary>One interrupt of a frame.</summary>
/// <param name="Irq">As the snapshot has it.</param>
/// <param name="PerSecond">Arrivals a second of trace time; null while no time has passed.</param>
internal sealed record TopIrq(LiveIrq Irq, double? PerSecond);

/// <summary>One picture of the running machine, ready to be printed in any format.</summary>
internal sealed record TopFrame
{
    public required TopSource Source { get; init; }

    /// <summary>Counted from 1.</summary>
    public required int Number { get; init; }

    public required TopPhase Phase { get; init; }

    /// <summary>There is something to show: a machine, if one without an event.</summary>
    public bool HasView { get; init; }

    /// <summary>Bytes that came through a pipe; null for a file.</summary>
    public long? BytesReceived { get; init; }

    /// <summary>Part of the file that was read; null for a pipe.</summary>
    public double? Part { get; init; }

    public long Events { get; init; }

    /// <summary>Events a second of wall time since the frame before; of the last frame since the start.</summary>
    public double EventsPerSecond { get; init; }

    public ulong TimeNs { get; init; }

    public long LostRecords { get; init; }

    public bool HasDataLoss { get; init; }

    public long Delivered { get; init; }

    public double? DeliveredPerSecond { get; init; }

    public long Spurious { get; init; }

    public long Lost { get; init; }

    /// <summary>Interrupts that hold a reservation; null when not known.</summary>
    public uint? Reserved { get; init; }

    public int RemapEntries { get; init; }

    public int RemapPresent { get; init; }

    public IReadOnlyList<TopCpu> Cpus { get; init; } = [];

    /// <summary>Busiest first.</summary>
    public IReadOnlyList<TopIrq> Irqs { get; init; } = [];

    public long FindingCount { get; init; }

    /// <summary>
    /// Those kept with their text, in the order in which they showed; the snapshot's, valid until
    /// the next one is taken.
    /// </summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    public int FindingsKept { get; init; }

    /// <summary>Index of the first finding that the frame before did not have.</summary>
    public int FirstNewFinding { get; init; }
}

/// <summary>Makes frames: a snapshot beside the one before it gives rates.</summary>
internal sealed class TopFrames
{
    private readonly Dictionary<int, ulong> _irqBefore = [];
    private ulong[] _cpuBefore = [];
    private ulong _timeBeforeNs;
    private long _eventsBefore;
    private long _deliveredBefore;
    private int _findingsBefore;
    private TimeSpan _wallBefore;
    private bool _hasBefore;
    private int _number;

    /// <summary>The next frame.</summary>
    /// <param name="source">What is shown.</param>
    /// <param name="view">The newest snapshot; null before the first one.</param>
    /// <param name="phase">Whether it is the last frame.</param>
    /// <param name="wall">Time since the start.</param>
    /// <param name="bytesReceived">Bytes that came through a pipe; null for a file.</param>
    public TopFrame Make(TopSource source, TopView? view, TopPhase phase, TimeSpan wall, long? bytesReceived)
    {
        _number++;
        if (view is null)
            return new TopFrame { Source = source, Number = _number, Phase = phase, BytesReceived = bytesReceived };
        MachineSnapshot machine = view.Machine;
        bool whole = phase == TopPhase.Ended || !_hasBefore;
        ulong fromNs = whole ? view.FirstTimeNs : _timeBeforeNs;
        double? seconds = machine.TimeNs > fromNs ? (machine.TimeNs - fromNs) / 1e9 : null;
        double wallSeconds = (wall - (whole ? TimeSpan.Zero : _wallBefore)).TotalSeconds;
        long events = machine.EventCount - (whole ? 0 : _eventsBefore);
        var frame = new TopFrame
        {
            Source = source,
            Number = _number,
            Phase = phase,
            HasView = true,
            BytesReceived = bytesReceived,
            Part = bytesReceived is null ? view.Part : null,
            Events = machine.EventCount,
            EventsPerSecond = wallSeconds > 0 ? events / wallSeconds : 0,
            TimeNs = machine.TimeNs,
            LostRecords = view.LostRecords,
            HasDataLoss = view.HasDataLoss,
            Delivered = machine.Delivered,
            DeliveredPerSecond = (machine.Delivered - (whole ? 0 : _deliveredBefore)) / seconds,
            Spurious = machine.Spurious,
            Lost = machine.Lost,
            Reserved = machine.Reserved,
            RemapEntries = machine.Remap.Length,
            RemapPresent = CountPresent(machine.Remap),
            Cpus = MakeCpus(machine, whole, seconds),
            Irqs = MakeIrqs(machine, whole, seconds),
            FindingCount = machine.FindingCount,
            Findings = machine.Findings,
            FindingsKept = machine.Findings.Count,
            FirstNewFinding = _findingsBefore,
        };
        _timeBeforeNs = machine.TimeNs;
        _eventsBefore = machine.EventCount;
        _deliveredBefore = machine.Delivered;
        _findingsBefore = machine.Findings.Count;
        _wallBefore = wall;
        _hasBefore = true;
        return frame;
    }

    private List<TopCpu> MakeCpus(MachineSnapshot machine, bool whole, double? seconds)
    {
        if (_cpuBefore.Length < machine.Cpus.Length) Array.Resize(ref _cpuBefore, machine.Cpus.Length);
        var cpus = new List<TopCpu>(machine.Cpus.Length);
        foreach (ref readonly LiveCpu cpu in machine.Cpus)
        {
            ulong grown = Grown(cpu.Delivered, whole ? 0 : _cpuBefore[cpu.Cpu]);
            _cpuBefore[cpu.Cpu] = cpu.Delivered;
            cpus.Add(new TopCpu(cpu.Cpu, cpu.Online switch
            {
                Core.State.Online.Yes => true,
                Core.State.Online.No => false,
                _ => null,
            }, cpu.InUse, cpu.BooksKnown ? cpu.Available : null, cpu.BooksKnown ? cpu.Managed : null, grown / seconds));
        }
        return cpus;
    }

    private List<TopIrq> MakeIrqs(MachineSnapshot machine, bool whole, double? seconds)
    {
        var irqs = new List<TopIrq>(machine.Irqs.Length);
        foreach (ref readonly LiveIrq irq in machine.Irqs)
        {
            ulong before = whole ? 0 : _irqBefore.GetValueOrDefault(irq.Irq);
            _irqBefore[irq.Irq] = irq.Delivered;
            irqs.Add(new TopIrq(irq, Grown(irq.Delivered, before) / seconds));
        }
        irqs.Sort(static (a, b) =>
        {
            int order = (b.PerSecond ?? 0).CompareTo(a.PerSecond ?? 0);
            if (order == 0) order = b.Irq.Delivered.CompareTo(a.Irq.Delivered);
            return order != 0 ? order : a.Irq.Irq.CompareTo(b.Irq.Irq);
        });
        return irqs;
    }

    /// <summary>A count that fell was begun anew: its interrupt was freed and set up again.</summary>
    private static ulong Grown(ulong now, ulong before) => now >= before ? now - before : now;

    private static int CountPresent(ReadOnlySpan<LiveIrte> entries)
    {
        int count = 0;
        foreach (ref readonly LiveIrte entry in entries) count += (int)(entry.Lo & 1);
        return count;
    }
}
