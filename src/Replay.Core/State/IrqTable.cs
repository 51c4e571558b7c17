using System;
using System.Numerics;

namespace Replay.Core.State;

/// <summary>
/// All interrupts by number, and their delivery counts by CPU. Grows by doubling up to <see cref="IrqMax"/>; growth is
/// the only allocation and stops when the highest number was seen.
/// </summary>
public sealed partial class IrqTable
{
    /// <summary>Interrupt numbers below this are modelled; Linux allocates far fewer (nr_irqs).</summary>
    public const int IrqMax = 1 << 17;

    /// <summary>
    /// Delivery counts kept, interrupts times CPUs: 64 MiB, however the numbers of a damaged recording combine.
    /// </summary>
    public const int DeliveryCellsMax = 1 << 24;

    // Interrupt n is at n + 1. The row before it is for events without an interrupt: the replay loop counts them there,
    // where nobody looks, instead of asking first whether there is one. Its key is 0, as is what the loop compares.
    private IrqDesc[] _descs = NewTable(256);
    private uint[] _delivered = new uint[256 * 8];
    private int _cpuShift = 3;

    /// <summary>Numbers that the table holds now: 0 to this, exclusive.</summary>
    public int Count => _descs.Length - 1;

    /// <summary>Interrupt numbers seen: 0 to this, exclusive.</summary>
    public int Used { get; private set; }

    /// <summary>The interrupt; <paramref name="irq"/> must be below <see cref="Count"/>.</summary>
    public ref IrqDesc this[int irq] => ref _descs[irq + 1];

    /// <summary>
    /// The table's storage, for the replay loop: interrupt n at n + 1, and at 0 what stands for no interrupt. Replaced
    /// when the table grows.
    /// </summary>
    internal IrqDesc[] Descs => _descs;

    /// <summary>Makes room for a number; false when it is beyond the model.</summary>
    public bool TryEnsure(uint irq) => irq < (uint)Used || TryGrow(irq);

    private bool TryGrow(uint irq)
    {
        if (irq >= IrqMax) return false;
        int from = Count;
        int count = Math.Max(from, (int)BitOperations.RoundUpToPowerOf2(irq + 1));
        if ((long)count << _cpuShift > DeliveryCellsMax) return false;
        Used = (int)irq + 1;
        if (count == from) return true;
        Array.Resize(ref _descs, count + 1);
        Array.Resize(ref _delivered, count << _cpuShift);
        _descs.AsSpan(from + 1).Fill(New());
        return true;
    }

    /// <summary>Makes room for a CPU's delivery counts; false when they would be too many.</summary>
    public bool TryEnsureCpu(int cpu)
    {
        if (cpu >> _cpuShift == 0) return true;
        int shift = BitOperations.Log2((uint)cpu) + 1;
        if ((long)Count << shift > DeliveryCellsMax) return false;
        var wider = new uint[Count << shift];
        for (int row = 0; row < Count; row++)
        {
            Array.Copy(_delivered, row << _cpuShift, wider, row << shift, 1 << _cpuShift);
        }
        _delivered = wider;
        _cpuShift = shift;
        return true;
    }

    /// <summary>Counts one delivery. Both numbers must have been ensured.</summary>
    public void CountDelivery(int irq, ushort cpu)
    {
        ref IrqDesc desc = ref _descs[irq + 1];
        if (desc.CountedCpu != cpu)
        {
            Settle(irq, ref desc);
            desc.CountedCpu = cpu;
        }
        desc.Arrivals++;
    }

    /// <summary>Handler runs of an interrupt on a CPU since its set-up (or since recording began).</summary>
    public uint Delivered(int irq, int cpu)
    {
        if (cpu >> _cpuShift != 0) return 0;
        ref IrqDesc desc = ref _descs[irq + 1];
        return _delivered[(irq << _cpuShift) + cpu] + (desc.CountedCpu == cpu ? desc.Arrivals : 0);
    }

    /// <summary>Moves what was counted beside the key to the interrupt's row.</summary>
    private void Settle(int irq, ref IrqDesc desc)
    {
        _delivered[(irq << _cpuShift) + desc.CountedCpu] += desc.Arrivals;
        desc.Arrivals = 0;
    }

    /// <summary>Forgets everything about an interrupt: its descriptor is freed.</summary>
    public void Forget(int irq)
    {
        _descs[irq + 1] = New();
        Array.Clear(_delivered, irq << _cpuShift, 1 << _cpuShift);
    }

    private static IrqDesc New() => new()
    {
        Entry = IrqDesc.None,
        RemapIndex = IrqDesc.None,
        RemapDevice = IrqDesc.None,
        VectorEvent = -1,
        MaskEvent = -1,
        StartEvent = -1,
        LeakEvent = -1,
    };

    private static IrqDesc[] NewTable(int count)
    {
        var descs = new IrqDesc[count + 1];
        descs.AsSpan().Fill(New());
        return descs;
    }
}
