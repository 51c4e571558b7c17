using System;
using Replay.Core.Events;

namespace Replay.Core.Verify;

/// <content>The vector domain: how interrupts give places up (Linux clear_irq_vector, free_moved_vector).</content>
public sealed partial class Verifier<TRules>
{
    private void JudgeClear(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var move = new VectorMove(in e);
        if (!TryIrq(e.Irq) || !TryCpu(move.Cpu) || !TryCpu(move.PrevCpu)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        bool known = irq.Has(IrqFacts.PlaceKnown) && irq.Vector != 0;
        bool previousKnown = irq.Has(IrqFacts.PreviousKnown);
        byte vector = known ? irq.Vector : e.Vector;
        ushort target = known ? irq.Cpu : move.Cpu;
        byte oldVector = previousKnown ? irq.PreviousVector : move.PrevVector;
        ushort oldCpu = previousKnown && irq.Has(IrqFacts.StalePreviousCpuKnown) ? irq.PreviousCpu : move.PrevCpu;
        if (vector != e.Vector || target != move.Cpu || oldVector != move.PrevVector || oldCpu != move.PrevCpu)
        {
            Disagree(DecisionKind.Release, e.Irq,
                $"{PlaceText(vector, target)}, old place {OldPlaceText(oldVector, oldCpu)}",
                $"{PlaceText(e.Vector, move.Cpu)}, old place {OldPlaceText(move.PrevVector, move.PrevCpu)}",
                $"that is what the interrupt has since event {irq.PlaceEvent}");
            if (FollowsRecorded(at[1..], e.Cpu, e.Vector, move.Cpu, vector, target))
                (vector, target) = (e.Vector, move.Cpu);
        }
        else if (!known || !previousKnown) Open(DecisionKind.Release, OpenReason.StateBefore);
        else Agree(DecisionKind.Release);
        cpu.Free0 = FreeingOf(target, vector, irq);
        cpu.Free1 = oldVector == 0 ? default : FreeingOf(oldCpu, oldVector, irq);
        irq.Cpu = target;
        irq.PreviousCpu = oldCpu;
        irq.Set(IrqFacts.StalePreviousCpuKnown | IrqFacts.StaleCpuKnown);
        GiveUpVectors(ref irq);
        StartWork(ref cpu, e.Irq);
    }

    private static string OldPlaceText(byte vector, ushort cpu) =>
        FormattableString.Invariant($"{vector} on CPU {cpu}");

    /// <summary>True when the next free on the CPU is of the recorded place and not of the expected one.</summary>
    private static bool FollowsRecorded(ReadOnlySpan<IrqEvent> ahead, int cpu, byte vector, ushort target,
        byte expectedVector, ushort expectedCpu)
    {
        foreach (ref readonly IrqEvent e in ahead)
        {
            if (e.Cpu != cpu || e.Kind != EventKind.MatrixFree) continue;
            ushort freedOn = new MatrixOperation(in e).Cpu;
            return e.Vector == vector && freedOn == target && !(e.Vector == expectedVector && freedOn == expectedCpu);
        }
        return false;
    }

    private void GiveUpVectors(ref VerifyIrq irq)
    {
        irq.Vector = irq.PreviousVector = 0;
        irq.PlaceEvent = _index;
        irq.Set(IrqFacts.PlaceKnown | IrqFacts.PreviousKnown);
        irq.Clear(IrqFacts.MoveInProgress);
    }

    /// <summary>Linux __send_cleanup_vector, recorded by a probe at its entry with the interrupt's own data.</summary>
    private void JudgeSendCleanup(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        JudgeMoveData(in e, ref irq);
        irq.Clear(IrqFacts.MoveInProgress);
        if (irq.PreviousVector == 0) return;
        bool mayBeOffline = MayBeOffline(irq.PreviousCpu);
        if (!mayBeOffline && !IsOffline(irq.PreviousCpu)) return;

        // The old CPU is offline: a kernel with the fix frees the vector here, one without forgets it for good.
        if (KnowsForceComplete && ForceCompleteFirst) return;
        irq.PreviousVector = 0;
        if (mayBeOffline || !KnowsForceComplete) irq.Clear(IrqFacts.PreviousKnown);
    }

    private void JudgeFreeMovedProbe(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        JudgeMoveData(in e, ref irq);
        if (!cpu.Dark) return; // Its tracepoint and the allocator's record follow.
        if (irq.PreviousVector == 0)
        {
            var move = new VectorMove(in e);
            if (irq.Has(IrqFacts.PreviousKnown) || !TryCpu(move.PrevCpu)) return;
            Release(ref cpu, FreeingOf(move.PrevCpu, move.PrevVector, irq));
            return;
        }
        FreeOldPlace(ref cpu, ref irq);
    }

    private void FreeOldPlace(ref VerifyCpu cpu, ref VerifyIrq irq)
    {
        Release(ref cpu, FreeingOf(irq.PreviousCpu, irq.PreviousVector, irq));
        irq.PreviousVector = 0;
        irq.Set(IrqFacts.PreviousKnown);
        irq.Clear(IrqFacts.MoveInProgress);
    }

    /// <summary>The interrupt's four numbers, as a probe reads them from struct apic_chip_data.</summary>
    private void JudgeMoveData(in IrqEvent e, ref VerifyIrq irq)
    {
        var move = new VectorMove(in e);
        if (!irq.Has(IrqFacts.PlaceKnown | IrqFacts.PreviousKnown) || !irq.Has(IrqFacts.StalePreviousCpuKnown))
        {
            Open(DecisionKind.Cleanup, OpenReason.StateBefore);
            if (!irq.Has(IrqFacts.PlaceKnown) && TryCpu(move.Cpu))
            {
                irq.Vector = e.Vector;
                irq.Cpu = move.Cpu;
                irq.Set(IrqFacts.PlaceKnown | IrqFacts.StaleCpuKnown);
            }
            if (!irq.Has(IrqFacts.PreviousKnown) && TryCpu(move.PrevCpu))
            {
                irq.PreviousVector = move.PrevVector;
                irq.PreviousCpu = move.PrevCpu;
                irq.Set(IrqFacts.PreviousKnown | IrqFacts.StalePreviousCpuKnown);
            }
            return;
        }
        if (e.Vector == irq.Vector && move.Cpu == irq.Cpu && move.PrevVector == irq.PreviousVector
            && move.PrevCpu == irq.PreviousCpu)
        {
            Agree(DecisionKind.Cleanup);
            return;
        }
        Disagree(DecisionKind.Cleanup, e.Irq,
            $"{PlaceText(irq.Vector, irq.Cpu)}, old place {OldPlaceText(irq.PreviousVector, irq.PreviousCpu)}",
            $"{PlaceText(e.Vector, move.Cpu)}, old place {OldPlaceText(move.PrevVector, move.PrevCpu)}",
            $"that is what the interrupt has since event {irq.PlaceEvent}");
    }

    private void JudgeFreeMoved(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var place = new VectorPlace(in e);
        if (!TryIrq(e.Irq) || !TryCpu(place.Cpu)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        bool known = irq.Has(IrqFacts.PreviousKnown) && irq.PreviousVector != 0;
        bool isManaged = (e.A >> 16 & 1) != 0;
        bool managed = KnowsManaged(e.Irq) ? irq.Has(IrqFacts.Managed) : isManaged;
        byte vector = known ? irq.PreviousVector : e.Vector;
        ushort target = known ? irq.PreviousCpu : place.Cpu;
        if (vector != e.Vector || target != place.Cpu || managed != isManaged)
        {
            Disagree(DecisionKind.Cleanup, e.Irq, $"{PlaceText(vector, target)}, is_managed={Bit(managed)}",
                $"{PlaceText(e.Vector, place.Cpu)}, is_managed={Bit(isManaged)}",
                $"that is the interrupt's old place since event {irq.PlaceEvent}");
            if (FollowsRecorded(at[1..], e.Cpu, e.Vector, place.Cpu, vector, target))
                (vector, target) = (e.Vector, place.Cpu);
        }
        else if (!known || !KnowsManaged(e.Irq)) Open(DecisionKind.Cleanup, OpenReason.StateBefore);
        else Agree(DecisionKind.Cleanup);
        cpu.Free0 = new Freeing(target, vector, managed);
        cpu.Free1 = default;
        irq.PreviousCpu = target;
        irq.PreviousVector = 0;
        irq.Set(IrqFacts.PreviousKnown | IrqFacts.StalePreviousCpuKnown | IrqFacts.ManagedKnown);
        irq.Put(IrqFacts.Managed, managed);
        irq.Clear(IrqFacts.MoveInProgress);
    }

    private void JudgeTeardown(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        bool isManaged = (e.A & 1) != 0, hasReserved = (e.A >> 1 & 1) != 0;
        bool known = irq.Has(IrqFacts.ModeKnown | IrqFacts.ReservedKnown);
        if (!known) Open(DecisionKind.Release, OpenReason.StateBefore);
        else if (isManaged == irq.Has(IrqFacts.Managed) && hasReserved == irq.Has(IrqFacts.HasReserved))
            Agree(DecisionKind.Release);
        else
        {
            Disagree(DecisionKind.Release, e.Irq,
                $"is_managed={Bit(irq.Has(IrqFacts.Managed))} has_reserved={Bit(irq.Has(IrqFacts.HasReserved))}",
                $"is_managed={Bit(isManaged)} has_reserved={Bit(hasReserved)}", $"that is what the interrupt has");
        }
        StartWork(ref cpu, e.Irq);
        cpu.RemoveMask = irq.ManagedMask;

        // Its vectors are still there until vector_clear; everything else goes with the number.
        VerifyIrq old = irq;
        irq = default;
        irq.RemapIndex = irq.RemapTable = irq.Entry = -1;
        irq.Vector = old.Vector;
        irq.Cpu = old.Cpu;
        irq.PreviousVector = old.PreviousVector;
        irq.PreviousCpu = old.PreviousCpu;
        irq.PlaceEvent = old.PlaceEvent;
        irq.Facts = old.Facts & (IrqFacts.PlaceKnown | IrqFacts.PreviousKnown | IrqFacts.StaleCpuKnown
            | IrqFacts.StalePreviousCpuKnown | IrqFacts.Managed);
        irq.Facts |= IrqFacts.ManagedKnown;
        if (!known) irq.Put(IrqFacts.Managed, isManaged);
        if (old.Has(IrqFacts.PlaceKnown) && old.Vector == 0)
        {
            irq.Clear(IrqFacts.StaleCpuKnown | IrqFacts.StalePreviousCpuKnown);
            irq.Clear(IrqFacts.Managed | IrqFacts.ManagedKnown);
        }
    }
}
