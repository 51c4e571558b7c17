using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring.</content>
public sealed partial class VectorMatrix
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("matrix", 1);
        archive.Rows(ref _maps, 2 * CpuTable.CpuMax, (ref CpuMap map) => Transfer(archive, ref map));
        Count = archive.Count(Count, _maps.Length);
        Seen = archive.Value(Seen);
        Complete = archive.Value(Complete);
        GlobalKnown = archive.Value(GlobalKnown);
        GlobalResync = archive.Value(GlobalResync);
        Irregular = archive.Value(Irregular);
        OnlineMaps = archive.Value(OnlineMaps);
        GlobalAvailable = archive.Value(GlobalAvailable);
        GlobalReserved = archive.Value(GlobalReserved);
        TotalAllocated = archive.Value(TotalAllocated);
        SystemMap = archive.Value(SystemMap);
        SystemInWindow = archive.Value(SystemInWindow);
        AllocEnd = archive.Value(AllocEnd);
    }

    private static void Transfer(StateArchive archive, ref CpuMap map)
    {
        map.AllocMap = archive.Value(map.AllocMap);
        map.ManagedMap = archive.Value(map.ManagedMap);
        map.Available = archive.Value(map.Available);
        map.Allocated = archive.Value(map.Allocated);
        map.Managed = archive.Value(map.Managed);
        map.ManagedAllocated = archive.Value(map.ManagedAllocated);
        map.UnseenAllocated = archive.Value(map.UnseenAllocated);
        map.UnseenManaged = archive.Value(map.UnseenManaged);
        map.Online = archive.Value(map.Online);
        map.Initialized = archive.Value(map.Initialized);
        map.Known = archive.Value(map.Known);
        map.Resync = archive.Value(map.Resync);
    }
}
