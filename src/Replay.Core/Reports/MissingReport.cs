using System.Collections.Generic;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.State;

namespace Replay.Core.Reports;

/// <summary>Which records are missing, and what that leaves open.</summary>
/// <param name="Stretches">The first stretches.</param>
/// <param name="Count">All stretches.</param>
/// <param name="OpenFindings">Findings that rest on state which the missing records may have changed.</param>
/// <param name="Interrupts">Interrupts that the recording shows.</param>
/// <param name="PlacesKnown">Of those, how many have a place at the end, or none, that is known.</param>
public sealed record MissingReport(
    IReadOnlyList<MissingStretch> Stretches, long Count, long OpenFindings, int Interrupts, int PlacesKnown)
{
    /// <summary>Null when no records are missing.</summary>
    public static MissingReport? Build(MachineState machine, FindingTable findings,
        IReadOnlyList<MissingStretch> stretches, long count)
    {
        if (count == 0) return null;
        int irqs = 0, known = 0;
        for (int irq = 0; irq < machine.Irqs.Used; irq++)
        {
            if (!machine.Irqs[irq].Has(IrqFlags.Exists)) continue;
            irqs++;
            if (machine.Irqs[irq].Has(IrqFlags.VectorKnown)) known++;
        }
        return new MissingReport(stretches, count, findings.Withdrawn, irqs, known);
    }
}
