using System.Globalization;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-32: who gives an interrupt up leaves its entry masked, or with an all-zero message (Linux msi_domain_deactivate).
/// </summary>
internal sealed class DeactivatedMessage(HazardContext context)
{
    /// <summary>The vector domain is about to forget the interrupt.</summary>
    public void Forgetting(uint irq)
    {
        MachineState machine = context.Machine;
        if (!machine.MaskSeen || irq >= (uint)machine.Irqs.Used) return;
        ref IrqDesc desc = ref machine.Irqs[(int)irq];
        const IrqFlags Needed = IrqFlags.ActivatedKnown | IrqFlags.MaskedKnown | IrqFlags.MessageKnown;
        if (!desc.Has(Needed) || desc.Has(IrqFlags.Activated) || desc.Has(IrqFlags.Masked)) return;
        if (machine.FunctionOf(in desc) is not { } function || desc.Entry < 0 || function.IsMasked(desc.Entry) != false)
            return;
        ref MsixEntry entry = ref function[desc.Entry];
        if (!entry.MessageKnown || new MsiMessage(entry.Address, entry.Data).IsZero) return;
        context.Report(FindingCode.DeactivatedMessage, entry.MessageEvent, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} is given up and its entry is not masked and still holds address 0x{entry.Address:x} "
            + $"data 0x{entry.Data:x}."), new About { Irq = (int)irq });
    }
}
