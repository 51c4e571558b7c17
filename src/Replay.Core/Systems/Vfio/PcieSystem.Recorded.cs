using System;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Vfio;

/// <content>What a recording of the host shows of a function, against what the model has: eventfds,
/// routes, the table.</content>
internal sealed partial class PcieSystem
{
    /// <summary>Events of the host's kernel that others apply too; here they tell of VFIO's vectors.</summary>
    private void Watch(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        switch (e.Kind)
        {
            case EventKind.SetupIrq: _model.Vectors.Requested(e.Irq, _context.Tables.Names[(ushort)e.A]); break;
            case EventKind.FreeIrq: _model.Vectors.Freed(e.Irq); break;
            case EventKind.MsiUnmask: _model.Vectors.Unmasked(e.Irq); break;
            case EventKind.MsiWrite:
                var write = new MessageWrite(in e);
                _model.Vectors.Written(e.Irq, new MsiMessage(write.Address, write.Data));
                break;
            case EventKind.PcieFlr:
                if (_model.Find(NameOf(new DeviceOperation(in e).Device)) is { } function)
                    _model.Resets.FunctionLevel(function);
                break;
            case EventKind.IoPageFault:
                var fault = new PageFault(in e);
                _model.Faults.Fault(NameOf(fault.Device), fault.Address);
                break;
            case EventKind.LogLine:
                Span<byte> utf8 = stackalloc byte[EventText.LengthMax];
                _model.Faults.Read(utf8[..EventText.Read(at, utf8)]);
                break;
        }
    }

    /// <summary>The host switches a function's MSI-X on or off.</summary>
    private bool ApplyModeChange(ref readonly IrqEvent e)
    {
        ushort device = new DeviceOperation(in e).Device;
        _recorded.Repaired(device);
        if (e.Kind != EventKind.MsixEnable
            && _model.Find(NameOf(device)) is { IsAssigned: true, HostEnabled: true } function)
            _model.Qemu.Disable(function, "the host frees all vectors");
        return true;
    }

    /// <summary>I-46: recorded eventfds against those that the guest's masks ask for.</summary>
    private bool ApplySetIrqs(AssignedFunction function, ref readonly IrqEvent e)
    {
        var change = new TriggerChange(in e);
        if (change.Trigger > (byte)Trigger.Kvm || !function.IsAssigned) return false;
        var trigger = (Trigger)change.Trigger;
        if (change.Count == 0 && trigger == Trigger.None)
        {
            if (function.HostEnabled) _model.Qemu.Disable(function, "QEMU disables MSI-X");
            return true;
        }
        if (change.Count > 0) _model.HasEntry(function, change.Start + change.Count - 1);
        int end = Math.Min(change.Start + change.Count, function.Entries.Count);
        // Where no write of the guest is recorded, what QEMU asks for tells what the guest did.
        if (!function.GuestSeen) function.ShadowEnabled = true;
        for (int i = change.Start; i < end; i++)
        {
            AssignedEntry entry = function.Entries[i];
            entry.IsTold = true;
            if (!function.GuestSeen) entry.ShadowMasked = trigger != Trigger.Kvm;
            if (entry.Trigger == trigger) continue;
            Trigger due = function.GuestUnmasked(entry) ? Trigger.Kvm : Trigger.Qemu;
            if (function.GuestSeen && function.ShadowEnabled && trigger != due)
            {
                _context.Raise(FindingCode.TriggerNotAsMasked, _context.Index, function.Name, i,
                    due == Trigger.Kvm ? "The guest has the entry unmasked, and its interrupt does not go to KVM."
                        : "The guest has the entry masked, and its interrupt does not go to QEMU.");
            }
            if (trigger == Trigger.Kvm) entry.Route ??= entry.Shadow;
            if (trigger != Trigger.None) _model.Interrupts.Ensure(function, i);
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

    /// <summary>
    /// I-48: a table that was read out against the kernel's cache; a known reset explains a difference.
    /// </summary>
    private bool ApplyTableRead(AssignedFunction function, ref readonly IrqEvent e)
    {
        var read = new MessageWrite(in e);
        if (!_model.HasEntry(function, read.Entry)) return false;
        AssignedEntry entry = function.Entries[read.Entry];
        var message = new MsiMessage(read.Address, read.Data);
        if (entry.HasHandler && message != entry.Cache && function.BackdoorEvent < 0
            && function.StateLostEvent < 0 && !function.Isolated)
        {
            _context.Raise(FindingCode.HardwareMessageDiffers, _context.Index, function.Name, read.Entry,
                "The device holds another message than the host's cache, and no reset explains it.");
        }
        entry.Hardware = message;
        return true;
    }
}
