using System;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Rules;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <content>
/// What the recording shows of an interrupt that has not departed, held against the rules: here interrupts depart.
/// </content>
public sealed partial class GuidedKernel
{
    /// <summary>Interrupts of pins, below this number, get their vector when they are activated, reservation or not.</summary>
    private const int FirstMessageIrq = 24;

    /// <summary>
    /// The recorded interrupt got another place: by a request, when it was started, or because its CPU goes down.
    /// </summary>
    private void Assign(int irq, ref GuidedIrq own, in RecordedIrq before, in IrqEvent e)
    {
        ref GuidedCpu cpu = ref _cpus[e.Cpu];
        bool dark = _machine.Cpus[e.Cpu].Dark;
        if (own.Has(GuidedFlags.Departed))
        {
            if (dark) return; // Decided when the CPU is gone.
            if (before.Vector == 0) Activate(irq, ref own);
            else if (!_masksSeen) SetAffinity(irq, ref own, CpuMask.Of(own.Recorded.Cpu));
            return;
        }
        if (cpu.StaysOnline && dark)
        {
            Depart(ref own, in before);
            return;
        }
        if (before.Vector == 0 && WaitsForResume(irq, ref own, in before)) return;
        bool asked = cpu.AskedIrq == irq;
        if (!dark && before.Vector != 0 && cpu.StartIrq != irq && DefersMove(irq, ref own, in before, asked ? new CpuMask(cpu.AskedMask) : CpuMask.Of(own.Recorded.Cpu))) return;
        if (dark && cpu.RefusedIrq == irq)
        {
            cpu.RefusedIrq = IrqEvent.NoIrq;
            if (_rules.OfflineEnospcRetry == false)
            {
                StayBehind(irq, ref own, in before, e.Cpu);
                return;
            }
        }
        CompareChoice(irq, ref own, in before, in e);
        if (!own.Has(GuidedFlags.Departed) && before.Vector != 0)
        {
            CountWrites(irq, before.Cpu, before.Vector, own.Recorded.Cpu, own.Recorded.Vector);
            if (!dark && !OwnRemapping && own.Has(GuidedFlags.Requested)) _totals.Deferred++;
            if (!dark && _rules.HostRemapping == true && !RecordedRemapping && !_requestsSeen) CountUndecided(WhatIfRule.HostRemapping); // When was it asked for?
        }
        own.Clear(GuidedFlags.Requested);
    }

    /// <summary>
    /// The choice of CPU and vector again, with the books as they are here. Only a choice that the recorded books explain,
    /// and that comes out differently here, is taken otherwise.
    /// </summary>
    private void CompareChoice(int irq, ref GuidedIrq own, in RecordedIrq before, in IrqEvent e)
    {
        int taken = own.Recorded.Cpu;
        if (taken >= _cpusUsed || (!BooksDiffer && !_cpus[taken].Held[own.Recorded.Vector])) return;
        ref GuidedCpu cpu = ref _cpus[e.Cpu];
        bool managed = own.Recorded.Has(IrqFlags.Managed);
        ref IrqDesc desc = ref _machine.Irqs[irq];
        CpuMask search = cpu.AskedIrq == irq ? new CpuMask(cpu.AskedMask) : desc.Has(IrqFlags.AffinityKnown) ? new CpuMask(desc.Affinity) : CpuMask.All;
        bool isExplained = FindCpu(search, managed, own: false, taken, out int explained) == Choice.Found && explained == taken;
        if (!isExplained && cpu.AskedIrq != irq)
        {
            search = CpuMask.All;
            isExplained = FindCpu(search, managed, own: false, taken, out explained) == Choice.Found && explained == taken;
        }
        if (!isExplained)
        {
            // Why this CPU is not known; all that can be asked is whether its vector is free here.
            if (!_cpus[taken].Held[own.Recorded.Vector]) return;
            search = CpuMask.Of(taken);
        }
        switch (FindPlace(search, in own, taken, out int best, out byte vector, out bool numberKnown))
        {
            case Choice.NoSpace:
                Depart(ref own, in before);
                if (_machine.Cpus[e.Cpu].Dark) MigrateRefused(irq, ref own);
                else if (before.Vector == 0) RefuseRequest(irq, ref own);
                else RefuseMove(irq);
                break;
            case Choice.Found when best != taken || vector != own.Recorded.Vector:
                if (best != taken) _totals.OtherCpu++;
                Depart(ref own, in before);
                MoveTo(ref own, best, vector, numberKnown);
                if (before.Vector != 0)
                {
                    CountWrites(irq, before.Cpu, before.Vector, best, vector);
                    if (own.Previous != 0 && OwnRemapping) ScheduleCleanup(irq, ref own);
                }
                break;
        }
    }

    private bool BooksDiffer
    {
        get
        {
            if (WindowShift != 0) return true;
            for (int cpu = 0; _touched && cpu < _cpusUsed; cpu++)
            {
                if (_cpus[cpu].Differs) return true;
            }
            return false;
        }
    }

    /// <summary>Without remapping a move waits for the interrupt's next arrival (Linux irq_set_affinity_pending).</summary>
    private bool DefersMove(int irq, ref GuidedIrq own, in RecordedIrq before, CpuMask mask)
    {
        if (_rules.HostRemapping != false || !RecordedRemapping || (_requestsSeen && !own.Has(GuidedFlags.Requested))) return false;
        own.Clear(GuidedFlags.Requested);
        if (CountDecision(WhatIfRule.HostRemapping))
        {
            Tell(WhatIfRule.HostRemapping, string.Create(CultureInfo.InvariantCulture, $"{NameOf(irq)} on CPU {before.Cpu} is to move to {CpusText(OnlineOf(mask))}"),
                $"moved at once to {PlaceText(own.Recorded.Cpu, own.Recorded.Vector)}: its remapping entry is rewritten",
                "waits for its next arrival: only then its message can be rewritten");
        }
        Depart(ref own, in before);
        own.Pending = mask.Word;
        own.Set(GuidedFlags.MovePending);
        _totals.Deferred++;
        return true;
    }

    /// <summary>A managed interrupt of a device that sleeps: some kernels start it with its CPU, others when the device resumes.</summary>
    private bool WaitsForResume(int irq, ref GuidedIrq own, in RecordedIrq before)
    {
        if (!_suspended || _rules.ManagedStartWhileSuspended != false || !own.Recorded.Has(IrqFlags.Managed)) return false;
        if (CountDecision(WhatIfRule.ManagedStartWhileSuspended))
        {
            Tell(WhatIfRule.ManagedStartWhileSuspended, $"managed {NameOf(irq)}: its CPU is back and its device still asleep",
                $"started on {PlaceText(own.Recorded.Cpu, own.Recorded.Vector)}", "waits for its device's resume");
        }
        Depart(ref own, in before);
        own.Set(GuidedFlags.WaitsForResume);
        Void(FindingCode.StartedWhileSuspended, irq);
        return true;
    }

    /// <summary>The recorded interrupt has no vector any more: shut down, deactivated or freed.</summary>
    private void Clear(int irq, ref GuidedIrq own, in RecordedIrq before, in IrqEvent e)
    {
        if (own.Has(GuidedFlags.Fixed)) return; // Keeps its vector until it is freed.
        if (_machine.Cpus[e.Cpu].Dark)
        {
            if (_cpus[e.Cpu].StaysOnline) Depart(ref own, in before);
            return;
        }
        if (own.Has(GuidedFlags.Departed) && own.Recorded.Has(IrqFlags.VectorKnown))
        {
            DropAll(ref own);
            if (own.Has(GuidedFlags.NotStarted)) SetRefused(ref own, GuidedFlags.None);
        }
    }

    /// <summary>The recorded kernel gave the old place of a move back.</summary>
    private void FreePrevious(int irq, ref GuidedIrq own, in RecordedIrq before, in IrqEvent e)
    {
        if (own.Has(GuidedFlags.Departed) || e.Kind is not (EventKind.VectorFreeMoved or EventKind.FreeMovedVector)) return;
        if (_machine.Cpus[e.Cpu].Dark)
        {
            if (_cpus[e.Cpu].StaysOnline) Depart(ref own, in before);
            else if (_rules.ForceCompleteFirst == false && before.PreviousCpu == e.Cpu && before.Cpu != e.Cpu) KeepOldPlace(irq, ref own, in before);
            return;
        }
        if (_rules.Cleanup != VectorCleanup.Timer || _rules.Recorded.Cleanup == VectorCleanup.Timer) return;
        if (CountDecision(WhatIfRule.Cleanup))
        {
            Tell(WhatIfRule.Cleanup, $"{NameOf(irq)} has moved: its old {PlaceText(before.PreviousCpu, before.Previous)} is to be given back",
                "given back by an IPI at once", "given back by a timer in the next jiffy: held until then");
        }
        Depart(ref own, in before);
        own.Clear(GuidedFlags.MoveInProgress);
        own.Set(GuidedFlags.CleanupPending);
        own.HeldSinceNs = _timeNs;
        StartTimer(irq);
    }

    /// <summary>The recorded kernel is about to clean up; one that uses an IPI does it now.</summary>
    private void ScheduleRecorded(int irq, ref GuidedIrq own, in RecordedIrq before)
    {
        if (own.Has(GuidedFlags.Departed))
        {
            ref IrqDesc desc = ref _machine.Irqs[irq];
            if (desc.LeakEvent != _index) return;

            // Lost in the recording: what becomes of the old place here is its own matter.
            AccountOrphan(desc.LeakCpu, desc.LeakVector, own.Recorded.Has(IrqFlags.Managed), held: false);
            if (own.Previous == 0) Void(FindingCode.VectorLeak, irq);
            return;
        }
        if (before.Previous == 0 || _rules.Cleanup != VectorCleanup.Ipi || _rules.Recorded.Cleanup == VectorCleanup.Ipi) return;
        if (_machine.IsOffline(before.PreviousCpu)) return;
        if (CountDecision(WhatIfRule.Cleanup))
        {
            Tell(WhatIfRule.Cleanup, $"{NameOf(irq)} has moved: its old {PlaceText(before.PreviousCpu, before.Previous)} is to be given back",
                "given back by a timer in the next jiffy: held until then", "given back by an IPI at once");
        }
        Depart(ref own, in before);
        DropPrevious(ref own);
    }

    private void KeepOldPlace(int irq, ref GuidedIrq own, in RecordedIrq before)
    {
        TellOffline(irq, before.PreviousCpu, before.Previous, "is given back", "stays allocated");
        Depart(ref own, in before);
    }

    private void TellOffline(int irq, int cpu, byte vector, string recorded, string mine)
    {
        if (!CountDecision(WhatIfRule.ForceCompleteFirst)) return;
        string place = string.Create(CultureInfo.InvariantCulture, $"vector {vector} on CPU {cpu} ");
        Tell(WhatIfRule.ForceCompleteFirst, string.Create(CultureInfo.InvariantCulture, $"CPU {cpu} goes offline with the move of irq {irq} pending"),
            place + recorded, place + mine);
    }

    /// <summary>Somebody allocated a message and reserves its vector; without reservation it gets one now.</summary>
    private void Reserve(int irq, ref GuidedIrq own, in RecordedIrq before)
    {
        bool deactivating = own.Has(GuidedFlags.Deactivating);
        own.Clear(GuidedFlags.Deactivating);
        if (_rules.Reservation != false || deactivating || own.Has(GuidedFlags.Departed) || !own.Recorded.Has(IrqFlags.HasReserved)
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
