using System;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-32: interrupts from before this kernel: devices that a crashed kernel or the firmware left running. Only where the
/// recording holds the machine's whole life is a vector that nobody ever had one of those.
/// </summary>
internal sealed class InheritedInterrupt(HazardContext context)
{
    private Bits256[] _everGiven = [];

    /// <summary>A vector of a CPU is given to an interrupt.</summary>
    public void Given(int cpu, byte vector)
    {
        if ((uint)cpu >= CpuTable.CpuMax) return;
        if (cpu >= _everGiven.Length) Array.Resize(ref _everGiven, Math.Max(cpu + 1, _everGiven.Length * 2));
        _everGiven[cpu][vector] = true;
    }

    /// <summary>
    /// An interrupt came on a slot without owner; reports it and is true when nobody ever had that slot.
    /// </summary>
    public bool Explains(int cpu, int vector, string place)
    {
        if (!context.Machine.Matrix.Complete || context.AfterLoss || vector < VectorRanges.FirstExternal) return false;
        if (cpu < _everGiven.Length && _everGiven[cpu][(byte)vector]) return false;
        context.Report(FindingCode.InheritedInterrupt, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"An interrupt came on {place}, which nobody was given since boot: a device still runs as an earlier "
            + $"kernel or the firmware set it up."), new About { Cpu = cpu, Vector = vector }, Certainty.Inferred);
        return true;
    }

    /// <summary>The first that is seen of an IO-APIC's pin is that it waits for an end of interrupt.</summary>
    public void PinWaits(string pin, int vector)
    {
        if (!context.Machine.Matrix.Complete || context.AfterLoss) return;
        context.Report(FindingCode.InheritedInterrupt, context.Index,
            $"{pin} waits for an end of interrupt that this kernel never began: "
            + "the line is dead until that is cleared.", new About { Vector = vector }, Certainty.Inferred);
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => Array.Clear(_everGiven);

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Rows(ref _everGiven, 2 * CpuTable.CpuMax, (ref Bits256 given) => given = archive.Value(given));
    }
}
