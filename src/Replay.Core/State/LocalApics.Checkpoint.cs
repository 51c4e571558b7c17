using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring.</content>
public sealed partial class LocalApics
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("apics", 1);
        archive.Rows(ref _irr, 2 * CpuTable.CpuMax, (ref Bits256 bits) => bits = archive.Value(bits));
        archive.Rows(ref _isr, 2 * CpuTable.CpuMax, (ref Bits256 bits) => bits = archive.Value(bits));
        if (_irr.Length != _isr.Length)
            throw new CheckpointException($"expected {_irr.Length} rows of in-service bits, found {_isr.Length}");
        EndsSeen = archive.Value(EndsSeen);
    }
}
