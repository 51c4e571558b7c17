using System.Globalization;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-05, H-06: the kernel found no handler on a (cpu, vector) (Linux common_interrupt). Whose slot it is says which: an
/// owner's slot was reset by a stray interrupt (kernels that read it again under the lock do not do that),
/// a slot without owner got an interrupt that belongs elsewhere.
/// </summary>
internal sealed class NoHandler(
    HazardContext context, InheritedInterrupt inherited, RemappingErratum erratum, bool slotRecheck)
{
    public void Log(in KernelLogLine line)
    {
        MachineState machine = context.Machine;
        if (line.Cpu >= CpuTable.CpuMax) return;
        var about = new About { Cpu = line.Cpu, Vector = line.Vector };
        string place = string.Create(CultureInfo.InvariantCulture, $"CPU {line.Cpu} vector {line.Vector}");
        int owner = line.Cpu < machine.Slots.CpuCount
            ? machine.Slots[line.Cpu, (byte)line.Vector] : VectorTable.Unknown;
        if (owner >= 0 && slotRecheck)
        {
            context.Report(FindingCode.StrayDelivery, machine.Irqs[owner].VectorEvent, string.Create(
                CultureInfo.InvariantCulture,
                $"The kernel found no handler on {place}, which irq {owner} owns as far as is recorded: "
                + $"the slot was emptied unseen."),
                new About { Irq = owner, Cpu = line.Cpu, Vector = line.Vector }, Certainty.Inferred);
            return;
        }
        if (owner >= 0)
        {
            context.Report(FindingCode.SlotOverwritten, machine.Irqs[owner].VectorEvent, string.Create(
                CultureInfo.InvariantCulture,
                $"The kernel found no handler on {place}, which irq {owner} owns: "
                + $"its slot was reset by a stray interrupt."),
                new About { Irq = owner, Cpu = line.Cpu, Vector = line.Vector });
            return;
        }
        machine.Lost++;
        if (inherited.Explains(line.Cpu, line.Vector, place) || erratum.Explains(line.Cpu, line.Vector, place)) return;
        context.Report(FindingCode.StrayDelivery, null, $"The kernel found no handler on {place}.", about);
    }
}
