using System;
using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Core.Diff;

/// <summary>One number of the vector allocator that differs at the end.</summary>
/// <param name="Name">What is counted.</param>
/// <param name="Cpu">CPU whose number it is; null for the whole machine's.</param>
/// <param name="Left">Left value; null when not known.</param>
/// <param name="Right">Right value.</param>
public sealed record CounterDifference(string Name, int? Cpu, long? Left, long? Right);

/// <summary>The final states of two replays, as far as they differ.</summary>
public sealed class StateDiff
{
    private readonly List<CounterDifference> _counters = [];

    public StateDiff(StateReport left, StateReport right)
    {
        for (int cpu = 0; cpu < Math.Max(left.Matrix.Cpus.Count, right.Matrix.Cpus.Count); cpu++)
        {
            MatrixCpuRow? a = cpu < left.Matrix.Cpus.Count ? left.Matrix.Cpus[cpu] : null;
            MatrixCpuRow? b = cpu < right.Matrix.Cpus.Count ? right.Matrix.Cpus[cpu] : null;
            Add("online", cpu, a?.Online is { } aOnline ? (aOnline ? 1 : 0) : null, b?.Online is { } bOnline
                ? (bOnline ? 1 : 0) : null);
            Add("vectors in use", cpu, a?.Allocated, b?.Allocated);
            Add("vectors available", cpu, a?.Available, b?.Available);
        }
        Add("vectors in use", null, left.Matrix.TotalAllocated, right.Matrix.TotalAllocated);
        Add("vectors available", null, left.Matrix.GlobalAvailable, right.Matrix.GlobalAvailable);
        CountIrqs(left.Irqs, right.Irqs);
    }

    /// <summary>Counters that differ, by CPU, the whole machine's last.</summary>
    public IReadOnlyList<CounterDifference> Counters => _counters;

    /// <summary>Interrupts whose CPU, mask or activation differ, or that one side does not have.</summary>
    public int Irqs { get; private set; }

    /// <summary>Interrupts that are the same but for the number of their vector.</summary>
    public int OtherNumbers { get; private set; }

    private void Add(string name, int? cpu, long? left, long? right)
    {
        if (left != right) _counters.Add(new CounterDifference(name, cpu, left, right));
    }

    private void CountIrqs(IReadOnlyList<IrqRow> left, IReadOnlyList<IrqRow> right)
    {
        int i = 0, j = 0;
        while (i < left.Count || j < right.Count)
        {
            uint a = i < left.Count ? left[i].Irq : uint.MaxValue, b = j < right.Count ? right[j].Irq : uint.MaxValue;
            if (a != b || !IsSame(left[i], right[j])) Irqs++;
            else if (left[i].Vector != right[j].Vector) OtherNumbers++;
            if (a <= b) i++;
            if (b <= a) j++;
        }
    }

    private static bool IsSame(IrqRow a, IrqRow b) =>
        a.Cpu == b.Cpu && a.Vector is null == b.Vector is null && a.Masked == b.Masked
        && a.Activated == b.Activated && a.Managed == b.Managed;
}
