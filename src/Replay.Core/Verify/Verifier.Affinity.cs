using System;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>
/// Affinity, from the request to the vector domain (Linux irq_set_affinity_locked, irq_move_masked_irq,
/// irq_do_set_affinity, apic_set_affinity), and start and stop. </content>
public sealed partial class Verifier<TRules>
{
    // True once a request for an affinity was recorded: without them the mask that waits may be an older one.
    private bool _requestsSeen;

    /// <summary>Somebody asks for an affinity: set now, or when the interrupt arrives the next time.</summary>
    private void JudgeRequest(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        _masksSeen = _requestsSeen = true;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        irq.Pending = new CpuMask(new AffinityRequest(in e).Mask);
        irq.Set(IrqFacts.MovePending | IrqFacts.AffinitySet);
        if (irq.Has(IrqFacts.PlaceKnown | IrqFacts.StartKnown) && !irq.Has(IrqFacts.Started) && irq.HardwareVector == 0)
        {
            // Not activated: only the mask is kept (Linux irq_set_affinity_deactivated).
            irq.Mask = irq.Pending;
            irq.Set(IrqFacts.MaskKnown);
            irq.Clear(IrqFacts.MovePending);
        }
    }

    private void JudgeDoSetAffinity(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        if (!TryIrq(e.Irq)) return;
        _masksSeen = true;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        var recorded = new CpuMask(new AffinityRequest(in e).Mask);
        CpuMask? expected = ExpectedMask(in e, ref irq, ref cpu);
        CpuMask mask = recorded;
        if (expected is not { } wanted) Open(DecisionKind.Affinity, OpenReason.Caller);
        else if (wanted == recorded) Agree(DecisionKind.Affinity);
        else
        {
            Disagree(DecisionKind.Affinity, e.Irq, $"CPUs {wanted}", $"CPUs {recorded}", $"{(cpu.Dark
                ? "that is the affinity of an interrupt that a dying CPU moves away"
                : "that affinity was asked for")}");
            if (FollowsMask(at[1..], e.Cpu, e.Irq) is { } next && next == OnlineOf(wanted)) mask = wanted;
        }
        cpu.SetIrq = e.Irq;
        cpu.SetMask = mask;
        cpu.OldMask = irq.Mask;
        cpu.OldMaskKnown = irq.Has(IrqFacts.MaskKnown);
        irq.Mask = mask;
        irq.Set(IrqFacts.MaskKnown);
        irq.Clear(IrqFacts.MovePending);
    }

    /// <summary>The mask that has to be handed to the chip, or null when what leads to it was not recorded.</summary>
    private CpuMask? ExpectedMask(in IrqEvent e, ref VerifyIrq irq, ref VerifyCpu cpu)
    {
        if (cpu.Dark)
        {
            if (cpu.SetIrq == e.Irq && cpu.Refused) return KnownOnline();
            if (irq.Has(IrqFacts.MovePending) && !KnowsOnlineOf(irq.Pending)) return null;
            if (irq.Has(IrqFacts.MovePending) && !OnlineOf(irq.Pending).IsEmpty)
                return _requestsSeen ? irq.Pending : null;
            if (!irq.Has(IrqFacts.MaskKnown) || !KnowsOnlineOf(irq.Mask)) return null;
            return OnlineOf(irq.Mask).IsEmpty ? KnownOnline()
                : irq.Mask == CpuMask.All ? null : irq.Mask;
        }
        if (irq.Has(IrqFacts.MovePending)) return _requestsSeen ? irq.Pending : null;
        if (cpu.StartIrq != e.Irq || !irq.Has(IrqFacts.MaskKnown)) return null;
        if (irq.Has(IrqFacts.Managed)) return irq.Mask;
        CpuMask wanted = irq.Has(IrqFacts.AffinitySet) ? irq.Mask : CpuMask.All;
        if (!KnowsOnlineOf(wanted)) return null;
        CpuMask online = OnlineOf(wanted);
        return online.IsEmpty ? KnownOnline() : online;
    }

    /// <summary>The mask in the next record of this operation.</summary>
    private static CpuMask? FollowsMask(ReadOnlySpan<IrqEvent> ahead, int cpu, uint irq)
    {
        foreach (ref readonly IrqEvent e in ahead)
        {
            if (e.Cpu != cpu) continue;
            if (e.Irq == irq && e.Kind is EventKind.MsiSetAffinity or EventKind.IrSetAffinity
                or EventKind.IoApicSetAffinity or EventKind.ApicSetAffinity)
                return new CpuMask(new AffinityRequest(in e).Mask);
            if (e.Kind is EventKind.IrqDoSetAffinity or EventKind.IrqSetAffinity) return null;
        }
        return null;
    }

    /// <summary>The chips get the online part of the mask.</summary>
    private CpuMask JudgeChipMask(in IrqEvent e)
    {
        var recorded = new CpuMask(new AffinityRequest(in e).Mask);
        if (!TryIrq(e.Irq)) return recorded;
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        StartWork(ref cpu, e.Irq);
        if (cpu.SetIrq != e.Irq)
        {
            Open(DecisionKind.Affinity, OpenReason.Caller);
            return recorded;
        }
        CpuMask expected = OnlineOf(cpu.SetMask);
        if (expected == recorded) Agree(DecisionKind.Affinity);
        else if (recorded.And(cpu.SetMask) == recorded && !KnowsOnlineOf(cpu.SetMask))
        {
            Open(DecisionKind.Affinity, OpenReason.StateBefore);
            return recorded;
        }
        else
        {
            Disagree(DecisionKind.Affinity, e.Irq, $"CPUs {expected}", $"CPUs {recorded}",
                $"the core handed CPUs {cpu.SetMask} down, of which these are online");
        }
        return expected;
    }

    private void JudgeMsiSetAffinity(in IrqEvent e)
    {
        JudgeChipMask(in e);
        if (!TryIrq(e.Irq)) return;
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        ref VerifyIrq irq = ref _irqs[e.Irq];
        cpu.OperationSeen = true;
        cpu.MsiIrq = e.Irq;
        cpu.MsiOldKnown = irq.Has(IrqFacts.HardwareKnown);
        cpu.MsiOldVector = irq.HardwareVector;
        cpu.MsiOldDestination = irq.HardwareDestination;
        cpu.TwoStepIrq = IrqEvent.NoIrq;
    }

    /// <summary>
    /// The vector domain is asked: nothing to do when the interrupt is on one of the CPUs, busy while an old place
    /// is not given back, else a new vector.
    /// </summary>
    private void JudgeApicSetAffinity(in IrqEvent e)
    {
        CpuMask mask = JudgeChipMask(in e);
        if (!TryIrq(e.Irq)) return;
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        ref VerifyIrq irq = ref _irqs[e.Irq];
        if (cpu.GoingDown && IsOffline(e.Cpu)) GoDark(e.Cpu, probed: true);
        bool managed = irq.Has(IrqFacts.Managed);
        cpu.AllocIrq = cpu.AskedIrq = e.Irq;
        cpu.Search = managed && irq.Has(IrqFacts.MaskKnown) && !irq.ManagedMask.IsEmpty
            ? mask.And(irq.ManagedMask) : mask;
        cpu.SearchKnown = true;
        cpu.NewVector = 0;
        cpu.Answer = 0;
        cpu.AnswerKnown = irq.Has(IrqFacts.PlaceKnown) && irq.Has(IrqFacts.ModeKnown) && _matrix.Seen;
        if (!cpu.AnswerKnown) return;
        bool isThere = irq.Vector != 0 && !IsOffline(irq.Cpu) && cpu.Search[irq.Cpu];
        if (isThere) return;
        if (!managed && !irq.Has(IrqFacts.PreviousKnown)) cpu.AnswerKnown = false;
        else if (!managed && irq.PreviousVector != 0 && !cpu.Dark) cpu.Answer = Busy;
        else if (!KnowsCounters(cpu.Search, managed)) cpu.AnswerKnown = false;
        else
        {
            int best = BestCpu(cpu.Search, managed);
            if (best < 0) cpu.Answer = NoSpace;
        }
    }

    private void JudgeAnswer(in IrqEvent e)
    {
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        int ret = (int)e.A;
        uint number = cpu.AskedIrq != IrqEvent.NoIrq ? cpu.AskedIrq : cpu.SetIrq;
        if (!cpu.AnswerKnown) Open(DecisionKind.Affinity, OpenReason.StateBefore);
        else if (ret == cpu.Answer) Agree(DecisionKind.Affinity);
        else
        {
            Disagree(DecisionKind.Affinity, number, $"ret {cpu.Answer}", $"ret {ret}",
                $"{(cpu.Answer == Busy ? "the old vector of the last move is not given back yet"
                    : cpu.Answer == NoSpace ? "no CPU of the mask has a vector left"
                    : "the interrupt is on one of the CPUs, or got a vector there")}");
        }
        int answer = cpu.AnswerKnown ? cpu.Answer : ret;
        cpu.AnswerKnown = false;
        cpu.Refused = answer == NoSpace;
        cpu.AllocIrq = cpu.AskedIrq = IrqEvent.NoIrq;
        cpu.SearchKnown = false;
        if (number >= (uint)_irqsUsed) return;
        ref VerifyIrq irq = ref _irqs[number];
        if (answer < 0)
        {
            if (cpu.SetIrq != number) return;
            irq.Mask = cpu.OldMask;
            irq.Put(IrqFacts.MaskKnown, cpu.OldMaskKnown);
            if (answer != Busy) return;
            irq.Pending = cpu.SetMask;
            irq.Set(IrqFacts.MovePending);
            return;
        }
        if (cpu.MsiIrq == number) PlanMessage(ref cpu, ref irq);
        if (cpu.StartIrq == number) cpu.StartIrq = IrqEvent.NoIrq; // Starting sets the affinity once.
    }

    private void JudgeStartup(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        _irqs[e.Irq].Set(IrqFacts.Started | IrqFacts.StartKnown);
        _cpus[e.Cpu].StartIrq = e.Irq;
        _cpus[e.Cpu].OperationSeen = true;
    }

    private void JudgeShutdown(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        _irqs[e.Irq].Clear(IrqFacts.Started);
        _irqs[e.Irq].Set(IrqFacts.StartKnown);
    }

    /// <summary>A managed interrupt whose CPUs are all offline is shut down, with its affinity kept.</summary>
    private void JudgeManagedShutdown(in IrqEvent e)
    {
        if (!TryIrq(e.Irq)) return;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        JudgeShutdown(in e);
        if (!cpu.Dark || !irq.Has(IrqFacts.Managed)) return;
        bool known = irq.Has(IrqFacts.MaskKnown) && KnowsOnlineOf(irq.ManagedMask);
        if (!known) Open(DecisionKind.Migrate, OpenReason.Mask);
        else if (OnlineOf(irq.ManagedMask).IsEmpty) Agree(DecisionKind.Migrate);
        else
        {
            Disagree(DecisionKind.Migrate, e.Irq, $"moved to one of CPUs {OnlineOf(irq.ManagedMask)}", $"shut down",
                $"a managed interrupt is shut down only when every CPU of its mask is offline");
        }
    }
}
