using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-33 and I-40: a changed remapping entry is invalidated before the place that it led to is given to others.
/// The end of a move is H-09; here it is an interrupt that gives its vectors up, and with AMD both (Linux modify_irte,
/// modify_irte_ga). Only where the recording has invalidations at all.
/// </summary>
internal sealed class EntryInvalidation(HazardContext context)
{
    /// <summary>An interrupt is about to give up its vector and its old one.</summary>
    public void Clearing(in IrqEvent e)
    {
        var move = new VectorMove(in e);
        Check(e.Irq, move.Cpu, e.Vector, isMove: false);
        Check(e.Irq, move.PrevCpu, move.PrevVector, isMove: false);
    }

    /// <summary>The old vector of a move is about to be given back.</summary>
    public void Freeing(uint irq, int cpu, byte vector) => Check(irq, cpu, vector, isMove: true);

    private void Check(uint irq, int cpu, byte vector, bool isMove)
    {
        MachineState machine = context.Machine;
        if (vector == 0 || machine.IecInvalidations == 0 || irq >= (uint)machine.Irqs.Used) return;
        ref IrqDesc desc = ref machine.Irqs[(int)irq];
        bool isAmd = desc.RemapDevice >= 0;
        if (desc.RemapIndex < 0 || (isMove && !isAmd)) return;
        IrteTable? table = isAmd ? machine.AmdTables[desc.RemapDevice] : machine.Remap;
        if (table is null || desc.RemapIndex >= table.Used) return;
        ref Irte entry = ref table[desc.RemapIndex];
        if (!entry.Stale || !Leads(in entry, vector, isAmd)) return;
        context.Report(isAmd ? FindingCode.AmdNotInvalidated : FindingCode.EntryNotInvalidated,
            entry.WriteEvent, string.Create(
                CultureInfo.InvariantCulture,
                $"Vector {vector} on CPU {cpu} is given back while the hardware may still use the old copy "
                + $"of remapping entry {desc.RemapIndex} of irq {irq}."),
            new About { Irq = (int)irq, Cpu = cpu, Vector = vector });
    }

    /// <summary>
    /// True when the copy that may still be used leads to the vector; guest-mode entries are changed without a command.
    /// </summary>
    private static bool Leads(in Irte entry, byte vector, bool isAmd) => isAmd
        ? AmdIrteBits.IsEnabled(entry.CachedLo) && !AmdIrteBits.IsGuestMode(entry.CachedLo)
            && AmdIrteBits.Vector(entry.CachedHi) == vector
        : IrteBits.IsPresent(entry.CachedLo) && !IrteBits.IsPosted(entry.CachedLo)
            && IrteBits.Vector(entry.CachedLo) == vector;
}
