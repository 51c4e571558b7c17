using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Systems.HyperV;

/// <content>Saving and restoring.</content>
public sealed partial class VpciWatch
{
    public void Transfer(StateArchive archive)
    {
        Report.Transfer(archive);
        archive.Map(_buses, Limit, archive.Value, bus => RecordedBus.Transfer(archive, bus));
        archive.Map(_mappings, Limit, archive.Value, mapping => RecordedMapping.Transfer(archive, mapping));
        archive.Lookup(_callOf, Limit, archive.Value, call => IrqEvent.Transfer(archive, call));
        archive.Set(_failedHere, int.MaxValue);
        archive.Set(_unmaskedWithoutCall, int.MaxValue);
        archive.Set(_unmaskCalled, int.MaxValue);
        _unmasksSeen = archive.Value(_unmasksSeen);
        _restoresMsi = archive.Value(_restoresMsi);
        _callsSeen = archive.Value(_callsSeen);
        _sleeping = archive.Value(_sleeping);
        _cpuGoesDown = archive.Value(_cpuGoesDown);
        _logSaysDown = archive.Value(_logSaysDown);
    }
}
