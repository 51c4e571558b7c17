using System.Globalization;
using Replay.Core.Findings;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Vfio;

/// <summary>
/// The device's own MSI-X: table, enable bit, pending bits, and where its messages go (interrupt model 2.3). Its reset
/// clears nothing but itself: shadow, routes and the kernel's cache keep what they have.
/// </summary>
internal sealed class DeviceHardware
{
    private readonly VfioModel _model;

    public DeviceHardware(VfioModel model) => _model = model;

    /// <summary>The device wants to signal: exactly one verdict.</summary>
    public void Raise(AssignedFunction function, int index)
    {
        AssignedEntry entry = function.Entries[index];
        if (function.ErrorState == ChannelState.Frozen || function.Port.UnresetFatalEvent >= 0)
            Give(function, index, Verdict.Lost,
                "the link is frozen until its reset, and the reset clears the pending bit");
        else if (function.Isolated)
            Give(function, index, Verdict.Lost, "the platform isolated the device: its writes are dropped");
        else if (!function.HardwareEnabled)
            Give(function, index, Verdict.Lost, "nothing sent: MSI-X is disabled in the device");
        else if (entry.HardwareMasked)
        {
            Give(function, index, entry.Pending ? Verdict.Coalesced : Verdict.Pending, "masked in the device");
            entry.Pending = true;
        }
        else
        {
            _model.Report.Add(Send(function, index));
            ReactToStray(function, index, entry.Hardware);
        }
    }

    /// <summary>The kernel writes an entry's message; an isolated device drops it.</summary>
    public static void WriteMessage(AssignedFunction function, AssignedEntry entry, MsiMessage message)
    {
        if (!function.Isolated) entry.Hardware = message;
    }

    /// <summary>The kernel writes an entry's mask bit; what was pending is sent once when it clears.</summary>
    public void WriteMask(AssignedFunction function, int index, bool masked)
    {
        if (function.Isolated) return;
        AssignedEntry entry = function.Entries[index];
        entry.HardwareMasked = masked;
        if (masked || !function.HardwareEnabled || !entry.Pending) return;
        entry.Pending = false;
        EventVerdict sent = Send(function, index);
        _model.Log.Entry(function, index, "pending message sent: " + VerdictText.Describe(sent));
        ReactToStray(function, index, entry.Hardware);
    }

    /// <summary>The function loses its state: table zero, masks at their reset value, pending bits gone.</summary>
    public void Reset(AssignedFunction function, string step, bool enableSurvives, bool entryMask)
    {
        function.HardwareEnabled &= enableSurvives;
        for (int i = 0; i < function.Entries.Count; i++)
        {
            AssignedEntry entry = function.Entries[i];
            entry.Hardware = default;
            entry.HardwareMasked = entryMask;
            entry.Pending = false;
            entry.CauseEvent = _model.Context.Index;
            _model.Log.Entry(function, i, step);
        }
        _model.Log.Function(function, step);
    }

    /// <summary>
    /// The kernel writes enable bit, messages and masks from its cache (Linux __pci_restore_msix_state).
    /// </summary>
    public void RestoreFromCache(AssignedFunction function, string step)
    {
        if (!function.HostEnabled || function.Isolated) return;
        function.HardwareEnabled = true;
        for (int i = 0; i < function.VectorCount && i < function.Entries.Count; i++)
        {
            AssignedEntry entry = function.Entries[i];
            if (!entry.Allocated) continue;
            WriteMessage(function, entry, entry.Cache);
            WriteMask(function, i, entry.CacheMasked);
            _model.Log.Entry(function, i, step);
        }
        function.StateLostEvent = -1;
        function.BackdoorEvent = -1;
    }

    /// <summary>Where a message that leaves the device now ends.</summary>
    private EventVerdict Send(AssignedFunction function, int index)
    {
        AssignedEntry entry = function.Entries[index];
        MsiMessage message = entry.Hardware;
        int owner = VfioModel.FindOwner(function, message);
        if (owner < 0 && !_model.Messages.IsInterrupt(message))
            return Row(function, index, Verdict.DmaStray, StrayReason(message), address: message.Address);
        if (owner < 0) return Row(function, index, Verdict.BlockedIr, "the host has no entry for this message");
        if (owner != index)
        {
            return Row(function, index, Verdict.Misrouted,
                string.Create(CultureInfo.InvariantCulture, $"the message is that of entry {owner}"));
        }
        return Arrive(function, index, entry);
    }

    /// <summary>The host's interrupt fires: what its handler does with it.</summary>
    private EventVerdict Arrive(AssignedFunction function, int index, AssignedEntry entry)
    {
        switch (entry.Trigger)
        {
            case Trigger.None:
                return Row(function, index, Verdict.Lost, "no handler is installed on the host");
            case Trigger.Native:
                return Row(function, index, Verdict.Delivered, "the host's own driver");
            case Trigger.Qemu:
                bool again = entry.VmmPending;
                entry.VmmPending = true;
                return Row(function, index, again ? Verdict.Coalesced : Verdict.Pending,
                    "masked by the guest: QEMU sets the pending bit");
        }
        if (entry.Route is not { } route)
            return Row(function, index, Verdict.Lost, "the eventfd was consumed and KVM has no route for it");
        if (_model.MachineOf(function) is { Running: false })
        {
            bool again = entry.KernelPending;
            entry.KernelPending = true;
            return Row(function, index, again ? Verdict.Coalesced : Verdict.Pending,
                "the virtual machine stands still: KVM keeps it");
        }
        return route.IsInterrupt && !route.IsRemappable
            ? Row(function, index, Verdict.Delivered, "", cpu: (int)route.Destination, vector: route.Vector)
            : Row(function, index, Verdict.Delivered, "");
    }

    /// <summary>
    /// A write to an address that is no interrupt's: POWER isolates every function of the port,
    /// x86 faults or corrupts memory.
    /// </summary>
    private void ReactToStray(AssignedFunction function, int index, MsiMessage message)
    {
        if (_model.Messages.IsInterrupt(message) || VfioModel.FindOwner(function, message) >= 0) return;
        _model.RaiseMismatch(function);
        string at = message.Address == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"0x{message.Address:x}");
        _model.Context.Raise(FindingCode.StrayWrite, Blame(function), function.Name, index,
            $"DMA_STRAY({at}): {StrayReason(message)}.");
        if (_model.Messages.Platform == HostPlatform.Power) _model.Isolation.Freeze(function, Blame(function));
    }

    private string StrayReason(MsiMessage message)
    {
        if (_model.Messages.Platform == HostPlatform.Power)
            return "the host bridge rejects the write and the platform freezes the device (EEH)";
        if (!_model.DmaTranslated) return "the write changes the host's memory silently";
        return message.Address == 0 && _model.Page0Mapped
            ? "page 0 of the guest is mapped there: silent memory corruption" : "DMA fault: the address is not mapped";
    }

    private long Blame(AssignedFunction function) =>
        function.BackdoorEvent >= 0 ? function.BackdoorEvent
        : function.StateLostEvent >= 0 ? function.StateLostEvent : _model.Context.Index;

    private void Give(AssignedFunction function, int index, Verdict verdict, string reason) =>
        _model.Report.Add(Row(function, index, verdict, reason));

    private EventVerdict Row(AssignedFunction function, int index, Verdict verdict, string reason,
        int? cpu = null, int? vector = null, ulong? address = null) =>
        new(_model.Context.Index, function.Name, index, verdict, cpu, vector, null, address, reason);
}
