using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-13: an unmasked entry with an all-zero message. Zeros are what a deactivated interrupt's entry holds while it is
/// masked (Linux msi_domain_deactivate), and what a failed composition leaves (pci-hyperv.c hv_compose_msi_msg);
/// unmasked, the device's next signal is a write to memory address 0. I-31 beside it:
/// any other address that is no interrupt.
/// </summary>
internal sealed class ZeroMessage(HazardContext context)
{
    private const ulong FirstPage = 0x1000;

    /// <summary>An interrupt's entry was just unmasked.</summary>
    public void Unmasked(uint irq)
    {
        MachineState machine = context.Machine;
        if (irq >= (uint)machine.Irqs.Used) return;
        ref IrqDesc desc = ref machine.Irqs[(int)irq];
        if (!desc.Has(IrqFlags.MessageKnown) || machine.FunctionOf(in desc) is not { } function) return;
        if (function.Enabled == false || desc.Entry < 0 || desc.Entry >= function.Count) return;
        Check(desc.Entry, ref function[desc.Entry], (int)irq);
    }

    /// <summary>
    /// A message was just written; bad where masks are recorded and the entry is known not to be masked.
    /// </summary>
    public void Written(in IrqEvent e)
    {
        MachineState machine = context.Machine;
        if (!machine.MaskSeen || e.Irq >= (uint)machine.Irqs.Used) return;
        ref IrqDesc desc = ref machine.Irqs[(int)e.Irq];
        if (desc.Has(IrqFlags.Started | IrqFlags.MaskedKnown) && !desc.Has(IrqFlags.Masked)) Unmasked(e.Irq);
    }

    /// <summary>A store in the device's table may have unmasked an entry.</summary>
    public void Stored(ushort device, int entry)
    {
        if (context.Machine.Msix.Find(device) is not { Enabled: true } function || function.IsMasked(entry) != false)
            return;
        Check(entry, ref function[entry], function[entry].Irq, context.DeviceName(device));
    }

    /// <summary>
    /// "Request for interrupt failed": the kernel writes zeros in the entry; unmasked later, it goes astray.
    /// </summary>
    public void Log(in KernelLogLine line) => context.Report(FindingCode.ZeroMessage, context.Index, string.Create(
        CultureInfo.InvariantCulture,
        $"The hypervisor refused to map an interrupt (status 0x{line.Value:x}): "
        + $"the kernel writes an all-zero message for it."),
        certainty: Certainty.Hint, severity: Severity.Major);

    /// <summary>A device wrote to the first page of memory, and an unmasked entry of it says just that.</summary>
    public bool Explains(ushort device, ulong address)
    {
        if (address >= FirstPage || context.Machine.Msix.Find(device) is not { } function) return false;
        for (int i = 0; i < function.Count; i++)
        {
            ref MsixEntry entry = ref function[i];
            if (!entry.MessageKnown || entry.Address >= FirstPage || function.IsMasked(i) != false) continue;
            context.Machine.Lost++;
            context.Report(FindingCode.ZeroMessage, entry.MessageEvent, string.Create(CultureInfo.InvariantCulture,
                $"The device wrote to memory address 0x{address:x}: its unmasked entry {i} holds an all-zero message."),
                new About { Irq = entry.Irq < 0 ? null : entry.Irq, Device = context.DeviceName(device), Entry = i });
            return true;
        }
        return false;
    }

    private void Check(int number, ref MsixEntry entry, int irq, string? device = null)
    {
        if (!entry.MessageKnown) return;
        var message = new MsiMessage(entry.Address, entry.Data);
        if (message.IsInterrupt) return;
        var about = new About { Irq = irq < 0 ? null : irq, Device = device, Entry = number };
        if (entry.Address == 0)
        {
            context.Report(FindingCode.ZeroMessage, entry.MessageEvent, string.Create(CultureInfo.InvariantCulture,
                $"Entry {number} is unmasked and holds an all-zero message: the device's next signal is a write "
                + $"to memory address 0."), about);
            return;
        }
        context.Report(FindingCode.MessageNoInterrupt, entry.MessageEvent, string.Create(CultureInfo.InvariantCulture,
            $"Entry {number} is unmasked and its address 0x{entry.Address:x} is no interrupt: "
            + $"the device's next signal is a write to memory."), about);
    }
}
