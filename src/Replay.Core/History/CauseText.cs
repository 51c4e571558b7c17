using System.Globalization;
using Replay.Core.State;

namespace Replay.Core.History;

/// <summary>Causes in words.</summary>
internal static class CauseText
{
    /// <summary>One clause; null when there is no cause.</summary>
    public static string? Describe(in Cause cause, MachineState machine)
    {
        string device = machine.Tables.Devices[cause.Device];
        string cpu = cause.Cpu.ToString(CultureInfo.InvariantCulture);
        return cause.Kind switch
        {
            CauseKind.AffinityRequest => "affinity request for " + Wording.Cpus(cause.Detail),
            CauseKind.AffinityOnArrival => "pending affinity request for " + Wording.Cpus(cause.Detail),
            CauseKind.AffinityByKernel => "affinity set to " + Wording.Cpus(cause.Detail),
            CauseKind.SetupIrq => "a driver requests the interrupt",
            CauseKind.FreeIrq => "a driver gives the interrupt up",
            CauseKind.Startup => "start-up of the interrupt",
            CauseKind.Shutdown => "shut-down of the interrupt",
            CauseKind.ManagedShutdown => "its last CPU goes down (managed)",
            CauseKind.Activation => "activation of the interrupt",
            CauseKind.Deactivation => "deactivation of the interrupt",
            CauseKind.Teardown => "teardown of the interrupt",
            CauseKind.RemapSetup => "set-up of remapping entries",
            CauseKind.RemapFree => "remapping entries are freed",
            CauseKind.MsixEnable => "MSI-X is switched on for " + device,
            CauseKind.MsixDisable => "MSI-X is switched off for " + device,
            CauseKind.MsiEnable => "MSI is switched on for " + device,
            CauseKind.FreeVectors => $"the driver of {device} frees its vectors",
            CauseKind.Restore => $"messages of {device} are restored from the kernel's cache",
            CauseKind.Flr => "function-level reset of " + device,
            CauseKind.Reset => "reset of " + device,
            CauseKind.BusReset => "secondary bus reset below " + device,
            CauseKind.DevicePower => $"power callback of {device}{Callback(machine, cause.Detail)}",
            CauseKind.CpuDown => $"CPU {cpu} going down",
            CauseKind.CpuDownUnseen => $"CPU {cpu} went down and what it did with its interrupts was not recorded",
            CauseKind.CpuUp => $"CPU {cpu} comes online",
            CauseKind.HotplugStep => $"hotplug of CPU {cpu} ({machine.Tables.Names[(int)cause.Detail]})",
            CauseKind.MoveCleanup => "clean-up of the move",
            CauseKind.Arrival => $"the interrupt arrived on CPU {cpu}",
            CauseKind.Channel => $"channel of {device} {((cause.Detail >> 16 & 1) != 0 ? "opens" : "closes")}",
            CauseKind.Loss => "records were lost: what happened here is not recorded",
            _ => null,
        };
    }

    /// <summary>
    /// The callback's name behind device_pm_start's device and driver: <c>noirq bus [restore]</c> and the like.
    /// </summary>
    private static string Callback(MachineState machine, ulong operands)
    {
        string name = machine.Tables.Names[(ushort)(operands >> 32)];
        return name.Length == 0 ? "" : $" ({name})";
    }
}
