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

    private IrqDesc[] _descs = new IrqDesc[256];
    private uint[] _delivered = new uint[256 * 8];
    private int _cpuShift = 3;

    public IrqTable() => Initialize(0);

    /// <summary>Numbers that the table holds now: 0 to this, exclusive.</summary>
    public int Count => _descs.Length;

    /// <summary>Interrupt numbers seen: 0 to this, exclusive.</summary>
    public int Used { get; private set; }

    /// <summary>The interrupt; <paramref name="irq"/> must be below <see cref="Count"/>.</summary>
    public ref IrqDesc this[int irq] => ref _descs[irq];

    /// <summary>The table's storage, for the replay loop; replaced when the table grows.</summary>
    internal IrqDesc[] Descs => _descs;

    /// <summary>Makes room for a number; false when it is beyond the model.</summary>
    public bool TryEnsure(uint irq)
    {
        if (irq >= IrqMax) return false;
        int from = _descs.Length;
        int count = Math.Max(from, (int)BitOperations.RoundUpToPowerOf2(irq + 1));
        if ((long)count << _cpuShift > DeliveryCellsMax) return false;
        if (irq >= (uint)Used) Used = (int)irq + 1;
        if (count == from) return true;
        Array.Resize(ref _descs, count);
        Array.Resize(ref _delivered, count << _cpuShift);
        Initialize(from);
        return true;
    }

    /// <summary>Makes room for a CPU's delivery counts; false when they would be too many.</summary>
    public bool TryEnsureCpu(int cpu)
    {
        if (cpu >> _cpuShift == 0) return true;
        int shift = BitOperations.Log2((uint)cpu) + 1;
        if ((long)_descs.Length << shift > DeliveryCellsMax) return false;
        var wider = new uint[_descs.Length << shift];
        for (int irq = 0; irq < _descs.Length; irq++)
        {
            Array.Copy(_delivered, irq << _cpuShift, wider, irq << shift, 1 << _cpuShift);
        }
        _delivered = wider;
        _cpuShift = shift;
        return true;
    }

    /// <summary>Counts one delivery. Both numbers must have been ensured.</summary>
    public void CountDelivery(int irq, int cpu) => _delivered[(irq << _cpuShift) + cpu]++;

    /// <summary>Handler runs of an interrupt on a CPU since its set-up (or since recording began).</summary>
    public uint Delivered(int irq, int cpu) =>
        cpu >> _cpuShift != 0 ? 0 : _delivered[(irq << _cpuShift) + cpu];

    /// <summary>Forgets everything about an interrupt: its descriptor is freed.</summary>
    public void Forget(int irq)
    {
        _descs[irq] = New();
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

    private void Initialize(int from)
    {
        for (int irq = from; irq < _descs.Length; irq++) _descs[irq] = New();
    }
}
