using System;
using Replay.Core.Events;
using Replay.Core.Spec;

namespace Replay.Core.Verify;

/// <content>
/// How CPUs are addressed: by a bit mask (flat logical, up to eight CPUs) or by physical APIC ID, which is learned
/// for each CPU from the records. A first record is not trusted alone: what most of the following ones say counts.
/// </content>
public sealed partial class Verifier<TRules>
{
    private const int FlatCpus = 8;

    private AddressMode _mode;
    private uint[] _destinations = [];
    private bool[] _destinationKnown = [];

    private enum AddressMode : byte
    {
        Unknown,
        Flat,
        Physical,
    }

    /// <summary>True when remapping entries hold 32-bit APIC IDs (EIME); null until an entry told.</summary>
    private bool? Extended { get; set; }

    private void LearnMode(ReadOnlySpan<IrqEvent> at)
    {
        if (_mode != AddressMode.Unknown) return;
        int flat = 0, other = 0;
        foreach (ref readonly IrqEvent e in at)
        {
            if (e.Kind != EventKind.VectorConfig) continue;
            var place = new VectorPlace(in e);
            if (place.Cpu < FlatCpus && place.ApicDest == 1u << place.Cpu) flat++;
            else other++;
        }
        _mode = flat > other ? AddressMode.Flat : AddressMode.Physical;
    }

    /// <summary>APIC destination of a CPU; false while it is not known.</summary>
    private bool TryDestination(int cpu, out uint destination)
    {
        destination = 0;
        if (cpu < 0) return false;
        if (_mode == AddressMode.Flat && cpu < FlatCpus)
        {
            destination = 1u << cpu;
            return true;
        }
        if (cpu >= _destinations.Length || !_destinationKnown[cpu]) return false;
        destination = _destinations[cpu];
        return true;
    }

    /// <summary>The destination that most of the following records give a CPU.</summary>
    private uint LearnDestination(ReadOnlySpan<IrqEvent> at, int cpu, VectorPlace first)
    {
        if (cpu < 0) return first.ApicDest;
        uint candidate = first.ApicDest;
        int votes = 0;
        foreach (ref readonly IrqEvent e in at)
        {
            if (e.Kind != EventKind.VectorConfig || new VectorPlace(in e).Cpu != cpu) continue;
            uint destination = new VectorPlace(in e).ApicDest;
            if (votes == 0) candidate = destination;
            votes += destination == candidate ? 1 : -1;
        }
        if (cpu >= _destinations.Length)
        {
            Array.Resize(ref _destinations, Math.Max(cpu + 1, _destinations.Length * 2));
            Array.Resize(ref _destinationKnown, _destinations.Length);
        }
        _destinations[cpu] = candidate;
        _destinationKnown[cpu] = true;
        return candidate;
    }

    /// <summary>The CPU that a destination names; -1 when none or not known.</summary>
    private int CpuOfDestination(uint destination)
    {
        for (int cpu = 0; cpu < _cpusUsed; cpu++)
        {
            if (TryDestination(cpu, out uint known) && known == destination) return cpu;
        }
        return -1;
    }

    private string ModeText() => _mode == AddressMode.Flat ? "bit masks, one bit a CPU" : "physical APIC IDs";

    /// <summary>A message in compatibility format (Linux __irq_msi_compose_msg).</summary>
    private MsiMessage ComposeMessage(byte vector, uint destination)
    {
        ulong address = MsiMessage.Base | (destination & 0xFFUL) << MsiMessage.DestinationShift
            | (_mode == AddressMode.Flat ? MsiMessage.LogicalBit : 0);
        return new MsiMessage(address, vector);
    }
}
