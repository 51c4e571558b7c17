using System.Globalization;
using System.Runtime.CompilerServices;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>Interrupts that arrive, and where.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    /// <summary>
    /// The tracepoint comes once an action. A shared interrupt's chain always starts at its first action, so one arrival
    /// is one run of that (Linux __handle_irq_event_percpu).
    /// </summary>
    private void ApplyHandlerEntry(in IrqEvent e)
    {
        if (_cpus[e.Cpu].Arrival == Arrival.Refused) EndRefused(in e);
        if (e.Irq >= (uint)_machine.Irqs.Used && !TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        ref CpuState cpu = ref _cpus[e.Cpu];
        ushort name = new HandlerRun(in e).Name;
        if (desc.HeadName != name)
        {
            if (desc.HeadName != 0 && cpu.LastHandlerIrq == e.Irq) return;
            desc.HeadName = name;
        }
        cpu.LastHandlerIrq = e.Irq;
        cpu.Arrival = Arrival.Running;
        desc.Flags |= IrqFlags.Exists;
        _machine.Irqs.CountDelivery((int)e.Irq, e.Cpu);
        _machine.Delivered++;
        if (desc.Vector != 0 && desc.Cpu != e.Cpu) CheckPlace(in e, ref desc);
    }

    /// <summary>
    /// All handlers of the arrival before this one refused it, unless this is a further one of them. Asked first and out
    /// of line: nothing but the event is needed behind it.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EndRefused(in IrqEvent e)
    {
        if (e.Irq >= (uint)_machine.Irqs.Used && !TryIrq(e.Irq)) return;
        ref CpuState cpu = ref _cpus[e.Cpu];
        ushort head = _machine.Irqs[(int)e.Irq].HeadName;
        if (head != new HandlerRun(in e).Name && head != 0 && cpu.LastHandlerIrq == e.Irq) return;
        _machine.Spurious++;
        cpu.Arrival = Arrival.None;
        _hazards.Refused(cpu.LastHandlerIrq, e.TimeNs, _index);
    }

    private void ApplyHandlerExit(in IrqEvent e)
    {
        ref CpuState cpu = ref _cpus[e.Cpu];
        if (cpu.LastHandlerIrq != e.Irq) return;
        if (new HandlerResult(in e).Ret != 0) cpu.Arrival = Arrival.Taken;
        else if (cpu.Arrival == Arrival.Running) cpu.Arrival = Arrival.Refused;
    }

    /// <summary>An arrival that is not at the current place: fine at the previous one while that is still allocated.</summary>
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
            _findings.CountOnly(FindingCode.StrayDelivery);
            return;
        }
        Report(FindingCode.StrayDelivery, desc.VectorEvent, (int)e.Irq, e.Cpu, -1, string.Create(
            CultureInfo.InvariantCulture,
            $"irq {e.Irq} was handled on CPU {e.Cpu}, but it belongs to CPU {desc.Cpu} vector {desc.Vector} and has no old place left."));
    }
}
