using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring. The names are the recording's and not saved here.</content>
public sealed partial class MachineState
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("machine", 2);
        RemapUnit = archive.Value(RemapUnit);
        ExtendedIds = archive.Value(ExtendedIds);
        IecInvalidations = archive.Value(IecInvalidations);
        MaskSeen = archive.Value(MaskSeen);
        UnmaskSeen = archive.Value(UnmaskSeen);
        StartSeen = archive.Value(StartSeen);
        RestoreMsiSeen = archive.Value(RestoreMsiSeen);
        Delivered = archive.Value(Delivered);
        Spurious = archive.Value(Spurious);
        Raised = archive.Value(Raised);
        Coalesced = archive.Value(Coalesced);
        Lost = archive.Value(Lost);
        SystemInterrupts = archive.Value(SystemInterrupts);
        LostRecords = archive.Value(LostRecords);
        Cpus.Transfer(archive);
        Irqs.Transfer(archive);
        Slots.Transfer(archive);
        Matrix.Transfer(archive);
        Msix.Transfer(archive);
        Apics.Transfer(archive);
        TransferRemap(archive);
        TransferAmdTables(archive);
    }

    private void TransferRemap(StateArchive archive)
    {
        if (!archive.Value(Remap is not null)) return;
        GetRemap().Transfer(archive);
    }

    private void TransferAmdTables(StateArchive archive)
    {
        int count = archive.Count(_amdTableCount, AmdTablesMax);
        int device = -1;
        for (int i = 0; i < count; i++)
        {
            if (!archive.IsLoading) do device++; while (_amdTables[device] is null);
            device = archive.Count(device, ushort.MaxValue);
            (GetAmdTable((ushort)device) ?? throw new CheckpointException("too many AMD tables")).Transfer(archive);
        }
    }
}
