using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>The x86 vector domain: who has which vector (Linux arch/x86/kernel/apic/vector.c).</content>
public sealed partial class Replayer<TRules, TProbe>
{
    private const int NoSpace = -28;

    // True once vector_clear was seen: without it nothing tells that an interrupt gives its slot up.
    private bool _clearsSeen;

    // True once a probe on apic_update_vector was seen: a move on a CPU that emits no tracepoint is then recorded too.
    private bool _updatesSeen;

    // Interrupts 0 to 31 that were ever activated, had a vector or were freed: their remapping entries were written.
    private uint _activated;

    private void ApplyVectorSetup(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        if (new VectorResult(in e).Ret != 0) return;
        desc.Set(IrqFlags.Exists | IrqFlags.Born | IrqFlags.InVectorDomain);
        if (!desc.Has(IrqFlags.ManagedKnown)) desc.Set(IrqFlags.ManagedKnown);
    }

    private void ApplyVectorReserve(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        if (new VectorResult(in e).Ret != 0)
        {
            ReportExhausted(e.Irq, "No reservation was possible");
            return;
        }
        if (desc.Vector != 0 && _clearsSeen)
        {
            Report(FindingCode.ReservedWithVector, desc.VectorEvent, (int)e.Irq, desc.Cpu, desc.Vector, string.Create(
                CultureInfo.InvariantCulture,
                $"irq {e.Irq} takes a reservation while it has vector {desc.Vector} on CPU {desc.Cpu}."));
        }
        desc.Set(IrqFlags.Exists | IrqFlags.InVectorDomain | IrqFlags.HasReserved | IrqFlags.CanReserve
            | IrqFlags.VectorKnown);
        desc.Vector = 0;
        desc.VectorEvent = _index;
    }

    private void ApplyVectorReserveManaged(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        int ret = new VectorResult(in e).Ret;
        if (ret == NoSpace) ReportExhausted(e.Irq, "No managed vector could be set aside");
        if (ret != 0) return;
        desc.Set(IrqFlags.Exists | IrqFlags.InVectorDomain | IrqFlags.Managed | IrqFlags.ManagedKnown
            | IrqFlags.VectorKnown);
        desc.Vector = 0;
        desc.VectorEvent = _index;

        // Its affinity is the mask of the CPUs on which a vector was just set aside for it.
        ulong mask = _cpus[e.Cpu].AsideMask;
        _cpus[e.Cpu].AsideMask = 0;
        if (mask == 0 || _machine.Cpus.Used > CpuMask.Bits) return;
        desc.Affinity = mask;
        desc.Set(IrqFlags.AffinityKnown);
    }

    private void ApplyVectorActivate(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Set(IrqFlags.Exists | IrqFlags.InVectorDomain | IrqFlags.Activated | IrqFlags.ActivatedKnown
            | IrqFlags.ManagedKnown);
        var activation = new VectorActivation(in e);
        desc.Put(IrqFlags.Managed, activation.IsManaged);
        desc.Put(IrqFlags.CanReserve, activation.CanReserve);
        desc.Clear(IrqFlags.ManagedShutdown | IrqFlags.Inferred);
        _cpus[e.Cpu].WorkIrq = e.Irq;
        if (e.Irq < 32) _activated |= 1u << (int)e.Irq;

        // Activation that is not early (reserve 0) belongs to request_irq, which goes on to start the interrupt and so
        // unmasks it. Where start-ups or masks are recorded, they tell.
        bool maskable = activation.IsManaged || activation.CanReserve;
        if (maskable && !activation.Reserve && !_machine.MaskSeen && !_machine.StartSeen) PutEntryMask(ref desc, false);
    }

    private void ApplyVectorDeactivate(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Set(IrqFlags.Exists | IrqFlags.InVectorDomain | IrqFlags.ActivatedKnown | IrqFlags.ManagedKnown);
        desc.Put(IrqFlags.Managed, new VectorActivation(in e).IsManaged);
        desc.Clear(IrqFlags.Activated);
        _cpus[e.Cpu].WorkIrq = e.Irq;
    }

    private void ApplyVectorAlloc(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        var result = new VectorResult(in e);
        if (result.Ret < 0)
        {
            if (result.Ret == NoSpace) ReportExhausted(e.Irq, "No vector was free");
            return;
        }
        if (desc.PreviousVector != 0 && desc.Has(IrqFlags.VectorKnown) && _hotplugSeen)
        {
            Report(FindingCode.AllocatedDuringMove, desc.VectorEvent, (int)e.Irq, desc.PreviousCpu, desc.PreviousVector,
                string.Create(CultureInfo.InvariantCulture,
                    $"irq {e.Irq} got a new vector while its old vector {desc.PreviousVector} on CPU "
                    + $"{desc.PreviousCpu} was not given back."));
        }
        if (e.Kind == EventKind.VectorAlloc && result.Reserved) desc.Clear(IrqFlags.HasReserved);
    }

    /// <summary>
    /// The tracepoint: recorded before the change, with the state until now in prev_*. A probe on the same function may
    /// have come just before it; then the change is already made and only prev_* is left to check.
    /// </summary>
    private void ApplyVectorUpdate(in IrqEvent e)
    {
        var move = new VectorMove(in e);
        if (!TryIrq(e.Irq) || !TryCpu(move.Cpu)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        ref CpuState cpu = ref _cpus[e.Cpu];
        byte oldVector = move.PrevVector;
        ushort oldCpu = move.PrevCpu;
        if (cpu.ProbedIrq == e.Irq && desc.Vector == e.Vector && desc.Cpu == move.Cpu)
        {
            cpu.ProbedIrq = IrqEvent.NoIrq;
            if (cpu.ProbedOldKnown
                && (cpu.ProbedOldVector != oldVector || (oldVector != 0 && cpu.ProbedOldCpu != oldCpu)))
            {
                ReportPrevious(e.Irq, cpu.ProbedOldVector, cpu.ProbedOldCpu, oldVector, oldCpu);
            }
            if (!cpu.ProbedOldKnown) LearnPrevious(ref desc, oldVector, oldCpu);
            return;
        }
        if (desc.Has(IrqFlags.VectorKnown) && (desc.Vector != oldVector || (oldVector != 0 && desc.Cpu != oldCpu)))
        {
            ReportPrevious(e.Irq, desc.Vector, desc.Cpu, oldVector, oldCpu);
            DropSlot(ref desc, (int)e.Irq);
        }
        desc.Vector = oldVector;
        if (oldVector != 0) desc.Cpu = oldCpu;
        desc.Set(IrqFlags.VectorKnown);
        UpdateVector((int)e.Irq, ref desc, e.Vector, move.Cpu);
    }

    /// <summary>A record names the old place of a move whose beginning was not seen whole.</summary>
    private void LearnPrevious(ref IrqDesc desc, byte oldVector, ushort oldCpu)
    {
        desc.Clear(IrqFlags.PreviousUnknown);
        if (oldVector == 0 || _machine.IsOffline(oldCpu)) return;
        desc.PreviousVector = oldVector;
        desc.PreviousCpu = oldCpu;
        desc.Set(IrqFlags.MoveInProgress);
    }

    private void ApplyApicUpdateVector(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        ref CpuState cpu = ref _cpus[e.Cpu];
        var place = new VectorPlace(in e);
        _updatesSeen = true;
        if (cpu.GoingDown) GoDark(e.Cpu);
        cpu.ProbedIrq = cpu.Dark ? IrqEvent.NoIrq : e.Irq;
        cpu.ProbedOldVector = desc.Vector;
        cpu.ProbedOldCpu = desc.Cpu;
        cpu.ProbedOldKnown = desc.Has(IrqFlags.VectorKnown);
        if (cpu.Dark)
        {
            if (desc.PreviousVector != 0)
            {
                // A move that was pending is completed by force before the next one (Linux irq_force_complete_move).
                InferFree(desc.PreviousCpu, desc.PreviousVector, desc.Has(IrqFlags.Managed));
                SetSlot(desc.PreviousCpu, desc.PreviousVector, VectorTable.Unused);
            }
            InferFreeOldIfGone(ref desc);
            InferAlloc(ref desc, place.Cpu, e.Vector);
        }
        UpdateVector((int)e.Irq, ref desc, e.Vector, place.Cpu);
    }

    /// <summary>Linux apic_update_vector: the old place stays until clean-up, unless its CPU is offline.</summary>
    private void UpdateVector(int irq, ref IrqDesc desc, byte vector, ushort cpu)
    {
        if (!TryCpu(cpu)) return;
        desc.PreviousVector = 0;
        desc.Clear(IrqFlags.MoveInProgress | IrqFlags.CleanupPending | IrqFlags.HasReserved | IrqFlags.ManagedShutdown);
        desc.Put(IrqFlags.PreviousUnknown, !desc.Has(IrqFlags.VectorKnown));
        if (desc.Vector != 0)
        {
            if (_machine.IsOffline(desc.Cpu))
            {
                SetSlot(desc.Cpu, desc.Vector, VectorTable.Unused);
            }
            else
            {
                desc.PreviousVector = desc.Vector;
                desc.PreviousCpu = desc.Cpu;
                desc.Set(IrqFlags.MoveInProgress);
            }
        }
        desc.Vector = vector;
        desc.Cpu = cpu;
        desc.VectorEvent = _index;
        desc.Set(IrqFlags.Exists | IrqFlags.InVectorDomain | IrqFlags.VectorKnown | IrqFlags.CpuKnown);
        int owner = _machine.Slots[cpu, vector];
        if (owner >= 0 && owner != irq && OwnsSlot(owner, cpu, vector) && _hotplugSeen && _clearsSeen)
        {
            Report(FindingCode.SlotOwner, _machine.Irqs[owner].VectorEvent, irq, cpu, vector, string.Create(
                CultureInfo.InvariantCulture,
                $"irq {irq} is given vector {vector} on CPU {cpu}, which irq {owner} owns."));
        }
        CheckWindow(irq, cpu, vector);
        CheckBit(irq, cpu, vector);
        _machine.Slots[cpu, vector] = irq;
    }

    private void ApplyVectorConfig(in IrqEvent e)
    {
        var place = new VectorPlace(in e);
        if (!TryIrq(e.Irq) || !TryCpu(place.Cpu)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        ushort cpu = place.Cpu;
        desc.ConfiguredVector = e.Vector;
        desc.ApicDestination = place.ApicDest;
        if (e.Irq < 32 && e.Vector != VectorRanges.ManagedShutdown) _activated |= 1u << (int)e.Irq;
        if (e.Vector == VectorRanges.ManagedShutdown)
        {
            if (desc.Vector != 0) DropSlot(ref desc, (int)e.Irq);
            desc.Vector = 0;
        }
        else if (desc.Vector != e.Vector || desc.Cpu != cpu)
        {
            if (desc.Has(IrqFlags.VectorKnown))
            {
                ReportPrevious(e.Irq, desc.Vector, desc.Cpu, e.Vector, cpu);
                DropSlot(ref desc, (int)e.Irq);
            }
            desc.Vector = e.Vector;
            desc.Clear(IrqFlags.HasReserved);
            _machine.Slots[cpu, e.Vector] = (int)e.Irq;
        }
        if (!desc.Has(IrqFlags.VectorKnown)) desc.Set(IrqFlags.PreviousUnknown);
        desc.Cpu = cpu;
        desc.VectorEvent = _index;
        desc.Set(IrqFlags.Exists | IrqFlags.InVectorDomain | IrqFlags.VectorKnown | IrqFlags.CpuKnown);
        if (_machine.IsOffline(cpu))
        {
            Report(FindingCode.TargetOffline, _cpus[cpu].OnlineEvent, (int)e.Irq, cpu, e.Vector, string.Create(
                CultureInfo.InvariantCulture, $"irq {e.Irq} is directed at CPU {cpu}, which is offline."));
        }
    }

    private void ApplyVectorClear(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        _clearsSeen = true;
        var move = new VectorMove(in e);
        ushort cpu = move.Cpu;
        if (desc.Has(IrqFlags.VectorKnown)
            && (desc.Vector != e.Vector || (e.Vector != 0 && desc.Cpu != cpu)))
        {
            ReportPrevious(e.Irq, desc.Vector, desc.Cpu, e.Vector, cpu);
        }
        DropSlot(ref desc, (int)e.Irq);
        if (TryCpu(cpu)) SetSlot(cpu, e.Vector, VectorTable.Shutdown);
        byte oldVector = move.PrevVector;
        ushort oldCpu = move.PrevCpu;
        if (oldVector != 0 && TryCpu(oldCpu)) SetSlot(oldCpu, oldVector, VectorTable.Shutdown);
        ForgetVector(ref desc);
    }

    private void ApplyVectorFreeMoved(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref CpuState cpu = ref _cpus[e.Cpu];
        if (cpu.ProbedFreeIrq == e.Irq)
        {
            cpu.ProbedFreeIrq = IrqEvent.NoIrq;
            return;
        }
        FreeMoved((int)e.Irq, new VectorPlace(in e).Cpu, e.Vector);
    }

    /// <summary>The probe on free_moved_vector: apic_chip_data's fields, the old place in prev_*.</summary>
    private void ApplyFreeMovedProbe(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref CpuState cpu = ref _cpus[e.Cpu];
        cpu.ProbedFreeIrq = cpu.Dark ? IrqEvent.NoIrq : e.Irq;
        var move = new VectorMove(in e);
        byte oldVector = move.PrevVector;
        ushort oldCpu = move.PrevCpu;
        _freesSeen = true;
        if (cpu.Dark && oldCpu == e.Cpu) NoteOfflineRelease((int)e.Irq, oldCpu, oldVector);
        if (cpu.Dark) InferFree(oldCpu, oldVector, _machine.Irqs[(int)e.Irq].Has(IrqFlags.Managed));
        FreeMoved((int)e.Irq, oldCpu, oldVector);
    }

    /// <summary>Linux free_moved_vector: the old place is given back and the move is over.</summary>
    private void FreeMoved(int irq, ushort oldCpu, byte oldVector)
    {
        if (!TryCpu(oldCpu)) return;
        ref IrqDesc desc = ref _machine.Irqs[irq];
        CheckStaleIec(irq, ref desc, oldCpu, oldVector);
        CheckStaleAlias(irq, ref desc, oldCpu, oldVector);
        SetSlot(oldCpu, oldVector, VectorTable.Unused);
        desc.PreviousVector = 0;
        desc.LeakEvent = -1;
        desc.Clear(IrqFlags.MoveInProgress | IrqFlags.CleanupPending | IrqFlags.PreviousUnknown);
    }

    /// <summary>
    /// Linux __send_cleanup_vector. With the old CPU offline a fixed kernel frees the vector here; an unfixed one
    /// forgets it, and nobody ever gives it back (CVE-2024-31076).
    /// </summary>
    private void ApplySendCleanup(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        desc.Clear(IrqFlags.MoveInProgress);
        var move = new VectorMove(in e);
        byte oldVector = move.PrevVector;
        ushort oldCpu = move.PrevCpu;
        CheckPrevious((int)e.Irq, ref desc, oldCpu, oldVector);
        if (oldVector == 0) return;
        desc.Set(IrqFlags.CleanupPending);
        if (!_machine.IsOffline(oldCpu)) return;
        desc.LeakEvent = _index;
        desc.LeakTimeNs = e.TimeNs;
        desc.LeakVector = oldVector;
        desc.LeakCpu = oldCpu;
        desc.PreviousVector = 0;
        desc.Clear(IrqFlags.CleanupPending);
    }

    /// <summary>I-15: the clean-up of a move is for the place that the interrupt had before it.</summary>
    private void CheckPrevious(int irq, ref IrqDesc desc, ushort oldCpu, byte oldVector)
    {
        if (oldVector != 0)
        {
            if (!desc.Has(IrqFlags.VectorKnown) || desc.Has(IrqFlags.PreviousUnknown)) return;
            if (desc.PreviousVector == oldVector && desc.PreviousCpu == oldCpu) return;
        }
        Report(FindingCode.MoveWithoutPrevious, desc.VectorEvent, irq, oldVector == 0 ? -1 : oldCpu,
            oldVector == 0 ? -1 : oldVector, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} completes a move from {Place(oldVector, oldCpu)}; "
            + $"its old place is {Place(desc.PreviousVector, desc.PreviousCpu)}."));
    }

    private void ApplyVectorTeardown(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref IrqDesc desc = ref _machine.Irqs[(int)e.Irq];
        if (e.Irq < 32) _activated |= 1u << (int)e.Irq;
        ConcludeLeak((int)e.Irq, ref desc);
        FreeRemapEntry(ref desc);
        byte vector = desc.Vector, oldVector = desc.PreviousVector;
        ushort cpu = desc.Cpu, oldCpu = desc.PreviousCpu;
        bool known = desc.Has(IrqFlags.VectorKnown);
        if (desc.Device != 0 && _machine.Msix.Find(desc.Device) is { } function && desc.Entry >= 0
            && desc.Entry < function.Count && function[desc.Entry].Irq == (int)e.Irq)
        {
            function[desc.Entry].Irq = IrqDesc.None;
        }
        _machine.Irqs.Forget((int)e.Irq);
        if (!known) return;

        // Its vectors are released by the records that follow (vector_clear); until then the slots are still its own.
        desc = ref _machine.Irqs[(int)e.Irq];
        desc.Vector = vector;
        desc.Cpu = cpu;
        desc.PreviousVector = oldVector;
        desc.PreviousCpu = oldCpu;
        if (vector != 0) desc.Set(IrqFlags.VectorKnown);
    }

    /// <summary>
    /// A vector that was lost at an offline CPU's clean-up: certain once something else happens to the irq.
    /// </summary>
    private void ConcludeLeak(int irq, ref IrqDesc desc)
    {
        if (desc.LeakEvent < 0) return;
        long leakEvent = desc.LeakEvent;
        desc.LeakEvent = -1;
        long offline = desc.LeakCpu < _machine.Cpus.Used ? _cpus[desc.LeakCpu].OfflineEvent : -1;
        long index = _index;
        ulong timeNs = _timeNs;
        _index = leakEvent;
        _timeNs = desc.LeakTimeNs;
        Report(FindingCode.VectorLeak, offline, irq, desc.LeakCpu, desc.LeakVector, string.Create(
            CultureInfo.InvariantCulture,
            $"irq {irq} completed its move while CPU {desc.LeakCpu} was offline: vector {desc.LeakVector} there stays "
            + $"allocated and nobody owns it."));
        _index = index;
        _timeNs = timeNs;
    }

    private void ForgetVector(ref IrqDesc desc)
    {
        desc.Vector = 0;
        desc.PreviousVector = 0;
        desc.VectorEvent = _index;
        desc.Set(IrqFlags.VectorKnown);
        desc.Clear(IrqFlags.MoveInProgress | IrqFlags.CleanupPending | IrqFlags.PreviousUnknown);
    }

    private bool OwnsSlot(int irq, ushort cpu, byte vector)
    {
        if (irq >= _machine.Irqs.Count) return false;
        ref IrqDesc desc = ref _machine.Irqs[irq];
        return (desc.Cpu == cpu && desc.Vector == vector) || (desc.PreviousCpu == cpu && desc.PreviousVector == vector);
    }

    /// <summary>Clears the slot of an interrupt's current vector, if it is still its own.</summary>
    private void DropSlot(ref IrqDesc desc, int irq)
    {
        if (desc.Vector == 0 || desc.Cpu >= _machine.Slots.CpuCount) return;
        ref int slot = ref _machine.Slots[desc.Cpu, desc.Vector];
        if (slot == irq) slot = VectorTable.Unused;
    }

    private void SetSlot(ushort cpu, byte vector, int value)
    {
        if (vector != 0 && cpu < _machine.Slots.CpuCount) _machine.Slots[cpu, vector] = value;
    }

    private void CheckWindow(int irq, ushort cpu, byte vector)
    {
        VectorMatrix matrix = _machine.Matrix;
        if (vector < VectorMatrix.AllocStart || vector >= matrix.AllocEnd || vector == VectorRanges.ManagedShutdown)
        {
            Report(FindingCode.VectorOutsideWindow, _index, irq, cpu, vector, string.Create(
                CultureInfo.InvariantCulture,
                $"irq {irq} is given vector {vector}, outside the device window "
                + $"{VectorMatrix.AllocStart}..{matrix.AllocEnd - 1}."));
        }
        else if (matrix.SystemMap[vector])
        {
            Report(FindingCode.AllocatedSystemVector, _index, irq, cpu, vector, string.Create(
                CultureInfo.InvariantCulture, $"irq {irq} is given vector {vector}, which belongs to the system."));
        }
    }

    /// <summary>
    /// I-02: the allocator took the vector before. Only judged when every bit of the CPU's map is known.
    /// </summary>
    private void CheckBit(int irq, ushort cpu, byte vector)
    {
        VectorMatrix matrix = _machine.Matrix;
        ref CpuMap map = ref matrix[cpu];
        if (!matrix.Complete || !map.Known || map.Resync || map.UnseenAllocated != 0 || map.AllocMap[vector]) return;
        Report(FindingCode.SlotWithoutBit, _lastMatrixEvent, irq, cpu, vector, string.Create(
            CultureInfo.InvariantCulture,
            $"irq {irq} is given vector {vector} on CPU {cpu}, which the allocator has not taken."));
    }

    private void ReportPrevious(uint irq, byte vector, ushort cpu, byte recordedVector, ushort recordedCpu)
    {
        if (!_hotplugSeen) return;
        Report(FindingCode.SlotWithoutBit, _machine.Irqs[(int)irq].VectorEvent, (int)irq, recordedCpu, recordedVector,
            string.Create(CultureInfo.InvariantCulture,
                $"irq {irq}: the recording says {Place(recordedVector, recordedCpu)}, its earlier records make it "
                + $"{Place(vector, cpu)}."), Certainty.Proved, Severity.Minor);
    }

    private static string Place(byte vector, ushort cpu) => vector == 0
        ? "no vector"
        : string.Create(CultureInfo.InvariantCulture, $"CPU {cpu} vector {vector}");
}
