using System;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>Messages and masks of MSI entries (Linux drivers/pci/msi, apic/msi.c).</content>
public sealed partial class Verifier<TRules>
{
    private const ulong AmdMessageAddress = MsiMessage.Base;
    private const int HwirqDeviceShift = 11;
    private const int HwirqSegmentShift = 27;

    private void JudgeMessage(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        var write = new MessageWrite(in e);
        var recorded = new MsiMessage(write.Address, write.Data);
        (ushort device, int entry) = ExpectedEntry(at, ref irq, write);
        bool deactivates = DeactivatedNext(at[1..], e.Cpu, pastEntry: true, out bool cutOff) == e.Irq;
        if (cutOff && recorded == default)
        {
            Open(DecisionKind.Message, OpenReason.Caller);
            return;
        }
        bool unsure = false;
        bool twoStep = cpu.TwoStepIrq == e.Irq;
        if (!cpu.OperationSeen && !_matrix.Complete && !_irteSeen && irq.RemapIndex < 0 && !recorded.IsRemappable)
        {
            // What led to this write was before recording began.
            twoStep = cpu.TwoStepUnsure = cpu.OperationSeen = true;
            cpu.TwoStepIrq = e.Irq;
            cpu.TwoStepVector = irq.HardwareVector;
            cpu.MsiOldKnown = false;
        }
        if (twoStep && cpu.TwoStepUnsure && !deactivates)
        {
            cpu.TwoStepUnsure = false;
            twoStep = TakesTwoWrites(ref irq, ref cpu, recorded);
            if (!twoStep) cpu.TwoStepIrq = IrqEvent.NoIrq;
            unsure = true;
        }
        bool known = true;
        MsiMessage expected = deactivates
            ? default : ExpectedMessage(at, ref irq, ref cpu, twoStep, recorded, out known);
        if (twoStep && !deactivates) cpu.TwoStepIrq = IrqEvent.NoIrq;
        if (!known) expected = recorded;
        known &= !unsure;
        if (expected != recorded || device != write.Device || entry != write.Entry)
        {
            Disagree(DecisionKind.Message, e.Irq,
                $"{DeviceText(device, entry)} 0x{expected.Address:x}/0x{expected.Data:x}",
                $"{DeviceText(write.Device, write.Entry)} 0x{recorded.Address:x}/0x{recorded.Data:x}",
                $"{(deactivates ? "the interrupt is being deactivated"
                    : twoStep ? $"vector and CPU both change without remapping: first the vector, "
                        + $"still to APIC destination 0x{cpu.TwoStepDestination:x}"
                    : irq.RemapIndex >= 0 ? $"remapping entry {irq.RemapIndex} is the interrupt's"
                    : $"the interrupt is configured for vector {irq.HardwareVector}, "
                        + $"APIC destination 0x{irq.HardwareDestination:x}")}");
        }
        else if (!known)
            Open(DecisionKind.Message, irq.Has(IrqFacts.HardwareKnown) ? OpenReason.FirstSight
                : OpenReason.StateBefore);
        else Agree(DecisionKind.Message);
        irq.Device = device;
        irq.Entry = entry;
        irq.MessageAddress = expected.Address;
        irq.MessageData = expected.Data;
        irq.Set(IrqFacts.MessageKnown);
    }

    private string DeviceText(ushort device, int entry) => device == 0
        ? "" : FormattableString.Invariant($"{_tables.Devices[device]} entry {entry}:");

    /// <summary>A message names its entry each time; the first one is checked against the next two.</summary>
    private (ushort Device, int Entry) ExpectedEntry(ReadOnlySpan<IrqEvent> at, ref VerifyIrq irq, MessageWrite write)
    {
        if (irq.Device != 0 && irq.Entry >= 0) return (irq.Device, irq.Entry);
        (ushort Device, int Entry) recorded = (write.Device, write.Entry), first = recorded;
        int others = 0;
        if (at[0].Irq > 0 && _irqs[at[0].Irq - 1] is { } before
            && before.Device == recorded.Device && before.Entry >= 0)
        {
            // A device's entries get their interrupts in order.
            if (before.Entry + 1 == recorded.Entry) return recorded;
            first = (recorded.Device, before.Entry + 1);
            others = 1;
        }
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Irq != at[0].Irq) continue;
            if (e.Kind == EventKind.VectorTeardown) break;
            (ushort Device, int Entry) next;
            if (e.Kind == EventKind.MsiWrite)
            {
                var message = new MessageWrite(in e);
                next = (message.Device, message.Entry);
            }
            else if (e.Kind is EventKind.MsiMask or EventKind.MsiUnmask)
                next = (recorded.Device, (int)(e.A & (MsixFunction.EntriesMax - 1)));
            else continue;
            if (next == recorded) return recorded;
            if (next == first && others > 0) return next;
            if (others++ == 0) first = next;
            else return recorded;
        }
        return recorded;
    }

    private MsiMessage ExpectedMessage(ReadOnlySpan<IrqEvent> at, ref VerifyIrq irq, ref VerifyCpu cpu, bool twoStep,
        MsiMessage recorded, out bool known)
    {
        known = true;
        if (irq.RemapIndex >= 0)
        {
            return irq.RemapTable >= 0
                ? new MsiMessage(AmdMessageAddress, (uint)irq.RemapIndex)
                : MsiMessage.Remappable(irq.RemapIndex, irq.RemapSub);
        }
        if (!_irteSeen && recorded.IsRemappable && (_remapped |= OthersAreRemapped(at)))
        {
            known = irq.Has(IrqFacts.MessageKnown) && irq.MessageAddress != 0;
            return known ? new MsiMessage(irq.MessageAddress, irq.MessageData) : recorded;
        }
        bool remaps = _irteSeen || (!_matrix.Complete && EntriesAhead(at));
        if (!irq.Has(IrqFacts.HardwareKnown) || _mode == AddressMode.Unknown || (remaps && !irq.Has(IrqFacts.Born)))
        {
            known = false;
            return recorded;
        }
        return twoStep ? ComposeMessage(cpu.TwoStepVector, cpu.TwoStepDestination)
            : ComposeMessage(irq.HardwareVector, irq.HardwareDestination);
    }

    /// <summary>
    /// The machine remaps: where recording began in the middle its entries may show later than its messages.
    /// </summary>
    private static bool EntriesAhead(ReadOnlySpan<IrqEvent> at)
    {
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Kind is EventKind.IrteWrite or EventKind.IrteWriteAmd) return true;
        }
        return false;
    }

    // True once messages, and no entries, showed that the machine remaps.
    private bool _remapped;

    private static bool OthersAreRemapped(ReadOnlySpan<IrqEvent> at)
    {
        int remapped = 0, plain = 0;
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Kind != EventKind.MsiWrite || e.A == 0) continue;
            if (new MsiMessage(e.A, (uint)e.B).IsRemappable) remapped++;
            else plain++;
        }
        return remapped > plain;
    }

    /// <summary>
    /// The interrupt that is being deactivated on a CPU. The domain hierarchy goes from the device down: zero message,
    /// remapping entry, then the vector domain's record, which says which interrupt it is (Linux
    /// irq_domain_deactivate_irq, msi_domain_deactivate).
    /// </summary>
    private static uint DeactivatedNext(ReadOnlySpan<IrqEvent> ahead, int cpu, bool pastEntry) =>
        DeactivatedNext(ahead, cpu, pastEntry, out _);

    /// <summary>
    /// As above; <paramref name="cutOff"/> is true when the CPU's records end, or some were lost, before one that
    /// tells.
    /// </summary>
    private static uint DeactivatedNext(ReadOnlySpan<IrqEvent> ahead, int cpu, bool pastEntry, out bool cutOff)
    {
        cutOff = false;
        foreach (ref readonly IrqEvent e in ahead)
        {
            // Nearly all that lies ahead is one or the other: a single branch, easy to foretell.
            if ((e.Cpu != cpu) | (e.Kind is >= EventKind.HandlerEntry and <= EventKind.SystemExit)) continue;
            switch (e.Kind)
            {
                case EventKind.IrDeactivate or EventKind.X86VectorDeactivate or EventKind.VectorDeactivate:
                    return e.Irq;
                case EventKind.IrteWrite or EventKind.IrteWriteAmd when pastEntry:
                    pastEntry = false;
                    continue;
                case EventKind.Extension or EventKind.QiSubmit or EventKind.AckIrq or EventKind.FlowHandler:
                    continue;
                case EventKind.Loss:
                    cutOff = true;
                    return IrqEvent.NoIrq;
                default: return IrqEvent.NoIrq;
            }
        }
        cutOff = true;
        return IrqEvent.NoIrq;
    }

    private bool? _wideHwirqs;

    /// <summary>Whether the chip's numbers hold the device: most of the first ones tell.</summary>
    private bool IsWide(ReadOnlySpan<IrqEvent> at)
    {
        if (_wideHwirqs is { } known) return known;
        int wide = 0, narrow = 0;
        foreach (ref readonly IrqEvent e in at)
        {
            if (e.Kind is not (EventKind.MsiMask or EventKind.MsiUnmask)) continue;
            if (e.A >> HwirqDeviceShift != 0) wide++;
            else narrow++;
        }
        _wideHwirqs = wide > narrow;
        return wide > narrow;
    }

    /// <summary>
    /// Masking names the entry by the chip's own number: device id and entry (Linux pci_msi_domain_calc_hwirq), or the
    /// entry alone where each device has its domain (since 6.2).
    /// </summary>
    private void JudgeMask(ReadOnlySpan<IrqEvent> at, bool masked)
    {
        ref readonly IrqEvent e = ref at[0];
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        ushort chip = new MaskChange(in e).Chip;
        ulong hwirq = e.A;
        if (!irq.Has(IrqFacts.HwirqKnown))
        {
            bool fits = false;
            if (irq.Device != 0 && PciAddress.TryParse(_tables.Devices[irq.Device], out PciAddress address))
            {
                ulong wide = (uint)irq.Entry | (ulong)address.RequesterId << HwirqDeviceShift
                    | (ulong)address.Segment << HwirqSegmentShift;
                ulong expected = IsWide(at) ? wide : (uint)irq.Entry;
                fits = hwirq == expected;
                if (!fits)
                {
                    Disagree(DecisionKind.Mask, e.Irq, $"hwirq 0x{expected:x}", $"hwirq 0x{hwirq:x}",
                        $"that is entry {irq.Entry} of {_tables.Devices[irq.Device]}");
                    return;
                }
            }
            irq.Hwirq = hwirq;
            irq.Chip = chip;
            irq.Set(IrqFacts.HwirqKnown);
            if (fits) Agree(DecisionKind.Mask);
            else Open(DecisionKind.Mask, OpenReason.FirstSight);
        }
        else if (hwirq == irq.Hwirq && chip == irq.Chip && (!cpu.Dark || masked || irq.Has(IrqFacts.MaskedByMigration)))
            Agree(DecisionKind.Mask);
        else
        {
            Disagree(DecisionKind.Mask, e.Irq, $"hwirq 0x{irq.Hwirq:x} chip {_tables.Names[irq.Chip]}",
                $"hwirq 0x{hwirq:x} chip {_tables.Names[chip]}",
                $"{(cpu.Dark && !masked
                    ? "only what the kernel masked for the migration is unmasked after it"
                    : "that is the interrupt's entry")}");
        }
        irq.Put(IrqFacts.MaskedByMigration, masked && cpu.Dark);
        if (cpu.StartIrq == e.Irq && !masked) cpu.StartIrq = IrqEvent.NoIrq;
    }
}
