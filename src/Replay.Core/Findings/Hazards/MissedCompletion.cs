using System;
using System.Globalization;
using System.Text;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-25: a driver found by asking that its device was done: the interrupt that should have told never came. The best
/// place to begin in a customer's recording; the event to blame is the last one that moved or masked that interrupt.
/// </summary>
internal sealed class MissedCompletion(HazardContext context)
{
    /// <summary>An NVMe queue: its interrupt is called nvme0q4 (Linux nvme_pci queue_request_irq).</summary>
    public void Polled(in KernelLogLine line)
    {
        string controller = Encoding.UTF8.GetString(line.Device);
        string name = string.Create(CultureInfo.InvariantCulture, $"{controller}q{line.Value}");
        Report(name, FindIrq(name), $"{name} had completed a request and its interrupt did not arrive");
    }

    public void TransmitTimeout(in KernelLogLine line)
    {
        string name = Encoding.UTF8.GetString(line.Device);
        Report(name, FindIrq(name), string.Create(CultureInfo.InvariantCulture,
            $"{name} transmit queue {line.Value} stood still: its interrupt did not arrive, or its device stopped"));
    }

    private void Report(string name, int irq, string what)
    {
        if (irq < 0)
        {
            context.Report(FindingCode.MissedCompletion, context.Index, what + ".", new About { Device = name },
                Certainty.Hint);
            return;
        }
        ref IrqDesc desc = ref context.Machine.Irqs[irq];
        long blame = Math.Max(desc.VectorEvent, desc.MaskEvent);
        string last = blame < 0 ? "" : desc.MaskEvent > desc.VectorEvent
            ? string.Create(CultureInfo.InvariantCulture,
                $"; irq {irq} was last {(desc.Has(IrqFlags.Masked) ? "masked" : "unmasked")} at event {blame}")
            : string.Create(CultureInfo.InvariantCulture, $"; irq {irq} was last moved at event {blame}");
        context.Report(FindingCode.MissedCompletion, context.Since(blame), what + last + ".", new About
        {
            Irq = irq,
            Cpu = desc.Has(IrqFlags.CpuKnown) ? desc.Cpu : null,
            Vector = desc.Vector == 0 ? null : desc.Vector,
        }, Certainty.Hint);
    }

    /// <summary>The interrupt whose handler has this name, or whose name goes on behind it ("eth0-rx-0").</summary>
    private int FindIrq(string name)
    {
        MachineState machine = context.Machine;
        int starting = IrqDesc.None;
        for (int irq = 0; irq < machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref machine.Irqs[irq];
            ushort index = desc.HeadName != 0 ? desc.HeadName : desc.SetupName;
            if (index == 0) continue;
            string own = machine.Tables.Names[index];
            if (own == name) return irq;
            if (starting < 0 && own.Length > name.Length && own.StartsWith(name, StringComparison.Ordinal)
                && own[name.Length] is '-' or ':')
            {
                starting = irq;
            }
        }
        return starting;
    }
}
