using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>The device's view: MSI-X entries, masks, enabling, restoring; and start and stop of interrupts.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    /// <summary>
    /// The message goes into the kernel's cache and, as far as the device can be reached, into its entry; the entry's
    /// mask is put back from the cache after it (Linux __pci_write_msi_msg).
    /// </summary>
    private void ApplyMsiWrite(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        var write = new MessageWrite(in e);
        ushort device = write.Device, entryIndex = write.Entry;
        desc.Device = device;
        desc.Entry = entryIndex;
        desc.MessageAddress = write.Address;
        desc.MessageData = write.Data;
        desc.Set(IrqFlags.Exists | IrqFlags.MessageKnown);
        if (device == 0) return;
        MsixFunction function = _machine.Msix.Get(device);
        if (!function.TryEnsure(entryIndex)) return;
        ref MsixEntry entry = ref function[entryIndex];
        entry.Irq = (int)e.Irq;
        entry.Address = write.Address;
        entry.Data = write.Data;
        entry.MessageKnown = true;
        entry.WriteEvent = entry.MessageEvent = _index;
        if (desc.Has(IrqFlags.MaskedKnown))
        {
            entry.Control = desc.Has(IrqFlags.Masked) ? 1u : 0;
            entry.ControlKnown = true;
        }
    }

    private void ApplyMsiMask(in IrqEvent e, bool masked)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Set(IrqFlags.Exists);
        desc.Put(IrqFlags.MaskedByMigration, masked && _cpus[e.Cpu].Dark);
        desc.Chip = new MaskChange(in e).Chip;
        _machine.MaskSeen = true;
        _machine.UnmaskSeen |= !masked;
        PutEntryMask(ref desc, masked);
    }

    /// <summary>
    /// The device's entry of an interrupt takes the mask; the kernel's cached control word says the same.
    /// </summary>
    private void PutEntryMask(ref IrqDesc desc, bool masked)
    {
        desc.Set(IrqFlags.MaskedKnown);
        desc.Put(IrqFlags.Masked, masked);
        desc.MaskEvent = _index;
        if (_machine.FunctionOf(in desc) is not { } function || !function.TryEnsure(desc.Entry)) return;
        ref MsixEntry entry = ref function[desc.Entry];
        entry.Control = masked ? 1u : 0;
        entry.ControlKnown = true;
        entry.WriteEvent = _index;
        if (!masked) entry.Pending = false;
    }

    private void ApplyMsixEnable(in IrqEvent e)
    {
        ushort device = new DeviceOperation(in e).Device;
        _cpus[e.Cpu].EnablingDevice = device;
        if (device != 0) _machine.Msix.Get(device).EnableSeen = true;
    }

    /// <summary>
    /// Enabling masks every entry of the table before the function mask is lifted (Linux msix_mask_all).
    /// </summary>
    private void ApplyMsixEnableReturn(in IrqEvent e)
    {
        ref CpuState cpu = ref _cpus[e.Cpu];
        if (cpu.EnablingDevice == 0) return;
        MsixFunction function = _machine.Msix.Get(cpu.EnablingDevice);
        cpu.EnablingDevice = 0;
        if (new HandlerResult(in e).Ret <= 0) return;
        function.Enabled = true;
        function.FunctionMask = false;
        function.IsMsi = false;
        MaskAll(function);
    }

    private void ApplyMsiEnable(in IrqEvent e)
    {
        ushort device = new DeviceOperation(in e).Device;
        if (device != 0) _machine.Msix.Get(device).IsMsi = true;
    }

    private void ApplyMsixDisable(in IrqEvent e)
    {
        ushort device = new DeviceOperation(in e).Device;
        if (device == 0 || _machine.Msix.Find(device) is not { } function) return;
        if (function.Enabled == true) MaskAll(function);
        function.Enabled = false;
    }

    private void MaskAll(MsixFunction function)
    {
        for (int i = 0; i < function.Count; i++)
        {
            ref MsixEntry entry = ref function[i];
            entry.Control = 1;
            entry.ControlKnown = true;
            if (entry.Irq < 0) continue;
            ref IrqDesc desc = ref _machine.Irqs[entry.Irq];
            desc.Set(IrqFlags.Masked | IrqFlags.MaskedKnown);
            desc.MaskEvent = _index;
        }
    }

    /// <summary>Messages and masks come back from the kernel's cache (Linux __pci_restore_msix_state).</summary>
    private void ApplyPciRestoreMsiState(in IrqEvent e)
    {
        _machine.RestoreMsiSeen = true;
        ushort device = new DeviceOperation(in e).Device;
        if (device == 0 || _machine.Msix.Find(device) is not { } function) return;
        for (int i = 0; i < function.Count; i++)
        {
            ref MsixEntry entry = ref function[i];
            if (entry.Irq < 0) continue;
            ref IrqDesc desc = ref _machine.Irqs[entry.Irq];
            if (desc.Has(IrqFlags.MessageKnown))
            {
                entry.Address = desc.MessageAddress;
                entry.Data = desc.MessageData;
                entry.MessageKnown = true;
                entry.MessageEvent = _index;
            }
            if (desc.Has(IrqFlags.MaskedKnown))
            {
                entry.Control = desc.Has(IrqFlags.Masked) ? 1u : 0;
                entry.ControlKnown = true;
            }
            entry.WriteEvent = _index;
        }
    }

    private void ApplyAffinity(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Affinity = new AffinityRequest(in e).Mask;
        desc.Set(IrqFlags.Exists | IrqFlags.AffinityKnown);
    }

    private void ApplyIrqStartup(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Set(IrqFlags.Exists | IrqFlags.Started);
        desc.StartEvent = _index;
        _machine.StartSeen = true;

        // Starting unmasks, shutting down masks (Linux irq_enable, __irq_disable); where a device's masks are recorded,
        // they tell.
        if (!_machine.MaskSeen || desc.Device == 0) PutEntryMask(ref desc, false);
    }

    private void ApplyIrqShutdown(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Clear(IrqFlags.Started);
        _cpus[e.Cpu].WorkIrq = e.Irq;
        desc.Set(IrqFlags.Exists);
        if (!_machine.MaskSeen || desc.Device == 0) PutEntryMask(ref desc, true);
    }

    private void ApplyIrqShutdownDeactivate(in IrqEvent e)
    {
        _shutdownsSeen = true;
        ApplyIrqShutdown(in e);
        if (e.Irq >= (uint)_machine.Irqs.Used) return;
        _machine.Irqs[(int)e.Irq].Set(IrqFlags.ManagedShutdown);
        ApplyWorkOn(in e);
    }

    private void ApplySetupIrq(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Set(IrqFlags.Exists);
        desc.SetupName = new HandlerRun(in e).Name;
    }

    /// <summary>The removed action may have been the first one: the next arrival tells which is first now.</summary>
    private void ApplyFreeIrq(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        _machine.Irqs[(int)e.Irq].HeadName = 0;
    }

    private void ApplyX86Activate(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        _machine.Irqs[(int)e.Irq].Set(IrqFlags.Exists | IrqFlags.Activated | IrqFlags.ActivatedKnown);
        ApplyWorkOn(in e);
    }

    /// <summary>
    /// On a CPU without records this stands in for vector_deactivate and what follows it: the vector is given up, and a
    /// managed interrupt points at the placeholder (Linux x86_vector_deactivate).
    /// </summary>
    private void ApplyX86Deactivate(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Clear(IrqFlags.Activated);
        desc.Set(IrqFlags.Exists | IrqFlags.ActivatedKnown);
        _shutdownsSeen = true;
        if (_cpus[e.Cpu].Dark) GiveUpInDark(ref desc);
    }

    /// <summary>
    /// What follows x86_vector_deactivate and is not recorded on a dying CPU: the vector goes back, and the interrupt
    /// points at the placeholder.
    /// </summary>
    private void GiveUpInDark(ref IrqDesc desc)
    {
        if (desc.Vector != 0 && desc.Has(IrqFlags.VectorKnown))
        {
            InferFree(desc.Cpu, desc.Vector, desc.Has(IrqFlags.Managed));
            SetSlot(desc.Cpu, desc.Vector, VectorTable.Shutdown);
            if (desc.PreviousVector != 0)
            {
                InferFree(desc.PreviousCpu, desc.PreviousVector, desc.Has(IrqFlags.Managed));
                SetSlot(desc.PreviousCpu, desc.PreviousVector, VectorTable.Shutdown);
            }
        }
        else if (!desc.Has(IrqFlags.VectorKnown))
        {
            _darkUnseen = true;
            MarkResync();
        }
        ForgetVector(ref desc);
        desc.ConfiguredVector = Spec.VectorRanges.ManagedShutdown;
        if (desc.Has(IrqFlags.CanReserve) && !desc.Has(IrqFlags.Managed))
        {
            desc.Set(IrqFlags.HasReserved);
            if (_machine.Matrix.Seen) _machine.Matrix.GlobalReserved++;
        }
    }
}
