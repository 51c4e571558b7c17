namespace Replay.Core.Systems.Vfio;

/// <summary>What each interrupt is worth at the end: would the device's next event arrive?</summary>
internal static class EndVerdicts
{
    public static void Add(VfioModel model, SystemReport report)
    {
        foreach (AssignedFunction function in model.Functions)
        {
            for (int i = 0; i < function.Entries.Count; i++)
            {
                AssignedEntry entry = function.Entries[i];
                if (entry.GuestCache.IsZero && !entry.Allocated) continue;
                (EndVerdict verdict, string reason) = Judge(model, function, i, entry);
                long? blame = verdict is EndVerdict.Working or EndVerdict.NotAllocated || entry.CauseEvent < 0
                    ? null : entry.CauseEvent;
                report.Add(new InterruptVerdict(function.Name, i,
                    entry.Irq < 0 ? null : entry.Irq, verdict, blame, reason));
            }
        }
    }

    private static (EndVerdict Verdict, string Reason) Judge(VfioModel model, AssignedFunction function,
        int index, AssignedEntry entry)
    {
        if (function.ErrorState == ChannelState.PermanentFailure)
            return (EndVerdict.NoMapping, "the device was removed for good");
        if (function.Isolated) return (EndVerdict.NoMapping, "the platform isolates the device");
        if (function.Port.UnresetFatalEvent >= 0)
            return (EndVerdict.NoMapping, "the link is frozen since its fatal error, and nobody reset it");
        if (function.IsAssigned && !function.ShadowEnabled) return (EndVerdict.NotAllocated, "the guest has MSI-X off");
        if (!entry.HasHandler) return (EndVerdict.NotAllocated, "no handler is installed on the host");
        if (!function.HardwareEnabled)
        {
            return (EndVerdict.StuckMasked, "hardware MSI-X disabled"
                + (entry.Hardware.IsZero ? " and table cleared: no message" : ""));
        }
        bool masked = entry.HardwareMasked;
        int owner = VfioModel.FindOwner(function, entry.Hardware);
        bool noMessage = owner < 0 && !model.Messages.IsInterrupt(entry.Hardware);
        if (masked && noMessage) return (EndVerdict.StuckMaskedAndNoMapping, "entry masked and without a message");
        if (masked) return (EndVerdict.StuckMasked, "entry masked in the device and unmasked everywhere else");
        if (noMessage) return (EndVerdict.NoMapping, "the entry has no message");
        if (owner != index) return (EndVerdict.WrongTarget, "the message is not this interrupt's");
        if (entry.Trigger == Trigger.Kvm && entry.Route is null) return (EndVerdict.NoMapping, "KVM has no route");
        if (model.MachineOf(function) is { Running: false } machine)
            return (EndVerdict.Working, $"VM stopped ({machine.StopReason}); the interrupt itself is whole");
        return (EndVerdict.Working, entry.Trigger == Trigger.Qemu ? "masked by the guest" : "");
    }
}
