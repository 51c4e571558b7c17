using System;

namespace Replay.Core.State;

/// <summary>
/// Request and in-service bits of the CPUs' local APICs (Intel SDM volume 3, interrupt acceptance), as far as their
/// events are recorded. What was there before the first record of a CPU is not known.
/// </summary>
public sealed partial class LocalApics
{
    private Bits256[] _irr = [];
    private Bits256[] _isr = [];

    /// <summary>CPUs with a row: 0 to this, exclusive; 0 while no event of a local APIC was recorded.</summary>
    public int Count => _irr.Length;

    /// <summary>True once the end of an interrupt was recorded: in-service bits are then known to be cleared.</summary>
    public bool EndsSeen { get; set; }

    /// <summary>Makes a row for a CPU.</summary>
    public void EnsureCpu(int cpu)
    {
        if (cpu < _irr.Length) return;
        int length = Math.Max(cpu + 1, _irr.Length * 2);
        Array.Resize(ref _irr, length);
        Array.Resize(ref _isr, length);
    }

    /// <summary>No bit is known any more, which looks as before the first record.</summary>
    public void Forget()
    {
        Array.Clear(_irr);
        Array.Clear(_isr);
    }

    /// <summary>Request bits of a CPU that has a row.</summary>
    public ref Bits256 Requests(int cpu) => ref _irr[cpu];

    /// <summary>In-service bits of a CPU that has a row.</summary>
    public ref Bits256 InService(int cpu) => ref _isr[cpu];
}
