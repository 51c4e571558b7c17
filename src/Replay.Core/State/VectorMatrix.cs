using System;
using Replay.Core.Spec;

namespace Replay.Core.State;

/// <summary>Counters that every record of the allocator carries, after the operation.</summary>
/// <param name="OnlineMaps">CPUs whose map is online.</param>
/// <param name="GlobalAvailable">Sum of the available vectors of online CPUs.</param>
/// <param name="GlobalReserved">Interrupts that hold a reservation.</param>
/// <param name="TotalAllocated">Vectors in use.</param>
public readonly record struct GlobalCounters(uint OnlineMaps, uint GlobalAvailable, uint GlobalReserved,
    uint TotalAllocated);

/// <summary>Counters of one CPU that records of per-CPU operations carry, after the operation.</summary>
/// <param name="Online">The CPU's map is online.</param>
/// <param name="Available">Ordinary vectors that can still be taken.</param>
/// <param name="Allocated">Vectors in use, managed ones included.</param>
/// <param name="Managed">Vectors set aside for managed use.</param>
public readonly record struct CpuCounters(bool Online, uint Available, uint Allocated, uint Managed);

/// <summary>One CPU's share of the vector matrix (Linux struct cpumap, kernel/irq/matrix.c).</summary>
public struct CpuMap // mutable struct: never readonly
{
    /// <summary>Bits known to be in use.</summary>
    public Bits256 AllocMap;

    /// <summary>Bits known to be set aside for managed use.</summary>
    public Bits256 ManagedMap;

    public uint Available;
    public uint Allocated;
    public uint Managed;
    public uint ManagedAllocated;

    /// <summary>Bits in use that were taken before recording began: counted, their numbers unknown.</summary>
    public int UnseenAllocated;

    /// <summary>Bits set aside before recording began.</summary>
    public int UnseenManaged;

    public bool Online;
    public bool Initialized;

    /// <summary>The counters are known.</summary>
    public bool Known;

    /// <summary>
    /// The CPU's books may have changed unseen: the next record sets the counters right and is no finding by itself.
    /// </summary>
    public bool Resync;
}

/// <summary>
/// The allocator of device vectors (Linux kernel/irq/matrix.c, the same in 6.1 and 6.12 but for memory layout). Each
/// method is one of the kernel's operations with the CPU and bit that it chose; the counters follow by rule.
/// </summary>
public sealed partial class VectorMatrix
{
    private CpuMap[] _maps = new CpuMap[8];

    /// <summary>True once any record of the allocator was seen.</summary>
    public bool Seen { get; set; }

    /// <summary>True when the recording holds the allocator's whole life, from its first system vector on.</summary>
    public bool Complete { get; set; }

    /// <summary>True when the global counters are known.</summary>
    public bool GlobalKnown { get; set; }

    /// <summary>As <see cref="CpuMap.Resync"/>, for the global counters.</summary>
    public bool GlobalResync { get; set; }

    /// <summary>
    /// True once recorded counters that the operations do not explain were taken over, or a vector of an offline map
    /// was taken, which the kernel never does: from there on the maps need not add up to the global counters.
    /// </summary>
    public bool Irregular { get; private set; }

    public uint OnlineMaps { get; set; }

    public uint GlobalAvailable { get; set; }

    public uint GlobalReserved { get; set; }

    public uint TotalAllocated { get; set; }

    /// <summary>Vectors taken for the system.</summary>
    public Bits256 SystemMap;

    /// <summary>System vectors inside the window of device vectors.</summary>
    public uint SystemInWindow { get; private set; }

    /// <summary>First vector of the window.</summary>
    public static byte AllocStart => VectorRanges.FirstExternal;

    /// <summary>
    /// End of the window, exclusive. The kernel's is FIRST_SYSTEM_VECTOR, which differs between versions and need not
    /// be a vector that is in use; <see cref="LearnWindow"/> finds it from the first CPU's counters.
    /// </summary>
    public byte AllocEnd { get; private set; } = VectorRanges.LocalTimer;

    /// <summary>
    /// Finds the window's end from what a fresh map has available: the largest end at or below the lowest system vector
    /// above 0x80 that explains the number. Keeps the end when none does.
    /// </summary>
    public void LearnWindow(uint available)
    {
        int highest = SystemMap.NextSet(0x81);
        for (int end = highest < 0 ? VectorRanges.LocalTimer : highest; end > 0x81; end--)
        {
            if ((uint)(end - AllocStart) - SystemBelow(end) != available) continue;
            AllocEnd = (byte)end;
            SystemInWindow = SystemBelow(end);
            return;
        }
    }

    /// <summary>Sets the end of the window, where the first CPU's counters were not recorded.</summary>
    public void SetWindow(byte end)
    {
        AllocEnd = end;
        SystemInWindow = SystemBelow(end);
    }

    /// <summary>A copy that shares nothing.</summary>
    public VectorMatrix Clone()
    {
        var copy = (VectorMatrix)MemberwiseClone();
        copy._maps = (CpuMap[])_maps.Clone();
        return copy;
    }

    /// <summary>CPUs with a map: 0 to this, exclusive.</summary>
    public int Count { get; private set; }

    public ref CpuMap this[int cpu] => ref _maps[cpu];

    public void EnsureCpu(int cpu)
    {
        if (cpu >= _maps.Length) Array.Resize(ref _maps, Math.Max(cpu + 1, _maps.Length * 2));
        if (cpu >= Count) Count = cpu + 1;
    }

    /// <summary>irq_matrix_assign_system.</summary>
    public void AssignSystem(byte bit)
    {
        if (SystemMap[bit]) return;
        SystemMap[bit] = true;
        SystemInWindow = SystemBelow(AllocEnd);
        for (int cpu = 0; cpu < Count; cpu++)
        {
            // A replace: the bit leaves the map and stays unavailable.
            ref CpuMap map = ref _maps[cpu];
            if (!map.Online || !map.AllocMap[bit]) continue;
            map.AllocMap[bit] = false;
            map.Allocated--;
            TotalAllocated--;
        }
    }

    /// <summary>irq_matrix_online.</summary>
    public void SetOnline(int cpu)
    {
        ref CpuMap map = ref _maps[cpu];
        if (map.Online) return;
        if (!map.Initialized && Complete)
        {
            uint window = (uint)(AllocEnd - AllocStart);
            map.Available = window - map.Managed - SystemInWindow;
            map.Known = true;
        }
        map.Initialized = true;
        map.Online = true;
        GlobalAvailable += map.Available;
        OnlineMaps++;
    }

    /// <summary>irq_matrix_offline: the CPU's books are kept, total_allocated is not changed.</summary>
    public void SetOffline(int cpu)
    {
        ref CpuMap map = ref _maps[cpu];
        if (!map.Online) return;
        map.Online = false;
        GlobalAvailable -= map.Available;
        OnlineMaps--;
    }

    /// <summary>irq_matrix_alloc, without its effect on reservations, and irq_matrix_assign.</summary>
    public void Alloc(int cpu, byte bit)
    {
        ref CpuMap map = ref _maps[cpu];
        Take(ref map, bit);
        Irregular |= !map.Online;
        map.Allocated++;
        map.Available--;
        TotalAllocated++;
        GlobalAvailable--;
    }

    /// <summary>irq_matrix_alloc_managed: paid for when the bit was set aside.</summary>
    public void AllocManaged(int cpu, byte bit)
    {
        ref CpuMap map = ref _maps[cpu];
        Take(ref map, bit);
        map.Allocated++;
        map.ManagedAllocated++;
        TotalAllocated++;
    }

    /// <summary>irq_matrix_reserve_managed, one CPU of its mask (offline ones too).</summary>
    public void ReserveManaged(int cpu, byte bit)
    {
        ref CpuMap map = ref _maps[cpu];
        if (map.ManagedMap[bit]) map.UnseenManaged++;
        map.ManagedMap[bit] = true;
        map.Managed++;
        if (!map.Online) return;
        map.Available--;
        GlobalAvailable--;
    }

    /// <summary>irq_matrix_remove_managed, one CPU of its mask.</summary>
    public void RemoveManaged(int cpu, byte bit)
    {
        ref CpuMap map = ref _maps[cpu];
        if (map.ManagedMap[bit]) map.ManagedMap[bit] = false;
        else map.UnseenManaged--;
        map.Managed--;
        if (!map.Online) return;
        map.Available++;
        GlobalAvailable++;
    }

    /// <summary>
    /// irq_matrix_free. On an offline map total_allocated stays as it is: the kernel's books do, and so do these.
    /// </summary>
    public void Free(int cpu, byte bit, bool managed)
    {
        ref CpuMap map = ref _maps[cpu];
        if (map.AllocMap[bit]) map.AllocMap[bit] = false;
        else map.UnseenAllocated--;
        map.Allocated--;
        if (managed) map.ManagedAllocated--;
        if (map.Online) TotalAllocated--;
        if (managed) return;
        map.Available++;
        if (map.Online) GlobalAvailable++;
    }

    /// <summary>The global counters as the model has them.</summary>
    public GlobalCounters Global => new(OnlineMaps, GlobalAvailable, GlobalReserved, TotalAllocated);

    /// <summary>One CPU's counters as the model has them.</summary>
    public CpuCounters Counters(int cpu)
    {
        ref CpuMap map = ref _maps[cpu];
        return new(map.Online, map.Available, map.Allocated, map.Managed);
    }

    /// <summary>Takes the recorded global counters over.</summary>
    public void Adopt(in GlobalCounters recorded)
    {
        Irregular |= recorded != Global;
        OnlineMaps = recorded.OnlineMaps;
        GlobalAvailable = recorded.GlobalAvailable;
        GlobalReserved = recorded.GlobalReserved;
        TotalAllocated = recorded.TotalAllocated;
        GlobalKnown = true;
        GlobalResync = false;
    }

    /// <summary>
    /// Takes a CPU's recorded counters over; what the bitmaps do not explain was there before recording began.
    /// </summary>
    public void Adopt(int cpu, in CpuCounters recorded)
    {
        ref CpuMap map = ref _maps[cpu];
        Irregular |= recorded != Counters(cpu);
        map.Online = recorded.Online;
        map.Initialized |= recorded.Online;
        map.Available = recorded.Available;
        map.Allocated = recorded.Allocated;
        map.Managed = recorded.Managed;
        map.UnseenAllocated = (int)recorded.Allocated - map.AllocMap.Count;
        map.UnseenManaged = (int)recorded.Managed - map.ManagedMap.Count;
        map.Known = true;
        map.Resync = false;
        if (KnowsBits(cpu)) map.ManagedAllocated = (uint)map.AllocMap.CountOfBoth(in map.ManagedMap);
        else if (map.Managed == 0) map.ManagedAllocated = 0;
    }

    /// <summary>True when it is known how many of a CPU's vectors in use are managed ones.</summary>
    public bool KnowsManagedInUse(int cpu)
    {
        ref CpuMap map = ref _maps[cpu];
        return KnowsBits(cpu) || (map.Known && !map.Resync && map.Managed == 0);
    }

    /// <summary>True when every bit in use and set aside on a CPU is known.</summary>
    public bool KnowsBits(int cpu)
    {
        ref CpuMap map = ref _maps[cpu];
        return map.Known && !map.Resync && map.UnseenAllocated == 0 && map.UnseenManaged == 0;
    }

    /// <summary>A bit taken twice is one bit and two allocations: the second one's bit is not known.</summary>
    private static void Take(ref CpuMap map, byte bit)
    {
        if (map.AllocMap[bit]) map.UnseenAllocated++;
        map.AllocMap[bit] = true;
    }

    private uint SystemBelow(int end)
    {
        uint count = 0;
        for (int bit = SystemMap.NextSet(AllocStart); bit >= 0 && bit < end; bit = SystemMap.NextSet(bit + 1)) count++;
        return count;
    }
}
