using System;
using System.Collections.Generic;
using System.Globalization;

namespace Replay.Core.Events;

/// <summary>
/// The one table that says what each kind of event is called and where its operands lie. The text form, the importers'
/// mapping, filters and EVENTS.md are all made from it: a new kind is one number and one row here.
/// </summary>
public static partial class EventSchema
{
    /// <summary>Largest number of operands of any kind.</summary>
    public const int OperandsMax = 12;

    private static readonly string[] SystemClasses =
    [
        "other", "local_timer", "spurious_apic", "error_apic", "x86_platform_ipi", "irq_work", "reschedule",
        "call_function", "call_function_single", "threshold_apic", "deferred_error_apic", "thermal_apic",
    ];

    private static readonly EventKindInfo?[] ByKind = new EventKindInfo?[256];
    private static readonly Dictionary<string, EventKindInfo> ByName = new(StringComparer.Ordinal);
    private static readonly Dictionary<string, EventKindInfo>.AlternateLookup<ReadOnlySpan<char>> ByNameSpan =
        ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All kinds in the order of their numbers, without <see cref="EventKind.Extension"/>.</summary>
    public static IReadOnlyList<EventKindInfo> All { get; } = Build();

    /// <summary>Row of a kind, or null for a number that this version does not know.</summary>
    public static EventKindInfo? Find(EventKind kind) => ByKind[(byte)kind];

    /// <summary>Row of a kind by its text-form name, or null.</summary>
    public static EventKindInfo? Find(ReadOnlySpan<char> name) =>
        ByNameSpan.TryGetValue(name, out EventKindInfo? info) ? info : null;

    /// <summary>
    /// Records that the event takes, itself included, as its kind demands.
    /// A span that was cut may hold fewer.
    /// </summary>
    public static int RecordCount(in IrqEvent record)
    {
        EventKindInfo? info = ByKind[(byte)record.Kind];
        if (info is null) return 1;
        if (info.IsText) return EventText.RecordCount(record.Irq);
        return info.HasExtension ? 2 : 1;
    }

    private static EventKindInfo[] Build()
    {
        EventKindInfo[] rows =
        [
            Row(EventKind.Mark, "mark", EventRole.Meta, "Text that somebody wrote into the recording.",
                new EventOperand("text", OperandSlot.Irq, 0, 32, OperandFormat.Text)),
            Row(EventKind.Loss, "loss", EventRole.Meta,
                "The recorder lost records of this CPU before this point; count 0 means an unknown number.",
                Dec("count", OperandSlot.A, 0, 64)),
            Row(EventKind.LogLine, "log", EventRole.Observation, "A line of the kernel's log.",
                new EventOperand("text", OperandSlot.Irq, 0, 32, OperandFormat.Text)),
            Row(EventKind.CpuSeen, "cpu_seen", EventRole.Meta,
                "First record of this CPU that became no event: only an online CPU records."),

            Row(EventKind.HandlerEntry, "handler_entry", EventRole.Observation,
                "A handler of the interrupt starts on this CPU (irq:irq_handler_entry).", Irq(),
                Name("name", OperandSlot.A, 0)),
            Row(EventKind.HandlerExit, "handler_exit", EventRole.Observation,
                "The handler returns; ret 0 = not mine, 1 = handled, 2 = wake the thread (irq:irq_handler_exit).",
                Irq(), Signed("ret", OperandSlot.A, 0)),
            Row(EventKind.SystemEntry, "system_entry", EventRole.Observation,
                "A system vector's handler starts (irq_vectors:*_entry).", Vector(), SystemClass()),
            Row(EventKind.SystemExit, "system_exit", EventRole.Observation,
                "A system vector's handler returns (irq_vectors:*_exit).", Vector(), SystemClass()),

            Row(EventKind.VectorSetup, "vector_setup", EventRole.Observation,
                "The vector domain took the interrupt (after its allocation policy).",
                Irq(), Flag("is_legacy", 0), Signed("ret", OperandSlot.B, 0)),
            Row(EventKind.VectorReserve, "vector_reserve", EventRole.Observation,
                "A vector was reserved for the interrupt, none assigned.", Irq(), Signed("ret", OperandSlot.B, 0)),
            Row(EventKind.VectorReserveManaged, "vector_reserve_managed", EventRole.Observation,
                "Managed vectors were reserved on every CPU of the mask.", Irq(), Signed("ret", OperandSlot.B, 0)),
            Row(EventKind.VectorActivate, "vector_activate", EventRole.Stimulus,
                "The interrupt is about to be activated (recorded before the work).",
                Irq(), Flag("is_managed", 0), Flag("can_reserve", 1), Flag("reserve", 2)),
            Row(EventKind.VectorDeactivate, "vector_deactivate", EventRole.Stimulus,
                "The interrupt is about to be deactivated (recorded before the work).",
                Irq(), Flag("is_managed", 0), Flag("can_reserve", 1), Flag("reserve", 2)),
            Row(EventKind.VectorAlloc, "vector_alloc", EventRole.Observation,
                "Result of an ordinary vector allocation.", Irq(), Vector(), Flag("reserved", 0),
                Signed("ret", OperandSlot.B, 0)),
            Row(EventKind.VectorAllocManaged, "vector_alloc_managed", EventRole.Observation,
                "Result of a managed vector allocation.", Irq(), Vector(), Signed("ret", OperandSlot.B, 0)),
            Row(EventKind.VectorUpdate, "vector_update", EventRole.Observation,
                "The interrupt gets a new vector and CPU; "
                + "prev_* is what it has until now (recorded before the change).",
                Irq(), Vector(), Cpu("cpu", 0), Dec("prev_vector", OperandSlot.A, 32, 8), Cpu("prev_cpu", 16)),
            Row(EventKind.VectorConfig, "vector_config", EventRole.Observation,
                "Hardware configuration of the interrupt: vector and destination APIC ID.",
                Irq(), Vector(), Cpu("cpu", 0), Hex("apicdest", OperandSlot.A, 32, 32)),
            Row(EventKind.VectorClear, "vector_clear", EventRole.Observation,
                "The interrupt gives up its vector and its previous one (recorded before the change).",
                Irq(), Vector(), Cpu("cpu", 0), Dec("prev_vector", OperandSlot.A, 32, 8), Cpu("prev_cpu", 16)),
            Row(EventKind.VectorFreeMoved, "vector_free_moved", EventRole.Observation,
                "The old vector of a completed move is given back (recorded before the change).",
                Irq(), Vector(), Cpu("cpu", 0), Flag("is_managed", 16)),
            Row(EventKind.VectorTeardown, "vector_teardown", EventRole.Stimulus,
                "The vector domain forgets the interrupt (recorded before the work).",
                Irq(), Flag("is_managed", 0), Flag("has_reserved", 1)),

            Row(EventKind.MatrixOnline, "matrix_online", EventRole.Observation,
                "This CPU's vector map goes online.", GlobalCounters(inExtension: false)),
            Row(EventKind.MatrixOffline, "matrix_offline", EventRole.Observation,
                "This CPU's vector map goes offline.", GlobalCounters(inExtension: false)),
            Row(EventKind.MatrixAssignSystem, "matrix_assign_system", EventRole.Observation,
                "A vector is taken out of the matrix for the system.",
                Prepend(GlobalCounters(inExtension: false), Vector())),
            Row(EventKind.MatrixReserve, "matrix_reserve", EventRole.Observation,
                "One more interrupt holds a reservation.", GlobalCounters(inExtension: false)),
            Row(EventKind.MatrixRemoveReserved, "matrix_remove_reserved", EventRole.Observation,
                "One reservation less.", GlobalCounters(inExtension: false)),
            MatrixRow(EventKind.MatrixReserveManaged, "matrix_reserve_managed",
                "A bit is set aside for managed use on a CPU."),
            MatrixRow(EventKind.MatrixRemoveManaged, "matrix_remove_managed",
                "A bit set aside for managed use is given back."),
            MatrixRow(EventKind.MatrixAssign, "matrix_assign", "A preallocated (legacy) vector is marked on this CPU."),
            MatrixRow(EventKind.MatrixAlloc, "matrix_alloc", "An ordinary vector is allocated."),
            MatrixRow(EventKind.MatrixAllocManaged, "matrix_alloc_managed", "A managed vector is allocated."),
            MatrixRow(EventKind.MatrixFree, "matrix_free", "A vector is freed."),
            MatrixRow(EventKind.MatrixAllocReserved, "matrix_alloc_reserved", "Defined by the kernel, never emitted."),

            Row(EventKind.CpuhpEnter, "cpuhp_enter", EventRole.Stimulus, "A CPU hotplug callback starts.",
                CpuhpOperands()),
            Row(EventKind.CpuhpMultiEnter, "cpuhp_multi_enter", EventRole.Stimulus,
                "A CPU hotplug callback of one instance starts.", CpuhpOperands()),
            Row(EventKind.CpuhpExit, "cpuhp_exit", EventRole.Observation, "A CPU hotplug callback returned.",
                Cpu("cpu", 0), Signed("state", OperandSlot.B, 0), Signed("step", OperandSlot.A, 32),
                Signed("ret", OperandSlot.B, 32)),

            Row(EventKind.SuspendResume, "suspend_resume", EventRole.Stimulus,
                "A phase of suspend or resume begins (start 1) or ends (start 0); val is its CPU or PM event.",
                Name("action", OperandSlot.A, 0), Signed("val", OperandSlot.A, 32), Flag("start", 16)),
            Row(EventKind.DevicePmStart, "device_pm_start", EventRole.Stimulus, "A device power callback starts.",
                Device("device", OperandSlot.A, 0), Name("driver", OperandSlot.A, 16), Name("ops", OperandSlot.A, 32),
                Signed("event", OperandSlot.B, 0)),
            Row(EventKind.DevicePmEnd, "device_pm_end", EventRole.Observation, "A device power callback returned.",
                Device("device", OperandSlot.A, 0), Name("driver", OperandSlot.A, 16),
                Signed("error", OperandSlot.B, 0)),

            Row(EventKind.IrteWrite, "irte_write", EventRole.Observation,
                "A VT-d remapping entry is written: entry index + sub, 128 bits.", Dec("index", OperandSlot.Irq, 0, 32),
                Dec("sub", OperandSlot.Vector, 0, 8), Hex("lo", OperandSlot.A, 0, 64),
                Hex("hi", OperandSlot.B, 0, 64)),
            Row(EventKind.IrteWriteAmd, "irte_write_amd", EventRole.Observation,
                "An AMD remapping entry (128-bit format) of a device's table is written.",
                Hex("devid", OperandSlot.Irq, 16, 16), Dec("index", OperandSlot.Irq, 0, 16),
                Hex("lo", OperandSlot.A, 0, 64), Hex("hi", OperandSlot.B, 0, 64)),
            Row(EventKind.QiSubmit, "qi_submit", EventRole.Observation,
                "A descriptor goes into a VT-d invalidation queue; submission is synchronous.",
                Name("iommu", OperandSlot.Irq, 0), Hex("qw0", OperandSlot.A, 0, 64), Hex("qw1", OperandSlot.B, 0, 64),
                Hex("qw2", OperandSlot.ExtensionA, 0, 64), Hex("qw3", OperandSlot.ExtensionB, 0, 64)),

            Row(EventKind.AmdInvalidate, "amd_invalidate", EventRole.Observation,
                "An AMD unit is told to drop its copies of a device's interrupt table (INVALIDATE_INTERRUPT_TABLE).",
                Hex("devid", OperandSlot.Irq, 16, 16)),
            Row(EventKind.DeviceAlias, "device_alias", EventRole.Stimulus,
                "Requests of a device may arrive under another requester id that shares its table.",
                Hex("devid", OperandSlot.Irq, 16, 16), Hex("alias", OperandSlot.Irq, 0, 16)),

            Row(EventKind.MsiWrite, "msi_write", EventRole.Observation,
                "An MSI or MSI-X message is written to the device and to the kernel's cache.",
                Irq(), Device("device", OperandSlot.B, 48), Dec("entry", OperandSlot.B, 32, 16),
                Hex("address", OperandSlot.A, 0, 64), Hex("data", OperandSlot.B, 0, 32)),
            Row(EventKind.MsiMask, "msi_mask", EventRole.Observation, "The chip masks the interrupt's MSI entry.",
                Irq(), Hex("hwirq", OperandSlot.A, 0, 64), Name("chip", OperandSlot.B, 0)),
            Row(EventKind.MsiUnmask, "msi_unmask", EventRole.Observation, "The chip unmasks the interrupt's MSI entry.",
                Irq(), Hex("hwirq", OperandSlot.A, 0, 64), Name("chip", OperandSlot.B, 0)),
            Row(EventKind.MsixEnable, "msix_enable", EventRole.Stimulus, "A driver asks for MSI-X.",
                Device("device", OperandSlot.A, 0), Signed("min", OperandSlot.B, 0), Signed("max", OperandSlot.B, 32)),
            Row(EventKind.MsixEnableReturn, "msix_enable_return", EventRole.Observation,
                "Result of the request for MSI-X: vectors granted, or a negative error.",
                Signed("ret", OperandSlot.A, 0)),
            Row(EventKind.MsiEnable, "msi_enable", EventRole.Stimulus, "A driver asks for MSI.",
                Device("device", OperandSlot.A, 0), Signed("min", OperandSlot.B, 0), Signed("max", OperandSlot.B, 32)),
            DeviceRow(EventKind.MsixDisable, "msix_disable", "A driver gives MSI-X up."),
            DeviceRow(EventKind.FreeIrqVectors, "free_irq_vectors", "A driver frees all its vectors."),
            DeviceRow(EventKind.PciSaveState, "pci_save_state", "Config space is saved."),
            DeviceRow(EventKind.PciRestoreState, "pci_restore_state", "Config space is restored."),
            DeviceRow(EventKind.PciRestoreMsiState, "pci_restore_msi_state",
                "Messages and masks are written back from the kernel's cache."),
            DeviceRow(EventKind.PcieFlr, "pcie_flr", "Function-level reset."),
            DeviceRow(EventKind.PciResetFunction, "pci_reset_function", "A reset of the function is asked for."),
            DeviceRow(EventKind.PciSecondaryBusReset, "pci_secondary_bus_reset",
                "All functions below the bridge are reset."),

            AffinityRow(EventKind.IrqSetAffinity, "irq_set_affinity", EventRole.Stimulus, "An affinity is asked for."),
            AffinityRow(EventKind.IrqDoSetAffinity, "irq_do_set_affinity", EventRole.Observation,
                "The affinity is handed to the chip now."),
            AffinityRow(EventKind.ApicSetAffinity, "apic_set_affinity", EventRole.Observation,
                "The vector domain is asked for the affinity."),
            Row(EventKind.ApicSetAffinityReturn, "apic_set_affinity_return", EventRole.Observation,
                "What the vector domain answered.", Signed("ret", OperandSlot.A, 0)),
            AffinityRow(EventKind.MsiSetAffinity, "msi_set_affinity", EventRole.Observation,
                "The MSI chip without remapping is asked for the affinity."),
            AffinityRow(EventKind.IrSetAffinity, "ir_set_affinity", EventRole.Observation,
                "The remapping chip is asked for the affinity."),
            AffinityRow(EventKind.IoApicSetAffinity, "ioapic_set_affinity", EventRole.Observation,
                "The IO-APIC chip is asked for the affinity."),
            IrqRow(EventKind.IrqStartup, "irq_startup", EventRole.Stimulus, "The interrupt is started."),
            IrqRow(EventKind.IrqShutdown, "irq_shutdown", EventRole.Stimulus, "The interrupt is shut down."),
            IrqRow(EventKind.IrqShutdownDeactivate, "irq_shutdown_deactivate", EventRole.Observation,
                "A managed interrupt is shut down and deactivated because its CPUs are gone."),
            Row(EventKind.SetupIrq, "setup_irq", EventRole.Stimulus, "A driver installs a handler.", Irq(),
                Name("name", OperandSlot.A, 0)),
            IrqRow(EventKind.FreeIrq, "free_irq", EventRole.Stimulus, "A driver removes its handler."),
            Row(EventKind.ApicUpdateVector, "apic_update_vector", EventRole.Observation,
                "The interrupt gets this vector and CPU (probe; also seen on a CPU that goes down).",
                Irq(), Vector(), Cpu("cpu", 0)),
            CleanupRow(EventKind.SendCleanupVector, "send_cleanup_vector",
                "The move is complete; the old vector's CPU is told to free it."),
            CleanupRow(EventKind.FreeMovedVector, "free_moved_vector", "The old vector is freed (probe)."),
            Row(EventKind.MoveCleanup, "move_cleanup", EventRole.Observation,
                "The clean-up of old vectors runs on this CPU."),
            Row(EventKind.CompleteMove, "complete_move", EventRole.Observation, "A move is checked for completion."),
            IrqRow(EventKind.ForceCompleteMove, "force_complete_move", EventRole.Observation,
                "A pending move is completed because its CPU goes down."),
            IrqRow(EventKind.Retrigger, "retrigger", EventRole.Observation, "The interrupt is sent again by the APIC."),
            Row(EventKind.CheckResend, "check_resend", EventRole.Observation,
                "The core checks whether the interrupt must be sent again.", Irq(), Dec("inject", OperandSlot.A, 0, 8)),
            Row(EventKind.X86VectorActivate, "x86_vector_activate", EventRole.Stimulus,
                "The vector domain activates the interrupt (probe).", Irq(), Dec("reserve", OperandSlot.A, 0, 8)),
            IrqRow(EventKind.X86VectorDeactivate, "x86_vector_deactivate", EventRole.Stimulus,
                "The vector domain deactivates the interrupt (probe)."),
            Row(EventKind.IrAlloc, "ir_alloc", EventRole.Stimulus,
                "Remapping entries are allocated for interrupts from irq on.",
                Irq(), Dec("count", OperandSlot.A, 0, 32)),
            Row(EventKind.IrFree, "ir_free", EventRole.Stimulus,
                "The remapping entries of interrupts from irq on are freed.",
                Irq(), Dec("count", OperandSlot.A, 0, 32)),
            IrqRow(EventKind.IrActivate, "ir_activate", EventRole.Stimulus,
                "The remapping domain activates the interrupt."),
            IrqRow(EventKind.IrDeactivate, "ir_deactivate", EventRole.Stimulus,
                "The remapping domain deactivates the interrupt."),
            Row(EventKind.MatrixFreeCall, "matrix_free_call", EventRole.Observation,
                "The allocator is asked to free a vector (probe; also seen on a CPU that goes down).",
                Vector(), Cpu("cpu", 0), Flag("managed", 16)),
            IrqRow(EventKind.AckIrq, "ack_irq", EventRole.Observation, "The interrupt is acknowledged at the APIC."),
            IrqRow(EventKind.FlowHandler, "flow_handler", EventRole.Observation,
                "The flow handler of the interrupt runs (whether or not an action follows)."),

            Row(EventKind.LapicCanUnplug, "lapic_can_unplug", EventRole.Stimulus,
                "This CPU asks whether its vectors fit elsewhere."),
            Row(EventKind.LapicCanUnplugReturn, "lapic_can_unplug_return", EventRole.Observation,
                "The answer: 0, or -28 when they do not fit.", Signed("ret", OperandSlot.A, 0)),
            Row(EventKind.FixupIrqs, "fixup_irqs", EventRole.Observation,
                "This CPU starts to move its interrupts away."),
            Row(EventKind.MigrateAllOff, "migrate_all_off", EventRole.Observation, "This CPU walks all interrupts."),
            Row(EventKind.LapicOffline, "lapic_offline", EventRole.Observation, "This CPU's vector map goes offline."),
            Row(EventKind.LapicOnline, "lapic_online", EventRole.Observation, "This CPU's vector map goes online."),

            Row(EventKind.KernelStep, "kernel_step", EventRole.Stimulus, "The kernel reached a named step.",
                new EventOperand("step", OperandSlot.A, 0, 8, OperandFormat.Symbol, KernelSteps.Names),
                Signed("value", OperandSlot.A, 32)),
            Row(EventKind.DeviceStep, "device_step", EventRole.Stimulus, "A device reached a named step.",
                Device("device", OperandSlot.A, 0),
                new EventOperand("step", OperandSlot.A, 16, 8, OperandFormat.Symbol, DeviceSteps.Names),
                Signed("state", OperandSlot.A, 32), Name("source", OperandSlot.B, 0)),
            .. RecoveryRows(),

            Row(EventKind.VpciChannel, "vpci_channel", EventRole.Stimulus,
                "The channel of a virtual PCI bus opens (1) or closes (0); the host's mappings go with it.",
                Device("device", OperandSlot.A, 0), Flag("open", 16)),
            Row(EventKind.VpciCreateInterrupt, "vpci_create_interrupt", EventRole.Observation,
                "The guest asks the host to map an interrupt; status negative means refused.",
                Irq(), Device("device", OperandSlot.B, 48), Hex("address", OperandSlot.A, 0, 64),
                Signed("status", OperandSlot.B, 0)),
            Row(EventKind.VpciDeleteInterrupt, "vpci_delete_interrupt", EventRole.Observation,
                "The guest asks the host to drop an interrupt's mapping.",
                Irq(), Device("device", OperandSlot.B, 48), Hex("address", OperandSlot.A, 0, 64)),
            Row(EventKind.HvBusStep, "hv_bus_step", EventRole.Stimulus,
                "The guest's driver of a virtual PCI bus is called (Linux hv_pci_probe, hv_pci_suspend, hv_pci_resume, "
                + "hv_pci_remove).", Device("device", OperandSlot.A, 0),
                new EventOperand("step", OperandSlot.A, 16, 8, OperandFormat.Symbol, HvBusSteps.Names)),
            Row(EventKind.HvBusState, "hv_bus", EventRole.Observation,
                "The guest's driver of a virtual PCI bus changed its state (Linux enum hv_pcibus_state).",
                Device("device", OperandSlot.A, 0),
                new EventOperand("state", OperandSlot.A, 16, 8, OperandFormat.Symbol, HvBusStates.Names)),
            Row(EventKind.HvPacket, "hv_packet", EventRole.Observation,
                "A packet on the channel of a virtual PCI bus; status is the host's answer, negative means refused.",
                Irq(), Device("device", OperandSlot.A, 0),
                new EventOperand("type", OperandSlot.A, 16, 8, OperandFormat.Symbol, HvPacketTypes.Names),
                Dec("vector", OperandSlot.A, 48, 16), Cpu("cpu", 32), Hex("address", OperandSlot.ExtensionA, 0, 64),
                Hex("data", OperandSlot.B, 32, 32), Signed("status", OperandSlot.B, 0)),
            Row(EventKind.HvHypercall, "hv_hypercall", EventRole.Observation,
                "A hypercall with its result; 0x7e retargets an interrupt, flags 1 multicast, 2 set of processors.",
                Irq(), Device("device", OperandSlot.A, 0), Hex("code", OperandSlot.A, 16, 16),
                Hex("address", OperandSlot.A, 32, 32), Hex("data", OperandSlot.B, 0, 32), Vector(),
                Hex("flags", OperandSlot.B, 48, 8), Hex("vps", OperandSlot.ExtensionA, 0, 64),
                Hex("status", OperandSlot.B, 32, 16)),
            Row(EventKind.HvHypercallDone, "hv_hypercall_done", EventRole.Observation,
                "The result of the last hypercall of this CPU, where it is recorded apart.",
                Hex("status", OperandSlot.A, 0, 16)),
            IrqRow(EventKind.HvUnmask, "hv_unmask", EventRole.Observation,
                "The virtual PCI chip unmasks the interrupt: retarget first, "
                + "then the MSI entry (Linux hv_irq_unmask)."),
            Row(EventKind.VmbusChannel, "vmbus_channel", EventRole.Stimulus,
                "A VMBus channel is offered, opened, closed or taken back; class is the first word of the offer's "
                + "interface type, 0x44c4f61d for virtual PCI, 0 when it is not recorded.",
                Dec("relid", OperandSlot.A, 0, 32),
                new EventOperand("op", OperandSlot.A, 32, 8, OperandFormat.Symbol, VmbusOperations.Names),
                Hex("class", OperandSlot.B, 0, 32), Signed("ret", OperandSlot.B, 32)),

            .. HardwareRows(),

            Row(EventKind.DeviceRaise, "device_raise", EventRole.Stimulus,
                "A device wants to signal one of its MSI-X entries.",
                Device("device", OperandSlot.A, 0), Dec("entry", OperandSlot.A, 16, 16)),
            Row(EventKind.Machine, "machine", EventRole.Stimulus,
                "What the modelled machine is: CPUs online, end of the vector window (0 = the rules'), "
                + "legacy vectors in use on CPU 0.",
                Dec("cpus", OperandSlot.A, 0, 16), Hex("window_end", OperandSlot.A, 16, 8),
                Dec("legacy", OperandSlot.A, 24, 8), Flag("no_pic", 32),
                new EventOperand("arch", OperandSlot.A, 40, 8, OperandFormat.Symbol, MachineArchitectures.Names)),
            Row(EventKind.IrqAlloc, "irq_alloc", EventRole.Stimulus,
                "A driver asks for count interrupts from irq on (0 = 1) for a device's entries from entry on, "
                + "and takes min if there are no more (0 = all or none).",
                Irq(), Device("device", OperandSlot.A, 0), Dec("entry", OperandSlot.A, 16, 16),
                Dec("count", OperandSlot.A, 32, 16), Dec("min", OperandSlot.A, 48, 16),
                new EventOperand("store", OperandSlot.B, 0, 8, OperandFormat.Symbol, MessageChips.Names),
                Dec("managed", OperandSlot.B, 8, 1), Dec("passthrough", OperandSlot.B, 9, 1),
                Hex("affinity", OperandSlot.ExtensionA, 0, 64)),
            Row(EventKind.IrqRequest, "irq_request", EventRole.Stimulus,
                "A driver installs handlers of count interrupts from irq on (0 = 1); affinity 0 = all CPUs.",
                Irq(), Dec("count", OperandSlot.A, 0, 16), Hex("affinity", OperandSlot.B, 0, 64)),
            Row(EventKind.CpuOff, "cpu_off", EventRole.Stimulus, "A CPU is asked to go offline.", Cpu("cpu", 0)),
            Row(EventKind.CpuOn, "cpu_on", EventRole.Stimulus, "A CPU comes online.", Cpu("cpu", 0)),
            Row(EventKind.Snapshot, "snapshot", EventRole.Stimulus,
                "The hibernation image is made: the kernel's state is saved, hardware's and hypervisor's is not."),
            Row(EventKind.Restore, "restore", EventRole.Stimulus,
                "The hibernation image is loaded: the kernel's state is what it was at the snapshot; "
                + "hardware and hypervisor stay as they are now."),
            Row(EventKind.KernelBoot, "kernel_boot", EventRole.Stimulus,
                "The machine was off; another kernel boots on hardware that was reset.",
                Name("name", OperandSlot.A, 0)),
            Row(EventKind.Inject, "inject", EventRole.Stimulus,
                "A fault or another's deed, for the next time that it matters.",
                new EventOperand("what", OperandSlot.A, 48, 8, OperandFormat.Symbol, Injections.Names),
                Device("device", OperandSlot.A, 0), Dec("entry", OperandSlot.A, 16, 16),
                Dec("cpu", OperandSlot.A, 32, 16),
                Dec("count", OperandSlot.B, 0, 32), Signed("status", OperandSlot.B, 32)),
            Row(EventKind.Tick, "tick", EventRole.Stimulus,
                "The next timer tick of a CPU: what waits for it is done.", Cpu("cpu", 0)),
            Row(EventKind.MessageCopy, "message_copy", EventRole.Stimulus,
                "The message of an entry is copied to another device, which then sends it as its own.",
                Device("device", OperandSlot.A, 0), Dec("entry", OperandSlot.A, 16, 16),
                Device("to", OperandSlot.A, 32),
                Dec("to_entry", OperandSlot.A, 48, 16)),

            .. AssignedRows(),
        ];
        foreach (EventKindInfo row in rows)
        {
            ByKind[(byte)row.Kind] = row;
            ByName.Add(row.Name, row);
        }
        return rows;
    }

    private static EventKindInfo Row(EventKind kind, string name, EventRole role, string meaning,
        params EventOperand[] operands) => new(kind, name, role, meaning, operands);

    private static EventKindInfo IrqRow(EventKind kind, string name, EventRole role, string meaning) =>
        new(kind, name, role, meaning, Irq());

    private static EventKindInfo DeviceRow(EventKind kind, string name, string meaning) =>
        new(kind, name, EventRole.Stimulus, meaning, Device("device", OperandSlot.A, 0));

    private static EventKindInfo AffinityRow(EventKind kind, string name, EventRole role, string meaning) =>
        new(kind, name, role, meaning, Irq(), Hex("mask", OperandSlot.A, 0, 64), Dec("force", OperandSlot.B, 0, 8));

    private static EventKindInfo CleanupRow(EventKind kind, string name, string meaning) =>
        new(kind, name, EventRole.Observation, meaning, Irq(), Vector(), Cpu("cpu", 0),
            Dec("prev_vector", OperandSlot.A, 32, 8), Cpu("prev_cpu", 16));

    private static EventKindInfo MatrixRow(EventKind kind, string name, string meaning)
    {
        EventOperand[] own =
        [
            Vector(), Cpu("cpu", 0), Flag("online", 16), Dec("available", OperandSlot.A, 32, 32),
            Dec("allocated", OperandSlot.B, 0, 32), Dec("managed", OperandSlot.B, 32, 32),
        ];
        return new(kind, name, EventRole.Observation, meaning, Prepend(GlobalCounters(inExtension: true), own));
    }

    private static EventOperand[] GlobalCounters(bool inExtension)
    {
        OperandSlot a = inExtension ? OperandSlot.ExtensionA : OperandSlot.A;
        OperandSlot b = inExtension ? OperandSlot.ExtensionB : OperandSlot.B;
        return
        [
            Dec("online_maps", a, 0, 32), Dec("global_available", a, 32, 32), Dec("global_reserved", b, 0, 32),
            Dec("total_allocated", b, 32, 32),
        ];
    }

    private static EventOperand[] CpuhpOperands() =>
    [
        Cpu("cpu", 0), Signed("target", OperandSlot.B, 0), Signed("step", OperandSlot.A, 32),
        Name("fun", OperandSlot.B, 32),
    ];

    private static EventOperand[] Prepend(EventOperand[] tail, params EventOperand[] head) => [.. head, .. tail];

    private static EventOperand Irq() => new("irq", OperandSlot.Irq, 0, 32, OperandFormat.Decimal);

    private static EventOperand Vector() => new("vector", OperandSlot.Vector, 0, 8, OperandFormat.Decimal);

    private static EventOperand Cpu(string name, int shift) =>
        new(name, OperandSlot.A, shift, 16, OperandFormat.Decimal);

    private static EventOperand Flag(string name, int shift) =>
        new(name, OperandSlot.A, shift, 1, OperandFormat.Decimal);

    private static EventOperand FlagIn(string name, OperandSlot slot, int shift) =>
        new(name, slot, shift, 1, OperandFormat.Decimal);

    private static EventOperand Symbol(string name, OperandSlot slot, int shift, string[] symbols) =>
        new(name, slot, shift, 8, OperandFormat.Symbol, symbols);

    private static EventOperand Dec(string name, OperandSlot slot, int shift, int width) =>
        new(name, slot, shift, width, OperandFormat.Decimal);

    private static EventOperand Hex(string name, OperandSlot slot, int shift, int width) =>
        new(name, slot, shift, width, OperandFormat.Hex);

    private static EventOperand Signed(string name, OperandSlot slot, int shift) =>
        new(name, slot, shift, 32, OperandFormat.Signed);

    private static EventOperand Name(string name, OperandSlot slot, int shift) =>
        new(name, slot, shift, 16, OperandFormat.Name);

    private static EventOperand Device(string name, OperandSlot slot, int shift) =>
        new(name, slot, shift, 16, OperandFormat.Device);

    /// <summary>Name of a system vector's class; of one without a class its number.</summary>
    internal static string SystemClassName(byte number, byte vector) => number > 0 && number < SystemClasses.Length
        ? SystemClasses[number]
        : string.Create(CultureInfo.InvariantCulture, $"vector {vector}");

    private static EventOperand SystemClass() =>
        new("class", OperandSlot.A, 0, 8, OperandFormat.Symbol, SystemClasses);
}
