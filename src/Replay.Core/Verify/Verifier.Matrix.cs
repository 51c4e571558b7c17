using System;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>The allocator: which CPU, which bit, and every counter (Linux kernel/irq/matrix.c).</content>
public sealed partial class Verifier<TRules>
{
    // What the last record that contradicted the books made of them. Seen a second time, the recording is right.
    private CounterClaim[] _claims = new CounterClaim[8];
    private CounterClaim _globalClaim;

    private void JudgeAssignSystem(in IrqEvent e)
    {
        GlobalCounters recorded = GlobalOf(new MatrixCounters(in e));

        // They come in ascending order: where those below the window are missing, nothing is.
        bool begins = e.Vector <= VectorMatrix.AllocStart && recorded.OnlineMaps == 0 && recorded.TotalAllocated == 0;
        if (!_matrix.Seen && begins)
        {
            _matrix.Complete = true;
            _matrix.GlobalKnown = true;
        }
        _matrix.Seen = true;
        int expected = ExpectedSystemVector(e.Vector);
        if (expected == e.Vector) Agree(DecisionKind.SystemVector);
        else
        {
            const int Cascade = VectorRanges.IsaBase + VectorRanges.PicCascadeIrq;
            string order = string.Create(CultureInfo.InvariantCulture,
                $"system vectors are taken in ascending order, then vector {Cascade} of the second PIC; "
                + $"none but these lies in the window of device vectors");
            Disagree(DecisionKind.SystemVector, IrqEvent.NoIrq, $"vector {expected}", $"vector {e.Vector}", $"{order}");
        }
        _matrix.AssignSystem((byte)expected);
        JudgeGlobal(recorded, agreed: true);
    }

    /// <summary>
    /// The vector itself where nothing speaks against it. In the window of device vectors there are three at most: the
    /// clean-up IPI's, the system call's and the second PIC's (Linux lapic_assign_system_vectors).
    /// </summary>
    private int ExpectedSystemVector(byte vector)
    {
        int cascade = VectorRanges.IsaBase + VectorRanges.PicCascadeIrq;
        int highest = _matrix.SystemMap.IsEmpty ? -1 : HighestSystemVector();
        bool inWindow = vector >= VectorMatrix.AllocStart && vector < _rules.WindowEnd;
        if (!inWindow) return vector > highest ? vector : NextAfter(highest);
        if (vector == cascade || (vector > highest && IsSystemInWindow(vector))) return vector;
        if (highest > _rules.WindowEnd) return cascade;
        return NextAfter(highest);
    }

    private bool IsSystemInWindow(int vector) =>
        vector == VectorRanges.Int80 || (vector == VectorRanges.MoveCleanup && _rules.Cleanup == VectorCleanup.Ipi);

    private int NextAfter(int highest)
    {
        for (int vector = highest + 1; vector < 256; vector++)
        {
            bool inWindow = vector >= VectorMatrix.AllocStart && vector < _rules.WindowEnd;
            if (!_matrix.SystemMap[(byte)vector] && (!inWindow || IsSystemInWindow(vector))) return vector;
        }
        return VectorRanges.IsaBase + VectorRanges.PicCascadeIrq;
    }

    private int HighestSystemVector()
    {
        int highest = -1;
        for (int bit = _matrix.SystemMap.NextSet(0); bit >= 0; bit = _matrix.SystemMap.NextSet(bit + 1)) highest = bit;
        return highest;
    }

    /// <summary>
    /// The window is the rules', unless the first CPU's counters say otherwise twice: when its map goes online,
    /// and in the record after that.
    /// </summary>
    private void LearnWindow(ReadOnlySpan<IrqEvent> ahead, uint available)
    {
        _matrix.SetWindow(_rules.WindowEnd);
        foreach (ref readonly IrqEvent e in ahead)
        {
            if (e.Kind is < EventKind.MatrixReserveManaged or > EventKind.MatrixFree) continue;
            if (Before(e.Kind, CountersOf(new MatrixOperation(in e))) is { } before && before.Available == available)
                _matrix.LearnWindow(available);
            return;
        }
    }

    private void JudgeMatrixOnline(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        _matrix.Seen = true;
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        if (_matrix[e.Cpu].Online && _matrix[e.Cpu].Known) LeaveUnseen(e.Cpu);
        cpu.Dark = cpu.GoingDown = false;
        cpu.Online = cpu.OnlineKnown = true;
        GlobalCounters recorded = GlobalOf(new MatrixCounters(in e));
        bool fresh = !_matrix[e.Cpu].Initialized;
        if (_matrix.Complete && fresh && _matrix.OnlineMaps == 0) LearnWindow(at[1..], recorded.GlobalAvailable);
        bool known = _matrix.Complete || _matrix[e.Cpu].Known;
        bool resync = _matrix[e.Cpu].Resync;
        _matrix.SetOnline(e.Cpu);
        if (!known || resync) _matrix.GlobalResync = true;
        JudgeGlobal(recorded, agreed: true);
    }

    private void JudgeMatrixOffline(in IrqEvent e)
    {
        _matrix.Seen = true;
        _matrix.SetOffline(e.Cpu);
        JudgeGlobal(GlobalOf(new MatrixCounters(in e)), agreed: true);
    }

    /// <summary>A reservation is one number: that of the interrupts that hold one.</summary>
    private void JudgeReservation(in IrqEvent e, int change)
    {
        _matrix.Seen = true;
        GlobalCounters recorded = GlobalOf(new MatrixCounters(in e));
        _matrix.GlobalReserved += (uint)change;
        if (!_matrix.GlobalKnown || _matrix.GlobalResync) Open(DecisionKind.Reserve, OpenReason.StateBefore);
        else if (recorded.GlobalReserved == _matrix.GlobalReserved || _globalClaim.Matches(_matrix.Global, recorded))
            Agree(DecisionKind.Reserve);
        else
        {
            uint before = _matrix.GlobalReserved - (uint)change;
            Disagree(DecisionKind.Reserve, IrqEvent.NoIrq,
                $"{_matrix.GlobalReserved} reservations", $"{recorded.GlobalReserved}",
                $"there were {before} and {(change > 0 ? "one was taken" : "one was given back")}");
        }
        JudgeGlobal(recorded, agreed: true);
    }

    private void JudgeAssignLegacy(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var operation = new MatrixOperation(in e);
        if (!TryMap(operation)) return;
        int expected = _matrix.Complete ? NextLegacy(e.Cpu) : e.Vector;
        if (expected == e.Vector && operation.Cpu == e.Cpu) Agree(DecisionKind.SystemVector);
        else
        {
            Disagree(DecisionKind.SystemVector, IrqEvent.NoIrq, $"vector {expected} on CPU {e.Cpu}",
                $"vector {e.Vector} on CPU {operation.Cpu}",
                $"the legacy interrupts' vectors are marked in order on the CPU that boots");
        }
        _matrix.Seen = true;
        _matrix.Alloc(e.Cpu, (byte)expected);
        uint irq = (uint)(expected - VectorRanges.IsaBase);
        if (irq < VectorRanges.LegacyIrqCount && TryIrq(irq))
        {
            ref VerifyIrq legacy = ref _irqs[irq];
            legacy.Vector = (byte)expected;
            legacy.Cpu = e.Cpu;
            legacy.PreviousVector = 0;
            legacy.PreviousCpu = 0;
            legacy.PlaceEvent = _index;
            legacy.Set(IrqFacts.PlaceKnown | IrqFacts.PreviousKnown | IrqFacts.StalePreviousCpuKnown);
            legacy.Set(IrqFacts.ManagedKnown);
        }
        JudgeCounters(e.Cpu, CountersOf(operation), at);
    }

    private int NextLegacy(int cpu)
    {
        for (int irq = 0; irq < VectorRanges.LegacyIrqCount; irq++)
        {
            byte vector = (byte)(VectorRanges.IsaBase + irq);
            if (irq != VectorRanges.PicCascadeIrq && !_matrix[cpu].AllocMap[vector]) return vector;
        }
        return VectorRanges.IsaBase;
    }

    /// <summary>The CPU by the counters, the bit there by first fit.</summary>
    private void JudgeMatrixAlloc(ReadOnlySpan<IrqEvent> at, bool managed)
    {
        ref readonly IrqEvent e = ref at[0];
        DecisionKind kind = managed ? DecisionKind.ManagedAlloc : DecisionKind.VectorAlloc;
        var operation = new MatrixOperation(in e);
        if (!TryMap(operation)) return;
        _matrix.Seen = true;
        ref VerifyCpu caller = ref _cpus[e.Cpu];
        PlaceVotes votes = PollPlace(at[1..], e.Cpu, IrqEvent.NoIrq);
        bool callerKnown = caller.AllocIrq != IrqEvent.NoIrq
            && (votes.Irq == IrqEvent.NoIrq || votes.Irq == caller.AllocIrq);
        bool cpuKnown = callerKnown && caller.SearchKnown && KnowsCounters(caller.Search, managed);
        int expectedCpu = !cpuKnown ? Allocator.None
            : BestCpu(caller.Search, managed);
        ushort cpu = (ushort)votes.ChooseCpu(expectedCpu, operation.Cpu, Trusts(kind));
        if (!TryCpu(cpu)) return;
        int expectedBit = ExpectedBit(cpu, managed, out bool bitKnown);
        byte bit = (byte)votes.ChooseVector(expectedBit, e.Vector, Trusts(kind));
        bool cpuWrong = cpuKnown ? expectedCpu != operation.Cpu : cpu != operation.Cpu;
        bool bitWrong = bitKnown ? expectedBit != e.Vector : bit != e.Vector;
        if (cpuWrong || bitWrong)
        {
            DisagreePlace(kind, callerKnown ? caller.AllocIrq : votes.Irq, cpuKnown ? expectedCpu : cpu,
                bitKnown ? expectedBit : bit, operation.Cpu, e.Vector,
                callerKnown && caller.SearchKnown ? caller.Search : null, managed);
        }
        else if (!cpuKnown)
        {
            Open(kind, !callerKnown ? OpenReason.Caller
                : caller.SearchKnown ? OpenReason.StateBefore : OpenReason.Mask);
        }
        else if (!bitKnown) Open(kind, OpenReason.Bits);
        else Agree(kind);

        GlobalCounters global = GlobalOf(new MatrixCounters(in Second(at)));
        if (managed) _matrix.AllocManaged(cpu, bit);
        else
        {
            LearnChoice(cpu, bit);
            _matrix.Alloc(cpu, bit);
            if (TakesReservation(callerKnown ? caller.AllocIrq : votes.Irq, global)) _matrix.GlobalReserved--;
        }
        caller.AllocIrq = callerKnown ? caller.AllocIrq : votes.Irq;
        caller.NewVector = bit;
        caller.NewCpu = cpu;
        caller.SearchKnown = false;
        JudgeCounters(cpu, CountersOf(operation), at);
    }

    /// <summary>Where the interrupt is not known to hold a reservation or not, the counter tells.</summary>
    private bool TakesReservation(uint irq, in GlobalCounters recorded) =>
        irq < (uint)_irqsUsed && _irqs[irq].Has(IrqFacts.ReservedKnown)
            ? _irqs[irq].Has(IrqFacts.HasReserved)
            : recorded.GlobalReserved == _matrix.GlobalReserved - 1;

    private void DisagreePlace(DecisionKind kind, uint irq, int expectedCpu, int expectedBit, int cpu, int bit,
        CpuMask? search, bool managed)
    {
        string counts = "";
        for (int i = 0; i < Math.Min(_matrix.Count, 16); i++)
        {
            if (search is { } mask && !mask[i]) continue;
            ref CpuMap map = ref _matrix[i];
            if (!map.Online || !map.Known) continue;
            uint count = managed ? map.ManagedAllocated : map.Available;
            counts += FormattableString.Invariant($"{(counts.Length == 0 ? "" : ", ")}{count} on CPU {i}");
        }
        string rule = managed ? "fewest managed vectors in use, highest CPU on a tie, first one set aside"
            : "most available vectors, lowest CPU on a tie, first free bit";
        Disagree(kind, irq,
            $"{(expectedBit < 0 ? "none" : PlaceText((byte)expectedBit, (ushort)Math.Max(expectedCpu, 0)))}",
            $"{PlaceText((byte)bit, (ushort)cpu)}",
            $"{rule}; {(managed ? "in use" : "available")}: {counts}{(search is { } of ? $"; candidates {of}" : "")}");
    }

    private void JudgeMatrixFree(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var operation = new MatrixOperation(in e);
        if (!TryMap(operation)) return;
        _matrix.Seen = true;
        ref VerifyCpu caller = ref _cpus[e.Cpu];
        var recorded = new Freeing(operation.Cpu, e.Vector, false);
        Freeing freeing = caller.Free0;
        CpuCounters counters = CountersOf(operation);
        if (freeing.Vector == 0)
        {
            freeing = recorded with { Managed = IsManagedFree(operation.Cpu, e.Vector, counters) };
            Open(DecisionKind.Free, OpenReason.Caller);
        }
        else if (freeing with { Managed = false, Unsure = false } == recorded) Agree(DecisionKind.Free);
        else
        {
            Disagree(DecisionKind.Free, IrqEvent.NoIrq, $"{PlaceText(freeing.Vector, freeing.Cpu)}",
                $"{PlaceText(recorded.Vector, recorded.Cpu)}",
                $"that is what the interrupt had, and what the record before this one gives up");
        }
        if (freeing.Unsure)
        {
            bool managed = IsManagedFree(freeing.Cpu, freeing.Vector, counters);
            freeing = freeing with { Managed = managed, Unsure = false };
        }
        caller.Free0 = caller.Free1;
        caller.Free1 = default;
        Release(ref caller, freeing);
        JudgeCounters(freeing.Cpu, counters, at);
    }

    /// <summary>The counters tell where the interrupt's mode is not known: a managed vector stays set aside.</summary>
    private bool IsManagedFree(int cpu, byte vector, in CpuCounters after)
    {
        ref CpuMap map = ref _matrix[cpu];
        return map.ManagedMap[vector] || (map.Known && map.UnseenManaged > 0 && after.Available == map.Available);
    }

    /// <summary>What the interrupt has at a place goes back.</summary>
    private static Freeing FreeingOf(ushort cpu, byte vector, in VerifyIrq irq) =>
        new(cpu, vector, irq.Has(IrqFacts.Managed), !irq.Has(IrqFacts.ModeKnown) && !irq.Has(IrqFacts.ManagedKnown));

    private bool KnowsManaged(uint irq) => _irqs[irq].Has(IrqFacts.ModeKnown) || _irqs[irq].Has(IrqFacts.ManagedKnown);

    /// <summary>The probe inside irq_matrix_free: before its record, or, on a dying CPU, in its place.</summary>
    private void JudgeMatrixFreeCall(in IrqEvent e)
    {
        var release = new MatrixRelease(in e);
        ref VerifyCpu caller = ref _cpus[e.Cpu];
        var recorded = new Freeing(release.Cpu, e.Vector, release.Managed);
        Freeing expected = caller.Dark ? caller.Freed0 : caller.Free0;
        if (caller.Dark && recorded == caller.Freed1) expected = caller.Freed1;
        if (expected.Vector == 0)
        {
            Open(DecisionKind.Free, OpenReason.Caller);
            return;
        }
        if (expected.Unsure)
        {
            expected = expected with { Managed = recorded.Managed, Unsure = false };
            if (!caller.Dark) caller.Free0 = expected;
            if (expected == recorded)
            {
                Open(DecisionKind.Free, OpenReason.StateBefore);
                return;
            }
        }
        if (expected == recorded) Agree(DecisionKind.Free);
        else
        {
            Disagree(DecisionKind.Free, IrqEvent.NoIrq, $"{FreeingText(expected)}", $"{FreeingText(recorded)}",
                $"that is what the interrupt had until this operation");
        }
    }

    /// <summary>The CPU frees what is not known.</summary>
    private static void ForgetFreed(ref VerifyCpu caller) => caller.Freed0 = caller.Freed1 = default;

    private static string FreeingText(in Freeing freeing) => FormattableString.Invariant(
        $"vector {freeing.Vector} on CPU {freeing.Cpu}, {(freeing.Managed ? "managed" : "not managed")}");

    /// <summary>Gives a vector back, once.</summary>
    private void Release(ref VerifyCpu caller, in Freeing freeing)
    {
        if (freeing.Vector == 0 || !TryCpu(freeing.Cpu)) return;
        if (_matrix.Seen) _matrix.Free(freeing.Cpu, freeing.Vector, freeing.Managed);
        if (freeing.Unsure) _matrix.GlobalResync = _matrix[freeing.Cpu].Resync = true;
        PartOf(freeing.Cpu).Taken[freeing.Vector] = false;
        caller.Freed1 = caller.Freed0;
        caller.Freed0 = freeing;
    }

    private void JudgeCounters(int cpu, in CpuCounters recorded, ReadOnlySpan<IrqEvent> at)
    {
        ref CpuMap map = ref _matrix[cpu];
        if (cpu >= _claims.Length) Array.Resize(ref _claims, Math.Max(cpu + 1, _claims.Length * 2));
        bool known = map.Known && !map.Resync;
        CpuCounters model = _matrix.Counters(cpu);
        bool right = true;
        if (!known) _matrix.Adopt(cpu, recorded);
        else if (model == recorded) _claims[cpu] = default;
        else if (_claims[cpu].Matches(model, recorded))
        {
            _matrix.Adopt(cpu, recorded);
            _claims[cpu] = default;
        }
        else
        {
            right = false;
            _claims[cpu] = CounterClaim.Of(model, recorded);
            Disagree(DecisionKind.MatrixCounters, IrqEvent.NoIrq,
                $"CPU {cpu}: {CountersText(model)}", $"{CountersText(recorded)}",
                $"that is what the allocator's operations on CPU {cpu} add up to");
        }
        JudgeGlobal(GlobalOf(new MatrixCounters(in Second(at))), right, known);
    }

    /// <summary>The global counters; the record's decision is agreed when those of its CPU were right too.</summary>
    private void JudgeGlobal(in GlobalCounters recorded, bool agreed, bool known = true)
    {
        bool globalKnown = _matrix.GlobalKnown && !_matrix.GlobalResync;
        GlobalCounters model = _matrix.Global;
        if (!globalKnown)
        {
            if (recorded.OnlineMaps > model.OnlineMaps) _matrix.Complete = false; // One came online unseen.
            _matrix.Adopt(recorded);
            if (agreed) Open(DecisionKind.MatrixCounters, OpenReason.StateBefore);
            return;
        }
        if (model == recorded) _globalClaim = default;
        else if (_globalClaim.Matches(model, recorded))
        {
            _matrix.Adopt(recorded);
            _globalClaim = default;
        }
        else
        {
            _globalClaim = CounterClaim.Of(model, recorded);
            if (!agreed) return; // The record is named already.
            agreed = false;
            Disagree(DecisionKind.MatrixCounters, IrqEvent.NoIrq, $"{CountersText(model)}", $"{CountersText(recorded)}",
                $"that is what the allocator's operations add up to");
        }
        if (!agreed) return;
        if (known) Agree(DecisionKind.MatrixCounters);
        else Open(DecisionKind.MatrixCounters, OpenReason.StateBefore);
    }

    private static string CountersText(in CpuCounters of) => string.Create(CultureInfo.InvariantCulture,
        $"online={Bit(of.Online)} available={of.Available} allocated={of.Allocated} managed={of.Managed}");

    private static string CountersText(in GlobalCounters of) => string.Create(CultureInfo.InvariantCulture,
        $"online_maps={of.OnlineMaps} global_available={of.GlobalAvailable} "
        + $"global_reserved={of.GlobalReserved} total_allocated={of.TotalAllocated}");

    private bool KnowsCounters(CpuMask mask, bool managed)
    {
        if (mask.HasAbove && mask.Word != ulong.MaxValue && _matrix.Count > CpuMask.Bits) return false;
        for (int cpu = 0; cpu < _matrix.Count; cpu++)
        {
            ref CpuMap map = ref _matrix[cpu];
            if (!mask[cpu]) continue;
            if (map.Resync || !(map.Known || (_matrix.Complete && !map.Online))) return false;
            if (managed && map.Online && !KnowsManagedBits(cpu)) return false;
        }
        return true;
    }

    /// <summary>A CPU whose map shows for the first time is as its record says.</summary>
    private bool TryMap(MatrixOperation operation)
    {
        if (!TryCpu(operation.Cpu)) return false;
        ref CpuMap map = ref _matrix[operation.Cpu];
        if ((!map.Known || map.Resync) && !_matrix.Complete) map.Online = operation.Online;
        return true;
    }

    private int BestCpu(CpuMask search, bool managed) => managed
        ? Allocator.FindBestCpuManaged(_matrix, search)
        : Allocator.FindBestCpu(_matrix, search);

    private static ref readonly IrqEvent Second(ReadOnlySpan<IrqEvent> at) => ref at[at.Length > 1 ? 1 : 0];

    private static CpuCounters CountersOf(MatrixOperation operation) =>
        new(operation.Online, operation.Available, operation.Allocated, operation.Managed);

    private static GlobalCounters GlobalOf(MatrixCounters counters) => new(
        counters.OnlineMaps, counters.GlobalAvailable, counters.GlobalReserved, counters.TotalAllocated);
}
