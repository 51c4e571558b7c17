using Replay.Core.Findings;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Vfio;

/// <summary>
/// QEMU's side of an assigned function: the guest's writes go into its shadow of the table, and only a change between
/// masked and unmasked reaches the host (QEMU hw/pci/msix.c msix_handle_mask_update, hw/vfio/pci.c).
/// </summary>
internal sealed class QemuMsix
{
    private readonly VfioModel _model;

    public QemuMsix(VfioModel model) => _model = model;

    /// <summary>The guest writes enable and function mask.</summary>
    public void WriteControl(AssignedFunction function, bool enable, bool mask)
    {
        if (enable && function.RefusedEvent >= 0) TellRefusalIgnored(function);
        bool wasEnabled = function.ShadowEnabled, wasMasked = function.ShadowFunctionMask;
        if (wasEnabled && !enable)
        {
            function.ShadowFunctionMask = mask;
            Disable(function, "guest disables MSI-X");
            return;
        }
        function.ShadowEnabled = enable;
        function.ShadowFunctionMask = mask;
        if (enable && !wasEnabled) EnableOnHost(function);
        for (int i = 0; i < function.Entries.Count; i++)
        {
            AssignedEntry entry = function.Entries[i];
            bool was = wasEnabled && !wasMasked && !entry.ShadowMasked;
            Transition(function, i, was, function.GuestUnmasked(entry));
        }
        _model.Log.Function(function, enable && !wasEnabled ? "guest enables MSI-X" : "guest writes the control word");
        if (enable && !mask) _model.CheckMismatch(function);
    }

    /// <summary>The guest writes a message: into the shadow and nowhere else.</summary>
    public void WriteMessage(AssignedFunction function, int index, MsiMessage message)
    {
        AssignedEntry entry = function.Entries[index];
        entry.Shadow = message;
        entry.GuestCache = message;
        _model.Log.Entry(function, index, "guest writes the message");
    }

    /// <summary>The guest writes an entry's mask bit.</summary>
    public void WriteMask(AssignedFunction function, int index, bool masked)
    {
        AssignedEntry entry = function.Entries[index];
        bool was = function.GuestUnmasked(entry);
        entry.ShadowMasked = masked;
        entry.GuestMasked = masked;
        Transition(function, index, was, function.GuestUnmasked(entry));
        _model.Log.Entry(function, index, masked ? "guest masks" : "guest unmasks");
    }

    /// <summary>MSI-X goes off: routes and irqfds are removed, the host frees all vectors.</summary>
    public void Disable(AssignedFunction function, string step)
    {
        function.ShadowEnabled = false;
        foreach (AssignedEntry entry in function.Entries)
        {
            entry.Route = null;
            entry.VmmPending = false;
        }
        _model.Interrupts.Disable(function);
        _model.Log.Function(function, step);
    }

    /// <summary>
    /// The quirk that knows the register: QEMU's copy of the table becomes what the device's is, empty and off.
    /// </summary>
    public void ClearShadow(AssignedFunction function)
    {
        Disable(function, "QEMU clears its shadow");
        function.ShadowFunctionMask = false;
        foreach (AssignedEntry entry in function.Entries)
        {
            entry.Shadow = default;
            entry.ShadowMasked = true;
        }
    }

    /// <summary>
    /// The guest's kernel restores MSI-X from its own cache: control with the function mask, each entry, mask off
    /// (Linux __pci_restore_msix_state in the guest).
    /// </summary>
    public void RestoreByGuest(AssignedFunction function)
    {
        WriteControl(function, enable: true, mask: true);
        for (int i = 0; i < function.Entries.Count; i++)
        {
            AssignedEntry entry = function.Entries[i];
            if (entry.GuestCache.IsZero) continue;
            WriteMessage(function, i, entry.GuestCache);
            WriteMask(function, i, entry.GuestMasked);
        }
        WriteControl(function, enable: true, mask: false);
    }

    /// <summary>
    /// In MSI-X mode with nothing routed: hosts that cannot add vectors later take one and hand it
    /// back (vfio_msix_enable). Entries that are unmasked already get their vectors in the same go;
    /// one at a time comes to the same in the end.
    /// </summary>
    private void EnableOnHost(AssignedFunction function)
    {
        if (_model.Policy.DynamicMsix || function.Entries.Count == 0)
        {
            _model.Interrupts.Enable(function, 0);
            return;
        }
        int vectors = function.Entries.Count;
        while (vectors > 1 && !function.GuestUnmasked(function.Entries[vectors - 1])) vectors--;
        _model.Interrupts.Enable(function, vectors);
        _model.Interrupts.SetTrigger(function, 0, Trigger.Qemu);
    }

    private void Transition(AssignedFunction function, int index, bool wasUnmasked, bool isUnmasked)
    {
        if (wasUnmasked == isUnmasked) return;
        if (isUnmasked) Use(function, index);
        else if (function.Entries[index].HasHandler) _model.Interrupts.SetTrigger(function, index, Trigger.Qemu);
    }

    /// <summary>
    /// vfio_msix_vector_use: route and irqfd, then the vector on the host; what was pending is sent once.
    /// </summary>
    private void Use(AssignedFunction function, int index)
    {
        AssignedEntry entry = function.Entries[index];
        entry.Route = entry.Shadow;
        if (_model.Policy.DynamicMsix || index < function.VectorCount)
        {
            if (_model.Policy.DynamicMsix) VfioInterrupts.Add(function, index);
            _model.Interrupts.SetTrigger(function, index, Trigger.Kvm);
        }
        else
        {
            EnableWithMore(function, index);
        }
        if (!entry.VmmPending) return;
        entry.VmmPending = false;
        _model.Log.Entry(function, index, "pending interrupt handed to the guest");
    }

    /// <summary>The count of vectors cannot grow while MSI-X is on: off, and on again with all those in use.</summary>
    private void EnableWithMore(AssignedFunction function, int index)
    {
        int armed = function.VectorCount;
        var triggers = new Trigger[armed];
        for (int i = 0; i < armed; i++) triggers[i] = function.Entries[i].Trigger;
        _model.Interrupts.Disable(function);
        _model.Interrupts.Enable(function, index + 1);
        for (int i = 0; i < armed; i++) _model.Interrupts.SetTrigger(function, i, triggers[i]);
        _model.Interrupts.SetTrigger(function, index, Trigger.Kvm);
    }

    private void TellRefusalIgnored(AssignedFunction function)
    {
        _model.Context.Raise(FindingCode.ResetByPartialOwner, function.RefusedEvent, function.Name, null,
            $"RESET_REFUSED_IGNORED: the reset of {function.Name} was refused and its user sets MSI-X up as if it "
            + "had been done.", severity: Severity.Major);
        function.RefusedEvent = -1;
    }
}
