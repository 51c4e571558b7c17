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
        CpuMask search = asked ? new CpuMask(cpu.AskedMask) : CpuMask.Of(own.Recorded.Cpu);
        if (!dark && before.Vector != 0 && cpu.StartIrq != irq && DefersMove(irq, ref own, in before, search)) return;
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
            bool undated = !dark && !RecordedRemapping && !_requestsSeen; // When was it asked for?
            if (undated && _rules.HostRemapping == true) CountUndecided(WhatIfRule.HostRemapping);
        }
        own.Clear(GuidedFlags.Requested);
    }

    /// <summary>
    /// The choice of CPU and vector again, with the books as they are here. Only a choice that the recorded books
    /// explain, and that comes out differently here, is taken otherwise.
    /// </summary>
    private void CompareChoice(int irq, ref GuidedIrq own, in RecordedIrq before, in IrqEvent e)
    {
        int taken = own.Recorded.Cpu;
        if (taken >= _cpusUsed || (!BooksDiffer && !_cpus[taken].Held[own.Recorded.Vector])) return;
        ref GuidedCpu cpu = ref _cpus[e.Cpu];
        bool managed = own.Recorded.Has(IrqFlags.Managed);
        CpuMask search = cpu.AskedIrq == irq ? new CpuMask(cpu.AskedMask) : AffinityOf(irq);
        bool isExplained = FindCpu(search, managed, own: false, taken, out int explained) == Choice.Found
            && explained == taken;
        if (!isExplained && cpu.AskedIrq != irq)
        {
            search = CpuMask.All;
            isExplained = FindCpu(search, managed, own: false, taken, out explained) == Choice.Found
                && explained == taken;
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

    /// <summary>
    /// Without remapping a move waits for the interrupt's next arrival (Linux irq_set_affinity_pending).
    /// </summary>
    private bool DefersMove(int irq, ref GuidedIrq own, in RecordedIrq before, CpuMask mask)
    {
        if (_rules.HostRemapping != false || !RecordedRemapping || (_requestsSeen && !own.Has(GuidedFlags.Requested)))
            return false;
        own.Clear(GuidedFlags.Requested);
        if (CountDecision(WhatIfRule.HostRemapping))
        {
            Tell(WhatIfRule.HostRemapping, string.Create(CultureInfo.InvariantCulture,
                $"{NameOf(irq)} on CPU {before.Cpu} is to move to {CpusText(OnlineOf(mask))}"),
                $"moved at once to {PlaceText(own.Recorded.Cpu, own.Recorded.Vector)}: "
                + "its remapping entry is rewritten",
                "waits for its next arrival: only then its message can be rewritten");
        }
        Depart(ref own, in before);
        own.Pending = mask.Word;
        own.Set(GuidedFlags.MovePending);
        _totals.Deferred++;
        return true;
    }

    /// <summary>
    /// A managed interrupt of a device that sleeps: some kernels start it with its CPU, others when the device resumes.
    /// </summary>
    private bool WaitsForResume(int irq, ref GuidedIrq own, in RecordedIrq before)
    {
        if (!_suspended || _rules.ManagedStartWhileSuspended != false || !own.Recorded.Has(IrqFlags.Managed))
            return false;
        if (CountDecision(WhatIfRule.ManagedStartWhileSuspended))
        {
            Tell(WhatIfRule.ManagedStartWhileSuspended,
                $"managed {NameOf(irq)}: its CPU is back and its device still asleep",
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
        if (own.Has(GuidedFlags.Departed) || e.Kind is not (EventKind.VectorFreeMoved or EventKind.FreeMovedVector))
            return;
        if (_machine.Cpus[e.Cpu].Dark)
        {
            if (_cpus[e.Cpu].StaysOnline) Depart(ref own, in before);
            else if (_rules.ForceCompleteFirst == false && before.PreviousCpu == e.Cpu && before.Cpu != e.Cpu)
                KeepOldPlace(irq, ref own, in before);
            return;
        }
        if (_rules.Cleanup == VectorCleanup.Ipi && _rules.Recorded.Cleanup == VectorCleanup.Timer && !_schedulesSeen)
            CountUndecided(WhatIfRule.Cleanup); // When the timer was started is not recorded.
        if (_rules.Cleanup != VectorCleanup.Timer || _rules.Recorded.Cleanup == VectorCleanup.Timer) return;
        if (CountDecision(WhatIfRule.Cleanup))
        {
            Tell(WhatIfRule.Cleanup, $"{NameOf(irq)} has moved: its old "
                + $"{PlaceText(before.PreviousCpu, before.Previous)} is to be given back",
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
        _schedulesSeen = true;
        if (own.Has(GuidedFlags.Departed))
        {
            ref IrqDesc desc = ref _machine.Irqs[irq];
            if (desc.LeakEvent != _index) return;

            // Lost in the recording: what becomes of the old place here is its own matter.
            AccountOrphan(desc.LeakCpu, desc.LeakVector, own.Recorded.Has(IrqFlags.Managed), held: false);
            if (own.Previous == 0) Void(FindingCode.VectorLeak, irq);
            return;
        }
        if (before.Previous == 0 || _rules.Cleanup != VectorCleanup.Ipi || _rules.Recorded.Cleanup == VectorCleanup.Ipi)
            return;
        if (_machine.IsOffline(before.PreviousCpu)) return;
        if (CountDecision(WhatIfRule.Cleanup))
        {
            Tell(WhatIfRule.Cleanup, $"{NameOf(irq)} has moved: its old "
                + $"{PlaceText(before.PreviousCpu, before.Previous)} is to be given back",
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
        Tell(WhatIfRule.ForceCompleteFirst, string.Create(CultureInfo.InvariantCulture,
            $"CPU {cpu} goes offline with the move of irq {irq} pending"),
            place + recorded, place + mine);
    }
}
