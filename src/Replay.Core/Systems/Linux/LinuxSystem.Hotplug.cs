using System.Collections.Generic;
using System.Globalization;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <content>CPUs go down and come up (Linux fixup_irqs, kernel/irq/cpuhotplug.c).</content>
public sealed partial class LinuxSystem
{
    private void TakeCpuOffline(int cpu)
    {
        if (!HasCpu(cpu) || !_kernel.Online[cpu]) return;
        string call = string.Create(CultureInfo.InvariantCulture, $"cpu_down({cpu})");
        VectorMatrix matrix = _kernel.Matrix;
        if (matrix.OnlineMaps == 1)
        {
            Fail(0, call, Errno.Name(Errno.Busy));
            return;
        }

        // lapic_can_unplug_cpu.
        uint toMove = matrix[cpu].Allocated - matrix[cpu].ManagedAllocated;
        uint available = matrix.GlobalAvailable - matrix[cpu].Available;
        if (available < toMove)
        {
            Show("log", string.Create(CultureInfo.InvariantCulture,
                $"CPU {cpu} has {toMove} vectors, {available} available. Cannot disable CPU"));
            Fail(0, call, Errno.Name(Errno.NoSpace));
            return;
        }
        if (available < matrix.GlobalReserved)
        {
            Show("log", string.Create(CultureInfo.InvariantCulture,
                $"Reserved vectors {matrix.GlobalReserved} > available {available}. IRQ request may fail"));
        }
        _kernel.HideCpu(cpu);
        foreach (KernelIrq irq in new List<KernelIrq>(_kernel.Irqs.Values)) Migrate(irq, cpu);

        // Since 6.6 lapic_offline gives back what waits for this CPU's timer; before, the IPI had come.
        foreach (KernelIrq irq in _kernel.CleanupsOn(cpu)) _kernel.FreePrevious(irq);
        _kernel.RetireCpu(cpu);
    }

    private bool HasCpu(int cpu)
    {
        if (cpu < _kernel.CpuCount) return true;
        Note(string.Create(CultureInfo.InvariantCulture,
            $"there is no CPU {cpu}: the machine has CPUs 0 to {_kernel.CpuCount - 1}"));
        return false;
    }

    /// <summary>migrate_one_irq.</summary>
    private void Migrate(KernelIrq irq, int cpu)
    {
        if (_policy.ForceCompleteFirst) ForceComplete(irq, cpu);
        if (!irq.Started || irq.Cpu != cpu)
        {
            if (irq.PendingAffinity is { } waiting && waiting.And(_kernel.Online).IsEmpty) irq.PendingAffinity = null;
            return;
        }
        if (!_policy.ForceCompleteFirst) ForceComplete(irq, cpu);
        CpuMask mask = irq.PendingAffinity is { } pending && !pending.And(_kernel.Online).IsEmpty
            ? pending : irq.Affinity;
        irq.PendingAffinity = null;
        MessageRoute route = RouteOf(irq);
        bool masks = !route.MovesAnytime && !irq.GenericMasked;
        if (masks) route.Mask(irq);
        bool broken = mask.And(_kernel.Online).IsEmpty;
        if (broken && irq.Managed)
        {
            irq.ManagedShutdown = true;
            irq.Started = false;
            ShutDownAndDeactivate(irq);
            return;
        }
        if (broken) mask = _kernel.Online;
        int error = route.SetAffinity(irq, mask);
        if (error == Errno.NoSpace && !irq.Managed && _policy.OfflineEnospcRetry && mask != _kernel.Online)
        {
            broken = true;
            mask = _kernel.Online;
            error = route.SetAffinity(irq, mask);
        }
        if (error != 0)
        {
            irq.MappingEvent = _event;
            Show("log", string.Create(CultureInfo.InvariantCulture, $"IRQ{irq.Number}: set affinity failed({error})."));
            Fail(irq.Device, $"irq_do_set_affinity({Text(irq.Number)})", Errno.Name(error));
        }
        else if (broken)
        {
            irq.Affinity = mask;
        }
        if (masks) route.Unmask(irq);
    }

    /// <summary>irq_force_complete_move.</summary>
    private void ForceComplete(KernelIrq irq, int cpu)
    {
        if (irq.PreviousVector == 0 || (cpu != irq.Cpu && cpu != irq.PreviousCpu)) return;
        if (irq.MoveInProgress)
        {
            Show("log", string.Create(CultureInfo.InvariantCulture,
                $"IRQ fixup: irq {irq.Number} move in progress, old vector {irq.PreviousVector}"));
        }
        _kernel.FreePrevious(irq);
    }

    private void BringCpuOnline(int cpu)
    {
        if (!HasCpu(cpu) || _kernel.Online[cpu]) return;
        _kernel.BringCpu(cpu);
        if (_kernel.IrqsSuspended && !_policy.ManagedStartWhileSuspended) return;
        StartManaged();
    }

    /// <summary>
    /// irq_restore_affinity_of_irq: managed interrupts that were shut down start when a CPU of theirs is back.
    /// </summary>
    private void StartManaged()
    {
        foreach (KernelIrq irq in _kernel.Irqs.Values)
        {
            if (!irq.ManagedShutdown || irq.Affinity.And(_kernel.Online).IsEmpty) continue;
            irq.ManagedShutdown = false;
            StartIrq(irq);
        }
    }
}
