using Replay.Core.Checkpoints;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-35: chipsets whose remapping hardware sends interrupts astray though software did all right (Intel 5500, 5520,
/// X58; Linux quirks for them say so in the log).
/// </summary>
internal sealed class RemappingErratum(HazardContext context)
{
    private long _namedEvent = -1;

    /// <summary>The kernel says that this is such a chipset.</summary>
    public void ChipsetNamed() => _namedEvent = context.Index;

    /// <summary>
    /// An interrupt came on a slot without owner; reports it and is true when only the hardware can be why.
    /// </summary>
    public bool Explains(int cpu, int vector, string place)
    {
        if (_namedEvent < 0 || IsStale(vector)) return false;
        context.Report(FindingCode.RemappingErratum, _namedEvent,
            $"The kernel found no handler on {place}, no remapping entry points there, "
            + "and this chipset's remapping is known to send interrupts astray.",
            new About { Cpu = cpu, Vector = vector }, Certainty.Hint);
        return true;
    }

    /// <summary>True when an entry that was not invalidated may still send there: then software is to blame.</summary>
    private bool IsStale(int vector)
    {
        if (context.Machine.Remap is not { } table) return false;
        for (int i = 0; i < table.Used; i++)
        {
            ref Irte entry = ref table[i];
            if (entry.Stale && IrteBits.IsPresent(entry.CachedLo) && IrteBits.Vector(entry.CachedLo) == vector)
                return true;
        }
        return false;
    }

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        _namedEvent = archive.Value(_namedEvent);
    }
}
