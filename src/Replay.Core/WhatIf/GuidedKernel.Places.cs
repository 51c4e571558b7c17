using System;
using System.Numerics;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <content>
/// Vectors: the books of each CPU as differences to the recorded ones, and the allocator's choices with them (Linux
/// kernel/irq/matrix.c).
/// </content>
public sealed partial class GuidedKernel
{
    private enum Choice
    {
        Found,

        /// <summary>-ENOSPC.</summary>
        NoSpace,

        /// <summary>The recording does not tell what the choice depends on.</summary>
        Unknown,
    }

    /// <summary>Counts what an interrupt has here and not in the recording, and the other way round.</summary>
    private void Account(in GuidedIrq irq, int sign)
    {
        bool managed = irq.Recorded.Has(IrqFlags.Managed);
        Count(irq.Recorded.Cpu, irq.Recorded.Vector, managed, -sign);
        Count(irq.Recorded.PreviousCpu, irq.Recorded.Previous, managed, -sign);
        Count(irq.Cpu, irq.Vector, managed, sign);
        Count(irq.PreviousCpu, irq.Previous, managed, sign);
        Mark(irq.Recorded.Cpu, irq.Recorded.Vector, sign > 0, held: false);
        Mark(irq.Recorded.PreviousCpu, irq.Recorded.Previous, sign > 0, held: false);
        Mark(irq.Cpu, irq.Vector, sign > 0, held: true);
        Mark(irq.PreviousCpu, irq.Previous, sign > 0, held: true);
        if (managed && irq.Has(GuidedFlags.NotAllocated))
        {
            // Nothing was set aside for it.
            for (ulong cpus = irq.Pending; cpus != 0; cpus &= cpus - 1)
                _cpus[BitOperations.TrailingZeroCount(cpus)].Available += sign;
        }
        if (irq.Recorded.Has(IrqFlags.HasReserved) && (irq.Vector != 0 || irq.Has(GuidedFlags.NotAllocated)))
            _reserved -= sign;
        else if (irq.Has(GuidedFlags.NotStarted)
            && (irq.Recorded.Flags & (IrqFlags.HasReserved | IrqFlags.CanReserve)) == IrqFlags.CanReserve)
            _reserved += sign;
    }

    private void Count(int cpu, byte vector, bool managed, int by)
    {
        if (vector == 0 || cpu >= _cpusUsed) return;
        ref GuidedCpu books = ref _cpus[cpu];
        books.Allocated += by;
        if (managed) books.ManagedAllocated += by;
        else books.Available -= by;
    }

    private void Mark(int cpu, byte vector, bool value, bool held)
    {
        if (vector == 0 || cpu >= _cpusUsed) return;
        if (held) _cpus[cpu].Held[vector] = value;
        else _cpus[cpu].Freed[vector] = value;
    }

    /// <summary>A vector that nobody owns: lost here though not in the recording, or the other way round.</summary>
    private void AccountOrphan(int cpu, byte vector, bool managed, bool held)
    {
        Count(cpu, vector, managed, held ? 1 : -1);
        Mark(cpu, vector, true, held);
    }

    /// <summary>
    /// Gives an interrupt a place; the one before it stays in use until it is cleaned up, if its CPU is online.
    /// </summary>
    private void MoveTo(ref GuidedIrq own, int cpu, byte vector, bool numberKnown)
    {
        Account(in own, -1);
        own.Previous = 0;
        own.Clear(GuidedFlags.MoveInProgress | GuidedFlags.CleanupPending | GuidedFlags.Stuck
            | GuidedFlags.NotStarted | GuidedFlags.ShutDown
            | GuidedFlags.NumberUnknown);
        if (own.Vector != 0 && IsOnline(own.Cpu))
        {
            own.Previous = own.Vector;
            own.PreviousCpu = own.Cpu;
            own.Set(GuidedFlags.MoveInProgress);
            own.HeldSinceNs = _timeNs;
        }
        own.Cpu = (ushort)cpu;
        own.Vector = vector;
        if (!numberKnown) own.Set(GuidedFlags.NumberUnknown);
        Account(in own, 1);
    }

    private void DropPrevious(ref GuidedIrq own)
    {
        Account(in own, -1);
        own.Previous = 0;
        own.Clear(GuidedFlags.MoveInProgress | GuidedFlags.CleanupPending);
        Account(in own, 1);
    }

    private void DropAll(ref GuidedIrq own)
    {
        Account(in own, -1);
        own.Previous = own.Vector = 0;
        own.Clear(GuidedFlags.MoveInProgress | GuidedFlags.CleanupPending
            | GuidedFlags.MovePending | GuidedFlags.Stuck);
        Account(in own, 1);
    }

    private bool IsRecordedOnline(int cpu) => _machine.Matrix.Seen && cpu < _machine.Matrix.Count
        ? _machine.Matrix[cpu].Online
        : !_machine.IsOffline(cpu);

    private bool IsOnline(int cpu) =>
        cpu < _cpusUsed && (_cpus[cpu].StaysOnline || (IsRecordedOnline(cpu) && !IsDying(cpu)));

    /// <summary>Out of the online mask, its map not yet offline.</summary>
    private bool IsDying(int cpu) => _machine.Cpus[cpu].Dark && !_cpus[cpu].StaysOnline;

    private CpuMask OnlineOf(CpuMask mask)
    {
        ulong word = 0;
        for (int cpu = 0; cpu < Math.Min(_cpusUsed, CpuMask.Bits); cpu++)
        {
            if (mask[cpu] && IsOnline(cpu)) word |= 1UL << cpu;
        }
        return new CpuMask(word, mask.HasAbove);
    }

    private uint AvailableOn(int cpu, bool own)
    {
        long available = _machine.Matrix[cpu].Available;
        if (own) available += _cpus[cpu].Available + WindowShift;
        return (uint)Math.Max(0, available);
    }

    /// <summary>
    /// matrix_find_best_cpu or its managed twin, with the books here or the recorded ones; <paramref name="taken"/>
    /// is a CPU whose recorded books count the very allocation that is being decided.
    /// </summary>
    private Choice FindCpu(CpuMask search, bool managed, bool own, int taken, out int best)
    {
        VectorMatrix matrix = _machine.Matrix;
        best = -1;
        if (!matrix.Seen) return Choice.Unknown;
        uint score = managed ? uint.MaxValue : 0;
        for (int cpu = 0; cpu < Math.Min(matrix.Count, _cpusUsed); cpu++)
        {
            if (!search[cpu] || !(own ? IsOnline(cpu) : IsRecordedOnline(cpu) && !_machine.Cpus[cpu].Dark)) continue;
            if (!matrix[cpu].Known || matrix[cpu].Resync || (managed && !matrix.KnowsManagedInUse(cpu)))
                return Choice.Unknown;
            if (managed)
            {
                long used = matrix[cpu].ManagedAllocated
                    + (own ? _cpus[cpu].ManagedAllocated : 0) - (cpu == taken ? 1 : 0);
                if (used > score) continue;
                score = (uint)Math.Max(0, used);
                best = cpu;
                continue;
            }
            uint available = AvailableOn(cpu, own) + (cpu == taken ? 1u : 0);
            if (available <= score) continue;
            score = available;
            best = cpu;
        }
        return best < 0 ? Choice.NoSpace : Choice.Found;
    }

    /// <summary>
    /// The vector on a CPU: the recorded one where it is free here, else the first that is; 0 when there is none.
    /// </summary>
    private byte FindVector(int cpu, bool managed, byte recorded, out bool numberKnown)
    {
        VectorMatrix matrix = _machine.Matrix;
        ref CpuMap map = ref matrix[cpu];
        ref GuidedCpu books = ref _cpus[cpu];
        numberKnown = true;
        Bits256 used = map.AllocMap.AndNot(in books.Freed);
        if (recorded != 0) used[recorded] = false; // Its own.
        used = used.Or(in books.Held);
        if (recorded != 0 && !used[recorded] && recorded < WindowEnd) return recorded;
        numberKnown = matrix.KnowsBits(cpu);
        // A managed bit that is in use here was set aside elsewhere: the first free one stands for that.
        if (managed && map.ManagedMap.AndNot(in used).NextSet(0) is >= 0 and var bit) return (byte)bit;
        used = used.Or(in map.ManagedMap).Or(in matrix.SystemMap);
        if (OwnCleanup == Rules.VectorCleanup.Timer)
            used[VectorRanges.MoveCleanup] = books.Held[VectorRanges.MoveCleanup];
        int free = used.NextClear(VectorMatrix.AllocStart, WindowEnd);
        return free < 0 ? (byte)0 : (byte)free;
    }

    /// <summary>
    /// Chooses CPU and vector for an interrupt; <paramref name="taken"/> is the CPU that the recorded books have just
    /// counted for it, -1 when there is none.
    /// </summary>
    private Choice FindPlace(CpuMask search, in GuidedIrq irq, int taken, out int cpu,
        out byte vector, out bool numberKnown)
    {
        bool managed = irq.Recorded.Has(IrqFlags.Managed);
        vector = 0;
        numberKnown = false;
        Choice choice = FindCpu(search, managed, own: true, taken, out cpu);
        if (choice != Choice.Found) return choice;
        byte recorded = irq.Recorded.Vector != 0 && irq.Recorded.Cpu == cpu ? irq.Recorded.Vector : (byte)0;
        vector = FindVector(cpu, managed, recorded, out numberKnown);
        return vector != 0 ? Choice.Found : _machine.Matrix.KnowsBits(cpu) ? Choice.NoSpace : Choice.Unknown;
    }
}
