using System.Globalization;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-33: a managed interrupt is started when its CPU comes back in the middle of resume, before its device is (Linux
/// 6.1 cpuhotplug.c irq_restore_affinity_of_irq; 6.12 waits). On bare metal the message waits in the kernel's cache
/// and all is well; with the host's channel closed nobody can map it.
/// </summary>
internal sealed class StartedWhileSuspended(HazardContext context, SuspendPhases suspend)
{
    public void Activated(in IrqEvent e)
    {
        if (!suspend.IsSuspended || e.Irq >= (uint)context.Machine.Irqs.Used || new VectorActivation(in e).Reserve)
            return;
        ref IrqDesc desc = ref context.Machine.Irqs[(int)e.Irq];
        if (!desc.Has(IrqFlags.Managed | IrqFlags.HostMappingGone)) return;
        context.Report(FindingCode.StartedWhileSuspended, suspend.SuspendEvent,
            string.Create(CultureInfo.InvariantCulture,
                $"Managed irq {e.Irq} is started while its device is suspended and its channel closed: "
                + $"the host cannot map it."), new About { Irq = (int)e.Irq });
    }
}
