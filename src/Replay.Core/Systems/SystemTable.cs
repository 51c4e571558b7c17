using System;
using Replay.Core.Events;
using Replay.Core.Systems.HyperV;
using Replay.Core.Systems.Linux;
using Replay.Core.Systems.Vfio;

namespace Replay.Core.Systems;

/// <summary>
/// One system: its name, the kinds that bring it to life, and those that it listens to once it lives.
/// </summary>
public sealed class SystemRegistration
{
    private readonly (EventKind First, EventKind Last)[] _owned;
    private readonly EventKind[] _shared;

    /// <param name="name">Lower-case word; reports name the system by it.</param>
    /// <param name="create">Makes it.</param>
    /// <param name="owned">Ranges of kinds, both ends included, of which any one brings the system to life.</param>
    /// <param name="shared">Other kinds that it is offered while it lives.</param>
    public SystemRegistration(string name, Func<SystemContext, ISystem> create,
        (EventKind First, EventKind Last)[] owned, params EventKind[] shared)
    {
        Name = name;
        Create = create;
        _owned = owned;
        _shared = shared;
    }

    public string Name { get; }

    public Func<SystemContext, ISystem> Create { get; }

    public bool Owns(EventKind kind)
    {
        foreach ((EventKind first, EventKind last) in _owned)
        {
            if (kind >= first && kind <= last) return true;
        }
        return false;
    }

    public bool ListensTo(EventKind kind) => Owns(kind) || Array.IndexOf(_shared, kind) >= 0;
}

/// <summary>All systems: a new one is one row here.</summary>
public static class SystemTable
{
    internal static readonly SystemRegistration[] All =
    [
        new("vpci", static context => new VpciWatch(context),
            [(EventKind.VpciChannel, EventKind.VmbusChannel), (EventKind.SuspendResume, EventKind.SuspendResume),
                (EventKind.LogLine, EventKind.LogLine)],
            EventKind.MsiUnmask, EventKind.MsiWrite, EventKind.SetupIrq, EventKind.VectorActivate,
            EventKind.X86VectorActivate),
        new("linux", static context => new LinuxSystem(context), [(EventKind.Machine, EventKind.MessageCopy)],
            EventKind.DeviceRaise, EventKind.VectorActivate, EventKind.IrqSetAffinity, EventKind.FreeIrq,
            EventKind.FreeIrqVectors, EventKind.SuspendResume, EventKind.KernelStep, EventKind.DeviceStep,
            EventKind.HvBusStep, EventKind.MessageCopied, EventKind.PciRestoreState, EventKind.PciRestoreMsiState,
            EventKind.DevicePmStart, EventKind.VpciChannel),
        new("pcie", static context => new PcieSystem(context),
            [(EventKind.AerEvent, EventKind.VmRun), (EventKind.VfioSignal, EventKind.MsixTableRead)],
            EventKind.DeviceRaise, EventKind.DeviceStep, EventKind.PciSecondaryBusReset, EventKind.PciRestoreState,
            EventKind.PciRestoreMsiState, EventKind.MsixEnable, EventKind.MsixDisable, EventKind.FreeIrqVectors,
            EventKind.SetupIrq, EventKind.FreeIrq, EventKind.MsiWrite, EventKind.MsiUnmask, EventKind.PcieFlr,
            EventKind.LogLine, EventKind.IoPageFault),
    ];

    private static readonly bool[] Wanted = BuildWanted();

    /// <summary>True when a system owns or listens to the kind.</summary>
    public static bool IsWanted(EventKind kind) => Wanted[(byte)kind];

    /// <summary>True when the system of that name does something with the kind.</summary>
    public static bool IsHeard(string name, EventKind kind) =>
        Array.Find(All, registration => registration.Name == name) is { } found && found.ListensTo(kind);

    private static bool[] BuildWanted()
    {
        bool[] wanted = new bool[256];
        for (int kind = 0; kind < wanted.Length; kind++)
        {
            foreach (SystemRegistration registration in All) wanted[kind] |= registration.ListensTo((EventKind)kind);
        }
        return wanted;
    }
}
