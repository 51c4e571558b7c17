using System;
using Replay.Core.Events;

namespace Replay.Core.History;

/// <summary>
/// APIC destination of each CPU, learned from the configurations of interrupts (<c>vector_config</c> has both).
/// Messages and remapping entries name destinations, people name CPUs.
/// </summary>
internal sealed class ApicIds
{
    // Destination + 1; 0 where it was not seen.
    private ulong[] _byCpu = new ulong[8];

    public void Learn(in IrqEvent config)
    {
        var place = new VectorPlace(in config);
        if (place.Cpu >= State.CpuTable.CpuMax || place.ApicDest == 0 && place.Cpu != 0) return;
        if (place.Cpu >= _byCpu.Length) Array.Resize(ref _byCpu, Math.Max(place.Cpu + 1, _byCpu.Length * 2));
        _byCpu[place.Cpu] = place.ApicDest + 1UL;
    }

    /// <summary>Destination of a CPU; null when it is not known.</summary>
    public uint? Of(int cpu) => (uint)cpu < (uint)_byCpu.Length && _byCpu[cpu] != 0 ? (uint)(_byCpu[cpu] - 1) : null;

    /// <summary>CPU of a destination, -1 when it is not known.</summary>
    public int CpuOf(uint destination) => Array.IndexOf(_byCpu, destination + 1UL);
}
