using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Linux;

/// <content>Messages and mask bits on their way from the kernel's cache to the device.</content>
public sealed partial class LinuxSystem
{
    /// <summary>
    /// __pci_write_msi_msg: the cache always, the device only in D0. Where the entry can be masked it is masked around
    /// the write, so nothing torn is ever sent.
    /// </summary>
    internal void WriteMessage(KernelIrq irq, MsiMessage message)
    {
        irq.Message = message;
        WarnHolders(irq, message);
        if (_kernel.Device(irq.Device).PowerUnknown) return;
        DeviceHardware device = HardwareOf(irq.Device);
        if (!device.Reachable) return;
        HardwareEntry entry = device[irq.Entry];
        if (entry.Message != message) entry.Writes++;
        entry.Message = message;
        entry.Held = null;
    }

    /// <summary>
    /// A message that changes while the device may send it: the halves one after the other, address first.
    /// A device that is made to signal between them sends what it then has.
    /// </summary>
    internal void WriteTorn(KernelIrq irq, MsiMessage message)
    {
        HardwareEntry entry = HardwareOf(irq.Device)[irq.Entry];
        var half = new MsiMessage(message.Address, entry.Message.Data);
        bool masked = irq.CanMask && irq.Chip != MessageChip.Ims;
        bool wasMasked = entry.Masked;
        if (masked) entry.Masked = true;
        WriteMessage(irq, half);
        RaiseBetweenWrites(irq);
        WriteMessage(irq, message);
        if (irq.Chip == MessageChip.Ims) entry.Held = half; // the queue is read when the device gets to it
        if (masked) SetHardwareMask(irq, wasMasked);
    }

    /// <summary>
    /// The device signals between two writes, if the trace says so: a masked entry keeps it pending, else it waits in a
    /// CPU whose interrupts are off, and its verdict row is returned for whoever sends it again. -1 when there is none.
    /// </summary>
    internal int HoldBetweenWrites(KernelIrq irq, int cpu)
    {
        if (!_faults.TryTakeAt(Injection.RaiseBetweenWrites, irq.Device, irq.Entry, out long raised)) return -1;
        HardwareEntry entry = HardwareOf(irq.Device)[irq.Entry];
        if (entry.Masked || !_kernel.Online[cpu])
        {
            Raise(irq.Device, irq.Entry, raised);
            return -1;
        }
        int row = Report.Events.Count;
        Report.Add(new EventVerdict(raised, NameOf(irq.Device), irq.Entry, Verdict.Lost, null,
            null, irq.Number, null, ""));
        return row;
    }

    /// <summary>
    /// What waited under the temporary vector is also taken by its CPU once interrupts are on: in silence where
    /// the slot was marked, by the handler of whoever owns it otherwise.
    /// </summary>
    internal void TakeTemporary(int cpu, byte vector)
    {
        ref int slot = ref _kernel.Slot(cpu, vector);
        if (slot >= 0) Show("handler", $"SPURIOUS irq {Text(slot)} on CPU {Text(cpu)} vector 0x{vector:x2}");
        else slot = Kernel.Unused;
    }

    /// <summary>The device signals now, if the trace says that it does between two writes.</summary>
    internal void RaiseBetweenWrites(KernelIrq irq)
    {
        if (_faults.TryTakeAt(Injection.RaiseBetweenWrites, irq.Device, irq.Entry, out long raised))
            Raise(irq.Device, irq.Entry, raised);
    }

    /// <summary>
    /// pci_msi_mask_irq, pci_msi_unmask_irq: the cached bit, and the device's where it can be reached.
    /// </summary>
    internal void SetEntryMask(KernelIrq irq, bool masked)
    {
        if (!irq.CanMask) return;
        if (irq.CacheMasked != masked) irq.MaskEvent = _event;
        irq.CacheMasked = masked;
        SetHardwareMask(irq, masked);
    }

    private void SetHardwareMask(KernelIrq irq, bool masked)
    {
        DeviceHardware device = HardwareOf(irq.Device);
        if (!device.Reachable) return;
        HardwareEntry entry = device[irq.Entry];
        entry.Masked = masked;
        if (!masked) SendPending(device, irq.Entry);
    }

    /// <summary>
    /// pci_restore_msi_state: messages, then mask bits from the cache, with the function masked meanwhile.
    /// </summary>
    private void RestoreMessages(ushort device)
    {
        KernelDevice known = _kernel.Device(device);
        DeviceHardware hardware = HardwareOf(device);
        known.PowerUnknown = false;
        if (!known.Enabled) return;
        bool early = known.Bus == HvBusStateCode.Removing;
        known.RestoredEarly = early ? _event : -1;
        hardware.Enabled = true;
        foreach (KernelIrq irq in _kernel.Irqs.Values)
        {
            if (irq.Device != device) continue;
            HardwareEntry entry = hardware[irq.Entry];
            if (entry.Message != irq.Message) entry.Writes++;
            entry.Message = irq.Message;
            entry.Masked = irq.CacheMasked;
        }
        if (!hardware.Reachable && !early) return;
        foreach (int entry in hardware.Entries.Keys) SendPending(hardware, entry);
    }

    /// <summary>Hardware loses power or its owner, and its table with it; or it is back.</summary>
    internal void PowerDevice(ushort device, bool on)
    {
        DeviceHardware hardware = HardwareOf(device);
        if (!on && hardware.Reachable) ResetDevice(hardware);
        hardware.Reachable = on;
    }

    /// <summary>Power-on state; what was pending is gone.</summary>
    private void ResetDevice(DeviceHardware device)
    {
        foreach (HardwareEntry entry in device.Entries.Values)
        {
            if (entry.Pending >= 0) Settle(entry.Pending, Verdict.Lost, "the pending bit was reset with the device");
        }
        device.Reset();
    }

    // Who keeps a copy of an interrupt's message: the copy, and the event that made it.
    private readonly Dictionary<(ushort Device, int Entry), (string Holder, MsiMessage Message, long Event)> _holders =
        [];

    /// <summary>
    /// The message of an interrupt in use changes: whoever keeps a copy will go on sending the old one.
    /// </summary>
    private void WarnHolders(KernelIrq irq, MsiMessage message)
    {
        if (_holders.Count == 0 || !irq.Activated || message.IsZero) return;
        if (!_holders.TryGetValue((irq.Device, irq.Entry), out (string Holder, MsiMessage Message, long Event) copy))
            return;
        if (copy.Message == message) return;
        RaiseOnce(FindingCode.CopiedMessage, irq, copy.Event, string.Create(CultureInfo.InvariantCulture,
            $"The message of irq {irq.Number} changes while {copy.Holder} keeps a copy: "
            + $"interrupts by the old one go astray."));
    }

    /// <summary>An agent that this machine does not model gets a copy of an interrupt's message.</summary>
    private void HandOut(MessageCopy copy, uint number)
    {
        if (!_kernel.Irqs.TryGetValue((int)number, out KernelIrq? irq)) return;
        string agent = _context.Tables.Names[copy.Agent];
        _holders[(irq.Device, irq.Entry)] = (agent.Length == 0 ? "another agent" : agent, irq.Message, _event);
    }

    private int _copies;

    private void CopyMessage(MessageCopying copy)
    {
        if (copy.Entry >= DeviceHardware.EntriesMax || copy.ToEntry >= DeviceHardware.EntriesMax) return;
        if (_copies++ >= Kernel.IrqsMax) return;
        DeviceHardware source = HardwareOf(copy.Device);
        DeviceHardware peer = HardwareOf(copy.To);
        peer.Enabled = true;
        HardwareEntry target = peer[copy.ToEntry];
        target.Message = source[copy.Entry].Message;
        target.Masked = false;
        target.CopyOf = (copy.Device, copy.Entry);
        _holders[(copy.Device, copy.Entry)] = (NameOf(copy.To), target.Message, _event);
    }
}
