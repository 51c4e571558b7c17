using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;
using Replay.Core.State;
using Replay.Core.Systems.Linux;

namespace Replay.Core.Systems.Remapping;

/// <summary>
/// Messages through VT-d remapping (Linux drivers/iommu/intel/irq_remapping.c): the message names a table entry and
/// never changes; a move is one entry and one invalidation, and nothing is written to the device.
/// </summary>
internal sealed class RemapRoute : MessageRoute
{
    private readonly RemapUnit _unit;

    public RemapRoute(LinuxSystem system, RemapUnit unit)
        : base(system) => _unit = unit;

    public override bool MovesAnytime => true;

    public override int Allocate(KernelIrq irq)
    {
        int index = _unit.Take(irq.Number);
        if (index < 0) return Errno.NoSpace;
        irq.RemapIndex = index;
        return 0;
    }

    public override void Free(KernelIrq irq)
    {
        if (irq.RemapIndex < 0) return;
        _unit.Give(irq.RemapIndex);
        irq.RemapIndex = -1;
    }

    public override int Activate(KernelIrq irq)
    {
        Program(irq, present: true);
        System.WriteMessage(irq, MessageOf(irq.RemapIndex));
        return 0;
    }

    public override void Deactivate(KernelIrq irq)
    {
        base.Deactivate(irq);
        Program(irq, present: false);
    }

    /// <summary>
    /// intel_ir_set_affinity: after the flush nothing can reach the old vector, so its clean-up is scheduled at once.
    /// </summary>
    public override int SetAffinity(KernelIrq irq, CpuMask mask)
    {
        int error = System.Kernel.SetVectorAffinity(irq, mask);
        if (error != 0) return error;
        Program(irq, present: true);
        System.CompleteMove(irq);
        return 0;
    }

    public override Destination Resolve(ushort device, int entry, MsiMessage message)
    {
        if (!message.IsRemappable) return Destination.Blocked("0x25: no remappable format");
        ulong lo = _unit.Look(message.RemapIndex);
        if (!IrteBits.IsPresent(lo)) return Destination.Blocked("0x22: entry not present");
        return Destination.At((int)IrteBits.Destination(lo), IrteBits.Vector(lo));
    }

    public override string DescribeMapping(KernelIrq irq)
    {
        if (irq.RemapIndex < 0 || irq.RemapIndex >= _unit.Used) return "irte=none";
        ulong lo = _unit.InMemory(irq.RemapIndex);
        string state = !IrteBits.IsPresent(lo) ? "absent" : string.Create(CultureInfo.InvariantCulture,
            $"({IrteBits.Destination(lo)},0x{IrteBits.Vector(lo):x2})");
        string stale = _unit.IsStale(irq.RemapIndex) ? " stale" : "";
        return string.Create(CultureInfo.InvariantCulture, $"irte={irq.RemapIndex}:{state}{stale}");
    }

    private void Program(KernelIrq irq, bool present)
    {
        int index = irq.RemapIndex;
        bool lost = System.Faults.TryTake(Injection.InvalidationLost, irq.Device, out _);
        _unit.Write(index, irq.Cpu, irq.ConfiguredVector, present, !lost, System.EventIndex);
        System.Show("iommu", string.Create(CultureInfo.InvariantCulture,
            $"IRTE[{index}] "
            + $"{(present ? $"({irq.Cpu},0x{irq.ConfiguredVector:x2})" : "absent")}{(lost ? "" : $" IEC({index})")}"));
        if (!lost || !_unit.IsStale(index)) return;
        irq.MappingEvent = System.EventIndex;
        System.RaiseOnce(FindingCode.StaleIec, irq, System.EventIndex, string.Create(CultureInfo.InvariantCulture,
            $"Remapping entry {index} of irq {irq.Number} was changed and its cached copy was not invalidated."));
    }

    /// <summary>fill_msi_msg: the handle in the address, the sub-handle in the data.</summary>
    private static MsiMessage MessageOf(int index) =>
        new(0xFEE0_0018UL | (ulong)(index & 0x7FFF) << 5 | (ulong)(index >> 15 & 1) << 2, 0);
}
