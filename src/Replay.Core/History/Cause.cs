using Replay.Core.Events;

namespace Replay.Core.History;

/// <summary>What can lead to a change.</summary>
public enum CauseKind : byte
{
    None,
    AffinityRequest,
    AffinityOnArrival,
    AffinityByKernel,
    SetupIrq,
    FreeIrq,
    Startup,
    Shutdown,
    ManagedShutdown,
    Activation,
    Deactivation,
    Teardown,
    RemapSetup,
    RemapFree,
    MsixEnable,
    MsixDisable,
    MsiEnable,
    FreeVectors,
    Restore,
    Flr,
    Reset,
    BusReset,
    DevicePower,
    CpuDown,
    CpuDownUnseen,
    CpuUp,
    HotplugStep,
    MoveCleanup,
    Arrival,
    Suspend,
    Channel,
    Loss,
}

/// <summary>One stimulus that later changes on the same CPU, or of the same interrupt, are put down to.</summary>
/// <param name="Kind">Sort of stimulus.</param>
/// <param name="Event">Its event; -1 when it is not recorded.</param>
/// <param name="TimeNs">Its time.</param>
/// <param name="Irq">Interrupt concerned, or <see cref="IrqEvent.NoIrq"/>.</param>
/// <param name="Device">Index of the device's name; 0 when none.</param>
/// <param name="Cpu">CPU concerned, for causes that are about one.</param>
/// <param name="Detail">Affinity mask, hotplug step, or index of a name.</param>
public readonly record struct Cause(
    CauseKind Kind, long Event, ulong TimeNs, uint Irq = IrqEvent.NoIrq, ushort Device = 0,
    ushort Cpu = 0, ulong Detail = 0)
{
    public static Cause None { get; } = new(CauseKind.None, -1, 0);
}
