using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Systems.HyperV;

namespace Replay.Core.Systems.Linux;

/// <content>What each interrupt is worth: at the end of a resume, where findings are raised,
/// and of the trace.</content>
public sealed partial class LinuxSystem
{
    private void ConcludeInterrupts()
    {
        foreach (KernelIrq irq in _kernel.Irqs.Values)
        {
            if (!irq.Asked) continue; // allocated in stock, as drivers do: nobody expects anything of it
            (EndVerdict verdict, string reason) = Judge(irq);
            long? blame = verdict == EndVerdict.Working ? null : BlameOf(irq);
            Report.Add(new InterruptVerdict(NameOf(irq.Device), irq.Entry, irq.Number, verdict, blame, reason));
            RaiseFindings(irq, verdict, reason);
        }
        foreach (KernelDevice device in _kernel.Devices.Values)
        {
            foreach (KernelIrq irq in device.GivenUp)
            {
                Report.Add(new InterruptVerdict(NameOf(irq.Device), irq.Entry, irq.Number,
                    EndVerdict.NotAllocated, null,
                    "the driver gave it up and has not asked for it again"));
            }
        }
    }

    private void CheckAfterResume()
    {
        _kernel.Sleeping = false;
        foreach (KernelIrq irq in _kernel.Irqs.Values)
        {
            (EndVerdict verdict, string reason) = Judge(irq);
            RaiseFindings(irq, verdict, reason);
        }
    }

    private long? BlameOf(KernelIrq irq)
    {
        long early = _kernel.Device(irq.Device).RestoredEarly;
        long blame = early >= 0 ? early
            : irq.Started && irq.CacheMasked && irq.MaskEvent >= 0 ? irq.MaskEvent : irq.MappingEvent;
        return blame < 0 ? null : blame;
    }

    /// <summary>Would the next event of the device arrive, and if not, what stands in its way.</summary>
    private (EndVerdict Verdict, string Reason) Judge(KernelIrq irq)
    {
        if (irq.ManagedShutdown) return (EndVerdict.NotAllocated, "shut down: no CPU of its mask is online");
        if (!irq.Requested) return (EndVerdict.NotAllocated, "no handler is installed");
        DeviceHardware device = HardwareOf(irq.Device);
        HardwareEntry entry = device[irq.Entry];
        string? silent = irq.GenericMasked ? null
            : !device.Reachable ? "the host has the device"
            : !device.Enabled ? "the device's messages are disabled"
            : entry.Masked ? "the entry is masked" : null;
        Destination destination = entry.Message.IsInterrupt
            ? RouteOf(irq).Resolve(irq.Device, irq.Entry, entry.Held ?? entry.Message)
            : Destination.Blocked("the entry holds no message");
        if (destination.Fault is { } fault)
            return silent is null
                ? (EndVerdict.NoMapping, fault) : (EndVerdict.StuckMaskedAndNoMapping, $"{silent}; {fault}");
        if (silent is not null) return (EndVerdict.StuckMasked, silent);
        if (destination.Cpu >= _kernel.CpuCount || !_kernel.Online[destination.Cpu])
            return (EndVerdict.WrongTarget, string.Create(CultureInfo.InvariantCulture,
                $"CPU {destination.Cpu} is offline"));
        return _kernel.Slot(destination.Cpu, destination.Vector) == irq.Number
            ? (EndVerdict.Working, "")
            : (EndVerdict.WrongTarget, string.Create(CultureInfo.InvariantCulture,
                $"CPU {destination.Cpu} vector 0x{destination.Vector:x2} is not its own"));
    }

    private void RaiseFindings(KernelIrq irq, EndVerdict verdict, string reason)
    {
        if (RouteOf(irq) is not HyperVRoute) return;
        string name = $"irq {Text(irq.Number)}";
        KernelDevice device = _kernel.Device(irq.Device);
        if (device.RestoredEarly >= 0 && irq.Started && verdict != EndVerdict.Working)
        {
            RaiseOnce(FindingCode.OneMappingEach, irq, device.RestoredEarly,
                $"The device of {name} was restored before its bus: it holds the message of before, "
                + "not the one that is mapped.");
            return;
        }
        if (verdict is EndVerdict.StuckMasked or EndVerdict.StuckMaskedAndNoMapping && irq.CacheMasked)
        {
            RaiseOnce(FindingCode.StuckMasked, irq, irq.MaskEvent,
                $"{name} was masked while its CPU went down and its unmask gave up: the entry stays masked.");
        }
        if (verdict is EndVerdict.NoMapping or EndVerdict.StuckMaskedAndNoMapping)
        {
            bool block = irq.Chip == MessageChip.MultiMsi;
            RaiseOnce(FindingCode.NoHostMapping, irq, irq.MappingEvent, block
                ? $"{name} is one of a block of messages that resume reuses: the host was never asked for it again."
                : $"The messages of {name} lead nowhere after resume: {reason}.",
                block ? Certainty.Inferred : Certainty.Proved);
        }
    }
}
