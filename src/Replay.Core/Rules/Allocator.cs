using Replay.Core.State;

namespace Replay.Core.Rules;

/// <summary>
/// Choices of the kernel's vector allocator (Linux kernel/irq/matrix.c, the same from 4.15 to 6.12):
/// which CPU, and which bit there. It tries one CPU only, and all its choices follow from the counters
/// and maps of <see cref="VectorMatrix"/>.
/// </summary>
public static class Allocator
{
    /// <summary>No CPU, no bit: the kernel answers -ENOSPC.</summary>
    public const int None = -1;

    /// <summary>
    /// matrix_find_best_cpu: the online CPU of the mask with the most available vectors. A later CPU must have strictly
    /// more, so the lowest wins a tie, and one with none left is never chosen.
    /// </summary>
    public static int FindBestCpu(VectorMatrix matrix, CpuMask mask)
    {
        int best = None;
        uint most = 0;
        for (int cpu = 0; cpu < matrix.Count; cpu++)
        {
            if (!mask[cpu] || !matrix[cpu].Online || matrix[cpu].Available <= most) continue;
            best = cpu;
            most = matrix[cpu].Available;
        }
        return best;
    }

    /// <summary>
    /// matrix_find_best_cpu_managed: the online CPU of the mask with the fewest managed vectors in use.
    /// A later CPU with as few replaces an earlier one, so the highest wins a tie.
    /// </summary>
    public static int FindBestCpuManaged(VectorMatrix matrix, CpuMask mask)
    {
        int best = None;
        uint fewest = uint.MaxValue;
        for (int cpu = 0; cpu < matrix.Count; cpu++)
        {
            if (!mask[cpu] || !matrix[cpu].Online || matrix[cpu].ManagedAllocated > fewest) continue;
            best = cpu;
            fewest = matrix[cpu].ManagedAllocated;
        }
        return best;
    }

    /// <summary>matrix_alloc_area: the first bit of the window that is not in use, set aside or the system's.</summary>
    public static int FindFreeBit(VectorMatrix matrix, int cpu)
    {
        ref CpuMap map = ref matrix[cpu];
        int bit = map.AllocMap.Or(map.ManagedMap).Or(matrix.SystemMap)
            .NextClear(VectorMatrix.AllocStart, matrix.AllocEnd);
        return bit >= matrix.AllocEnd ? None : bit;
    }

    /// <summary>irq_matrix_alloc_managed: the first bit that is set aside and not in use.</summary>
    public static int FindManagedBit(VectorMatrix matrix, int cpu)
    {
        ref CpuMap map = ref matrix[cpu];
        return map.ManagedMap.AndNot(map.AllocMap).NextSet(0);
    }
}
