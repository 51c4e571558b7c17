using System;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>Vectors set aside for managed interrupts (Linux irq_matrix_reserve_managed):
/// one on each CPU of a mask.</content>
public sealed partial class Verifier<TRules>
{
    private void JudgeSetAside(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var operation = new MatrixOperation(in e);
        if (!TryMap(operation)) return;
        _matrix.Seen = true;
        ref VerifyCpu caller = ref _cpus[e.Cpu];
        CpuCounters recorded = CountersOf(operation);
        int cpu = CpuOfAside(at, operation.Cpu, recorded);
        int expectedBit = ExpectedBit(cpu, managed: false, out bool bitKnown);
        if (!bitKnown) expectedBit = e.Vector;
        if (cpu != operation.Cpu || (bitKnown && expectedBit != e.Vector))
        {
            const string Rule = "the first bit that is free is set aside on each CPU of the mask";
            Disagree(DecisionKind.ManagedReserve, IrqEvent.NoIrq, $"{PlaceText((byte)expectedBit, (ushort)cpu)}",
                $"{PlaceText(e.Vector, operation.Cpu)}",
                $"{Rule}; the counters of the record are those of CPU {cpu}");
        }
        else if (!bitKnown) Open(DecisionKind.ManagedReserve, OpenReason.Bits);
        else Agree(DecisionKind.ManagedReserve);
        if (expectedBit < 0) expectedBit = e.Vector;
        LearnChoice(cpu, (byte)expectedBit);
        _matrix.ReserveManaged(cpu, (byte)expectedBit);
        caller.AsideMask = new CpuMask(caller.AsideMask.Word | CpuMask.Of(cpu).Word,
            caller.AsideMask.HasAbove | CpuMask.Of(cpu).HasAbove);
        JudgeCounters(cpu, recorded, at);
    }

    /// <summary>
    /// The CPU that a record of setting aside is about. The mask is not recorded; its CPUs come in ascending order, and
    /// where it has one CPU only the interrupt is then placed there. The CPU that is named counts unless one of these,
    /// or its counters, are against it and another one fits.
    /// </summary>
    private int CpuOfAside(ReadOnlySpan<IrqEvent> at, int named, in CpuCounters recorded)
    {
        if (_matrix[named].Resync || (!_matrix[named].Known && !(_matrix.Complete && recorded.Online))) return named;
        byte bit = at[0].Vector;
        int before = LastOf(_cpus[at[0].Cpu].AsideMask);
        (int next, uint irq) = NextAside(at[1..], at[0].Cpu);
        int placed = before < 0 && next < 0 ? PlacedOn(at[1..], irq) : -1;
        bool inOrder = named > before && (next < 0 || named < next) && (placed < 0 || placed == named);
        if (inOrder && (FitsAside(named, bit, recorded) || placed == named)) return named;
        for (int cpu = before + 1; cpu < (next < 0 ? Math.Min(_matrix.Count, before + CpusAsked) : next); cpu++)
        {
            if (cpu != named && (placed < 0 || placed == cpu) && FitsAside(cpu, bit, recorded)) return cpu;
        }
        return named;
    }

    // CPUs that are asked whether a record could be theirs.
    private const int CpusAsked = 256;

    private static int LastOf(CpuMask mask) => mask.Word == 0
        ? -1 : 63 - System.Numerics.BitOperations.LeadingZeroCount(mask.Word);

    private bool FitsAside(int cpu, byte bit, in CpuCounters recorded)
    {
        if (!_matrix[cpu].Known || _matrix[cpu].Resync) return false;
        CpuCounters now = _matrix.Counters(cpu);
        int expected = ExpectedBit(cpu, managed: false, out bool known);
        return (!known || expected == bit) && recorded
            == now with { Managed = now.Managed + 1, Available = now.Online ? now.Available - 1 : now.Available };
    }

    /// <summary>The next CPU of the same mask, or -1; and the interrupt that the mask is of.</summary>
    private static (int Cpu, uint Irq) NextAside(ReadOnlySpan<IrqEvent> ahead, int caller)
    {
        int cpu = -1;
        foreach (ref readonly IrqEvent e in ahead)
        {
            if (e.Cpu != caller) continue;
            if (e.Kind == EventKind.VectorReserveManaged) return (cpu, e.Irq);
            if (e.Kind == EventKind.MatrixReserveManaged && cpu < 0) cpu = new MatrixOperation(in e).Cpu;
        }
        return (cpu, IrqEvent.NoIrq);
    }

    /// <summary>
    /// The CPU that an interrupt is placed on next, as two records of three say; -1 when they do not.
    /// </summary>
    private static int PlacedOn(ReadOnlySpan<IrqEvent> ahead, uint irq)
    {
        int first = -1, second = -1;
        foreach (ref readonly IrqEvent e in ahead)
        {
            if (e.Irq != irq) continue;
            if (e.Kind == EventKind.VectorTeardown) break;
            bool tells = e.Kind is EventKind.ApicUpdateVector or EventKind.VectorUpdate
                || (e.Kind == EventKind.VectorConfig && e.Vector != Spec.VectorRanges.ManagedShutdown);
            if (!tells) continue;
            int cpu = new VectorPlace(in e).Cpu;
            if (cpu == first || cpu == second) return cpu;
            if (first >= 0 && second >= 0) return -1;
            if (first < 0) first = cpu;
            else second = cpu;
        }
        return -1;
    }

    private void JudgeRemoveManaged(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var operation = new MatrixOperation(in e);
        if (!TryMap(operation)) return;
        _matrix.Seen = true;
        ref VerifyCpu caller = ref _cpus[e.Cpu];
        int cpu = caller.RemoveMask.First is >= 0 and var first ? first : operation.Cpu;
        if (!TryCpu(cpu)) return;
        caller.RemoveMask = new CpuMask(caller.RemoveMask.Word & ~CpuMask.Of(cpu).Word);
        int expectedBit = ExpectedBit(cpu, managed: true, out bool bitKnown);
        if (!bitKnown) expectedBit = e.Vector;
        if (cpu != operation.Cpu || expectedBit != e.Vector)
        {
            Disagree(DecisionKind.ManagedReserve, IrqEvent.NoIrq,
                $"{PlaceText((byte)Math.Max(expectedBit, 0), (ushort)cpu)}",
                $"{PlaceText(e.Vector, operation.Cpu)}",
                $"the first bit that is set aside and not in use is given back on each CPU of the mask");
        }
        else if (!bitKnown) Open(DecisionKind.ManagedReserve, OpenReason.Bits);
        else Agree(DecisionKind.ManagedReserve);
        _matrix.RemoveManaged(cpu, expectedBit < 0 ? e.Vector : (byte)expectedBit);
        JudgeCounters(cpu, CountersOf(operation), at);
    }
}
