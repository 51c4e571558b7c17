namespace Replay.Core.Systems.Vfio;

/// <summary>
/// The host kernel's side: VFIO's interrupts of a function (Linux vfio_pci_intrs.c). An eventfd that changes frees the
/// interrupt and requests it anew; what that does to the entry depends on the host's interrupt code.
/// </summary>
internal sealed class VfioInterrupts
{
    private readonly VfioModel _model;

    public VfioInterrupts(VfioModel model) => _model = model;

    /// <summary>
    /// MSI-X goes on with this many vectors: every entry masked, then set up (Linux msix_capability_init).
    /// </summary>
    public void Enable(AssignedFunction function, int vectors)
    {
        function.HostEnabled = true;
        function.VectorCount = 0;
        if (!function.Isolated)
        {
            function.HardwareEnabled = true;
            for (int i = 0; i < function.Entries.Count; i++) _model.Hardware.WriteMask(function, i, true);
        }
        Grow(function, vectors);
        function.StateLostEvent = -1;
        function.BackdoorEvent = -1;
        function.MismatchTold = false;
        _model.Log.Function(function, "host enables MSI-X");
    }

    /// <summary>All vectors are freed and MSI-X goes off.</summary>
    public void Disable(AssignedFunction function)
    {
        if (!function.HostEnabled) return;
        for (int i = 0; i < function.VectorCount && i < function.Entries.Count; i++)
        {
            AssignedEntry entry = function.Entries[i];
            FreeIrq(function, i, entry);
            entry.Allocated = false;
            entry.Cache = default;
        }
        function.VectorCount = 0;
        function.HostEnabled = false;
        if (!function.Isolated) function.HardwareEnabled = false;
        for (int i = 0; i < function.Entries.Count; i++) function.Entries[i].Pending = false;
        _model.Log.Function(function, "host disables MSI-X");
    }

    /// <summary>
    /// Sets up vectors until there are this many: the message is composed and written (irq domain activation).
    /// </summary>
    public static void Grow(AssignedFunction function, int vectors)
    {
        for (; function.VectorCount < vectors && function.VectorCount < function.Entries.Count; function.VectorCount++)
            Allocate(function, function.Entries[function.VectorCount]);
    }

    /// <summary>Sets up one vector, whatever those before it are (Linux pci_msix_alloc_irq_at).</summary>
    public static void Add(AssignedFunction function, int index)
    {
        if (!function.Entries[index].Allocated) Allocate(function, function.Entries[index]);
        if (index >= function.VectorCount) function.VectorCount = index + 1;
    }

    private static void Allocate(AssignedFunction function, AssignedEntry entry)
    {
        entry.Allocated = true;
        entry.CacheMasked = true;
        Compose(function, entry);
    }

    /// <summary>A recording shows the vector in use: MSI-X is on, with at least so many.</summary>
    public void Ensure(AssignedFunction function, int index)
    {
        if (!function.HostEnabled) Enable(function, _model.Policy.DynamicMsix ? 0 : index + 1);
        if (_model.Policy.DynamicMsix) Add(function, index);
        else Grow(function, index + 1);
    }

    /// <summary>
    /// One vector of VFIO_DEVICE_SET_IRQS: free the interrupt, put the message back if the rule
    /// says so, request it again.
    /// </summary>
    public void SetTrigger(AssignedFunction function, int index, Trigger trigger)
    {
        AssignedEntry entry = function.Entries[index];
        if (entry.HasHandler)
        {
            FreeIrq(function, index, entry);
            _model.Log.Entry(function, index, "SET_IRQS: free_irq");
        }
        if (trigger == Trigger.None || index >= function.VectorCount) return;
        if (_model.Policy.RestoreMessage)
        {
            DeviceHardware.WriteMessage(function, entry, entry.Cache);
            _model.Log.Entry(function, index, "SET_IRQS: message rewritten from the cache");
        }
        RequestIrq(function, index, entry, trigger);
        _model.Log.Entry(function, index, "SET_IRQS: request_irq");
    }

    /// <summary>
    /// Masks; layered interrupt code also deactivates, which writes zeros into cache and device
    /// (msi_domain_deactivate).
    /// </summary>
    private void FreeIrq(AssignedFunction function, int index, AssignedEntry entry)
    {
        entry.Trigger = Trigger.None;
        entry.CacheMasked = true;
        _model.Hardware.WriteMask(function, index, true);
        if (!_model.LayeredIrqCode) return;
        entry.Cache = default;
        DeviceHardware.WriteMessage(function, entry, default);
    }

    /// <summary>
    /// Layered interrupt code activates, which composes the message anew; then the entry is unmasked.
    /// </summary>
    private void RequestIrq(AssignedFunction function, int index, AssignedEntry entry, Trigger trigger)
    {
        if (_model.LayeredIrqCode) Compose(function, entry);
        entry.Trigger = trigger;
        entry.CacheMasked = false;
        _model.Hardware.WriteMask(function, index, false);
    }

    private static void Compose(AssignedFunction function, AssignedEntry entry)
    {
        entry.Cache = entry.HostMessage;
        DeviceHardware.WriteMessage(function, entry, entry.HostMessage);
    }
}
