using System;
using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>
/// Which bits of a CPU's map are free, where recording did not begin with the allocator's life.
/// A first-fit choice shows that everything below it was taken; from there on each record of the allocator
/// changes one bit of that part. </content>
public sealed partial class Verifier<TRules>
{
    private SeenPart[] _seenParts = new SeenPart[8];

    /// <summary>The part of a map that choices have shown.</summary>
    private struct SeenPart // mutable struct: never readonly
    {
        /// <summary>Taken before recording began, by whom is not known.</summary>
        public Bits256 Taken;

        /// <summary>Every bit below this is known to be taken or free.</summary>
        public int End;
    }

    private ref SeenPart PartOf(int cpu)
    {
        if (cpu >= _seenParts.Length) Array.Resize(ref _seenParts, Math.Max(cpu + 1, _seenParts.Length * 2));
        return ref _seenParts[cpu];
    }

    /// <summary>Every bit of the CPU's map is known.</summary>
    private bool KnowsBits(int cpu) => _matrix.KnowsBits(cpu) && (_matrix.Complete || FitsWindow(cpu));

    /// <summary>
    /// True when a CPU's counters add up to the window without the system's vectors: these are then the usual ones, and
    /// with nothing unknown in use every other bit is free.
    /// </summary>
    private bool FitsWindow(int cpu)
    {
        ref CpuMap map = ref _matrix[cpu];
        return _systemAssumed && map.Available + map.Managed + map.Allocated - map.ManagedAllocated
            == (uint)(_matrix.AllocEnd - VectorMatrix.AllocStart) - _matrix.SystemInWindow;
    }

    // True when the system's vectors are those that the rules know, as the recording began later.
    private bool _systemAssumed;

    /// <summary>
    /// The allocator's first record, and it is not its first operation: what the other CPUs had is what their own first
    /// records make of it, as only records change it.
    /// </summary>
    private void BeginMidway(ReadOnlySpan<IrqEvent> at)
    {
        if (_matrix.Seen || _matrix.Complete) return;
        _matrix.SetWindow(_rules.WindowEnd);
        for (int vector = VectorMatrix.AllocStart; vector < _rules.WindowEnd; vector++)
        {
            if (IsSystemInWindow(vector) || vector == VectorRanges.IsaBase + VectorRanges.PicCascadeIrq)
                _matrix.AssignSystem((byte)vector);
        }
        _systemAssumed = true;
        _matrix.Seen = true;
        Span<ulong> asked = stackalloc ulong[CpuTable.CpuMax / 64];
        foreach (ref readonly IrqEvent e in at)
        {
            if (EndsRecordedBooks(e.Kind)) break;
            if (e.Kind is < EventKind.MatrixReserveManaged or > EventKind.MatrixFree) continue;
            var operation = new MatrixOperation(in e);
            if (!TryCpu(operation.Cpu)) continue;

            // A CPU's later records do not tell what its first one began with.
            ref ulong word = ref asked[operation.Cpu / 64];
            ulong bit = 1UL << operation.Cpu % 64;
            if ((word & bit) != 0) continue;
            word |= bit;
            if (_matrix[operation.Cpu].Known) continue;
            if (Before(e.Kind, CountersOf(operation)) is { } before) _matrix.Adopt(operation.Cpu, before);
        }
    }

    /// <summary>
    /// From here on the books may change without a record: a CPU goes offline or comes back, or records were lost.
    /// </summary>
    private static bool EndsRecordedBooks(EventKind kind) =>
        kind is EventKind.Loss or EventKind.MatrixOnline or EventKind.MatrixOffline
            or EventKind.CpuhpEnter or EventKind.CpuhpExit or EventKind.LapicCanUnplugReturn
            or EventKind.FixupIrqs or EventKind.MigrateAllOff or EventKind.ForceCompleteMove or EventKind.LapicOffline;

    /// <summary>
    /// A CPU's counters before an operation; null where the record does not tell whether it was a managed one.
    /// </summary>
    private static CpuCounters? Before(EventKind kind, in CpuCounters after)
    {
        uint paid = after.Online ? 1u : 0;
        return kind switch
        {
            EventKind.MatrixAlloc => after with { Available = after.Available + 1, Allocated = after.Allocated - 1 },
            EventKind.MatrixAssign => after with { Available = after.Available + 1, Allocated = after.Allocated - 1 },
            EventKind.MatrixAllocManaged => after with { Allocated = after.Allocated - 1 },
            EventKind.MatrixReserveManaged =>
                after with { Available = after.Available + paid, Managed = after.Managed - 1 },
            EventKind.MatrixRemoveManaged =>
                after with { Available = after.Available - paid, Managed = after.Managed + 1 },
            EventKind.MatrixFree when after.Managed == 0 =>
                after with { Available = after.Available - 1, Allocated = after.Allocated + 1 },
            _ => null,
        };
    }

    /// <summary>Every bit that is set aside on the CPU is known, and so whether it is in use.</summary>
    private bool KnowsManagedBits(int cpu)
    {
        ref CpuMap map = ref _matrix[cpu];
        if (!map.Known || map.Resync || map.UnseenManaged != 0) return false;
        if (!_matrix.Complete) map.ManagedAllocated = (uint)map.AllocMap.CountOfBoth(in map.ManagedMap);
        return true;
    }

    /// <summary>The bit that the allocator has to choose; <see cref="Allocator.None"/> when there is none.</summary>
    /// <param name="cpu">CPU number.</param>
    /// <param name="managed">True for one of the bits that are set aside.</param>
    /// <param name="known">False when it cannot be told.</param>
    private int ExpectedBit(int cpu, bool managed, out bool known)
    {
        if (managed)
        {
            known = KnowsManagedBits(cpu);
            return known ? Allocator.FindManagedBit(_matrix, cpu) : Allocator.None;
        }
        known = KnowsBits(cpu);
        if (known) return Allocator.FindFreeBit(_matrix, cpu);
        if (_matrix.Count <= cpu || !_matrix[cpu].Known) return Allocator.None;
        ref SeenPart part = ref PartOf(cpu);
        ref CpuMap map = ref _matrix[cpu];

        // All that was in use or set aside before recording began has been found: the rest is free.
        bool foundAll = (_matrix.Complete || _systemAssumed) && !map.Resync
            && map.UnseenAllocated + map.UnseenManaged == part.Taken.Count;
        int end = foundAll ? _matrix.AllocEnd : part.End;
        int bit = TakenOn(cpu).NextClear(VectorMatrix.AllocStart, end);
        known = bit >= 0 && bit < end;
        return known ? bit : Allocator.None;
    }

    private Bits256 TakenOn(int cpu)
    {
        ref CpuMap map = ref _matrix[cpu];
        return map.AllocMap.Or(map.ManagedMap).Or(_matrix.SystemMap).Or(PartOf(cpu).Taken);
    }

    /// <summary>
    /// A first-fit choice was made: what lies below it is taken. Called before the choice is applied.
    /// </summary>
    private void LearnChoice(int cpu, byte chosen)
    {
        if (KnowsBits(cpu)) return;
        ref SeenPart part = ref PartOf(cpu);
        Bits256 taken = TakenOn(cpu);
        for (int bit = VectorMatrix.AllocStart; bit < chosen; bit++)
        {
            if (!taken[(byte)bit]) part.Taken[(byte)bit] = true;
        }
        part.Taken[chosen] = false;
        part.End = Math.Max(part.End, chosen + 1);
    }

    /// <summary>Nothing is known of the bits any more; the next record of each CPU sets its counters right.</summary>
    private void ForgetBits()
    {
        _matrix.GlobalResync = true;
        for (int cpu = 0; cpu < _matrix.Count; cpu++)
        {
            _matrix[cpu].Resync = true;
            PartOf(cpu) = default;
        }
    }
}
