using System;
using System.Globalization;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>What can only be said when the recording is over.</content>
public sealed partial class Replayer<TRules, TProbe>
{
    /// <summary>Raises the findings that wait for the end: vectors lost, entries left masked.</summary>
    public void Finish()
    {
        for (int irq = 0; irq < _machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _machine.Irqs[irq];
            ConcludeLeak(irq, ref desc);
            CheckStuckMasked(irq, ref desc);
            CheckMaskedAfterStart(irq, ref desc);
        }
        foreach (ref CpuArrival cpu in _machine.Cpus.Arrivals.AsSpan(0, _machine.Cpus.Used))
        {
            if (cpu.Arrival == Arrival.Refused) _machine.Spurious++;
            cpu.Arrival = Arrival.None;
        }
        _hazards.Finish(_index, _timeNs);
        _systems.Finish(_index, _timeNs);
    }

    /// <summary>H-04: started, and the entry was masked before that and never unmasked since.</summary>
    private void CheckMaskedAfterStart(int irq, ref IrqDesc desc)
    {
        if (!_machine.UnmaskSeen || !desc.Has(IrqFlags.Started | IrqFlags.Masked | IrqFlags.MaskedKnown)) return;
        if (desc.MaskEvent > desc.StartEvent) return;
        Report(FindingCode.MaskedAfterStart, desc.StartEvent, irq, -1, -1, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} was started and its entry was never unmasked."));
    }
}
