using System;

namespace Replay.Formats.QemuLog;

/// <summary>
/// Local APICs' logical names as the CPUs wrote them, to tell which CPU a destination is (Intel SDM 3, 11.6.2).
/// </summary>
/// <remarks>
/// A physical destination is taken for the number of a virtual CPU, which it is where QEMU's -smp has powers of two;
/// one that no CPU of the log has is not.
/// </remarks>
internal sealed class QemuApics
{
    private const int CpusMax = 256, LogicalDestination = 0xD0, DestinationFormat = 0xE0;
    private const uint Broadcast = 0xFF;

    private readonly uint[] _logical = new uint[CpusMax];
    private readonly bool[] _cluster = new bool[CpusMax];

    /// <summary>Highest CPU seen, plus one.</summary>
    public int Count { get; private set; }

    public void See(int cpu) => Count = Math.Max(Count, cpu + 1);

    /// <summary>A CPU writes a register of its local APIC.</summary>
    public void Write(int cpu, int register, uint value)
    {
        if (cpu >= CpusMax) return;
        if (register == LogicalDestination) _logical[cpu] = value >> 24;
        else if (register == DestinationFormat) _cluster[cpu] = value >> 28 == 0;
    }

    /// <summary>The only CPU that a destination names, or -1.</summary>
    /// <param name="destination">The message's field.</param>
    /// <param name="logical">A set of logical names, no APIC ID.</param>
    /// <param name="all">It goes to all that it names, not to one of them.</param>
    public int Find(uint destination, bool logical, bool all)
    {
        if (!logical) return destination < Math.Min((uint)Count, Broadcast) ? (int)destination : -1;
        int found = -1;
        for (int cpu = 0; cpu < Math.Min(Count, CpusMax); cpu++)
        {
            if (!Names(destination, cpu)) continue;
            if (found >= 0) return -1;
            found = cpu;
        }
        return found;
    }

    public void Clear()
    {
        _logical.AsSpan().Clear();
        _cluster.AsSpan().Clear();
    }

    private bool Names(uint destination, int cpu)
    {
        uint own = _logical[cpu];
        return _cluster[cpu] ? destination >> 4 == own >> 4 && (destination & own & 0xF) != 0
            : (destination & own) != 0;
    }
}
