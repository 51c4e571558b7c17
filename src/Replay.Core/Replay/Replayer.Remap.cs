using System;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>Interrupt remapping: entries in memory, and what the hardware may still have cached of them.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    private const int IoApicEntries = 32;

    // Entries of one allocation: multi-MSI has at most 32 messages.
    private const uint BlockMax = 32;

    private ushort[] _aliasOf = [];
    private ushort[] _ownerOf = [];

    /// <summary>
    /// The remapping code on this CPU works on this interrupt; entry writes that follow belong to it.
    /// </summary>
    private void ApplyWorkOn(in IrqEvent e)
    {
        if (TryIrq(e.Irq)) _cpus[e.Cpu].WorkIrq = e.Irq;
    }

    private void ApplyIoApicSetAffinity(in IrqEvent e) => _cpus[e.Cpu].IoApicIrq = e.Irq;

    private void ApplyIrteWrite(in IrqEvent e)
    {
        IrteTable table = _machine.GetRemap();
        var store = new IrteStore(in e);
        long index = (long)store.Index + store.Sub;
        if (index >= table.Limit || !table.TryEnsure((int)index)) return;
        ref CpuState cpu = ref _cpus[e.Cpu];
        table.Write((int)index, store.Lo, store.Hi, _index);
        ref Irte entry = ref table[(int)index];
        if (cpu.Dark) entry.Stale = false; // Its invalidation is there, but nobody recorded it.
        Own(ref entry, (int)index, IrqDesc.None, cpu.WorkIrq);
        LearnIdFormat(ref entry);
    }

    /// <summary>Compares an entry with the APIC destination that its interrupt was configured with.</summary>
    private void LearnIdFormat(ref Irte entry)
    {
        if (_machine.ExtendedIds is not null || entry.Irq < 0 || !IrteBits.IsPresent(entry.Lo)) return;
        uint field = IrteBits.Destination(entry.Lo), wanted = _machine.Irqs[entry.Irq].ApicDestination;
        if (field == 0 || wanted == 0) return;
        if (field == wanted) _machine.ExtendedIds = true;
        else if (field == wanted << 8) _machine.ExtendedIds = false;
    }

    private void ApplyIrteWriteAmd(in IrqEvent e)
    {
        var store = new AmdIrteStore(in e);
        ushort device = store.DevId, index = store.Index;
        if (_machine.GetAmdTable(device) is not { } table || !table.TryEnsure(index)) return;
        table.Write(index, store.Lo, store.Hi, _index);
        ref Irte entry = ref table[index];
        entry.StaleAlias = entry.Stale && _aliasOf.Length != 0 && _aliasOf[device] != 0;
        ref CpuState cpu = ref _cpus[e.Cpu];
        Own(ref entry, index, device, cpu.WorkIrq);
        if (cpu.IoApicIrq == cpu.WorkIrq && cpu.WorkIrq != IrqEvent.NoIrq) MarkIoApicTable(table, device);
    }

    /// <summary>
    /// Linux sets the first 32 entries of an IO-APIC's table aside when it makes the table, empty but for vector 0xFF
    /// (amd/iommu.c irq_remapping_alloc, irte_ga_set_allocated). Where the recording holds the machine's whole life,
    /// the pin of an interrupt that was never activated still has that.
    /// </summary>
    private void MarkIoApicTable(IrteTable table, ushort device)
    {
        if (!_machine.Matrix.Complete || !table.TryEnsure(IoApicEntries - 1)) return;
        for (int pin = 0; pin < IoApicEntries; pin++)
        {
            // The timer, irq 0, is on pin 2; pin 0 has no interrupt.
            int irq = pin switch { 0 => 2, 2 => 0, _ => pin };
            ref Irte entry = ref table[pin];
            if (entry.Known || (_activated >> irq & 1) != 0) continue;
            table.Write(pin, 0, 0xFF, -1);
            Own(ref entry, pin, device, (uint)irq);
        }
    }

    /// <summary>
    /// Ties an entry to the interrupt that is being worked on, if that interrupt has no other entry yet.
    /// </summary>
    private void Own(ref Irte entry, int index, int device, uint irq)
    {
        if (irq == IrqEvent.NoIrq || irq >= _machine.Irqs.Used) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)irq];
        if (desc.RemapIndex == IrqDesc.None)
        {
            desc.RemapIndex = index;
            desc.RemapDevice = device;
        }
        if (desc.RemapIndex == index && desc.RemapDevice == device) entry.Irq = (int)irq;
    }

    /// <summary>
    /// A table that is exchanged or switched off: what the unit read belongs to the old one. Its register says how its
    /// entries name CPUs (VT-d specification 10.4.29, EIME).
    /// </summary>
    private void ApplyRemapControl(in IrqEvent e)
    {
        const int ExtendedMode = 11;
        var setup = new RemapSetup(in e);
        if (setup.Step is RemapSetup.SetTable or RemapSetup.Disable) _machine.Remap?.ForgetRead();
        if (setup.Step == RemapSetup.SetTable) _machine.ExtendedIds ??= (setup.Value >> ExtendedMode & 1) != 0;
    }

    private void ApplyQiSubmit(in IrqEvent e)
    {
        var invalidation = new Invalidation(in e);
        ulong descriptor = invalidation.Qw0;
        if (QiDescriptor.Type(descriptor) != QiDescriptor.InterruptEntryCache) return;
        _machine.IecInvalidations++;
        _machine.RemapUnit = invalidation.Iommu;
        if (_machine.Remap is not { } table) return;
        if (!QiDescriptor.IsIndexSelective(descriptor))
        {
            table.Invalidate(0, table.Used);
            return;
        }
        int mask = Math.Min(QiDescriptor.IndexMask(descriptor), 16);
        table.Invalidate(QiDescriptor.Index(descriptor) >> mask << mask, 1 << mask);
    }

    /// <summary>
    /// H-09: the old target is given up while the hardware may still use the old entry. Only where the recording has
    /// invalidations at all, and never for entries written on a CPU that emits no records.
    /// </summary>
    private void CheckStaleIec(int irq, ref IrqDesc desc, int oldCpu, int oldVector)
    {
        if (_machine.IecInvalidations == 0 || desc.RemapIndex < 0 || desc.RemapDevice >= 0
            || _machine.Remap is not { } table)
            return;
        if (desc.RemapIndex >= table.Used) return;
        ref Irte entry = ref table[desc.RemapIndex];
        if (!entry.Stale || !IrteBits.IsPresent(entry.CachedLo) || IrteBits.Vector(entry.CachedLo) != oldVector) return;
        Report(FindingCode.StaleIec, entry.WriteEvent, irq, oldCpu, oldVector, string.Create(
            CultureInfo.InvariantCulture,
            $"Remapping entry {desc.RemapIndex} of irq {irq} was changed and not invalidated before vector "
            + $"{oldVector} on CPU {oldCpu} was given back."));
    }

    private void ApplyIrAlloc(in IrqEvent e)
    {
        for (uint i = 0; i < Math.Min(new RemapRange(in e).Count, BlockMax); i++)
        {
            if (!TryIrq(e.Irq + i)) return;
            ref IrqDesc desc = ref _machine.Irqs[(int)(e.Irq + i)];
            desc.Set(IrqFlags.Exists | IrqFlags.Born);
        }
    }

    private void ApplyIrFree(in IrqEvent e)
    {
        for (uint i = 0; i < Math.Min(new RemapRange(in e).Count, BlockMax); i++)
        {
            if (e.Irq + i >= (uint)_machine.Irqs.Used) return;
            FreeRemapEntry(ref _machine.Irqs[(int)(e.Irq + i)]);
        }
    }

    /// <summary>
    /// The entry of a freed interrupt is zeroed directly (Linux clear_entries, irte_ga_clear_allocated), which no probe
    /// on the functions that change entries sees.
    /// </summary>
    private void FreeRemapEntry(ref IrqDesc desc)
    {
        int index = RemapIndexOf(ref desc), device = desc.RemapDevice;
        desc.RemapIndex = desc.RemapDevice = IrqDesc.None;
        if (index < 0) return;
        IrteTable? table = device < 0 ? _machine.Remap : _machine.AmdTables[device];
        if (table is null || !table.TryEnsure(index)) return;
        table.Write(index, 0, 0, _index);
        table[index].Irq = IrqDesc.None;
        table[index].Stale = table[index].StaleAlias = false;
    }

    /// <summary>An interrupt's entry: as its writes tell, else as its cached message names it.</summary>
    private static int RemapIndexOf(ref IrqDesc desc)
    {
        if (desc.RemapIndex >= 0 || !desc.Has(IrqFlags.MessageKnown)) return desc.RemapIndex;
        var message = new MsiMessage(desc.MessageAddress, desc.MessageData);
        return message.IsRemappable ? message.RemapIndex : IrqDesc.None;
    }

    private void ApplyDeviceAlias(in IrqEvent e)
    {
        if (_aliasOf.Length == 0)
        {
            _aliasOf = new ushort[ushort.MaxValue + 1];
            _ownerOf = new ushort[ushort.MaxValue + 1];
        }
        var device = new AmdDevice(in e);
        _aliasOf[device.DevId] = device.Alias;
        _ownerOf[device.Alias] = device.DevId;
    }

    /// <summary>
    /// The cache is per device id: an alias that shares the table keeps its copies until its own command.
    /// </summary>
    private void ApplyAmdInvalidate(in IrqEvent e)
    {
        ushort device = new AmdDevice(in e).DevId;
        if (_machine.AmdTables.Length == 0) return;
        _machine.IecInvalidations++;
        if (_machine.AmdTables[device] is { } table) table.Invalidate(0, table.Used);
        if (_ownerOf.Length != 0 && _ownerOf[device] != 0 && _machine.AmdTables[_ownerOf[device]] is { } shared)
        {
            for (int i = 0; i < shared.Used; i++) shared[i].StaleAlias = false;
        }
    }

    /// <summary>
    /// H-10, at the same moment as H-09: the old target is given up while an alias' copy may still be used.
    /// </summary>
    private void CheckStaleAlias(int irq, ref IrqDesc desc, int oldCpu, int oldVector)
    {
        int device = desc.RemapDevice;
        if (_aliasOf.Length == 0 || device < 0 || _machine.AmdTables[device] is not { } table) return;
        if (desc.RemapIndex >= table.Used || !table[desc.RemapIndex].StaleAlias) return;
        Report(FindingCode.StaleIrtAlias, table[desc.RemapIndex].WriteEvent, irq, oldCpu, oldVector, string.Create(
            CultureInfo.InvariantCulture,
            $"Remapping entry {desc.RemapIndex} of irq {irq} was changed and not invalidated for alias "
            + $"{_aliasOf[device]:x4} before vector {oldVector} on CPU {oldCpu} was given back."));
    }
}
