using System;

namespace Replay.Core.State;

/// <summary>
/// What each CPU's 256 vector slots hold (Linux vector_irq): an interrupt, or one of the marks below. One row of 256 a
/// CPU.
/// </summary>
public sealed partial class VectorTable
{
    /// <summary>Nothing recorded about the slot.</summary>
    public const int Unknown = -4;

    /// <summary>Free (VECTOR_UNUSED).</summary>
    public const int Unused = -1;

    /// <summary>Given up, one stray interrupt is silent (VECTOR_SHUTDOWN).</summary>
    public const int Shutdown = -2;

    /// <summary>Sent on to the new target (VECTOR_RETRIGGERED).</summary>
    public const int Retriggered = -3;

    private int[] _slots = [];

    /// <summary>Slot content: an interrupt number, or a negative mark.</summary>
    public ref int this[int cpu, byte vector] => ref _slots[(cpu << 8) + vector];

    /// <summary>CPUs with a row.</summary>
    public int CpuCount => _slots.Length >> 8;

    /// <summary>Makes a row for a CPU; new rows are unknown.</summary>
    public void EnsureCpu(int cpu)
    {
        int from = _slots.Length;
        if (cpu << 8 < from) return;
        Array.Resize(ref _slots, Math.Max((cpu + 1) << 8, from * 2));
        Array.Fill(_slots, Unknown, from, _slots.Length - from);
    }

    /// <summary>No slot's content is known any more.</summary>
    public void Forget() => Array.Fill(_slots, Unknown);

    /// <summary>A CPU comes online: all its slots are empty again (Linux lapic_online).</summary>
    public void Reset(int cpu) => Array.Fill(_slots, Unused, cpu << 8, 256);
}
