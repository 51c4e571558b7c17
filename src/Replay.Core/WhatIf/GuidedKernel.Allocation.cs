using System;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <content>Messages that are allocated, given up, and refused (Linux assign_irq_vector_policy,
/// x86_vector_deactivate).</content>
public sealed partial class GuidedKernel
{
    /// <summary>
    /// Interrupts of pins, below this number, get their vector when they are activated, reservation or not.
    /// </summary>
    private const int FirstMessageIrq = 24;

    /// <summary>Somebody allocated a message and reserves its vector; without reservation it gets one now.</summary>
    private void Reserve(int irq, ref GuidedIrq own, in RecordedIrq before)
    {
        bool deactivating = own.Has(GuidedFlags.Deactivating);
        own.Clear(GuidedFlags.Deactivating);
        if (_rules.Reservation != false || deactivating || own.Has(GuidedFlags.Departed)
            || !own.Recorded.Has(IrqFlags.HasReserved)
            || irq < FirstMessageIrq || before.Has(IrqFlags.InVectorDomain) || before.Vector != 0)
        {
            return;
        }
        Choice choice = FindPlace(CpuMask.All, in own, -1, out int cpu, out byte vector, out bool numberKnown);
        if (choice == Choice.Unknown)
        {
            CountUndecided(WhatIfRule.Reservation);
            return;
        }
        if (CountDecision(WhatIfRule.Reservation))
        {
            Tell(WhatIfRule.Reservation, $"{NameOf(irq)} is allocated; {AvailableText()}",
                "a reservation, no vector yet", choice == Choice.Found ? PlaceText(cpu, vector) : "refused (-ENOSPC)");
        }
        Depart(ref own, own.Recorded);
        if (choice == Choice.Found)
        {
            own.Set(GuidedFlags.Fixed);
            MoveTo(ref own, cpu, vector, numberKnown);
            return;
        }
        SetRefused(ref own, GuidedFlags.NotAllocated);
        _totals.AllocationsRefused++;
        ReportExhausted(irq, "No vector was free at allocation");
    }

    /// <summary>
    /// Vectors were set aside for a managed interrupt on each CPU of its mask: is there one left on each here?
    /// </summary>
    private void ReserveManaged(int irq, ref GuidedIrq own)
    {
        ref IrqDesc desc = ref _machine.Irqs[irq];
        if (own.Has(GuidedFlags.Departed) || !BooksDiffer || !desc.Has(IrqFlags.Managed | IrqFlags.AffinityKnown))
            return;
        ulong aside = 0;
        bool fits = true;
        for (int cpu = 0; cpu < Math.Min(Math.Min(_machine.Matrix.Count, _cpusUsed), CpuMask.Bits); cpu++)
        {
            ref CpuMap map = ref _machine.Matrix[cpu];
            if ((desc.Affinity >> cpu & 1) == 0 || !IsOnline(cpu)) continue;
            if (!map.Known || map.Resync) return;
            aside |= 1UL << cpu;
            fits &= map.Available + _cpus[cpu].Available + WindowShift >= 0; // The recorded number counts it already.
        }
        if (fits) return;
        RecordedIrq from = own.Recorded;
        Depart(ref own, in from);
        own.Clear(GuidedFlags.MovePending);
        own.Pending = aside;
        SetRefused(ref own, GuidedFlags.NotAllocated);
        _totals.AllocationsRefused++;
        ReportExhausted(irq, "No managed vector could be set aside");
    }

    /// <summary>The handler is removed: in reservation mode the vector goes back, a fixed one stays.</summary>
    private void Deactivate(int irq, ref GuidedIrq own, in RecordedIrq before, in IrqEvent e)
    {
        own.Set(GuidedFlags.Deactivating);
        if (_rules.Reservation != false || own.Has(GuidedFlags.Departed) || irq < FirstMessageIrq || before.Vector == 0
            || before.Has(IrqFlags.Managed) || !before.Has(IrqFlags.CanReserve) || _machine.Cpus[e.Cpu].Dark)
        {
            return;
        }
        CountDecision(WhatIfRule.Reservation);
        Depart(ref own, in before);
        own.Set(GuidedFlags.Fixed);
    }

    /// <summary>
    /// True when a CPU of the set has vectors here that it lacks in the recording. Which number a refusal lacked is not
    /// asked: the kernel picks a CPU by its counter, and may find no bit there.
    /// </summary>
    private bool HasMoreThanRecorded(CpuMask search)
    {
        for (int cpu = 0; cpu < Math.Min(_machine.Matrix.Count, _cpusUsed); cpu++)
        {
            if (search[cpu] && IsOnline(cpu) && _cpus[cpu].Available + WindowShift > 0) return true;
        }
        return false;
    }

    /// <summary>The recorded kernel found no vector; with the books here there may be one.</summary>
    private void Refuse(int irq, ref GuidedIrq own, in IrqEvent e)
    {
        ref GuidedCpu cpu = ref _cpus[e.Cpu];
        CpuMask search = cpu.AskedIrq == irq ? new CpuMask(cpu.AskedMask) : CpuMask.All;
        if (own.Has(GuidedFlags.Departed))
        {
            if (cpu.AskedIrq == irq) SetAffinity(irq, ref own, search);
            else if (own.Vector == 0) Activate(irq, ref own);
            if (own.Vector != 0 && !own.Has(GuidedFlags.MovePending)) Void(FindingCode.VectorExhausted, irq);
            return;
        }
        if (!HasMoreThanRecorded(search)) return;
        if (FindPlace(search, in own, -1, out int best, out byte vector, out bool numberKnown) != Choice.Found) return;
        RecordedIrq from = own.Recorded;
        Depart(ref own, in from);
        MoveTo(ref own, best, vector, numberKnown);
        if (own.Previous != 0 && OwnRemapping) ScheduleCleanup(irq, ref own);
        _totals.Spared++;
        Void(FindingCode.VectorExhausted, irq);
    }
}
