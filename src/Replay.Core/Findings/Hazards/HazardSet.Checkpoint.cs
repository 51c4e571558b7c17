using Replay.Core.Checkpoints;

namespace Replay.Core.Findings.Hazards;

/// <content>Saving and restoring: the detections that remember something, in a fixed order.</content>
internal sealed partial class HazardSet
{
    public void Transfer(StateArchive archive)
    {
        archive.Section("hazards", 1);
        Context.Index = archive.Value(Context.Index);
        Context.TimeNs = archive.Value(Context.TimeNs);
        Context.AfterLoss = archive.Value(Context.AfterLoss);
        _suspend.Transfer(archive);
        _inherited.Transfer(archive);
        _torn.Transfer(archive);
        _inFlight.Transfer(archive);
        _level.Transfer(archive);
        _irqfds.Transfer(archive);
        _posted.Transfer(archive);
        _pending.Transfer(archive);
        _copies.Transfer(archive);
        _masks.Transfer(archive);
        _targets.Transfer(archive);
        _owners.Transfer(archive);
        _remapOrder.Transfer(archive);
        Underflow.Transfer(archive);
        Stalled.Transfer(archive);
        Storm.Transfer(archive);
        Erratum.Transfer(archive);
    }
}
