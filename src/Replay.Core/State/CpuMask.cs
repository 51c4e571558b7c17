using System.Globalization;
using System.Numerics;
using System.Text;

namespace Replay.Core.State;

/// <summary>
/// A set of CPUs as recorded masks hold it: CPUs 0 to 63 bit by bit, and all or none of the CPUs above, which no probe
/// records.
/// </summary>
/// <param name="Word">CPUs 0 to 63.</param>
/// <param name="HasAbove">True when every CPU from 64 on is in the set.</param>
public readonly record struct CpuMask(ulong Word, bool HasAbove = false)
{
    /// <summary>CPUs that are told apart.</summary>
    public const int Bits = 64;

    /// <summary>Every CPU there is (irq_default_affinity unless somebody changed it).</summary>
    public static CpuMask All => new(ulong.MaxValue, true);

    public static CpuMask Of(int cpu) => cpu < Bits ? new(1UL << cpu) : new(0, true);

    public bool IsEmpty => Word == 0 && !HasAbove;

    public bool this[int cpu] => cpu < Bits ? (Word >> cpu & 1) != 0 : HasAbove;

    public CpuMask And(CpuMask other) => new(Word & other.Word, HasAbove && other.HasAbove);

    /// <summary>Lowest CPU below 64 in the set; -1 when none.</summary>
    public int First => Word == 0 ? -1 : BitOperations.TrailingZeroCount(Word);

    /// <summary>As the kernel's cpulist: <c>0-2,5</c>.</summary>
    public override string ToString()
    {
        if (this == All) return "all";
        var text = new StringBuilder();
        for (int cpu = 0; cpu < Bits; cpu++)
        {
            if (!this[cpu]) continue;
            int last = cpu;
            while (last + 1 < Bits && this[last + 1]) last++;
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{cpu}");
            if (last > cpu) text.Append(CultureInfo.InvariantCulture, $"-{last}");
            cpu = last;
        }
        if (HasAbove) text.Append(text.Length > 0 ? ",64-" : "64-");
        return text.Length == 0 ? "none" : text.ToString();
    }
}
