using System;
using Replay.Core.Events;
using Replay.Core.Spec;

namespace Replay.Core.Verify;

/// <content>The vector domain: the place that an interrupt gets (Linux apic_update_vector,
/// apic_update_irq_cfg).</content>
public sealed partial class Verifier<TRules>
{
    /// <summary>
    /// The probe at the entry of apic_update_vector. On a dying CPU it is the only record of the decision.
    /// </summary>
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
            string stale = move.PrevVector == 0 ? FormattableString.Invariant($" (CPU {move.PrevCpu})") : "";
            Disagree(DecisionKind.Assignment, e.Irq, $"{PlaceText(vector, target)}, until now {OldText(cpu)}",
                $"{PlaceText(e.Vector, move.Cpu)}, until now {PlaceText(move.PrevVector, move.PrevCpu)}{stale}",
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
        : cpu.OldVector == 0
        ? FormattableString.Invariant($"no vector{(cpu.OldStaleKnown ? $" (CPU {cpu.OldCpu})" : "")}")
        : PlaceText(cpu.OldVector, cpu.OldCpu);

    /// <summary>
    /// The record says what the interrupt had: its vector is in use there, though nobody recorded its taking.
    /// </summary>
    private void LearnOld(ref VerifyIrq irq, VectorMove move, bool assigned)
    {
        if (!assigned)
        {
            irq.Vector = move.PrevVector;
            irq.Cpu = move.PrevCpu;
            irq.Set(IrqFacts.PlaceKnown);
            return;
        }
        if (move.PrevVector == 0 || !TryCpu(move.PrevCpu)) return;
        if (IsOffline(move.PrevCpu) || MayBeOffline(move.PrevCpu)) return;
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

    private (byte Vector, ushort Cpu) JudgeNewPlace(in IrqEvent e, ref VerifyCpu cpu,
        ushort recordedCpu, in PlaceVotes votes)
    {
        if (cpu.NewVector == 0 || cpu.AllocIrq != e.Irq)
        {
            Open(DecisionKind.Assignment, OpenReason.Caller);
            return ((byte)votes.ChooseVector(-1, e.Vector), (ushort)votes.ChooseCpu(-1, recordedCpu));
        }
        if (e.Vector == cpu.NewVector && recordedCpu == cpu.NewCpu) Agree(DecisionKind.Assignment);
        else
        {
            Disagree(DecisionKind.Assignment, e.Irq, $"{PlaceText(cpu.NewVector, cpu.NewCpu)}",
                $"{PlaceText(e.Vector, recordedCpu)}",
                $"the allocator just took that");
        }
        return (cpu.NewVector, cpu.NewCpu);
    }

    /// <summary>
    /// Linux apic_update_vector: the old place stays until its clean-up, or goes at once when its CPU is offline.
    /// </summary>
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
            string why = irq.Vector == 0 ? "an interrupt without a vector gets the placeholder on the first online CPU"
                : FormattableString.Invariant($"that is its place since event {irq.PlaceEvent}");
            Disagree(DecisionKind.Config, e.Irq,
                $"vector {vector} on CPU {expectedCpu}, APIC destination 0x{destination:x}",
                $"vector {e.Vector} on CPU {place.Cpu}, APIC destination 0x{place.ApicDest:x}",
                $"{why}; destinations are {ModeText()}");
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

    /// <summary>
    /// What the records that follow on the CPU say of an allocation's place, until something else begins there.
    /// </summary>
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
                case EventKind.VectorAlloc or EventKind.VectorAllocManaged
                    when votes.Irq == IrqEvent.NoIrq || votes.Irq == e.Irq:
                    votes.Irq = e.Irq;
                    votes.Vector(e.Vector);
                    break;
                case EventKind.ApicUpdateVector or EventKind.VectorUpdate or EventKind.VectorConfig
                    when votes.Irq == e.Irq:
                    votes.Vector(e.Vector);
                    votes.Cpu(new VectorPlace(in e).Cpu);
                    break;
                case EventKind.IrteWrite when IrteBits.IsPresent(e.A):
                    votes.Vector(IrteBits.Vector(e.A));
                    uint field = IrteBits.Destination(e.A);
                    if (CpuOfDestination(Extended == true ? field : field >> IdShift) is >= 0 and var entryCpu)
                        votes.Cpu(entryCpu);
                    return votes;
                case EventKind.MsiWrite when e.Irq == votes.Irq && new MsiMessage(e.A,
                    (uint)e.B) is { IsInterrupt: true, IsRemappable: false, Vector: not 0 } message:
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
        kind is EventKind.Loss or EventKind.MatrixAlloc or EventKind.MatrixAllocManaged or EventKind.IrqSetAffinity
            or EventKind.IrqDoSetAffinity
            or EventKind.IrqStartup or EventKind.LapicOffline or EventKind.VectorActivate or EventKind.CpuhpEnter
            or EventKind.MsiUnmask;
}
