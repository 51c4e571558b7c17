using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring.</content>
public sealed partial class VectorTable
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("slots", 1);
        archive.Numbers(ref _slots, 2 * CpuTable.CpuMax << 8);
        if (_slots.Length % 256 != 0)
            throw new CheckpointException($"expected 256 slots a CPU, found {_slots.Length} in all");
    }
}
