using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Systems.Linux;

/// <content>Saving and restoring.</content>
internal sealed partial class KernelIrq
{
    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static KernelIrq Transfer(StateArchive archive, KernelIrq? saved)
    {
        KernelIrq irq = new()
        {
            Number = archive.Value(saved?.Number ?? 0),
            Device = archive.Value(saved?.Device ?? 0),
            Entry = archive.Value(saved?.Entry ?? 0),
            Chip = (MessageChip)archive.Value((byte)(saved?.Chip ?? 0)),
            Managed = archive.Value(saved?.Managed ?? false),
            Passthrough = archive.Value(saved?.Passthrough ?? false),
        };
        (saved ?? irq).Transfer(archive);
        return saved ?? irq;
    }

    private void Transfer(StateArchive archive)
    {
        Affinity = archive.Value(Affinity);
        Asked = archive.Value(Asked);
        Requested = archive.Value(Requested);
        Started = archive.Value(Started);
        Activated = archive.Value(Activated);
        ManagedShutdown = archive.Value(ManagedShutdown);
        CanReserve = archive.Value(CanReserve);
        HasReserved = archive.Value(HasReserved);
        Cpu = archive.Value(Cpu);
        Vector = archive.Value(Vector);
        ConfiguredVector = archive.Value(ConfiguredVector);
        PreviousCpu = archive.Value(PreviousCpu);
        PreviousVector = archive.Value(PreviousVector);
        MoveInProgress = archive.Value(MoveInProgress);
        CleanupPending = archive.Value(CleanupPending);
        PendingAffinity = archive.Value(PendingAffinity);
        GenericMasked = archive.Value(GenericMasked);
        Suspended = archive.Value(Suspended);
        Noted = archive.Value(Noted);
        CacheMasked = archive.Value(CacheMasked);
        Message = archive.Value(Message);
        HostMessage = archive.Value(HostMessage);
        RemapIndex = archive.Value(RemapIndex);
        MaskEvent = archive.Value(MaskEvent);
        MappingEvent = archive.Value(MappingEvent);
    }
}
