using System;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>The vector domain: what each interrupt has and gets (Linux arch/x86/kernel/apic/vector.c).</content>
public sealed partial class Verifier<TRules>
{
    private const int NoSpace = -28;
    private const int Busy = -16;
    private const int Invalid = -22;

    private void JudgeSetup(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        int ret = new VectorResult(in e).Ret;
        if (ret != 0)
        {
            Open(DecisionKind.Activation, OpenReason.Caller);
            return;
        }
        if (!irq.Has(IrqFacts.Born))
        {
            if (irq.Vector == 0 && e.Irq >= VectorRanges.LegacyIrqCount)
            {
                // Its data is new, and zero.
                irq.Cpu = irq.PreviousCpu = 0;
                irq.Set(IrqFacts.StaleCpuKnown | IrqFacts.StalePreviousCpuKnown);
            }
            irq.Set(IrqFacts.Born);
            irq.Clear(IrqFacts.Started | IrqFacts.StartKnown | IrqFacts.MovePending | IrqFacts.AffinitySet);
            if (!irq.Has(IrqFacts.Managed) && (irq.Has(IrqFacts.ModeKnown) || _matrix.Complete))
            {
                irq.Mask = CpuMask.All;
                irq.Set(IrqFacts.MaskKnown);
            }
        }
        if (!irq.Has(IrqFacts.ModeKnown)) irq.Clear(IrqFacts.Managed | IrqFacts.CanReserve);

        // A reservation, if it made one, was recorded just before, as was the vector that it got without one.
        if (_matrix.Complete || (_cpus[e.Cpu].ConfigIrq == e.Irq && irq.Vector != 0)) irq.Set(IrqFacts.ModeKnown | IrqFacts.ReservedKnown);

        // What the AMD driver prepares its entry from (Linux amd/iommu.c irq_remapping_prepare_irte).
        irq.ShadowLo = ComposeAmdLo(irq.Has(IrqFacts.HardwareKnown) ? irq.HardwareDestination : 0);
        irq.ShadowHi = irq.Has(IrqFacts.HardwareKnown) ? irq.HardwareVector : 0u;
        irq.Set(IrqFacts.ShadowKnown);
        Agree(DecisionKind.Activation);
    }

    private void JudgeReserve(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        int ret = new VectorResult(in e).Ret;
        if (ret == 0) Agree(DecisionKind.Reserve);
        else Disagree(DecisionKind.Reserve, e.Irq, $"ret 0", $"ret {ret}", $"a reservation never fails");
        if (!irq.Has(IrqFacts.ModeKnown) || !irq.Has(IrqFacts.CanReserve))
        {
            // New: nothing is left of an earlier interrupt with this number.
            irq.PreviousVector = 0;
            irq.Set(IrqFacts.PreviousKnown);
        }
        irq.Vector = 0;
        if (!irq.Has(IrqFacts.ModeKnown)) irq.Clear(IrqFacts.Managed);
        irq.Set(IrqFacts.PlaceKnown | IrqFacts.ModeKnown | IrqFacts.ReservedKnown | IrqFacts.CanReserve | IrqFacts.HasReserved);
        StartWork(ref _cpus[e.Cpu], e.Irq);
    }

    private void JudgeReserveManaged(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        CpuMask mask = cpu.OperationSeen || _matrix.Complete ? cpu.AsideMask : default;
        cpu.AsideMask = default;
        cpu.OperationSeen = true;
        int ret = new VectorResult(in e).Ret;
        if (ret != 0)
        {
            Open(DecisionKind.ManagedReserve, OpenReason.Mask);
            return;
        }
        Agree(DecisionKind.ManagedReserve);
        irq.ManagedMask = irq.Mask = mask;
        irq.Vector = irq.PreviousVector = 0;
        irq.Put(IrqFacts.MaskKnown, !mask.IsEmpty);
        irq.Set(IrqFacts.PlaceKnown | IrqFacts.PreviousKnown | IrqFacts.ModeKnown | IrqFacts.ReservedKnown | IrqFacts.Managed);
        irq.Clear(IrqFacts.CanReserve | IrqFacts.HasReserved);
    }

    /// <summary>The probe at the entry of x86_vector_activate; its tracepoint follows.</summary>
    private void JudgeActivateProbe(in IrqEvent e)
    {
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        cpu.OperationSeen = true;
        cpu.ActivateIrq = e.Irq;
        cpu.ActivateReserve = e.A != 0;
        if (cpu.Dark) return;
        StartActivation(ref cpu, e.Irq);
    }

    private void JudgeActivate(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        var activation = new VectorActivation(in e);
        cpu.OperationSeen = true;
        _activationsSeen = true;
        bool probed = cpu.ActivateIrq == e.Irq;
        bool reserve = probed ? cpu.ActivateReserve : activation.Reserve;
        cpu.ActivateIrq = IrqEvent.NoIrq;
        bool known = irq.Has(IrqFacts.ModeKnown);
        bool managed = known ? irq.Has(IrqFacts.Managed) : activation.IsManaged;
        bool canReserve = known ? irq.Has(IrqFacts.CanReserve) : activation.CanReserve;
        if (!known && !probed) Open(DecisionKind.Activation, OpenReason.StateBefore);
        else if (managed == activation.IsManaged && canReserve == activation.CanReserve && reserve == activation.Reserve) Agree(DecisionKind.Activation);
        else
        {
            Disagree(DecisionKind.Activation, e.Irq, $"is_managed={Bit(managed)} can_reserve={Bit(canReserve)} reserve={Bit(reserve)}",
                $"is_managed={Bit(activation.IsManaged)} can_reserve={Bit(activation.CanReserve)} reserve={Bit(activation.Reserve)}",
                $"that is how the interrupt was set up, and how it is activated");
        }
        irq.Put(IrqFacts.Managed, managed);
        irq.Put(IrqFacts.CanReserve, canReserve);
        irq.Set(IrqFacts.ModeKnown);
        if (reserve) irq.Set(IrqFacts.ActivatedEarly);
        if (!known && activation.CanReserve && !irq.Has(IrqFacts.PlaceKnown)) irq.Clear(IrqFacts.ReservedKnown);
        StartActivation(ref cpu, e.Irq);
    }

    private static void StartWork(ref VerifyCpu cpu, uint irq)
    {
        cpu.WorkIrq = irq;
        cpu.EntryDone = false;
    }

    // True once an activation was recorded: an interrupt without an early one is then known not to have had one.
    private bool _activationsSeen;

    private static int Bit(bool value) => value ? 1 : 0;

    /// <summary>The vector is searched on the affinity's online CPUs; a managed one on the CPUs that it was set aside on.</summary>
    private void StartActivation(ref VerifyCpu cpu, uint number)
    {
        if (!TryIrq(number)) return;
        ref VerifyIrq irq = ref _irqs[number];
        cpu.AllocIrq = number;
        StartWork(ref cpu, number);
        cpu.AmdIrq = number;
        cpu.NewVector = 0;
        cpu.Search = irq.Mask;
        cpu.SearchKnown = irq.Has(IrqFacts.MaskKnown);
    }

    private void JudgeDeactivateProbe(in IrqEvent e)
    {
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        if (!cpu.Dark || !TryIrq(e.Irq)) return;

        // No record follows on a CPU that is going down: the vector is given up here.
        ref VerifyIrq irq = ref _irqs[e.Irq];
        if (irq.Vector != 0) Release(ref cpu, FreeingOf(irq.Cpu, irq.Vector, irq));
        else if (!irq.Has(IrqFacts.PlaceKnown))
        {
            ForgetBits();
            ForgetFreed(ref cpu);
        }
        if (irq.PreviousVector != 0) Release(ref cpu, FreeingOf(irq.PreviousCpu, irq.PreviousVector, irq));
        GiveUpVectors(ref irq);
        if (irq.Has(IrqFacts.CanReserve))
        {
            irq.Set(IrqFacts.HasReserved);
            if (_matrix.Seen) _matrix.GlobalReserved++;
        }
        PutPlaceholder(ref irq);
    }

    private void JudgeDeactivate(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        var activation = new VectorActivation(in e);
        if (!irq.Has(IrqFacts.ModeKnown)) Open(DecisionKind.Release, OpenReason.StateBefore);
        else if (irq.Has(IrqFacts.Managed) == activation.IsManaged && irq.Has(IrqFacts.CanReserve) == activation.CanReserve && !activation.Reserve)
            Agree(DecisionKind.Release);
        else
        {
            Disagree(DecisionKind.Release, e.Irq, $"is_managed={Bit(irq.Has(IrqFacts.Managed))} can_reserve={Bit(irq.Has(IrqFacts.CanReserve))} reserve=0",
                $"is_managed={Bit(activation.IsManaged)} can_reserve={Bit(activation.CanReserve)} reserve={Bit(activation.Reserve)}",
                $"that is how the interrupt was set up");
        }
        if (!irq.Has(IrqFacts.ModeKnown))
        {
            irq.Put(IrqFacts.Managed, activation.IsManaged);
            irq.Put(IrqFacts.CanReserve, activation.CanReserve);
            irq.Set(IrqFacts.ModeKnown);
        }
        StartWork(ref _cpus[e.Cpu], e.Irq);
    }

    /// <summary>What the vector domain got from the allocator, or why it got nothing.</summary>
    private void JudgeVectorAlloc(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        bool isManaged = e.Kind == EventKind.VectorAllocManaged;
        DecisionKind kind = isManaged ? DecisionKind.ManagedAlloc : DecisionKind.VectorAlloc;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        var result = new VectorResult(in e);
        bool reserved = irq.Has(IrqFacts.HasReserved);
        bool reservedKnown = !isManaged && irq.Has(IrqFacts.ReservedKnown);
        if (cpu.NewVector == 0)
        {
            JudgeFailedAlloc(in e, kind, ref irq, ref cpu, result);
        }
        else if (result.Ret == 0 && e.Vector == cpu.NewVector && (!reservedKnown || result.Reserved == reserved)) Agree(kind);
        else
        {
            Disagree(kind, e.Irq, $"vector {cpu.NewVector} reserved={Bit(reservedKnown ? reserved : result.Reserved)} ret=0",
                $"vector {e.Vector} reserved={Bit(result.Reserved)} ret={result.Ret}",
                $"the allocator just took vector {cpu.NewVector} on CPU {cpu.NewCpu}");
        }
        cpu.AllocIrq = e.Irq;
        StartWork(ref cpu, e.Irq);
        if (isManaged) return;
        if (result.Ret == 0) irq.Clear(IrqFacts.HasReserved);
        else if (!reservedKnown) irq.Put(IrqFacts.HasReserved, result.Reserved);
        irq.Set(IrqFacts.ReservedKnown);
    }

    /// <summary>No vector: the mask has no CPU (-EINVAL), or none of its CPUs has one left (-ENOSPC).</summary>
    private void JudgeFailedAlloc(in IrqEvent e, DecisionKind kind, ref VerifyIrq irq, ref VerifyCpu cpu, VectorResult result)
    {
        int ret = result.Ret;
        bool managed = kind == DecisionKind.ManagedAlloc;
        bool known = cpu.AllocIrq == e.Irq && cpu.SearchKnown && KnowsCounters(cpu.Search, managed) && _matrix.Seen;
        if (!known || ret == Invalid)
        {
            // An empty mask comes from a node without online CPUs, which no record tells.
            Open(kind, !_matrix.Seen || ret == Invalid ? OpenReason.StateBefore : OpenReason.Mask);
            return;
        }
        int best = BestCpu(cpu.Search, managed);
        bool bitKnown = true;
        int bit = best < 0 ? -1 : ExpectedBit(best, managed, out bitKnown);
        if (!bitKnown) Open(kind, OpenReason.Bits);
        else if (bit < 0 && ret == NoSpace && e.Vector == 0 && (managed || !irq.Has(IrqFacts.ReservedKnown) || result.Reserved == irq.Has(IrqFacts.HasReserved))) Agree(kind);
        else
        {
            Disagree(kind, e.Irq, $"{(bit < 0 ? $"vector 0 reserved={Bit(irq.Has(IrqFacts.HasReserved))} ret=-28" : PlaceText((byte)bit, (ushort)best))}", $"vector {e.Vector} reserved={Bit(result.Reserved)} ret={ret}",
                $"{(best < 0 ? "no CPU of the mask has a vector left" : $"CPU {best} has {_matrix[best].Available} left, and the allocator's own record is missing")}; candidates {cpu.Search}");
        }
    }

    /// <summary>The probe at the entry of apic_update_vector. On a dying CPU it is the only record of the decision.</summary>
    private void JudgeAssignmentProbe(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var place = new VectorPlace(in e);
        if (!TryIrq(e.Irq) || !TryCpu(place.Cpu)) return;
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        _updatesProbed = true;
        if (cpu.GoingDown) GoDark(e.Cpu, probed: true);
        if (cpu.Dark)
        {
            JudgeMigration(at, place.Cpu);
            return;
        }
        ref VerifyIrq irq = ref _irqs[e.Irq];
        PlaceVotes votes = PollPlace(at[1..], e.Cpu, e.Irq);
        (byte vector, ushort target) = JudgeNewPlace(in e, ref cpu, place.Cpu, votes);
        cpu.ProbedIrq = e.Irq;
        KeepOld(ref cpu, ref irq);
        Assign(ref cpu, e.Irq, vector, target);
    }

    private void JudgeAssignment(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var move = new VectorMove(in e);
        if (!TryIrq(e.Irq) || !TryCpu(move.Cpu)) return;
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        ref VerifyIrq irq = ref _irqs[e.Irq];
        bool probed = cpu.ProbedIrq == e.Irq;
        cpu.ProbedIrq = IrqEvent.NoIrq;
        if (!probed) KeepOld(ref cpu, ref irq);
        byte vector = cpu.NewVector;
        ushort target = cpu.NewCpu;
        bool known = cpu.NewVector != 0 && cpu.AllocIrq == e.Irq;
        if (!known)
        {
            PlaceVotes votes = PollPlace(at[1..], e.Cpu, e.Irq);
            vector = (byte)votes.ChooseVector(-1, e.Vector);
            target = (ushort)votes.ChooseCpu(-1, move.Cpu);
            if (!TryCpu(target)) return;
        }
        bool newRight = e.Vector == vector && move.Cpu == target;
        bool oldRight = !cpu.OldKnown || (move.PrevVector == cpu.OldVector
            && (move.PrevCpu == cpu.OldCpu || (cpu.OldVector == 0 && !cpu.OldStaleKnown)));
        if (!newRight || !oldRight)
        {
            Disagree(DecisionKind.Assignment, e.Irq, $"{PlaceText(vector, target)}, until now {OldText(cpu)}",
                $"{PlaceText(e.Vector, move.Cpu)}, until now {PlaceText(move.PrevVector, move.PrevCpu)}{(move.PrevVector == 0 ? $" (CPU {move.PrevCpu})" : "")}",
                $"the allocator took the new place; the old one is the interrupt's since event {irq.PlaceEvent}");
        }
        else if (!known && !cpu.OldKnown) Open(DecisionKind.Assignment, OpenReason.StateBefore);
        else Agree(DecisionKind.Assignment);
        if (!cpu.OldKnown)
        {
            LearnOld(ref irq, move, probed);
        }
        if (!probed) Assign(ref cpu, e.Irq, vector, target);
        cpu.NewVector = 0;
        cpu.AllocIrq = IrqEvent.NoIrq;
    }

    private static string OldText(in VerifyCpu cpu) => !cpu.OldKnown ? "unknown"
        : cpu.OldVector == 0 ? FormattableString.Invariant($"no vector{(cpu.OldStaleKnown ? $" (CPU {cpu.OldCpu})" : "")}")
        : PlaceText(cpu.OldVector, cpu.OldCpu);

    /// <summary>The record says what the interrupt had: its vector is in use there, though nobody recorded its taking.</summary>
    private void LearnOld(ref VerifyIrq irq, VectorMove move, bool assigned)
    {
        if (!assigned)
        {
            irq.Vector = move.PrevVector;
            irq.Cpu = move.PrevCpu;
            irq.Set(IrqFacts.PlaceKnown);
            return;
        }
        if (move.PrevVector == 0 || !TryCpu(move.PrevCpu) || IsOffline(move.PrevCpu) || MayBeOffline(move.PrevCpu)) return;
        irq.PreviousVector = move.PrevVector;
        irq.PreviousCpu = move.PrevCpu;
        irq.Set(IrqFacts.PreviousKnown | IrqFacts.MoveInProgress | IrqFacts.StalePreviousCpuKnown);
    }

    private static void KeepOld(ref VerifyCpu cpu, ref VerifyIrq irq)
    {
        cpu.OldVector = irq.Vector;
        cpu.OldCpu = irq.Cpu;
        cpu.OldKnown = irq.Has(IrqFacts.PlaceKnown);
        cpu.OldStaleKnown = irq.Has(IrqFacts.StaleCpuKnown);
    }

    private (byte Vector, ushort Cpu) JudgeNewPlace(in IrqEvent e, ref VerifyCpu cpu, ushort recordedCpu, in PlaceVotes votes)
    {
        if (cpu.NewVector == 0 || cpu.AllocIrq != e.Irq)
        {
            Open(DecisionKind.Assignment, OpenReason.Caller);
            return ((byte)votes.ChooseVector(-1, e.Vector), (ushort)votes.ChooseCpu(-1, recordedCpu));
        }
        if (e.Vector == cpu.NewVector && recordedCpu == cpu.NewCpu) Agree(DecisionKind.Assignment);
        else
        {
            Disagree(DecisionKind.Assignment, e.Irq, $"{PlaceText(cpu.NewVector, cpu.NewCpu)}", $"{PlaceText(e.Vector, recordedCpu)}",
                $"the allocator just took that");
        }
        return (cpu.NewVector, cpu.NewCpu);
    }

    /// <summary>Linux apic_update_vector: the old place stays until its clean-up, or goes at once when its CPU is offline.</summary>
    private void Assign(ref VerifyCpu caller, uint number, byte vector, ushort cpu)
    {
        ref VerifyIrq irq = ref _irqs[number];
        irq.PreviousVector = 0;
        irq.Clear(IrqFacts.MoveInProgress);
        irq.Put(IrqFacts.PreviousKnown, irq.Has(IrqFacts.PlaceKnown));
        if (irq.Vector != 0)
        {
            if (IsOffline(irq.Cpu))
            {
                // Off the dying CPU its record is never emitted; elsewhere it follows.
                if (caller.Dark) Release(ref caller, FreeingOf(irq.Cpu, irq.Vector, irq));
                else QueueFree(ref caller, FreeingOf(irq.Cpu, irq.Vector, irq));
            }
            else
            {
                irq.PreviousVector = irq.Vector;
                irq.PreviousCpu = irq.Cpu;
                irq.Set(IrqFacts.MoveInProgress | IrqFacts.StalePreviousCpuKnown);
            }
        }
        else if (caller.Dark && !irq.Has(IrqFacts.PlaceKnown)) ForgetFreed(ref caller);
        irq.Vector = vector;
        irq.Cpu = cpu;
        irq.PlaceEvent = _index;
        irq.Set(IrqFacts.PlaceKnown | IrqFacts.StaleCpuKnown);
        caller.ConfigIrq = number;
        StartWork(ref caller, number);
        if (caller.Dark)
        {
            irq.HardwareVector = vector;
            irq.Put(IrqFacts.HardwareKnown, TryDestination(cpu, out irq.HardwareDestination));
        }
    }

    private static void QueueFree(ref VerifyCpu cpu, in Freeing freeing)
    {
        if (cpu.Free0.Vector == 0) cpu.Free0 = freeing;
        else cpu.Free1 = freeing;
    }

    private void JudgeConfig(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var place = new VectorPlace(in e);
        if (!TryIrq(e.Irq) || !TryCpu(place.Cpu)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        byte vector = irq.Vector == 0 ? VectorRanges.ManagedShutdown : irq.Vector;
        if (irq.Vector == 0 && FirstOnline() < 0) MeetCpus(at);
        int expectedCpu = irq.Vector == 0 ? FirstOnline() : irq.Cpu;
        bool known = irq.Has(IrqFacts.PlaceKnown) && expectedCpu >= 0;
        if (!known)
        {
            PlaceVotes votes = PollPlace(at[1..], e.Cpu, e.Irq);
            vector = (byte)votes.ChooseVector(-1, e.Vector);
            expectedCpu = votes.ChooseCpu(-1, place.Cpu);
        }
        LearnMode(at);
        bool destinationKnown = TryDestination(expectedCpu, out uint destination);
        if (!destinationKnown) destination = LearnDestination(at, expectedCpu, place);
        if (e.Vector != vector || place.Cpu != expectedCpu || place.ApicDest != destination)
        {
            Disagree(DecisionKind.Config, e.Irq, $"vector {vector} on CPU {expectedCpu}, APIC destination 0x{destination:x}",
                $"vector {e.Vector} on CPU {place.Cpu}, APIC destination 0x{place.ApicDest:x}",
                $"{(irq.Vector == 0 ? "an interrupt without a vector gets the placeholder on the first online CPU" : $"that is its place since event {irq.PlaceEvent}")}; destinations are {ModeText()}");
        }
        else if (!known) Open(DecisionKind.Config, OpenReason.StateBefore);
        else if (!destinationKnown) Open(DecisionKind.Config, OpenReason.FirstSight);
        else Agree(DecisionKind.Config);
        irq.HardwareVector = vector;
        irq.HardwareDestination = destination;
        irq.Set(IrqFacts.HardwareKnown);
        cpu.ConfigIrq = e.Irq;
        StartWork(ref cpu, e.Irq);
        if (known || vector == VectorRanges.ManagedShutdown) return;
        irq.Vector = vector;
        irq.Cpu = (ushort)expectedCpu;
        irq.PlaceEvent = _index;
        irq.Set(IrqFacts.PlaceKnown | IrqFacts.StaleCpuKnown);
    }

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
            Disagree(DecisionKind.Release, e.Irq, $"{PlaceText(vector, target)}, old place {OldPlaceText(oldVector, oldCpu)}",
                $"{PlaceText(e.Vector, move.Cpu)}, old place {OldPlaceText(move.PrevVector, move.PrevCpu)}",
                $"that is what the interrupt has since event {irq.PlaceEvent}");
            if (FollowsRecorded(at[1..], e.Cpu, e.Vector, move.Cpu, vector, target)) (vector, target) = (e.Vector, move.Cpu);
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

    private static string OldPlaceText(byte vector, ushort cpu) => FormattableString.Invariant($"{vector} on CPU {cpu}");

    /// <summary>True when the next free on the CPU is of the recorded place and not of the expected one.</summary>
    private static bool FollowsRecorded(ReadOnlySpan<IrqEvent> ahead, int cpu, byte vector, ushort target, byte expectedVector, ushort expectedCpu)
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

    /// <summary>The placeholder on the first online CPU (Linux vector_assign_managed_shutdown, reserve_irq_vector).</summary>
    private void PutPlaceholder(ref VerifyIrq irq)
    {
        irq.HardwareVector = VectorRanges.ManagedShutdown;
        int first = FirstOnline();
        irq.Put(IrqFacts.HardwareKnown, first >= 0 && TryDestination(first, out irq.HardwareDestination));
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
            if (!irq.Has(IrqFacts.PreviousKnown) && TryCpu(move.PrevCpu)) Release(ref cpu, FreeingOf(move.PrevCpu, move.PrevVector, irq));
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
        if (e.Vector == irq.Vector && move.Cpu == irq.Cpu && move.PrevVector == irq.PreviousVector && move.PrevCpu == irq.PreviousCpu)
        {
            Agree(DecisionKind.Cleanup);
            return;
        }
        Disagree(DecisionKind.Cleanup, e.Irq, $"{PlaceText(irq.Vector, irq.Cpu)}, old place {OldPlaceText(irq.PreviousVector, irq.PreviousCpu)}",
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
        bool managed = irq.Has(IrqFacts.ModeKnown) ? irq.Has(IrqFacts.Managed) : isManaged;
        byte vector = known ? irq.PreviousVector : e.Vector;
        ushort target = known ? irq.PreviousCpu : place.Cpu;
        if (vector != e.Vector || target != place.Cpu || managed != isManaged)
        {
            Disagree(DecisionKind.Cleanup, e.Irq, $"{PlaceText(vector, target)}, is_managed={Bit(managed)}",
                $"{PlaceText(e.Vector, place.Cpu)}, is_managed={Bit(isManaged)}", $"that is the interrupt's old place since event {irq.PlaceEvent}");
            if (FollowsRecorded(at[1..], e.Cpu, e.Vector, place.Cpu, vector, target)) (vector, target) = (e.Vector, place.Cpu);
        }
        else if (!known) Open(DecisionKind.Cleanup, OpenReason.StateBefore);
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
        else if (isManaged == irq.Has(IrqFacts.Managed) && hasReserved == irq.Has(IrqFacts.HasReserved)) Agree(DecisionKind.Release);
        else
        {
            Disagree(DecisionKind.Release, e.Irq, $"is_managed={Bit(irq.Has(IrqFacts.Managed))} has_reserved={Bit(irq.Has(IrqFacts.HasReserved))}",
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
        irq.Facts = old.Facts & (IrqFacts.PlaceKnown | IrqFacts.PreviousKnown | IrqFacts.StaleCpuKnown | IrqFacts.StalePreviousCpuKnown | IrqFacts.Managed);
        irq.Facts |= IrqFacts.ManagedKnown;
        if (!known) irq.Put(IrqFacts.Managed, isManaged);
        if (old.Has(IrqFacts.PlaceKnown) && old.Vector == 0)
        {
            irq.Facts &= ~(IrqFacts.StaleCpuKnown | IrqFacts.StalePreviousCpuKnown | IrqFacts.Managed | IrqFacts.ManagedKnown);
        }
    }

    /// <summary>What the records that follow on the CPU say of an allocation's place, until something else begins there.</summary>
    private PlaceVotes PollPlace(ReadOnlySpan<IrqEvent> ahead, int cpu, uint irq)
    {
        var votes = new PlaceVotes { Irq = irq };
        int messageCpu = -1;
        foreach (ref readonly IrqEvent e in ahead)
        {
            if (e.Cpu != cpu) continue;
            if (EndsPlacing(e.Kind)) break;
            switch (e.Kind)
            {
                case EventKind.VectorAlloc or EventKind.VectorAllocManaged when votes.Irq == IrqEvent.NoIrq || votes.Irq == e.Irq:
                    votes.Irq = e.Irq;
                    votes.Vector(e.Vector);
                    break;
                case EventKind.ApicUpdateVector or EventKind.VectorUpdate or EventKind.VectorConfig when votes.Irq == e.Irq:
                    votes.Vector(e.Vector);
                    votes.Cpu(new VectorPlace(in e).Cpu);
                    break;
                case EventKind.IrteWrite when IrteBits.IsPresent(e.A):
                    votes.Vector(IrteBits.Vector(e.A));
                    uint field = IrteBits.Destination(e.A);
                    if (CpuOfDestination(Extended == true ? field : field >> IdShift) is >= 0 and var entryCpu) votes.Cpu(entryCpu);
                    return votes;
                case EventKind.MsiWrite when e.Irq == votes.Irq && new MsiMessage(e.A, (uint)e.B) is { IsInterrupt: true, IsRemappable: false, Vector: not 0 } message:
                    votes.Vector(message.Vector);
                    messageCpu = CpuOfDestination(message.Destination);
                    break;
            }
        }
        if (messageCpu >= 0) votes.Cpu(messageCpu); // Of two writes only the second has the new CPU.
        return votes;
    }

    /// <summary>Kinds that belong to another operation than the one that gives an interrupt its place.</summary>
    private static bool EndsPlacing(EventKind kind) =>
        kind is EventKind.MatrixAlloc or EventKind.MatrixAllocManaged or EventKind.IrqSetAffinity or EventKind.IrqDoSetAffinity
            or EventKind.IrqStartup or EventKind.LapicOffline or EventKind.VectorActivate or EventKind.CpuhpEnter
            or EventKind.MsiUnmask;
}
