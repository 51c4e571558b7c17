using System.Globalization;
using Replay.Core.Rules;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <content>A device signals: pending bit or message, route, CPU and vector, handler.</content>
public sealed partial class LinuxSystem
{
    /// <summary>
    /// The device wants to signal an entry: exactly one verdict, which a pending event may change later. False for a
    /// device that this machine does not have. <paramref name="eventIndex"/> is the event that made it signal.
    /// </summary>
    private bool Raise(ushort device, int entry, long eventIndex)
    {
        if (!_hardware.TryGetValue(device, out DeviceHardware? hardware)) return false;
        EnsureDriversResumed();
        int row = Report.Events.Count;
        int? meant = _kernel.IrqOf(device, entry)?.Number;
        Report.Add(new EventVerdict(eventIndex, NameOf(device), entry, Verdict.Lost, null, null, meant, null, ""));
        if (entry >= DeviceHardware.EntriesMax || !hardware.Entries.TryGetValue(entry, out HardwareEntry? found))
        {
            Settle(row, Verdict.Lost, "the device has no such entry");
        }
        else if (!hardware.Reachable)
        {
            Settle(row, Verdict.Lost, "the device is powered off or the host has taken it back");
        }
        else if (!hardware.Enabled)
        {
            Settle(row, Verdict.Lost, "message-signalled interrupts are disabled");
        }
        else if (!found.Masked)
        {
            Send(hardware, entry, row);
        }
        else if (found.Pending >= 0)
        {
            Settle(row, Verdict.Coalesced, "merged into the pending one");
        }
        else
        {
            found.Pending = row;
            Settle(row, Verdict.Pending, "the entry is masked");
        }
        return true;
    }

    /// <summary>A mask was removed: what was pending is sent now, once.</summary>
    private void SendPending(DeviceHardware device, int entry)
    {
        HardwareEntry found = device[entry];
        if (found.Pending < 0 || found.Masked || !device.Enabled || !device.Reachable) return;
        int row = found.Pending;
        found.Pending = -1;
        Send(device, entry, row);
    }

    private void Send(DeviceHardware device, int number, int row)
    {
        HardwareEntry entry = device[number];
        MsiMessage message = entry.Held ?? entry.Message;
        (ushort owner, int ownerEntry) = entry.CopyOf ?? (device.Device, number);
        KernelIrq? irq = _kernel.IrqOf(owner, ownerEntry);
        if (!message.IsInterrupt)
        {
            Settle(row, Verdict.DmaStray, "the message is no interrupt", address: message.Address);
            return;
        }
        MessageRoute route = irq is null ? RouteOf(owner, passthrough: false) : RouteOf(irq);
        Destination destination = route.Resolve(owner, ownerEntry, message);
        if (destination.Fault is { } fault) Settle(row, Verdict.BlockedIr, fault);
        else Arrive(irq, destination.Cpu, destination.Vector, row);
    }

    /// <summary>common_interrupt on a CPU: the slot's owner gets it, whoever was meant.</summary>
    private void Arrive(KernelIrq? meant, int cpu, byte vector, int row)
    {
        if (cpu >= _kernel.CpuCount || !_kernel.Online[cpu])
        {
            Settle(row, Verdict.Lost, string.Create(CultureInfo.InvariantCulture, $"CPU {cpu} is offline"));
            return;
        }
        ref int slot = ref _kernel.Slot(cpu, vector);
        if (meant is not null && slot == meant.Number)
        {
            Deliver(meant, cpu, vector, row);
            return;
        }
        if (slot >= 0)
        {
            Show("handler",
                string.Create(CultureInfo.InvariantCulture, $"SPURIOUS irq {slot} on CPU {cpu} vector 0x{vector:x2}"));
            Settle(row, Verdict.Misrouted,
                string.Create(CultureInfo.InvariantCulture, $"irq {slot} is there"), cpu, vector);
            return;
        }
        if (slot == Kernel.Unused)
        {
            Show("log", string.Create(CultureInfo.InvariantCulture, $"No irq handler for {cpu}.{vector}"));
            Settle(row, Verdict.Misrouted, "nobody is there", cpu, vector);
            return;
        }
        slot = Kernel.Unused;
        Settle(row, Verdict.Misrouted, "the interrupt has left that place", cpu, vector);
    }

    private void Deliver(KernelIrq irq, int cpu, byte vector, int row)
    {
        if (!irq.Started)
        {
            Settle(row, Verdict.Lost, "no handler is installed", cpu, vector, irq.Number);
            return;
        }
        if (irq.Suspended)
        {
            // Suspended lazily: the arrival masks the interrupt now and is noted for resume (irq_may_run).
            irq.GenericMasked = true;
            RouteOf(irq).Mask(irq);
            if (irq.Noted >= 0)
            {
                Settle(row, Verdict.Coalesced, "merged into the one noted for resume");
                return;
            }
            irq.Noted = row;
            Settle(row, Verdict.Pending, "device interrupts are suspended; noted for resume");
            return;
        }
        Settle(row, Verdict.Delivered, "", cpu, vector, irq.Number);
        if (irq.MoveInProgress && cpu == irq.Cpu) CompleteMove(irq);
        if (irq.PendingAffinity is not null) ApplyPendingMove(irq);
    }

    /// <summary>__vector_schedule_cleanup: nothing comes to the old place any more.</summary>
    internal void CompleteMove(KernelIrq irq)
    {
        if (!irq.MoveInProgress) return;
        irq.MoveInProgress = false;
        if (_kernel.Online[irq.PreviousCpu])
        {
            irq.CleanupPending = _cleanupDue = true;
            return;
        }
        if (_policy.ForceCompleteFirst)
        {
            Show("log", $"IRQ {Text(irq.Number)} schedule cleanup for offline CPU {Text(irq.PreviousCpu)}");
            _kernel.FreePrevious(irq);
            return;
        }
        irq.PreviousVector = 0; // forgotten: the vector is never freed
    }

    private bool _cleanupDue;

    /// <summary>The clean-up IPI is taken at once; a timer waits for its tick.</summary>
    private void FireCleanupIpis()
    {
        if (_policy.Cleanup != VectorCleanup.Ipi || !_cleanupDue) return;
        _cleanupDue = false;
        for (int cpu = 0; cpu < _kernel.CpuCount; cpu++) RunTick(cpu);
    }

    private void RunTick(int cpu)
    {
        foreach (KernelIrq irq in _kernel.CleanupsOn(cpu)) _kernel.FreePrevious(irq);
    }

    /// <summary>
    /// irq_set_affinity: now, or in the next interrupt where the chip must not be touched at any other time.
    /// </summary>
    private void RequestAffinity(uint number, ulong word)
    {
        if (IrqFor(number, "irq_set_affinity") is not { } irq) return;
        var mask = new CpuMask(word);
        if (mask.And(_kernel.Online).IsEmpty)
        {
            Fail(irq.Device, $"irq_set_affinity({Text(irq.Number)})", Errno.Name(Errno.Inval));
            return;
        }
        if (!irq.Activated)
        {
            irq.Affinity = mask;
            return;
        }
        MessageRoute route = RouteOf(irq);
        int error = route.MovesAnytime && irq.PendingAffinity is null ? route.SetAffinity(irq, mask) : Errno.Busy;
        if (error == Errno.Busy) irq.PendingAffinity = mask;
        else if (error != 0) Fail(irq.Device, $"irq_set_affinity({Text(irq.Number)})", Errno.Name(error));
        else irq.Affinity = mask;
    }

    /// <summary>
    /// irq_move_masked_irq: mask, move, unmask; stays pending while the old vector is not cleaned up.
    /// </summary>
    private void ApplyPendingMove(KernelIrq irq)
    {
        CpuMask mask = irq.PendingAffinity!.Value;
        irq.PendingAffinity = null;
        MessageRoute route = RouteOf(irq);
        bool masks = !irq.GenericMasked;
        if (masks) route.Mask(irq);
        int error = route.SetAffinity(irq, mask);
        if (error == Errno.Busy) irq.PendingAffinity = mask;
        else if (error != 0) Fail(irq.Device, $"irq_set_affinity({Text(irq.Number)})", Errno.Name(error));
        else irq.Affinity = mask;
        if (masks) route.Unmask(irq);
    }

    /// <summary>An interrupt is sent again to where its own now is (apic_retrigger_irq).</summary>
    internal void Retrigger(KernelIrq irq, int row) => Arrive(irq, irq.Cpu, irq.Vector, row);

    internal void Settle(int row, Verdict verdict, string reason, int? cpu = null, int? vector = null, int? irq = null,
        ulong? address = null)
    {
        if (row >= Report.Events.Count) return;
        Report.Settle(row, Report.Events[row] with
        {
            Verdict = verdict,
            Cpu = cpu,
            Vector = vector,
            Irq = irq ?? Report.Events[row].Irq,
            Address = address,
            Reason = reason,
        });
    }
}
