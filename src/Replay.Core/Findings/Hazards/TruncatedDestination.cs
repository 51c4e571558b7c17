using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-26: a destination that does not fit the message. A compatibility message has 8 bits for it, 15 with the extension
/// that some hypervisors offer (Linux apic.c __irq_msi_compose_msg); what is cut off sends the
/// interrupt to another CPU.
/// </summary>
internal sealed class TruncatedDestination(HazardContext context)
{
    private const uint EightBits = 0xFF, FifteenBits = 0x7FFF;

    public void Written(in IrqEvent e)
    {
        MachineState machine = context.Machine;
        if (e.Irq >= (uint)machine.Irqs.Used) return;
        ref IrqDesc desc = ref machine.Irqs[(int)e.Irq];
        uint wanted = desc.ApicDestination;
        if (wanted <= EightBits || !desc.Has(IrqFlags.VectorKnown)) return;
        var message = new MsiMessage(desc.MessageAddress, desc.MessageData);
        if (!message.IsInterrupt || message.IsRemappable || message.Vector != desc.ConfiguredVector) return;
        uint encoded = message.Destination | ((uint)(desc.MessageAddress >> 40) << 8);
        if (encoded == wanted || (encoded != (wanted & EightBits) && encoded != (wanted & FifteenBits))) return;
        context.Report(FindingCode.TruncatedDestination, desc.VectorEvent, string.Create(CultureInfo.InvariantCulture,
            $"irq {e.Irq} is meant for APIC ID {wanted}, its message says {encoded}: "
            + $"the interrupt goes to another CPU."),
            new About { Irq = (int)e.Irq, Cpu = desc.Cpu, Vector = desc.ConfiguredVector });
    }
}
