using System.Globalization;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>H-08 as the kernel's log tells it (Linux vector.c lapic_can_unplug_cpu, activate_reserved).</summary>
internal sealed class VectorShortage(HazardContext context)
{
    /// <summary>Where the takedown is recorded, its result is the finding.</summary>
    public void CannotDisable(in KernelLogLine line, CounterUnderflow underflow)
    {
        if (underflow.Log(in line)) return;
        MachineState machine = context.Machine;
        if (line.Cpu < machine.Cpus.Used && machine.Cpus[line.Cpu].GoingDown) return;
        context.Report(FindingCode.VectorExhausted, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"CPU {line.Cpu} could not be taken offline: it has {line.Value} vectors to move, "
            + $"{line.Second} are available elsewhere."), new About { Cpu = line.Cpu });
    }

    public void Reserved(in KernelLogLine line) =>
        context.Report(FindingCode.VectorExhausted, context.Index, string.Create(
            CultureInfo.InvariantCulture,
            $"{line.Value} interrupts hold a reservation and {line.Second} vectors are available: "
            + $"requests for them may fail."), severity: Severity.Note);

    public void AffinityBroken(in KernelLogLine line) => context.Report(FindingCode.VectorExhausted, context.Index,
        string.Create(CultureInfo.InvariantCulture,
            $"No vector was free for irq {line.Irq} in its mask: it was directed at a CPU outside."),
        new About { Irq = line.Irq });
}
