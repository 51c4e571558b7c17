using System.Globalization;
using System.Numerics;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Systems.HyperV;

/// <content>Retarget hypercalls, messages, and where interrupts then arrive.</content>
public sealed partial class VpciWatch
{
    private const byte MulticastFlag = 1;

    /// <summary>Arrivals on one CPU that make "consistently".</summary>
    private const uint ArrivalsMin = 2;

    private void ApplyHypercall(ref readonly IrqEvent e, ulong targets)
    {
        _callsSeen = true;
        var call = new Hypercall(in e);
        _callOf.Remove(e.Cpu);
        if (call.Code != RetargetCode) return;

        // The result may be recorded apart, by the same CPU; the set of processors goes where the
        // record has room for it.
        IrqEvent kept = e;
        kept.TimeNs = targets;
        if (_callOf.Count < Limit) _callOf[e.Cpu] = kept;
        NoteRetarget(e.Irq, call.Status);
        CheckRetarget(in e, call.Status, targets);
    }

    private void FinishHypercall(ushort cpu, ushort status)
    {
        if (!_callOf.Remove(cpu, out IrqEvent call) || status == 0) return;
        if (new Hypercall(in call).Status != 0) return; // it was told with the call
        NoteRetarget(call.Irq, status);
        CheckRetarget(in call, status, call.TimeNs);
    }

    private void CheckRetarget(ref readonly IrqEvent e, ushort status, ulong targets)
    {
        var call = new Hypercall(in e);
        if (BusOf(call.Device) is not { } bus || MappingOf(e.Irq, call.Device) is not { } mapping) return;
        bool installed = bus.State == HvBusStateCode.Installed || (bus.State is null && bus.Open == true);
        if (status != 0)
        {
            if (installed)
            {
                Raise(FindingCode.RetargetFailed, mapping.CreateEvent, call.Device, e.Irq,
                    string.Create(CultureInfo.InvariantCulture,
                        $"The retarget of {Name(e.Irq)} failed with 0x{status:x} while its bus was installed."));
            }
            return;
        }
        CheckArrivals(e.Irq, mapping);
        mapping.RetargetEvent = _context.Index;
        mapping.Targets = targets;
        mapping.Multicast = (call.Flags & MulticastFlag) != 0;
        mapping.SpuriousBefore = _context.Machine.Spurious;
        for (int cpu = 0; cpu < mapping.ArrivalsBefore.Length; cpu++)
            mapping.ArrivalsBefore[cpu] = Arrivals(e.Irq, cpu);
    }

    private uint Arrivals(uint irq, int cpu)
    {
        IrqTable irqs = _context.Machine.Irqs;
        return irq < (uint)irqs.Used && cpu < _context.Machine.Cpus.Used ? irqs.Delivered((int)irq, cpu) : 0;
    }

    /// <summary>
    /// Where the interrupt came since its last retarget: H-27 elsewhere than told, H-28 on several CPUs.
    /// </summary>
    private void CheckArrivals(uint irq, RecordedMapping mapping)
    {
        if (mapping.RetargetEvent < 0) return;
        int cpus = 0, only = -1;
        uint most = 0;
        for (int cpu = 0; cpu < mapping.ArrivalsBefore.Length; cpu++)
        {
            uint count = Arrivals(irq, cpu) - mapping.ArrivalsBefore[cpu];
            if (count == 0) continue;
            cpus++;
            only = cpu;
            most = count;
        }
        bool wide = mapping.Multicast || BitOperations.PopCount(mapping.Targets) > 1;
        if (wide && cpus > 1 && _context.Machine.Spurious > mapping.SpuriousBefore)
        {
            Raise(FindingCode.MultipleDelivery, mapping.RetargetEvent, mapping.Device, irq,
                string.Create(CultureInfo.InvariantCulture,
                    $"{Name(irq)} was retargeted to processors 0x{mapping.Targets:x} and then ran on {cpus} CPUs, "
                    + $"where some had nothing to do."));
        }
        else if (!wide && mapping.Targets != 0 && cpus == 1 && most >= ArrivalsMin
            && (mapping.Targets >> only & 1) == 0)
        {
            Raise(FindingCode.WrongProcessor, mapping.RetargetEvent, mapping.Device, irq,
                string.Create(CultureInfo.InvariantCulture,
                    $"{Name(irq)} was retargeted to processor {BitOperations.TrailingZeroCount(mapping.Targets)} "
                    + $"and arrived {most} times on CPU {only}, never there."));
        }
        mapping.RetargetEvent = -1;
    }

    /// <summary>I-43: on an installed bus the device's message is the one that the host has mapped.</summary>
    private void CheckMessage(uint irq, MessageWrite write)
    {
        if (!_mappings.TryGetValue(irq, out RecordedMapping? mapping) || (write.Address == 0 && write.Data == 0))
            return;
        if (!_buses.TryGetValue(mapping.Device, out RecordedBus? bus) || bus.State != HvBusStateCode.Installed) return;
        if (mapping.CreateEvent < 0 || mapping.GoneEvent >= 0) return;
        if (mapping.Address == write.Address && (mapping.Data is null || mapping.Data == write.Data)) return;
        Raise(FindingCode.OneMappingEach, mapping.CreateEvent, mapping.Device, irq,
            string.Create(CultureInfo.InvariantCulture,
                $"{Name(irq)} got message 0x{write.Address:x}/0x{write.Data:x}, but the host has "
                + $"mapped 0x{mapping.Address:x}/{(mapping.Data is { } data ? $"0x{data:x}" : "any data")}."));
    }
}
