using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Core.Diff;

/// <summary>Interrupts of two recordings that differ at the end only in what differs with every run.</summary>
public sealed class TimingDiff
{
    /// <summary>Compares interrupts by device and message, those without by number.</summary>
    public TimingDiff(StateReport left, StateReport right)
    {
        var byPlace = new Dictionary<(string?, int?, uint), IrqRow>();
        foreach (IrqRow row in left.Irqs) byPlace[KeyOf(row)] = row;
        foreach (IrqRow row in right.Irqs)
        {
            if (!byPlace.TryGetValue(KeyOf(row), out IrqRow? other)) continue;
            if (Sum(row.Delivered) != Sum(other.Delivered)) Deliveries++;
            if (row.Vector != other.Vector || row.Cpu != other.Cpu) Places++;
        }
    }

    /// <summary>Interrupts that ran a different number of times.</summary>
    public int Deliveries { get; }

    /// <summary>Interrupts with another CPU or vector at the end.</summary>
    public int Places { get; }

    private static (string?, int?, uint) KeyOf(IrqRow row) =>
        row is { Device: not null, Entry: not null } ? (row.Device, row.Entry, 0) : (null, null, row.Irq);

    private static long Sum(IReadOnlyList<long> counts)
    {
        long sum = 0;
        foreach (long count in counts) sum += count;
        return sum;
    }
}
