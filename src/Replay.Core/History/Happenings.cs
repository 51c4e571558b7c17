using Replay.Core.Events;

namespace Replay.Core.History;

/// <summary>
/// What befalls a device, or the whole machine, without a change of the tables that the machine models.
/// </summary>
internal static class Happenings
{
    /// <summary>The happening in words; null when the event is none, or concerns another device.</summary>
    public static string? Describe(in Moment at, ushort device)
    {
        ref readonly IrqEvent e = ref at.Record;
        if (e.Kind == EventKind.SuspendResume)
        {
            var phase = new SuspendPhase(in e);
            string action = at.Machine.Tables.Names[phase.Action];
            if (action == "machine_suspend") return phase.Start ? "the machine goes to sleep" : "the machine wakes up";
            return !phase.Start && action == "thaw_processes" ? "resume is over" : null;
        }
        if (device == 0 || new DeviceOperation(in e).Device != device) return null;
        return e.Kind switch
        {
            EventKind.PcieFlr => "function-level reset of the device",
            EventKind.PciResetFunction => "reset of the device",
            EventKind.PciSaveState => "config space of the device is saved",
            EventKind.PciRestoreState => "config space of the device is restored",
            EventKind.PciRestoreMsiState => "messages and masks of the device are written back from the kernel's cache",
            EventKind.AerEvent => "the device reports a PCIe error",
            EventKind.VpciChannel =>
                new ChannelChange(in e).Open ? "the device's channel opens" : "the device's channel closes",
            EventKind.DeviceStep => "device step " + Step(e.A),
            _ => null,
        };
    }

    private static string Step(ulong operands)
    {
        int step = (byte)(operands >> 16);
        return step < DeviceSteps.Names.Length ? DeviceSteps.Names[step] : "other";
    }
}
