using System;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <content>Suspend and hibernation: phases of power management, three kernels and one piece of hardware.</content>
public sealed partial class LinuxSystem
{
    private void ApplyPhase(SuspendPhase phase, int value)
    {
        string action = _context.Tables.Names[phase.Action];
        switch (action, phase.Start)
        {
            case ("dpm_suspend", true): SuspendDrivers(); break;
            case ("dpm_suspend_noirq", true): SuspendDeviceIrqs(); break;
            case ("CPU_OFF", true): TakeCpuOffline(Math.Max(value, 0)); break;
            case ("CPU_ON", true): BringCpuOnline(Math.Max(value, 0)); break;
            case ("dpm_resume_noirq", false): ResumeDeviceIrqs(); break;
            case ("dpm_resume", true): ResumeDrivers(); break;
            case ("dpm_complete", _): ResumeDrivers(); break;
            case ("thaw_processes", false):
                ResumeDrivers();
                CheckAfterResume();
                break;
        }
    }

    private void ApplyKernelStep(KernelStepCode step)
    {
        if (step == KernelStepCode.SuspendDeviceIrqs) SuspendDeviceIrqs();
        else if (step == KernelStepCode.ResumeDeviceIrqs) ResumeDeviceIrqs();
    }

    /// <summary>
    /// device_pm_callback_start of a PCI device without interrupts: the event's code (PM_EVENT_*)
    /// says which way it goes.
    /// </summary>
    private bool ApplyPowerCallback(in IrqEvent e)
    {
        const int WayDown = 0x0F, WayUp = 0xF0;
        (ushort device, ushort operations, int code) = ((ushort)e.A, (ushort)(e.A >> 32), (int)(uint)e.B);
        if (!_context.Tables.Names[operations].StartsWith("noirq", StringComparison.Ordinal)) return false;
        if ((code & WayDown) != 0) return ApplyDeviceStep(device, DeviceStepCode.PmFreezeNoirq);
        return (code & WayUp) != 0 && ApplyDeviceStep(device, DeviceStepCode.PmRestoreNoirq);
    }

    private bool ApplyDeviceStep(ushort device, DeviceStepCode step)
    {
        if (!_kernel.Devices.TryGetValue(device, out KernelDevice? known)) return false;
        switch (step)
        {
            // State "unknown": from here on message writes reach the cache only (pci_pm_freeze_noirq).
            case DeviceStepCode.PmFreezeNoirq or DeviceStepCode.PmPoweroffNoirq: known.PowerUnknown = true; return true;
            case DeviceStepCode.PmThawNoirq or DeviceStepCode.PmRestoreNoirq or DeviceStepCode.PmResumeNoirq:
                RestoreMessages(device);
                return true;
            default: return false;
        }
    }

    /// <summary>suspend_device_irqs: lazily, neither the chip nor the generic masked flag is touched.</summary>
    private void SuspendDeviceIrqs()
    {
        SuspendDrivers();
        _kernel.IrqsSuspended = _kernel.Sleeping = true;
        foreach (KernelIrq irq in _kernel.Irqs.Values) irq.Suspended = irq.Started;
    }

    /// <summary>
    /// resume_device_irqs: unmasks only what the generic flag says is masked, and sends what was noted.
    /// </summary>
    private void ResumeDeviceIrqs()
    {
        if (!_kernel.IrqsSuspended) return;
        _kernel.IrqsSuspended = false;
        foreach (KernelIrq irq in _kernel.Irqs.Values)
        {
            if (!irq.Suspended) continue;
            irq.Suspended = false;
            if (irq.Started && irq.GenericMasked)
            {
                irq.GenericMasked = false;
                RouteOf(irq).Unmask(irq);
            }
            int noted = irq.Noted;
            irq.Noted = -1;
            if (noted >= 0) Retrigger(irq, noted);
        }
        StartManaged();
    }

    /// <summary>
    /// A driver that destroys its interrupts for hibernation (NVMe does) and makes them anew at resume.
    /// </summary>
    private void SuspendDrivers()
    {
        if (!_policy.DriverRecreatesIrqs || _kernel.DriversSuspended) return;
        _kernel.DriversSuspended = true;
        foreach (KernelDevice device in _kernel.Devices.Values)
        {
            foreach (KernelIrq irq in _kernel.Irqs.Values)
            {
                if (irq.Device == device.Device) device.GivenUp.Add(irq.Clone());
            }
            FreeDevice(device.Device);
        }
    }

    /// <summary>Drivers go on: in dpm_resume, or later where the trace leaves that phase out.</summary>
    private void ResumeDrivers()
    {
        ResumeDeviceIrqs();
        _kernel.DriversSuspended = false;
        foreach (KernelDevice device in _kernel.Devices.Values)
        {
            foreach (KernelIrq old in device.GivenUp)
            {
                var irq = new KernelIrq
                {
                    Number = old.Number,
                    Device = old.Device,
                    Entry = old.Entry,
                    Chip = old.Chip,
                    Managed = old.Managed,
                    Passthrough = old.Passthrough,
                    Affinity = old.Affinity,
                };
                HardwareOf(device.Device).Enabled = device.Enabled = true;
                if (AllocateIrq(irq, RouteOf(irq), explicitMask: false) != 0) continue;
                Activate(irq, reserve: true);
                if (old.Requested) StartIrq(irq);
            }
            device.GivenUp.Clear();
        }
    }

    /// <summary>A trace that leaves the phases of resume out: when interrupts are on again, drivers are too.</summary>
    private void EnsureDriversResumed()
    {
        if (_kernel is { DriversSuspended: true, IrqsSuspended: false, Sleeping: true }) ResumeDrivers();
    }

    /// <summary>
    /// The machine was off: hardware and hypervisor start anew, and so does a kernel that knows nothing.
    /// </summary>
    private void BootAnother(string name)
    {
        Spend(CopyCost);
        foreach (DeviceHardware device in _hardware.Values)
        {
            ResetDevice(device);
            device.Reachable = true;
        }
        _host.PowerOff();
        _kernel = BootKernel(name.Length == 0 ? "K2" : name);
    }

    private void TakeSnapshot()
    {
        Spend(CopyCost);
        _snapshot = _kernel.Clone();
    }

    private void RestoreSnapshot()
    {
        Spend(CopyCost);
        if (_snapshot is null) Note("restore: there is no snapshot before it; nothing is restored");
        else _kernel = _snapshot.Clone();
    }

    private void ApplyInjection(InjectedFault fault)
    {
        var what = (Injection)fault.What;
        switch (what)
        {
            case Injection.None: break;
            case Injection.VectorsTaken: TakeVectors(fault.Cpu, fault.Count); break;
            case Injection.IrtesLeft: _remap.Limit(fault.Count); break;
            case Injection.MessageFetched:
                if (_kernel.IrqOf(fault.Device, fault.Entry) is not null)
                    HardwareOf(fault.Device)[fault.Entry].Held = null;
                break;
            default: _faults.Add(what, fault.Device, fault.Entry, fault.Status, _event); break;
        }
    }

    /// <summary>Somebody else takes vectors of a CPU.</summary>
    private void TakeVectors(int cpu, uint count)
    {
        if (cpu >= _kernel.CpuCount) return;
        ref CpuMap map = ref _kernel.Matrix[cpu];
        uint left = count == 0 ? map.Available : Math.Min(count, map.Available);
        for (; left > 0; left--)
        {
            int bit = Rules.Allocator.FindFreeBit(_kernel.Matrix, cpu);
            if (bit == Rules.Allocator.None) return;
            _kernel.Matrix.Alloc(cpu, (byte)bit);
        }
    }
}
