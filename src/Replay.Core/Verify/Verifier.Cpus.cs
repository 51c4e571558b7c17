using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>
/// A CPU goes offline (Linux lapic_can_unplug_cpu, fixup_irqs, migrate_one_irq, lapic_offline). It emits no tracepoint
/// meanwhile: probes tell what it does, and where there are none the rules say it.
/// </content>
public sealed partial class Verifier<TRules>
{
    // What the recording shows of cpu.forceCompleteFirst: first event, and how many, for and against.
    private long _forceYesEvent = -1;
    private long _forceYes;
    private long _forceNoEvent = -1;
    private long _forceNo;

    // True once a probe told what apic_update_vector does: from then on a dying CPU's moves are recorded too.
    private bool _updatesProbed;

    // True once a probe told an affinity mask: from then on masks are followed, not guessed.
    private bool _masksSeen;

    /// <summary>True when the evidence of the recording may overrule the rules' cpu.forceCompleteFirst.</summary>
    public bool FollowsEvidence { get; init; } = true;

    /// <summary>What the recording shows of its kernel's behaviours.</summary>
    public IReadOnlyList<Evidence> Evidence
    {
        get
        {
            var list = new List<Evidence>();
            if (_forceYes > 0 && _forceYes >= _forceNo)
            {
                list.Add(new Evidence("cpu.forceCompleteFirst", "yes", _forceYesEvent, _forceYes, _forceNo,
                    "a CPU that went offline asked all interrupts for pending moves, not only its own"));
            }
            else if (_forceNo > 0)
            {
                list.Add(new Evidence("cpu.forceCompleteFirst", "no", _forceNoEvent, _forceNo, _forceYes,
                    "a CPU that went offline asked only its own interrupts for pending moves"));
            }
            return list;
        }
    }

    private bool ForceCompleteFirst => !FollowsEvidence || _forceYes + _forceNo == 0
        ? _rules.ForceCompleteFirst : _forceYes >= _forceNo;

    private bool KnowsForceComplete => !FollowsEvidence || _forceYes + _forceNo > 0;

    private void JudgeHotplugStep(in IrqEvent e)
    {
        var step = new HotplugStep(in e);
        if (!TryCpu(step.Cpu)) return;
        ref VerifyCpu cpu = ref _cpus[step.Cpu];
        string fun = _tables.Names[step.Fun];
        if (fun is "bringup_cpu" or "cpuhp_bringup_ap") cpu.BringupStep = step.Step;
        if (fun != "takedown_cpu") return;
        cpu.GoingDown = true;
        cpu.TakedownStep = step.Step;
    }

    /// <summary>lapic_can_unplug_cpu's answer: what must move has to fit into what the other CPUs have.</summary>
    private void JudgeOfflineCheck(in IrqEvent e)
    {
        int ret = new HandlerResult(in e).Ret;
        int? expected = ExpectedOfflineAnswer(e.Cpu);
        JudgeOfflineAnswer(e.Cpu, expected, ret);
        if ((expected ?? ret) == 0 && _cpus[e.Cpu].GoingDown) GoDark(e.Cpu, probed: true);
    }

    private void JudgeOfflineAnswer(int cpu, int? expected, int ret)
    {
        if (expected is not { } answer)
        {
            Open(DecisionKind.OfflineCheck, OpenReason.StateBefore);
            return;
        }
        if (answer == ret)
        {
            Agree(DecisionKind.OfflineCheck);
            return;
        }
        ref CpuMap map = ref _matrix[cpu];
        uint leaving = map.Allocated - map.ManagedAllocated, elsewhere = _matrix.GlobalAvailable - map.Available;
        Disagree(DecisionKind.OfflineCheck, IrqEvent.NoIrq, $"ret {answer}", $"ret {ret}",
            $"CPU {cpu} has {leaving} vectors to move, {elsewhere} are available elsewhere");
    }

    private int? ExpectedOfflineAnswer(int cpu)
    {
        if (!_matrix.GlobalKnown || _matrix.GlobalResync || !_matrix[cpu].Known || !_matrix.KnowsManagedInUse(cpu))
            return null;
        ref CpuMap map = ref _matrix[cpu];
        return _matrix.GlobalAvailable - map.Available < map.Allocated - map.ManagedAllocated ? NoSpace : 0;
    }

    private void JudgeHotplugResult(in IrqEvent e)
    {
        var result = new HotplugResult(in e);
        if (!TryCpu(result.Cpu)) return;
        ref VerifyCpu cpu = ref _cpus[result.Cpu];
        if (!HasBegun(result.Cpu) && cpu.BringupStep == result.Step && result.Step != 0 && result.Ret == 0)
        {
            // It is up, and its records are missing, unless they have the same time and come next.
            cpu.Online = cpu.OnlineKnown = cpu.UpUnseen = true;
        }
        if (!cpu.GoingDown || cpu.TakedownStep != result.Step) return;
        cpu.GoingDown = false;
        if (cpu.Dark)
        {
            JudgeOfflineAnswer(result.Cpu, 0, result.Ret);
            CloseDark(result.Cpu);
            return;
        }
        int? expected = ExpectedOfflineAnswer(result.Cpu);
        JudgeOfflineAnswer(result.Cpu, expected, result.Ret);
        if ((expected ?? result.Ret) != 0) return;
        GoDark(result.Cpu, probed: false);
        CloseDark(result.Cpu);
    }

    private void GoDark(int number, bool probed)
    {
        ref VerifyCpu cpu = ref _cpus[number];
        if (cpu.Dark) return;
        bool goingDown = cpu.GoingDown;
        int step = cpu.TakedownStep;
        cpu = VerifyCpu.Idle;
        cpu.GoingDown = goingDown;
        cpu.TakedownStep = step;
        cpu.Dark = cpu.OnlineKnown = cpu.OperationSeen = true;
        cpu.DarkProbed = probed && _updatesProbed;
        if (!cpu.DarkProbed) MigrateByRule(number);
    }

    /// <summary>
    /// The probe on irq_force_complete_move. A kernel with the fix a6c11c0a5235 calls it for every interrupt,
    /// one without only for those that the CPU still has.
    /// </summary>
    private void JudgeForceComplete(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        if (!TryIrq(e.Irq)) return;
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        if (!cpu.Dark)
        {
            if (!cpu.GoingDown && cpu.OnlineKnown) return;
            GoDark(e.Cpu, probed: true);
        }
        ref VerifyIrq irq = ref _irqs[e.Irq];
        if (irq.Has(IrqFacts.PlaceKnown) && irq.Vector != 0 && irq.Cpu != e.Cpu)
        {
            cpu.ForcedElsewhere++;
            if (AllBegun && !IsInGap(at) && _forceYes++ == 0) _forceYesEvent = _index;
        }
        else
        {
            cpu.ForcedHere++;
        }
        if (irq.PreviousVector == 0 || (irq.Cpu != e.Cpu && irq.PreviousCpu != e.Cpu)) return;
        foreach (ref readonly IrqEvent next in at[1..])
        {
            if (next.Cpu != e.Cpu) continue;
            if (next.Kind == EventKind.FreeMovedVector && next.Irq == e.Irq) return; // It frees, and its probe tells.
            break;
        }
        FreeOldPlace(ref cpu, ref irq);
    }

    /// <summary>
    /// A dying CPU's interrupt gets a new place: the probe on apic_update_vector is the record of it.
    /// </summary>
    private void JudgeMigration(ReadOnlySpan<IrqEvent> at, ushort recordedCpu)
    {
        ref readonly IrqEvent e = ref at[0];
        ref VerifyCpu caller = ref _cpus[e.Cpu];
        ref VerifyIrq irq = ref _irqs[e.Irq];
        bool managed = irq.Has(IrqFacts.Managed);
        if (irq.PreviousVector != 0) FreeOldPlace(ref caller, ref irq); // Completed by force before the next move.
        PlaceVotes votes = PollPlace(at[1..], e.Cpu, e.Irq);
        bool searchKnown = caller.AllocIrq == e.Irq && caller.SearchKnown;
        CpuMask search = searchKnown ? caller.Search : OnlineOf(irq.Mask);
        searchKnown |= irq.Has(IrqFacts.MaskKnown) && _masksSeen;
        bool cpuKnown = _matrix.Seen && searchKnown && irq.Has(IrqFacts.ModeKnown) && KnowsCounters(search, managed);
        int expectedCpu = !cpuKnown ? Allocator.None
            : BestCpu(search, managed);
        ushort cpu = (ushort)votes.ChooseCpu(expectedCpu, recordedCpu, Trusts(DecisionKind.Migrate));
        if (!TryCpu(cpu)) return;
        int expectedBit = ExpectedBit(cpu, managed, out bool bitKnown);
        bitKnown &= irq.Has(IrqFacts.ModeKnown);
        if (!bitKnown) expectedBit = Allocator.None;
        byte vector = (byte)votes.ChooseVector(expectedBit, e.Vector, Trusts(DecisionKind.Migrate));
        bool cpuWrong = cpuKnown ? expectedCpu != recordedCpu : cpu != recordedCpu;
        bool bitWrong = bitKnown ? expectedBit != e.Vector : vector != e.Vector;
        if (cpuWrong || bitWrong)
        {
            DisagreePlace(DecisionKind.Migrate, e.Irq, cpuKnown ? expectedCpu : cpu, bitKnown ? expectedBit : vector,
                recordedCpu, e.Vector, searchKnown ? search : null, managed);
        }
        else if (!cpuKnown) Open(DecisionKind.Migrate, searchKnown ? OpenReason.StateBefore : OpenReason.Mask);
        else if (!bitKnown) Open(DecisionKind.Migrate, OpenReason.Bits);
        else Agree(DecisionKind.Migrate);
        TakeUnrecorded(cpu, vector, managed);
        if (!irq.Has(IrqFacts.PlaceKnown) || !KnowsManaged(e.Irq)) ForgetBits();
        Assign(ref caller, e.Irq, vector, cpu);
        caller.SearchKnown = false;
    }

    private void TakeUnrecorded(int cpu, byte vector, bool managed)
    {
        if (!_matrix.Seen) return;
        if (managed)
        {
            _matrix.AllocManaged(cpu, vector);
            return;
        }
        LearnChoice(cpu, vector);
        _matrix.Alloc(cpu, vector);
    }

    private void JudgeLapicOffline(in IrqEvent e)
    {
        GoDark(e.Cpu, probed: true);
        CloseDark(e.Cpu);
    }

    /// <summary>
    /// The dying CPU is done with its interrupts; its map goes offline (Linux irq_matrix_offline, never recorded).
    /// </summary>
    private void CloseDark(int number)
    {
        ref VerifyCpu cpu = ref _cpus[number];
        if (_matrix.Seen && !_matrix[number].Online) return; // Closed before.
        if (cpu.DarkProbed) CheckLeftBehind(number);
        if (_matrix.Seen) _matrix.SetOffline(number);
    }

    /// <summary>
    /// What a CPU whose probes told everything still has: old places of moves, and nothing that is started.
    /// </summary>
    private void CheckLeftBehind(int number)
    {
        ref VerifyCpu cpu = ref _cpus[number];
        bool asked = cpu.ForcedHere > 0 && cpu.ForcedElsewhere == 0 && HasIrqsElsewhere(number) && AllBegun;
        if (asked && _forceNo++ == 0) _forceNoEvent = _index;
        bool whole = true;
        for (uint i = 0; i < (uint)_irqsUsed; i++)
        {
            ref VerifyIrq irq = ref _irqs[i];
            bool moved = irq.PreviousVector != 0 && irq.PreviousCpu == number && irq.Cpu != number;
            if (moved) whole &= LeaveOldPlace(ref cpu, ref irq);
            if (irq.Vector == 0 || irq.Cpu != number
                || !irq.Has(IrqFacts.PlaceKnown | IrqFacts.StartKnown | IrqFacts.Started))
                continue;
            Disagree(DecisionKind.Migrate, i, $"moved away from CPU {number}",
                $"left at {PlaceText(irq.Vector, irq.Cpu)}",
                $"it is started, and CPU {number} is offline");
        }
        if (!whole) ForgetBits();
    }

    /// <summary>
    /// A move's old place is on the CPU that went offline: given back, or left until the move completes, and then lost.
    /// Kernels differ; false when nothing told yet.
    /// </summary>
    private bool LeaveOldPlace(ref VerifyCpu cpu, ref VerifyIrq irq)
    {
        if (!KnowsForceComplete)
        {
            irq.PreviousVector = 0;
            irq.Clear(IrqFacts.PreviousKnown | IrqFacts.MoveInProgress);
            return false;
        }
        if (ForceCompleteFirst) FreeOldPlace(ref cpu, ref irq);
        return true;
    }

    private bool HasIrqsElsewhere(int number)
    {
        for (int i = 0; i < _irqsUsed; i++)
        {
            if (_irqs[i].Vector != 0 && _irqs[i].Cpu != number && _irqs[i].Has(IrqFacts.PlaceKnown)) return true;
        }
        return false;
    }

    /// <summary>
    /// Nobody recorded what the CPU did: the rules say it, interrupt by interrupt in ascending order, as far as masks
    /// are known. The rest is unknown until a record tells.
    /// </summary>
    private void MigrateByRule(int number)
    {
        ref VerifyCpu caller = ref _cpus[number];
        bool whole = true;
        for (uint i = 0; i < (uint)_irqsUsed; i++)
        {
            ref VerifyIrq irq = ref _irqs[i];
            bool isHere = irq.Vector != 0 && irq.Cpu == number;
            if (irq.PreviousVector != 0 && isHere) FreeOldPlace(ref caller, ref irq);
            else if (irq.PreviousVector != 0 && irq.PreviousCpu == number) whole &= LeaveOldPlace(ref caller, ref irq);
            if (!isHere || !irq.Has(IrqFacts.PlaceKnown)) continue;
            bool managed = irq.Has(IrqFacts.Managed);
            if (managed && irq.Has(IrqFacts.MaskKnown) && OnlineOf(irq.ManagedMask).IsEmpty)
            {
                Release(ref caller, new Freeing(irq.Cpu, irq.Vector, true));
                GiveUpVectors(ref irq);
                PutPlaceholder(ref irq);
                continue;
            }
            if (irq.Has(IrqFacts.MaskKnown) && (managed || _masksSeen)
                && TryPlaceByRule(ref irq, managed, out ushort cpu, out byte vector))
            {
                TakeUnrecorded(cpu, vector, managed);
                Assign(ref caller, i, vector, cpu);
                continue;
            }
            whole = false;
            Release(ref caller, FreeingOf(irq.Cpu, irq.Vector, irq));
            irq.Vector = 0;
            irq.Clear(IrqFacts.PlaceKnown | IrqFacts.PreviousKnown | IrqFacts.HardwareKnown | IrqFacts.MoveInProgress);
        }
        if (!whole) ForgetBits();
    }

    private bool TryPlaceByRule(ref VerifyIrq irq, bool managed, out ushort cpu, out byte vector)
    {
        CpuMask mask = irq.Has(IrqFacts.MovePending) && !OnlineOf(irq.Pending).IsEmpty ? irq.Pending : irq.Mask;
        CpuMask search = OnlineOf(mask);
        if (search.IsEmpty) search = OnlineOf(CpuMask.All);
        cpu = 0;
        vector = 0;
        if (!_matrix.Seen || !KnowsCounters(search, managed)) return false;
        int best = BestCpu(search, managed);
        if (best < 0) return false;
        int bit = ExpectedBit(best, managed, out bool known);
        if (!known || bit < 0) return false;
        cpu = (ushort)best;
        vector = (byte)bit;
        return true;
    }

    /// <summary>The CPU comes online though nothing told that it was not: it went down unseen.</summary>
    private void LeaveUnseen(int cpu)
    {
        GoDark(cpu, probed: false);
        CloseDark(cpu);
    }
}
