using System;
using System.Numerics;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <content>
/// Which CPUs are online. Where recording begins in the middle a CPU that has recorded nothing yet may be either: it
/// counts as offline only when the allocator's own count of online maps leaves no place for it.
/// </content>
public sealed partial class Verifier<TRules>
{
    private bool IsOffline(int cpu) => cpu < _cpusUsed && _cpus[cpu].OnlineKnown && !_cpus[cpu].Online;

    /// <summary>The lowest online CPU; -1 when that is not known.</summary>
    private int FirstOnline()
    {
        for (int cpu = 0; cpu < _cpusUsed; cpu++)
        {
            if (!_cpus[cpu].OnlineKnown) return -1;
            if (_cpus[cpu].Online) return cpu;
        }
        return -1;
    }

    /// <summary>
    /// CPUs that recorded nothing but frequent events so far: what they record next shows that they are online, unless
    /// it is that they come online.
    /// </summary>
    private void MeetCpus(ReadOnlySpan<IrqEvent> at)
    {
        Span<ulong> asked = stackalloc ulong[CpuTable.CpuMax / 64];
        foreach (ref readonly IrqEvent e in at)
        {
            if (!EventKinds.NeedOnlineCpu(e.Kind) || !TryCpu(e.Cpu)) continue;
            ref ulong word = ref asked[e.Cpu / 64];
            ulong bit = 1UL << e.Cpu % 64;
            if ((word & bit) != 0) continue;
            word |= bit;
            if (e.Kind == EventKind.MatrixOnline || _cpus[e.Cpu].OnlineKnown) continue;
            _cpus[e.Cpu].Online = _cpus[e.Cpu].OnlineKnown = true;
        }
    }

    private CpuMask OnlineOf(CpuMask mask)
    {
        ulong online = 0, offline = 0;
        for (int cpu = 0; cpu < Math.Min(_cpusUsed, CpuMask.Bits); cpu++)
        {
            if (!_cpus[cpu].OnlineKnown) continue;
            if (_cpus[cpu].Online) online |= 1UL << cpu;
            else offline |= 1UL << cpu;
        }

        // "All" is the CPUs that there are; an explicit mask loses those that are offline.
        return mask == CpuMask.All
            ? new CpuMask(online, _cpusUsed > CpuMask.Bits)
            : new CpuMask(mask.Word & ~offline, mask.HasAbove && _cpusUsed > CpuMask.Bits);
    }

    /// <summary>Every CPU that is not known to be online is offline.</summary>
    private bool KnowsOnline
    {
        get
        {
            if (_matrix.Complete) return true;
            if (!_matrix.GlobalKnown || _matrix.GlobalResync) return false;
            uint online = 0;
            for (int cpu = 0; cpu < _cpusUsed; cpu++)
            {
                // A dying CPU's map is online for some time yet.
                if (_cpus[cpu].OnlineKnown && (_cpus[cpu].Online || _matrix[cpu].Online)) online++;
            }
            return online == _matrix.OnlineMaps;
        }
    }

    /// <summary>Every online CPU; null when not all are known.</summary>
    private CpuMask? KnownOnline() => KnowsOnline ? OnlineOf(CpuMask.All) : null;

    /// <summary>Of each CPU of the mask it is known whether it is online.</summary>
    private bool KnowsOnlineOf(CpuMask mask)
    {
        if (KnowsOnline) return true;
        if (mask == CpuMask.All || mask.HasAbove) return false;
        for (ulong rest = mask.Word; rest != 0; rest &= rest - 1)
        {
            if (MayBeOffline(BitOperations.TrailingZeroCount(rest))) return false;
        }
        return true;
    }

    private bool MayBeOffline(int cpu) => (cpu >= _cpusUsed || !_cpus[cpu].OnlineKnown) && !KnowsOnline;
}
