using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Systems.HyperV;

namespace Replay.Core.Systems.Linux;

/// <content>What each interrupt is worth: at the end of a resume, where findings are raised, and of the trace.</content>
public sealed partial class LinuxSystem
{
    private void ConcludeInterrupts()
    {
        foreach (KernelIrq irq in _kernel.Irqs.Values)
        {
            (EndVerdict verdict, string reason) = Judge(irq);
            long? blame = verdict == EndVerdict.Working ? null : BlameOf(irq, verdict);
            Report.Add(new InterruptVerdict(NameOf(irq.Device), irq.Entry, irq.Number, verdict, blame, reason));
            RaiseFindings(irq, verdict);
        }
        foreach (KernelDevice device in _kernel.Devices.Values)
        {
            foreach (KernelIrq irq in device.GivenUp)
            {
                Report.Add(new InterruptVerdict(NameOf(irq.Device), irq.Entry, irq.Number, EndVerdict.NotAllocated, null,
                    "the driver gave it up and has not asked for it again"));
            }
        }
    }

    private void CheckAfterResume()
    {
        foreach (KernelIrq irq in _kernel.Irqs.Values) RaiseFindings(irq, Judge(irq).Verdict);
    }

    private static long? BlameOf(KernelIrq irq, EndVerdict verdict)
    {
        long blame = verdict is EndVerdict.StuckMasked or EndVerdict.StuckMaskedAndNoMapping && irq.MaskEvent >= 0
            ? irq.MaskEvent
            : irq.MappingEvent;
        return blame < 0 ? null : blame;
    }

    /// <summary>Would the next event of the device arrive, and if not, what stands in its way.</summary>
    private (EndVerdict Verdict, string Reason) Judge(KernelIrq irq)
    {
        if (irq.ManagedShutdown) return (EndVerdict.NotAllocated, "shut down: no CPU of its mask is online");
        if (!irq.Requested) return (EndVerdict.NotAllocated, "no handler is installed");
        DeviceHardware device = HardwareOf(irq.Device);
        HardwareEntry entry = device[irq.Entry];
        bool stuck = !irq.GenericMasked && (entry.Masked || !device.Enabled || !device.Reachable);
        Destination destination = entry.Message.IsInterrupt
            ? RouteOf(irq).Resolve(irq.Device, irq.Entry, entry.Held ?? entry.Message)
            : Destination.Blocked("the entry holds no message");
        if (destination.Fault is { } fault)
            return stuck ? (EndVerdict.StuckMaskedAndNoMapping, "masked; " + fault) : (EndVerdict.NoMapping, fault);
        if (stuck) return (EndVerdict.StuckMasked, entry.Masked ? "the entry is masked" : "the device does not send messages");
        if (destination.Cpu >= _kernel.CpuCount || !_kernel.Online[destination.Cpu])
            return (EndVerdict.WrongTarget, string.Create(CultureInfo.InvariantCulture, $"CPU {destination.Cpu} is offline"));
        return _kernel.Slot(destination.Cpu, destination.Vector) == irq.Number
            ? (EndVerdict.Working, "")
            : (EndVerdict.WrongTarget, string.Create(CultureInfo.InvariantCulture,
                $"CPU {destination.Cpu} vector 0x{destination.Vector:x2} is not its own"));
    }

    private void RaiseFindings(KernelIrq irq, EndVerdict verdict)
    {
        if (RouteOf(irq) is not HyperVRoute) return;
        string name = $"irq {Text(irq.Number)}";
        bool unmapped = verdict is EndVerdict.NoMapping or EndVerdict.StuckMaskedAndNoMapping;
        if (verdict is EndVerdict.StuckMasked or EndVerdict.StuckMaskedAndNoMapping && irq.CacheMasked)
        {
            RaiseOnce(FindingCode.StuckMasked, irq, irq.MaskEvent,
                $"{name} was masked while its CPU went down and its unmask gave up: the entry stays masked.");
        }
        if (unmapped)
        {
            bool block = irq.Chip == MessageChip.MultiMsi;
            RaiseOnce(FindingCode.NoHostMapping, irq, irq.MappingEvent, block
                ? $"{name} is one of a block of messages that resume reuses: the host was never asked for it again."
                : $"The host dropped the mapping of {name} and was not asked for it again.",
                block ? Certainty.Inferred : Certainty.Proved);
        }
        if (irq.Started && _kernel.Device(irq.Device).Bus == HvBusStateCode.Installed && !MessagesAgree(irq, unmapped))
        {
            RaiseOnce(FindingCode.OneMappingEach, irq, irq.MappingEvent,
                $"The bus of {name} is installed, but mapping, cached message and the device's message are not one.");
        }
    }

    private bool MessagesAgree(KernelIrq irq, bool unmapped) =>
        !unmapped && HardwareOf(irq.Device)[irq.Entry].Message == irq.Message;
}
