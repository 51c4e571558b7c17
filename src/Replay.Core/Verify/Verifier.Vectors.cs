using System;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>The vector domain: how interrupts come to their vectors (Linux arch/x86/kernel/apic/vector.c).</content>
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
        bool assigned = _cpus[e.Cpu].ConfigIrq == e.Irq && irq.Vector != 0;
        if (_matrix.Complete || assigned) irq.Set(IrqFacts.ModeKnown | IrqFacts.ReservedKnown);

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
        irq.Set(IrqFacts.PlaceKnown | IrqFacts.ModeKnown | IrqFacts.ReservedKnown
            | IrqFacts.CanReserve | IrqFacts.HasReserved);
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
        irq.Set(IrqFacts.PlaceKnown | IrqFacts.PreviousKnown | IrqFacts.ModeKnown
            | IrqFacts.ReservedKnown | IrqFacts.Managed);
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
        else if (managed == activation.IsManaged && canReserve == activation.CanReserve
            && reserve == activation.Reserve) Agree(DecisionKind.Activation);
        else
        {
            Disagree(DecisionKind.Activation, e.Irq,
                $"{SetupText(managed, canReserve, reserve)}", $"{SetupText(activation)}",
                $"that is how the interrupt was set up, and how it is activated");
        }
        irq.Put(IrqFacts.Managed, managed);
        irq.Put(IrqFacts.CanReserve, canReserve);
        irq.Set(IrqFacts.ModeKnown);
        if (reserve) irq.Set(IrqFacts.ActivatedEarly);
        if (!known && activation.CanReserve && !irq.Has(IrqFacts.PlaceKnown)) irq.Clear(IrqFacts.ReservedKnown);
        StartActivation(ref cpu, e.Irq);
    }

    private static string SetupText(bool managed, bool canReserve, bool reserve) =>
        FormattableString.Invariant($"is_managed={Bit(managed)} can_reserve={Bit(canReserve)} reserve={Bit(reserve)}");

    private static string SetupText(VectorActivation recorded) =>
        SetupText(recorded.IsManaged, recorded.CanReserve, recorded.Reserve);

    private static void StartWork(ref VerifyCpu cpu, uint irq)
    {
        cpu.WorkIrq = irq;
        cpu.EntryDone = false;
    }

    // True once an activation was recorded: an interrupt without an early one is then known not to have had one.
    private bool _activationsSeen;

    private static int Bit(bool value) => value ? 1 : 0;

    /// <summary>
    /// The vector is searched on the affinity's online CPUs; a managed one on the CPUs that it was set aside on.
    /// </summary>
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
        else if (irq.Has(IrqFacts.Managed) == activation.IsManaged
            && irq.Has(IrqFacts.CanReserve) == activation.CanReserve && !activation.Reserve)
            Agree(DecisionKind.Release);
        else
        {
            Disagree(DecisionKind.Release, e.Irq,
                $"{SetupText(irq.Has(IrqFacts.Managed), irq.Has(IrqFacts.CanReserve), false)}",
                $"{SetupText(activation)}",
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
        else if (result.Ret == 0 && e.Vector == cpu.NewVector && (!reservedKnown || result.Reserved == reserved))
            Agree(kind);
        else
        {
            Disagree(kind, e.Irq,
                $"vector {cpu.NewVector} reserved={Bit(reservedKnown ? reserved : result.Reserved)} ret=0",
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
    private void JudgeFailedAlloc(in IrqEvent e, DecisionKind kind, ref VerifyIrq irq,
        ref VerifyCpu cpu, VectorResult result)
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
        else if (bit < 0 && ret == NoSpace && e.Vector == 0
            && (managed || !irq.Has(IrqFacts.ReservedKnown) || result.Reserved == irq.Has(IrqFacts.HasReserved)))
            Agree(kind);
        else
        {
            string expected = bit >= 0 ? PlaceText((byte)bit, (ushort)best)
                : FormattableString.Invariant($"vector 0 reserved={Bit(irq.Has(IrqFacts.HasReserved))} ret=-28");
            string left = best < 0
                ? "no CPU of the mask has a vector left" : string.Create(CultureInfo.InvariantCulture,
                    $"CPU {best} has {_matrix[best].Available} left, and the allocator's own record is missing");
            Disagree(kind, e.Irq, $"{expected}", $"vector {e.Vector} reserved={Bit(result.Reserved)} ret={ret}",
                $"{left}; candidates {cpu.Search}");
        }
    }

    /// <summary>
    /// The placeholder on the first online CPU (Linux vector_assign_managed_shutdown, reserve_irq_vector).
    /// </summary>
    private void PutPlaceholder(ref VerifyIrq irq)
    {
        irq.HardwareVector = VectorRanges.ManagedShutdown;
        int first = FirstOnline();
        irq.Put(IrqFacts.HardwareKnown, first >= 0 && TryDestination(first, out irq.HardwareDestination));
    }
}
