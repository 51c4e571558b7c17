using System;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <content>CPUs going down and coming back, and suspend (Linux cpuhotplug.c, vector.c lapic_can_unplug_cpu,
/// irq/pm.c).</content>
public sealed partial class GuidedKernel
{
    /// <summary>
    /// lapic_can_unplug_cpu: what must move has to fit elsewhere. An answer that the recorded books explain is given
    /// again with the books here.
    /// </summary>
    private void CheckUnplug(int cpu, int recorded)
    {
        VectorMatrix matrix = _machine.Matrix;
        if (!BooksDiffer || cpu >= matrix.Count || !matrix.GlobalKnown || matrix.GlobalResync
            || !matrix.KnowsManagedInUse(cpu))
            return;
        ref CpuMap map = ref matrix[cpu];
        long toMove = (long)map.Allocated - map.ManagedAllocated,
            elsewhere = (long)matrix.GlobalAvailable - map.Available;
        if (elsewhere < toMove != (recorded < 0)) return;
        toMove += _cpus[cpu].Allocated - _cpus[cpu].ManagedAllocated;
        elsewhere = 0;
        for (int other = 0; other < Math.Min(matrix.Count, _cpusUsed); other++)
        {
            // The dying CPU has left the online mask in the recording already, if it may.
            if (other != cpu && IsOnline(other)) elsewhere += AvailableOn(other, own: true);
        }
        if (elsewhere < toMove == (recorded < 0)) return;
        if (recorded < 0)
        {
            // All that is recorded from here on is of a machine that kept the CPU: it is followed.
            _totals.OfflineSpared++;
            _cpus[cpu].RefusalSpared = true;
            return;
        }
        _cpus[cpu].StaysOnline = _touched = true;
        _totals.OfflineRefused++;
        if (!_context.Wants(FindingCode.VectorExhausted)) return;
        Report(FindingCode.VectorExhausted, _index, -1, cpu, -1, string.Create(CultureInfo.InvariantCulture,
            $"CPU {cpu} could not be taken offline: it has {toMove} vectors to move, "
            + $"{elsewhere} are available elsewhere."));
    }

    private void EndHotplugStep(in IrqEvent e)
    {
        var result = new HotplugResult(in e);
        if (result.Cpu >= _cpusUsed) return;
        if (_cpus[result.Cpu].RefusalSpared && result.Ret == Systems.Linux.Errno.NoSpace)
            Void(FindingCode.VectorExhausted, -1);
        _cpus[result.Cpu].RefusalSpared = false;
        FollowCpu(result.Cpu);
    }

    /// <summary>A CPU's map may have gone offline, or be back.</summary>
    private void FollowCpu(int cpu)
    {
        bool online = IsRecordedOnline(cpu);
        if (online == _cpus[cpu].WasOnline) return;
        _cpus[cpu].WasOnline = online;
        if (online) ComeBack(cpu);
        else GoDown(cpu);
    }

    private void GoDown(int cpu)
    {
        EndRefusal(cpu);
        for (int irq = 0; irq < _irqsUsed; irq++)
        {
            ref GuidedIrq own = ref _irqs[irq];
            RecordedIrq before = own.Recorded;
            Refresh(ref own, irq);
            CompareOldPlace(irq, ref own, in before, cpu);
            if (own.Has(GuidedFlags.Departed) && !_cpus[cpu].StaysOnline) MigrateOne(irq, ref own, cpu);
            Rejoin(ref own);
        }
    }

    /// <summary>The CPU is offline in the recording; which old places of moves did it leave there?</summary>
    private void CompareOldPlace(int irq, ref GuidedIrq own, in RecordedIrq before, int cpu)
    {
        if (own.Has(GuidedFlags.Departed) || _rules.ForceCompleteFirst is not { } first || _cpus[cpu].StaysOnline)
            return;
        if (before.Previous != 0 && before.PreviousCpu == cpu && own.Recorded.Previous == 0)
        {
            CountUndecided(WhatIfRule.ForceCompleteFirst); // Not recorded: the machine has forgotten it.
            return;
        }
        if (!first || own.Recorded.Previous == 0 || own.Recorded.PreviousCpu != cpu) return;
        TellOffline(irq, cpu, own.Recorded.Previous, "stays allocated", "is given back");
        RecordedIrq from = own.Recorded;
        Depart(ref own, in from);
        DropPrevious(ref own);
    }

    /// <summary>migrate_one_irq, for an interrupt whose state is its own.</summary>
    private void MigrateOne(int irq, ref GuidedIrq own, int cpu)
    {
        if (own.Has(GuidedFlags.Stuck) && own.Cpu == cpu) return; // Tried before.
        bool mustLeave = own.Vector != 0 && own.Cpu == cpu;
        bool first = _rules.ForceCompleteFirst ?? _rules.Recorded.ForceCompleteFirst;
        if (own.Previous != 0 && own.PreviousCpu == cpu && !mustLeave && _rules.ForceCompleteFirst is { } chosen
            && chosen != _rules.Recorded.ForceCompleteFirst)
            TellOffline(irq, cpu, own.Previous, chosen ? "stays allocated" : "is given back", chosen
                ? "is given back" : "stays allocated");
        if (own.Previous != 0 && (mustLeave || (first && own.PreviousCpu == cpu))) DropPrevious(ref own);
        if (!mustLeave)
        {
            // A move that waits and has no CPU left is given up (Linux irq_fixup_move_pending).
            if (own.Has(GuidedFlags.MovePending) && OnlineOf(new CpuMask(own.Pending)).IsEmpty)
                own.Clear(GuidedFlags.MovePending);
            return;
        }
        if (own.Recorded.Has(IrqFlags.HasReserved)) return; // One that nobody has requested stays where it is.
        bool waits = own.Has(GuidedFlags.MovePending) && !OnlineOf(new CpuMask(own.Pending)).IsEmpty;
        CpuMask mask = waits ? new CpuMask(own.Pending) : AffinityOf(irq);
        own.Clear(GuidedFlags.MovePending);
        CpuMask search = OnlineOf(mask);
        if (search.IsEmpty && own.Recorded.Has(IrqFlags.Managed))
        {
            DropAll(ref own);
            own.Set(GuidedFlags.ShutDown);
            return;
        }
        if (search.IsEmpty) search = OnlineOf(CpuMask.All);
        switch (FindPlace(search, in own, -1, out int best, out byte vector, out bool numberKnown))
        {
            case Choice.NoSpace: MigrateRefused(irq, ref own); break;
            case Choice.Unknown: Undecide(ref own); break;
            default:
                CountWrites(irq, own.Cpu, own.Vector, best, vector);
                MoveTo(ref own, best, vector, numberKnown);
                break;
        }
    }

    private CpuMask AffinityOf(int irq)
    {
        ref IrqDesc desc = ref _machine.Irqs[irq];
        return desc.Has(IrqFlags.AffinityKnown) ? new CpuMask(desc.Affinity) : CpuMask.All;
    }

    /// <summary>
    /// No vector in its mask: some kernels try all online CPUs, others leave it directed at the dead one.
    /// </summary>
    private void MigrateRefused(int irq, ref GuidedIrq own)
    {
        bool retry = _rules.OfflineEnospcRetry ?? _rules.Recorded.OfflineEnospcRetry;
        if (retry && !own.Recorded.Has(IrqFlags.Managed) && FindPlace(OnlineOf(CpuMask.All), in own, -1, out int cpu,
            out byte vector, out bool numberKnown) == Choice.Found)
        {
            MoveTo(ref own, cpu, vector, numberKnown);
            return;
        }
        StayStuck(irq, ref own);
    }

    private void StayStuck(int irq, ref GuidedIrq own)
    {
        own.Set(GuidedFlags.Stuck);
        _totals.Stuck++;
        if (!_context.Wants(FindingCode.AffinityStuck)) return;
        Report(FindingCode.AffinityStuck, own.Cpu < _cpusUsed ? _machine.Cpus[own.Cpu].TakedownEvent : -1, irq, own.Cpu,
            own.Vector, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} could not be moved (error -28) and stays directed at CPU {own.Cpu} vector "
            + $"{own.Vector}, which goes offline."));
    }

    /// <summary>The recorded kernel tried again on all CPUs; this one does not.</summary>
    private void StayBehind(int irq, ref GuidedIrq own, in RecordedIrq before, int cpu)
    {
        if (CountDecision(WhatIfRule.OfflineEnospcRetry))
        {
            Tell(WhatIfRule.OfflineEnospcRetry, string.Create(CultureInfo.InvariantCulture,
                $"CPU {cpu} goes offline and {NameOf(irq)} finds no vector in its mask"),
                $"tried on all online CPUs: {PlaceText(own.Recorded.Cpu, own.Recorded.Vector)}",
                $"stays directed at {PlaceText(before.Cpu, before.Vector)}, offline");
        }
        Depart(ref own, in before);
        StayStuck(irq, ref own);
    }

    /// <summary>
    /// The recorded kernel left an interrupt behind on the CPU that goes down; one that tries again does not.
    /// </summary>
    private void EndRefusal(int cpu)
    {
        uint refused = _cpus[cpu].RefusedIrq;
        _cpus[cpu].RefusedIrq = IrqEvent.NoIrq;
        if (refused >= (uint)_irqsUsed || _rules.OfflineEnospcRetry != true) return;
        int irq = (int)refused;
        ref GuidedIrq own = ref _irqs[irq];
        if (own.Has(GuidedFlags.Departed) || own.Recorded.Has(IrqFlags.Managed)) return;
        if (own.Recorded.Vector == 0 || own.Recorded.Cpu != cpu) return;
        Choice choice = FindPlace(OnlineOf(CpuMask.All), in own, -1, out int best,
            out byte vector, out bool numberKnown);
        if (choice == Choice.Unknown) CountUndecided(WhatIfRule.OfflineEnospcRetry);
        if (choice != Choice.Found) return;
        if (CountDecision(WhatIfRule.OfflineEnospcRetry))
        {
            Tell(WhatIfRule.OfflineEnospcRetry, string.Create(CultureInfo.InvariantCulture,
                $"CPU {cpu} goes offline and {NameOf(irq)} finds no vector in its mask"),
                $"stays directed at {PlaceText(own.Recorded.Cpu, own.Recorded.Vector)}, offline",
                $"tried on all online CPUs: {PlaceText(best, vector)}");
        }
        RecordedIrq from = own.Recorded;
        Depart(ref own, in from);
        MoveTo(ref own, best, vector, numberKnown);
    }

    private void ComeBack(int cpu)
    {
        _cpus[cpu].StaysOnline = false;
        for (int irq = 0; irq < _irqsUsed; irq++)
        {
            ref GuidedIrq own = ref _irqs[irq];
            Refresh(ref own, irq);
            if (own.Has(GuidedFlags.Stuck) && own.Cpu == cpu)
            {
                own.Clear(GuidedFlags.Stuck); // Its vector table has it again (Linux lapic_online).
            }
            if (own.Has(GuidedFlags.ShutDown) && AffinityOf(irq)[cpu]) Activate(irq, ref own);
            if (_suspended && _rules.ManagedStartWhileSuspended == true && !own.Has(GuidedFlags.Departed))
                StartAsleep(irq, ref own, cpu);
            Rejoin(ref own);
        }
    }

    /// <summary>A managed interrupt that was shut down starts with its CPU, though its device sleeps.</summary>
    private void StartAsleep(int irq, ref GuidedIrq own, int cpu)
    {
        ref IrqDesc desc = ref _machine.Irqs[irq];
        if (!desc.Has(IrqFlags.Managed | IrqFlags.ManagedShutdown | IrqFlags.AffinityKnown)) return;
        if (desc.Vector != 0 || !AffinityOf(irq)[cpu]) return;
        if (FindPlace(OnlineOf(AffinityOf(irq)), in own, -1, out int best, out byte vector,
            out bool numberKnown) != Choice.Found)
        {
            CountUndecided(WhatIfRule.ManagedStartWhileSuspended);
            return;
        }
        if (CountDecision(WhatIfRule.ManagedStartWhileSuspended))
        {
            Tell(WhatIfRule.ManagedStartWhileSuspended,
                $"managed {NameOf(irq)}: its CPU is back and its device still asleep",
                "waits for its device's resume", $"started on {PlaceText(best, vector)}");
        }
        RecordedIrq from = own.Recorded;
        Depart(ref own, in from);
        MoveTo(ref own, best, vector, numberKnown);
    }

    private void ChangePhase(in IrqEvent e)
    {
        var phase = new SuspendPhase(in e);
        string action = _machine.Tables.Names[phase.Action];
        if (action == "dpm_suspend_noirq" && phase.Start) _suspended = true;
        if (action != "dpm_resume_noirq" || phase.Start || !_suspended) return;
        _suspended = false;
        for (int irq = 0; irq < _irqsUsed; irq++)
        {
            ref GuidedIrq own = ref _irqs[irq];
            if (!own.Has(GuidedFlags.WaitsForResume)) continue;
            own.Clear(GuidedFlags.WaitsForResume);
            Activate(irq, ref own);
            Rejoin(ref own);
        }
    }
}
