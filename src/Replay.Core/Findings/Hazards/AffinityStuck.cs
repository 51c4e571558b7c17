using System.Globalization;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-15: an interrupt that could not be moved off a CPU that goes offline, or whose mask has no CPU left (Linux
/// cpuhotplug.c migrate_one_irq, irq_fixup_move_pending; chip.c __irq_startup_managed).
/// </summary>
internal sealed class AffinityStuck(HazardContext context)
{
    public void SetFailed(in KernelLogLine line)
    {
        MachineState machine = context.Machine;
        if (line.Irq < machine.Irqs.Used && machine.Irqs[line.Irq] is var desc && desc.Vector != 0
            && desc.Has(IrqFlags.VectorKnown))
        {
            long down = desc.Cpu < machine.Cpus.Used ? machine.Cpus[desc.Cpu].TakedownEvent : -1;
            context.Report(FindingCode.AffinityStuck, context.Since(down), string.Create(CultureInfo.InvariantCulture,
                $"irq {line.Irq} could not be moved (error -{line.Value}) and stays directed at CPU {desc.Cpu} vector "
                + $"{desc.Vector}, which goes offline."),
                new About { Irq = line.Irq, Cpu = desc.Cpu, Vector = desc.Vector });
            return;
        }
        context.Report(FindingCode.AffinityStuck, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"irq {line.Irq} could not be moved (error -{line.Value}) off a CPU that goes offline."),
            new About { Irq = line.Irq }, Certainty.Inferred);
    }

    /// <summary>The kernel then moves it to any CPU: by design, and never back.</summary>
    public void OnlyOffline(in KernelLogLine line) => context.Report(FindingCode.AffinityStuck, context.Index,
        string.Create(CultureInfo.InvariantCulture,
            $"The effective mask of {Name(line.Irq)} has only offline CPUs: "
            + $"the kernel moves it by force, outside its mask."),
        new About { Irq = line.Irq < 0 ? null : line.Irq, Cpu = line.Cpu < 0 ? null : line.Cpu },
        severity: Severity.Minor);

    public void StartWithoutCpu(in KernelLogLine line) => context.Report(FindingCode.AffinityStuck, context.Index,
        string.Create(CultureInfo.InvariantCulture,
            $"Managed irq {line.Irq} was to start and no CPU of its mask is online: it stays shut down."),
        new About { Irq = line.Irq }, severity: Severity.Major);

    private static string Name(int irq) =>
        irq < 0 ? "an interrupt" : string.Create(CultureInfo.InvariantCulture, $"irq {irq}");
}
