using System.Globalization;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-31 and I-29: what the device really holds against what the kernel believes. A hypervisor that traps the table may
/// write something else, or switch MSI off on the way (ACRN, Xen).
/// </summary>
internal sealed class HostMessage(HazardContext context)
{
    /// <summary>An entry is about to be taken over as read from the device.</summary>
    public void EntrySeen(in IrqEvent e)
    {
        var content = new EntryContent(in e);
        MachineState machine = context.Machine;
        if (machine.Msix.Find(content.Device) is not { } function || content.Entry >= function.Count) return;
        ref MsixEntry entry = ref function[content.Entry];
        if (entry.Irq < 0 || !entry.MessageKnown || content.Masked) return;
        ref IrqDesc desc = ref machine.Irqs[entry.Irq];
        if (!desc.Has(IrqFlags.Started | IrqFlags.MessageKnown)) return;
        if (content.Address == desc.MessageAddress && content.Data == desc.MessageData) return;
        machine.Lost++;
        context.Report(FindingCode.HostMessage, entry.MessageEvent, string.Create(CultureInfo.InvariantCulture,
            $"Entry {content.Entry} holds address 0x{content.Address:x} data 0x{content.Data:x}, "
            + $"the kernel wrote 0x{desc.MessageAddress:x} and 0x{desc.MessageData:x}."),
            new About { Irq = entry.Irq, Device = context.DeviceName(content.Device), Entry = content.Entry });
    }

    public void ModeSeen(in IrqEvent e)
    {
        var mode = new MsiMode(in e);
        string? device = context.DeviceName(mode.Device);
        bool both = mode is { Msix: true, Msi: true };
        if (both || ((mode.Msix || mode.Msi) && mode.Intx))
        {
            context.Report(FindingCode.InterruptModes, context.Index,
                $"The device has {(both ? "MSI and MSI-X" : mode.Msix ? "MSI-X and INTx" : "MSI and INTx")} "
                + "enabled at once.", new About { Device = device });
        }
        if (mode.Msix || context.Machine.Msix.Find(mode.Device) is not { Enabled: true } function) return;
        context.Report(FindingCode.HostMessage, context.Since(LastWrite(function)),
            "The kernel enabled MSI-X and the device has it disabled: no interrupt of it arrives.",
            new About { Device = device });
    }

    private static long LastWrite(MsixFunction function)
    {
        long last = -1;
        for (int i = 0; i < function.Count; i++)
        {
            if (function[i].WriteEvent > last) last = function[i].WriteEvent;
        }
        return last;
    }
}
