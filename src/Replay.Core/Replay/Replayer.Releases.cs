using System.Collections.Generic;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>Old places of pending moves that dying CPUs give back (Linux migrate_one_irq since a6c11c0a5235).</content>
public sealed partial class Replayer<TRules, TProbe>
{
    private const int ReleasesMax = 65536;

    private readonly List<OfflineRelease> _releases = [];

    /// <summary>Old places of pending moves that dying CPUs gave back; the first 65,536.</summary>
    public IReadOnlyList<OfflineRelease> OfflineReleases => _releases;

    private void NoteOfflineRelease(int irq, ushort cpu, byte vector)
    {
        ref IrqDesc desc = ref _machine.Irqs[irq];
        if (_releases.Count == ReleasesMax || vector == 0 || !desc.Has(IrqFlags.VectorKnown) || desc.Cpu == cpu) return;
        _releases.Add(new OfflineRelease(_index, irq, desc.Device == 0 ? null : _machine.Tables.Devices[desc.Device],
            desc.Entry < 0 ? null : desc.Entry, cpu, vector));
    }
}
