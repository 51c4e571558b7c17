using System;
using System.Collections.Generic;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Live;

/// <summary>One CPU at the moment of a snapshot.</summary>
/// <param name="Cpu">Number.</param>
/// <param name="Online">Online state.</param>
/// <param name="BooksKnown">The three counters of the allocator are known.</param>
/// <param name="InUse">Device vectors in use: the allocator's count, else the slots known to hold an interrupt.</param>
/// <param name="Available">Ordinary vectors that can still be taken.</param>
/// <param name="Managed">Vectors set aside for managed use.</param>
/// <param name="Delivered">Handler runs of all interrupts that exist, since their set-up.</param>
public readonly record struct LiveCpu(
    int Cpu, Online Online, bool BooksKnown, uint InUse, uint Available, uint Managed, ulong Delivered);

/// <summary>One interrupt at the moment of a snapshot. Names are those of the tables, not copies.</summary>
/// <param name="Irq">Linux interrupt number.</param>
/// <param name="Flags">What is known, and what it is.</param>
/// <param name="Cpu">CPU that it is directed at, where <see cref="IrqFlags.CpuKnown"/>.</param>
/// <param name="Vector">Vector on that CPU, where <see cref="IrqFlags.VectorKnown"/>; 0 for none.</param>
/// <param name="Name">Name of its action; null when not known.</param>
/// <param name="Device">Device; empty when not known.</param>
/// <param name="Entry">Entry of the device's table; -1 when not known.</param>
/// <param name="Delivered">Handler runs on all CPUs since its set-up.</param>
public readonly record struct LiveIrq(
    int Irq, IrqFlags Flags, ushort Cpu, byte Vector, string? Name, string Device, int Entry, ulong Delivered);

/// <summary>One remapping entry at the moment of a snapshot: 128 bits as they were written, by one event.</summary>
/// <param name="Device">Requester whose AMD table has it; -1 for VT-d's table.</param>
/// <param name="Index">Place in the table.</param>
/// <param name="Lo">Low 64 bits.</param>
/// <param name="Hi">High 64 bits.</param>
/// <param name="WriteEvent">Event that wrote both.</param>
/// <param name="Irq">Interrupt that it belongs to; -1 when not known.</param>
public readonly record struct LiveIrte(int Device, int Index, ulong Lo, ulong Hi, long WriteEvent, int Irq);

/// <summary>
/// What a live view shows of a machine, copied where no event is half applied. A buffer of a
/// <see cref="SnapshotExchange{T}"/>: filled again and again, growing only with the machine.
/// </summary>
public sealed class MachineSnapshot
{
    private LiveCpu[] _cpus = new LiveCpu[8];
    private LiveIrq[] _irqs = new LiveIrq[64];
    private LiveIrte[] _remap = [];
    private ulong[] _deliveredOnCpu = new ulong[8];
    private readonly List<Finding> _findings = [];
    private int _withdrawals;
    private int _cpuCount;
    private int _irqCount;
    private int _remapCount;

    /// <summary>Events replayed.</summary>
    public long EventCount { get; private set; }

    /// <summary>Trace time of the last of them.</summary>
    public ulong TimeNs { get; private set; }

    /// <summary>CPUs by number.</summary>
    public ReadOnlySpan<LiveCpu> Cpus => _cpus.AsSpan(0, _cpuCount);

    /// <summary>Interrupts that exist, by number.</summary>
    public ReadOnlySpan<LiveIrq> Irqs => _irqs.AsSpan(0, _irqCount);

    /// <summary>Remapping entries whose content is known: VT-d's by index, then AMD's by device and index.</summary>
    public ReadOnlySpan<LiveIrte> Remap => _remap.AsSpan(0, _remapCount);

    /// <summary>Findings with their text, in the order in which they showed.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>All findings, also those that are only counted.</summary>
    public long FindingCount { get; private set; }

    /// <summary>Interrupts that reached a handler.</summary>
    public long Delivered { get; private set; }

    /// <summary>Interrupts that no handler took.</summary>
    public long Spurious { get; private set; }

    /// <summary>Interrupts concluded to be lost.</summary>
    public long Lost { get; private set; }

    /// <summary>Records that the recorder lost, as events told so far.</summary>
    public long LostRecords { get; private set; }

    /// <summary>Interrupts that hold a reservation; null while the allocator's books are not known.</summary>
    public uint? Reserved { get; private set; }

    /// <summary>
    /// Copies the machine. Writer's side, at the border of a batch: costs one pass over CPUs, interrupts and remapping
    /// entries, and allocates only where there are more of them than ever before.
    /// </summary>
    public void Take(MachineState machine, FindingTable findings, long eventCount, ulong timeNs)
    {
        EventCount = eventCount;
        TimeNs = timeNs;
        Delivered = machine.Delivered;
        Spurious = machine.Spurious;
        Lost = machine.Lost;
        LostRecords = machine.LostRecords;
        VectorMatrix matrix = machine.Matrix;
        Reserved = matrix.Seen && matrix.GlobalKnown && !matrix.GlobalResync ? matrix.GlobalReserved : null;
        TakeIrqs(machine);
        TakeCpus(machine);
        _remapCount = 0;
        if (machine.Remap is { } remap) TakeRemap(remap, -1);
        for (int device = 0; device < machine.AmdTables.Length; device++)
        {
            if (machine.AmdTables[device] is { } own) TakeRemap(own, device);
        }
        // Findings never change and are added at the end, unless some are withdrawn: each buffer takes those that it
        // does not have.
        FindingCount = findings.Count;
        if (_withdrawals != findings.Withdrawals) _findings.Clear();
        _withdrawals = findings.Withdrawals;
        for (int i = _findings.Count; i < findings.Kept.Count; i++) _findings.Add(findings.Kept[i]);
    }

    private void TakeIrqs(MachineState machine)
    {
        int cpus = machine.Cpus.Used;
        if (_deliveredOnCpu.Length < cpus)
            Array.Resize(ref _deliveredOnCpu, Math.Max(cpus, _deliveredOnCpu.Length * 2));
        Span<ulong> onCpu = _deliveredOnCpu.AsSpan(0, cpus);
        onCpu.Clear();
        IrqTable irqs = machine.Irqs;
        _irqCount = 0;
        for (int irq = 0; irq < irqs.Used; irq++)
        {
            ref IrqDesc desc = ref irqs[irq];
            if (!desc.Has(IrqFlags.Exists)) continue;
            ulong all = 0;
            for (int cpu = 0; cpu < onCpu.Length; cpu++)
            {
                ulong delivered = irqs.Delivered(irq, cpu);
                onCpu[cpu] += delivered;
                all += delivered;
            }
            if (_irqCount == _irqs.Length) Array.Resize(ref _irqs, _irqs.Length * 2);
            _irqs[_irqCount++] = new LiveIrq(irq, desc.Flags, desc.Cpu, desc.Vector,
                Reports.StateReporter.NameOf(machine, ref desc), machine.Tables.Devices[desc.Device], desc.Entry, all);
        }
    }

    private void TakeCpus(MachineState machine)
    {
        _cpuCount = machine.Cpus.Used;
        if (_cpus.Length < _cpuCount) Array.Resize(ref _cpus, Math.Max(_cpuCount, _cpus.Length * 2));
        for (int cpu = 0; cpu < _cpuCount; cpu++)
        {
            ref CpuMap map = ref machine.Matrix[cpu];
            bool known = machine.Matrix.Seen && map.Known && !map.Resync;
            uint inUse = known ? map.Allocated : CountSlots(machine.Slots, cpu);
            _cpus[cpu] = new LiveCpu(
                cpu, machine.Cpus[cpu].Online, known, inUse, map.Available, map.Managed, _deliveredOnCpu[cpu]);
        }
    }

    private static uint CountSlots(VectorTable slots, int cpu)
    {
        uint count = 0;
        for (int vector = 0; vector < 256; vector++)
        {
            if (slots[cpu, (byte)vector] >= 0) count++;
        }
        return count;
    }

    private void TakeRemap(IrteTable table, int device)
    {
        int room = _remapCount + table.Used;
        if (_remap.Length < room) Array.Resize(ref _remap, Math.Max(room, _remap.Length * 2));
        for (int index = 0; index < table.Used; index++)
        {
            ref Irte entry = ref table[index];
            if (!entry.Known) continue;
            _remap[_remapCount++] = new LiveIrte(device, index, entry.Lo, entry.Hi, entry.WriteEvent, entry.Irq);
        }
    }
}
