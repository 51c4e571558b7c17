using System;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Vfio;

/// <content>What a recording of the host shows of a function, against what the model has: eventfds, routes, the table.</content>
internal sealed partial class PcieSystem
{
    /// <summary>I-46: recorded eventfds against those that the guest's masks ask for.</summary>
    private bool ApplySetIrqs(AssignedFunction function, ref readonly IrqEvent e)
    {
        var change = new TriggerChange(in e);
        if (change.Trigger > (byte)Trigger.Kvm || !function.IsAssigned) return false;
        var trigger = (Trigger)change.Trigger;
        if (change.Count > 0) _model.HasEntry(function, change.Start + change.Count - 1);
        int end = Math.Min(change.Start + change.Count, function.Entries.Count);
        if (!function.HostEnabled && trigger != Trigger.None) _model.Interrupts.Enable(function, end);
        for (int i = change.Start; i < end; i++)
        {
            AssignedEntry entry = function.Entries[i];
            if (entry.Trigger == trigger) continue;
            Trigger due = function.GuestUnmasked(entry) ? Trigger.Kvm : Trigger.Qemu;
            if (function.GuestSeen && function.ShadowEnabled && trigger != due)
            {
                _context.Raise(FindingCode.TriggerNotAsMasked, _context.Index, function.Name, i,
                    due == Trigger.Kvm ? "The guest has the entry unmasked, and its interrupt does not go to KVM."
                        : "The guest has the entry masked, and its interrupt does not go to QEMU.");
            }
            if (trigger == Trigger.Kvm) entry.Route ??= entry.Shadow;
            VfioInterrupts.Grow(function, i + 1);
            _model.Interrupts.SetTrigger(function, i, trigger);
        }
        return true;
    }

    /// <summary>I-47: an irqfd without a route swallows the event.</summary>
    private bool ApplyRoute(AssignedFunction function, ref readonly IrqEvent e)
    {
        var route = new EntryFlag(in e);
        if (!_model.HasEntry(function, route.Entry)) return false;
        AssignedEntry entry = function.Entries[route.Entry];
        entry.Route = route.Value ? entry.Shadow : null;
        entry.CauseEvent = _context.Index;
        _model.Log.Entry(function, route.Entry, route.Value ? "KVM route set" : "KVM route removed");
        if (!route.Value && entry.Trigger == Trigger.Kvm)
        {
            _context.Raise(FindingCode.RouteMissing, _context.Index, function.Name, route.Entry,
                "KVM's route of the vector was removed while its irqfd is armed: the next event is swallowed.");
        }
        return true;
    }

    /// <summary>I-48: a table that was read out against the kernel's cache; a known reset explains a difference.</summary>
    private bool ApplyTableRead(AssignedFunction function, ref readonly IrqEvent e)
    {
        var read = new MessageWrite(in e);
        if (!_model.HasEntry(function, read.Entry)) return false;
        AssignedEntry entry = function.Entries[read.Entry];
        var message = new MsiMessage(read.Address, read.Data);
        if (entry.HasHandler && message != entry.Cache && function.BackdoorEvent < 0 && function.StateLostEvent < 0 && !function.Isolated)
        {
            _context.Raise(FindingCode.HardwareMessageDiffers, _context.Index, function.Name, read.Entry,
                "The device holds another message than the host's cache, and no reset explains it.");
        }
        entry.Hardware = message;
        return true;
    }
}
