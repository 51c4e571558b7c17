using System;
using System.Runtime.CompilerServices;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>
/// Stretches in which not every CPU's records are there: each CPU has a buffer of its own, so data can begin at another
/// time on each, and records are lost on one while the others' go on. What was learned in such a stretch may be stale:
/// a decision that differs there is open, and what is known is forgotten when the missing CPU is back.
/// </content>
public sealed partial class Verifier<TRules>
{
    // As many records of its CPU as an operation has, or more.
    private const int OperationRecordsMax = 16;

    // Number of each CPU's last event so far, plus one; 0 for a CPU that has recorded nothing.
    private long[] _lastEvents = new long[8];

    private bool HasBegun(int cpu) => cpu < _lastEvents.Length && _lastEvents[cpu] != 0;

    /// <summary>Each record of a CPU comes by here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void NoteRecord(in IrqEvent e)
    {
        long[] last = _lastEvents;
        if (e.Cpu < last.Length && last[e.Cpu] != 0) last[e.Cpu] = _index + 1;
        else NoteFirstRecord(in e);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void NoteFirstRecord(in IrqEvent e)
    {
        Begin(in e);
        if (e.Cpu < _lastEvents.Length) _lastEvents[e.Cpu] = _index + 1;
    }

    /// <summary>
    /// A CPU's first record. It is online with its map's record where all others' are there already; anything else
    /// shows that it has worked unrecorded until now.
    /// </summary>
    private void Begin(in IrqEvent e)
    {
        if (e.Cpu >= CpuTable.CpuMax || e.Kind == EventKind.LogLine) return;
        if (e.Cpu < _cpusUsed && e.Kind == EventKind.MatrixOnline) _cpus[e.Cpu].UpUnseen = false;
        bool late = _index > 0 && !(e.Kind == EventKind.MatrixOnline && AllBegun);
        if (e.Cpu >= _lastEvents.Length) Array.Resize(ref _lastEvents, Math.Max(e.Cpu + 1, _lastEvents.Length * 2));
        if (!late) return;
        _tally.Withdraw(0, OpenReason.StateBefore);
        ForgetAll();
    }

    /// <summary>
    /// Records of a CPU were lost between its last one and here: whatever happened meanwhile, the next records tell.
    /// </summary>
    private void JudgeLoss(in IrqEvent e)
    {
        _tally.Withdraw(HasBegun(e.Cpu) ? _lastEvents[e.Cpu] : 0, OpenReason.StateBefore);
        ForgetAll();
    }

    /// <summary>
    /// As many CPUs as the allocator counts as online have recorded something, and none was seen to go or come by
    /// others before it had: it may be back unseen. A recording without the allocator's records does not tell.
    /// </summary>
    private bool AllBegun
    {
        get
        {
            if (!_matrix.Seen) return true;
            uint begun = 0;
            for (int cpu = 0; cpu < Math.Max(_lastEvents.Length, _cpusUsed); cpu++)
            {
                bool isOffline = IsOffline(cpu) && !_matrix[cpu].Online;
                if (!HasBegun(cpu) && (isOffline || (cpu < _cpusUsed && _cpus[cpu].UpUnseen))) return false;
                if (HasBegun(cpu) && !isOffline) begun++;
            }
            if (!_matrix.GlobalKnown) return _matrix.Complete;
            return begun >= _matrix.OnlineMaps;
        }
    }

    /// <summary>Some CPU's records are missing at this place, so that the state may be stale.</summary>
    private bool InDoubt(ReadOnlySpan<IrqEvent> at) =>
        !AllBegun || (!_matrix.Seen && AllocatorFollows(at)) || CameOrWentUnseen(at)
        || IsCutOff(at);

    private static bool AllocatorFollows(ReadOnlySpan<IrqEvent> at)
    {
        foreach (ref readonly IrqEvent e in at)
        {
            if (e.Kind is >= EventKind.MatrixOnline and <= EventKind.MatrixFree) return true;
        }
        return false;
    }

    /// <summary>
    /// The next record of some CPU says that records before it were lost: this is one of the places that may be.
    /// </summary>
    private static bool IsInGap(ReadOnlySpan<IrqEvent> at)
    {
        Span<ulong> seen = stackalloc ulong[CpuTable.CpuMax / 64];
        foreach (ref readonly IrqEvent e in at)
        {
            if (e.Cpu >= CpuTable.CpuMax) continue;
            ref ulong word = ref seen[e.Cpu / 64];
            ulong bit = 1UL << e.Cpu % 64;
            if ((word & bit) != 0) continue;
            word |= bit;
            if (e.Kind == EventKind.Loss) return true;
        }
        return false;
    }

    /// <summary>
    /// Both the number of online maps and what they have available are not as they add up: a CPU came or went, and its
    /// records are missing.
    /// </summary>
    private bool CameOrWentUnseen(ReadOnlySpan<IrqEvent> at)
    {
        if (at[0].Kind is < EventKind.MatrixOnline or > EventKind.MatrixFree) return false;
        bool isOfCpu = EventSchema.Find(at[0].Kind) is { HasExtension: true };
        GlobalCounters recorded = GlobalOf(new MatrixCounters(in isOfCpu ? ref Second(at) : ref at[0]));
        bool more = recorded.OnlineMaps > _matrix.OnlineMaps && recorded.GlobalAvailable > _matrix.GlobalAvailable;
        bool fewer = recorded.OnlineMaps < _matrix.OnlineMaps && recorded.GlobalAvailable < _matrix.GlobalAvailable;
        if (!more && !fewer) return false;
        _matrix.Complete = false;
        ForgetBits();
        return true;
    }

    /// <summary>The operation that the record belongs to may go on in records of its CPU that were lost.</summary>
    private static bool IsCutOff(ReadOnlySpan<IrqEvent> at)
    {
        int left = OperationRecordsMax;
        for (int i = 1; i < at.Length && left > 0; i++)
        {
            if (at[i].Cpu != at[0].Cpu || at[i].Kind == EventKind.Extension) continue;
            if (at[i].Kind == EventKind.Loss) return true;
            left--;
        }
        return false;
    }

    /// <summary>What was said to differ in this record is open, where a CPU's records are missing.</summary>
    private void Reconsider(ReadOnlySpan<IrqEvent> at)
    {
        if (InDoubt(at)) _tally.Retract(_index, OpenReason.StateBefore);
    }
}
