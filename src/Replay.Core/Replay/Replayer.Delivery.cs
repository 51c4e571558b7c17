using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Findings.Hazards;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>Interrupts that arrive, and where.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    /// <summary>
    /// The tracepoint comes once an action. A shared interrupt's chain always starts at its first action,
    /// so one arrival is one run of that (Linux __handle_irq_event_percpu).
    /// </summary>
    private void ApplyHandlerEntry(in IrqEvent e)
    {
        if (e.Irq >= (uint)_irqs.Used && !TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _irqs[(int)e.Irq];
        ref CpuArrival cpu = ref _machine.Cpus.Arrivals[e.Cpu];
        ushort name = new HandlerRun(in e).Name;
        if (desc.HeadName != name && desc.HeadName != 0 && cpu.LastIrq == e.Irq) return;
        if (cpu.Arrival == Arrival.Refused)
        {
            _machine.Spurious++;
            _hazards.Refused(cpu.LastIrq, e.TimeNs, _index);
        }
        desc.HeadName = name;
        cpu.LastIrq = e.Irq;
        cpu.Arrival = Arrival.Running;
        desc.Flags |= IrqFlags.Exists;
        _irqs.CountDelivery((int)e.Irq, e.Cpu);
        _machine.Delivered++;
        if (desc.Vector != 0 && desc.Cpu != e.Cpu) CheckPlace(in e, ref desc);
    }

    private void ApplyHandlerExit(in IrqEvent e)
    {
        ref CpuArrival cpu = ref _machine.Cpus.Arrivals[e.Cpu];
        if (cpu.LastIrq != e.Irq) return;
        if (new HandlerResult(in e).Ret != 0) cpu.Arrival = Arrival.Taken;
        else if (cpu.Arrival == Arrival.Running) cpu.Arrival = Arrival.Refused;
    }

    private void ApplySystemEntry(in IrqEvent e)
    {
        _machine.SystemInterrupts++;
        if (SpuriousVector.IsFault(in e)) _hazards.SystemFault(in e, _index);
    }

    /// <summary>
    /// An arrival that is not at the current place: fine at the previous one while that is still allocated.
    /// </summary>
    private void CheckPlace(in IrqEvent e, ref IrqDesc desc)
    {
        if (desc.PreviousVector != 0 && desc.PreviousCpu == e.Cpu) return;
        if (!desc.Has(IrqFlags.VectorKnown) || desc.Has(IrqFlags.PreviousUnknown)) return;
        _timeNs = e.TimeNs;
        if (!_hotplugSeen)
        {
            // It may have been moved off a CPU that went down unseen: the arrival says where it is.
            DropSlot(ref desc, (int)e.Irq);
            desc.Cpu = e.Cpu;
            desc.Vector = 0;
            desc.Clear(IrqFlags.VectorKnown);
            return;
        }
        if (!_findings.WouldKeep(FindingCode.StrayDelivery))
        {
            _findings.CountOnly(FindingCode.StrayDelivery, _index);
            return;
        }
        Report(FindingCode.StrayDelivery, desc.VectorEvent, (int)e.Irq, e.Cpu, -1, string.Create(
            CultureInfo.InvariantCulture,
            $"irq {e.Irq} was handled on CPU {e.Cpu}, but it belongs to CPU {desc.Cpu} vector "
            + $"{desc.Vector} and has no old place left."));
    }
}
