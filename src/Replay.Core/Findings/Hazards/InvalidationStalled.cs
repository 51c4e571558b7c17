using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-34: an invalidation queue or command buffer stopped, as the kernel's log says (Linux intel/dmar.c qi_dump_fault,
/// amd/iommu.c iommu_completion_wait). Until it goes on, changes of remapping entries have no known effect.
/// </summary>
internal sealed class InvalidationStalled(HazardContext context)
{
    private long _lastInvalidation = -1;

    public void Submitted(in IrqEvent e)
    {
        if (e.Kind == EventKind.AmdInvalidate
            || QiDescriptor.Type(new Invalidation(in e).Qw0) == QiDescriptor.InterruptEntryCache)
            _lastInvalidation = context.Index;
    }

    public void Log() => context.Report(FindingCode.InvalidationStalled, context.Since(_lastInvalidation),
        "The remapping unit did not carry out its commands: remapping entries changed since may not be in effect.");

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => _lastInvalidation = -1;

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        _lastInvalidation = archive.Value(_lastInvalidation);
    }
}
