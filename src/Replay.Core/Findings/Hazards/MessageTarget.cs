using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-24: where an unmasked entry's message leads is where its interrupt is. Through remapping: a present entry with the
/// interrupt's vector; without: the interrupt's vector, or its old one during a move. Asked when the recording is over and
/// when the device signals.
/// </summary>
internal sealed class MessageTarget(HazardContext context)
{
    // A message that AMD remaps looks like one that is not remapped; destination and vector of its interrupt it never has.
    private bool _directSeen;

    /// <summary>A message was written.</summary>
    public void Written(in IrqEvent e)
    {
        if (_directSeen || e.Irq >= (uint)context.Machine.Irqs.Used) return;
        ref IrqDesc desc = ref context.Machine.Irqs[(int)e.Irq];
        var message = new MsiMessage(desc.MessageAddress, desc.MessageData);
        _directSeen = message.IsInterrupt && !message.IsRemappable && message.Destination != 0
            && message.Destination == desc.ApicDestination && message.Vector == desc.ConfiguredVector;
    }

    public void CheckAll()
    {
        for (int irq = 0; irq < context.Machine.Irqs.Used; irq++) Check(irq);
    }

    /// <summary>A device signals an entry.</summary>
    public void Raised(ushort device, int entry)
    {
        if (context.Machine.Msix.Find(device) is not { } function || entry >= function.Count) return;
        if (function[entry].Irq >= 0) Check(function[entry].Irq);
    }

    private void Check(int irq)
    {
        MachineState machine = context.Machine;
        ref IrqDesc desc = ref machine.Irqs[irq];
        const IrqFlags Needed = IrqFlags.Started | IrqFlags.VectorKnown | IrqFlags.MessageKnown | IrqFlags.MaskedKnown;
        if (!desc.Has(Needed) || desc.Has(IrqFlags.Masked) || desc.Vector == 0) return;
        if (machine.FunctionOf(in desc) is not { } function || desc.Entry < 0 || function.IsMasked(desc.Entry) != false) return;
        ref MsixEntry entry = ref function[desc.Entry];
        var message = new MsiMessage(entry.Address, entry.Data);
        if (!entry.MessageKnown || !message.IsInterrupt) return;
        if (message.IsRemappable) CheckRemapped(irq, in desc, message.RemapIndex);
        else if (desc.RemapDevice >= 0) CheckAmd(irq, in desc);
        else if (_directSeen && !machine.RemapEnabled) CheckDirect(irq, in desc, message, entry.MessageEvent);
    }

    private void CheckRemapped(int irq, in IrqDesc desc, int index)
    {
        if (context.Machine.Remap is not { } table || index >= table.Used || !table[index].Known) return;
        ref Irte entry = ref table[index];
        if (!IrteBits.IsPresent(entry.Lo))
        {
            Report(irq, in desc, entry.WriteEvent, string.Create(CultureInfo.InvariantCulture,
                $"irq {irq} is started and its message names remapping entry {index}, which is not present."));
        }
        else if (!IrteBits.IsPosted(entry.Lo) && IrteBits.Vector(entry.Lo) != desc.Vector)
        {
            Report(irq, in desc, entry.WriteEvent > desc.VectorEvent ? entry.WriteEvent : desc.VectorEvent, string.Create(
                CultureInfo.InvariantCulture,
                $"The message of irq {irq} leads to vector {IrteBits.Vector(entry.Lo)} (remapping entry {index}), the interrupt is at CPU {desc.Cpu} vector {desc.Vector}."));
        }
    }

    private void CheckAmd(int irq, in IrqDesc desc)
    {
        if (context.Machine.AmdTables[desc.RemapDevice] is not { } table || desc.RemapIndex >= table.Used) return;
        ref Irte entry = ref table[desc.RemapIndex];
        if (!entry.Known || AmdIrteBits.IsGuestMode(entry.Lo) || AmdIrteBits.Vector(entry.Hi) == desc.Vector) return;
        Report(irq, in desc, entry.WriteEvent > desc.VectorEvent ? entry.WriteEvent : desc.VectorEvent, string.Create(
            CultureInfo.InvariantCulture,
            $"Remapping entry {desc.RemapIndex} of irq {irq} leads to vector {AmdIrteBits.Vector(entry.Hi)}, the interrupt is at CPU {desc.Cpu} vector {desc.Vector}."));
    }

    private void CheckDirect(int irq, in IrqDesc desc, in MsiMessage message, long messageEvent)
    {
        if (message.Vector == desc.Vector || message.Vector == desc.PreviousVector) return;
        Report(irq, in desc, messageEvent > desc.VectorEvent ? messageEvent : desc.VectorEvent, string.Create(
            CultureInfo.InvariantCulture,
            $"The message of irq {irq} leads to vector {message.Vector}, the interrupt is at CPU {desc.Cpu} vector {desc.Vector}."));
    }

    private void Report(int irq, in IrqDesc desc, long blame, string message) => context.Report(FindingCode.MessageTarget,
        blame, message, new About { Irq = irq, Cpu = desc.Cpu, Vector = desc.Vector });
}
