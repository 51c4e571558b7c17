namespace Replay.Core.Events;

/// <content>Kinds 200 to 229: what hardware, hypervisors and VMMs were seen to do or to hold.</content>
public static partial class EventSchema
{
    // Properties: the table is built when the class is, before fields of this file have their values.

    private static string[] TableRegisters => ["address_lo", "address_hi", "data", "control"];

    private static string[] RemapSteps => ["other", "capability", "set_table", "enable", "disable"];

    private static string[] VcpuStates => ["gone", "running", "preempted", "blocked"];

    private static EventKindInfo[] HardwareRows() =>
    [
        Row(EventKind.MsixStore, "msix_store", EventRole.Stimulus,
            "One 32-bit store reaches the MSI-X table in the device.",
            [.. EntryOperands(),
                new EventOperand("register", OperandSlot.A, 32, 8, OperandFormat.Symbol, TableRegisters),
                Hex("value", OperandSlot.B, 0, 32)]),
        Row(EventKind.MsixPending, "msix_pending", EventRole.Observation, "A pending bit is read from the device.",
            [.. EntryOperands(), Flag("pending", 32)]),
        Row(EventKind.MsixSeen, "msix_seen", EventRole.Observation, "An MSI-X entry is read from the device.",
            Device("device", OperandSlot.B, 48), Dec("entry", OperandSlot.B, 32, 16),
            Hex("address", OperandSlot.A, 0, 64),
            Hex("data", OperandSlot.B, 0, 32), Dec("masked", OperandSlot.Vector, 0, 1)),
        Row(EventKind.MsiModeSeen, "msi_mode_seen", EventRole.Observation,
            "A device's config space is read: MSI-X, MSI and INTx enabled or not.",
            Device("device", OperandSlot.A, 0), Flag("msix", 16), Flag("msi", 17), Flag("intx", 18)),
        Row(EventKind.IrqStateSeen, "irq_state_seen", EventRole.Observation,
            "The generic flags of an interrupt are read (IRQD_IRQ_DISABLED, IRQD_IRQ_MASKED).",
            Irq(), Flag("disabled", 0), Flag("masked", 1)),

        Row(EventKind.LapicAccept, "lapic_accept", EventRole.Stimulus,
            "A CPU's local APIC takes a message: the vector's request bit is set.", Vector(),
            Cpu("cpu", 0), Flag("level", 16)),
        Row(EventKind.LapicService, "lapic_service", EventRole.Observation,
            "A CPU enters a vector: its request bit becomes an in-service bit.", Vector(), Cpu("cpu", 0)),
        Row(EventKind.LapicEoi, "lapic_eoi", EventRole.Observation,
            "A CPU ends a vector; with level 1 the IO-APICs are told.", Vector(), Cpu("cpu", 0), Flag("level", 16)),
        Row(EventKind.IoApicPin, "ioapic_pin", EventRole.Observation, "An IO-APIC's redirection entry as it is now.",
            Hex("rte", OperandSlot.A, 0, 64), Dec("ioapic", OperandSlot.B, 0, 8), Dec("pin", OperandSlot.B, 8, 8)),

        Row(EventKind.IoPageFault, "io_page_fault", EventRole.Observation,
            "A remapping unit refuses a request of a device (iommu:io_page_fault).", Device("device", OperandSlot.B, 0),
            Hex("address", OperandSlot.A, 0, 64), Hex("flags", OperandSlot.B, 32, 32)),
        Row(EventKind.RemapControl, "remap_control", EventRole.Stimulus,
            "A VT-d unit's interrupt remapping is set up: value is CAP, IRTA or GCMD.",
            new EventOperand("step", OperandSlot.Vector, 0, 8, OperandFormat.Symbol, RemapSteps),
            Name("unit", OperandSlot.B, 0),
            Hex("value", OperandSlot.A, 0, 64)),
        Row(EventKind.IrteHalf, "irte_half", EventRole.Observation,
            "One 64-bit half of a VT-d remapping entry is stored: half 0 is the low one.",
            Dec("index", OperandSlot.Irq, 0, 32), Dec("half", OperandSlot.Vector, 0, 1),
            Hex("value", OperandSlot.A, 0, 64)),
        Row(EventKind.PostedDescriptor, "posted_descriptor", EventRole.Observation,
            "A posted-interrupt descriptor as it is now; pir says that any request bit is set.",
            Hex("address", OperandSlot.A, 0, 64), Flag(OperandSlot.B, "pir", 0), Flag(OperandSlot.B, "on", 1),
            Flag(OperandSlot.B, "sn", 2), Dec("nv", OperandSlot.B, 8, 8), Hex("ndst", OperandSlot.B, 32, 32)),
        Row(EventKind.VcpuPlace, "vcpu_place", EventRole.Stimulus,
            "The virtual CPU of a posted-interrupt descriptor runs on the CPU with this APIC ID, or does not run.",
            Hex("address", OperandSlot.A, 0, 64),
            new EventOperand("state", OperandSlot.B, 0, 8, OperandFormat.Symbol, VcpuStates),
            Hex("apic", OperandSlot.B, 32, 32)),
        Row(EventKind.PiIrteUpdate, "pi_irte_update", EventRole.Observation,
            "A host interrupt's remapping entry is posted to a virtual CPU (set 1) or taken back "
            + "(kvm:kvm_pi_irte_update).",
            Irq(), Vector(), Hex("address", OperandSlot.A, 0, 64), Flag(OperandSlot.B, "set", 0),
            Dec("vcpu", OperandSlot.B, 16, 16), Dec("gsi", OperandSlot.B, 32, 32)),

        Row(EventKind.IrqfdBind, "irqfd_bind", EventRole.Stimulus,
            "An event descriptor is tied to a guest interrupt (1) or taken off (0).", Gsi(), Flag("bound", 32)),
        Row(EventKind.IrqfdSignal, "irqfd_signal", EventRole.Stimulus,
            "The event descriptor of a guest interrupt is signalled.", Gsi()),
        Row(EventKind.IrqRoute, "irq_route", EventRole.Stimulus,
            "A guest interrupt gets a message as its route (present 1) or loses it (0).",
            Dec("gsi", OperandSlot.B, 0, 32), Flag(OperandSlot.B, "present", 32), Hex("address", OperandSlot.A, 0, 64),
            Hex("data", OperandSlot.Irq, 0, 32)),
        Row(EventKind.MsixControl, "msix_control", EventRole.Stimulus,
            "The MSI-X control word of a device is stored: MSI-X enabled or not, the whole function masked or not.",
            Device("device", OperandSlot.A, 0), Flag("enable", 16), Flag("mask", 17)),
        Row(EventKind.MessageCopied, "message_copied", EventRole.Stimulus,
            "The message of an interrupt is handed to an agent that keeps a copy (bridge peer, queue memory).",
            Irq(), Name("agent", OperandSlot.A, 0)),
        Row(EventKind.GuestPin, "guest_pin", EventRole.Observation,
            "The line of a guest's IO-APIC pin is set; its redirection entry as it is now (kvm:kvm_ioapic_set_irq).",
            Hex("rte", OperandSlot.A, 0, 64), Flag(OperandSlot.B, "coalesced", 0), Dec("pin", OperandSlot.B, 8, 8)),
        Row(EventKind.GuestEoi, "guest_eoi", EventRole.Observation,
            "A virtual CPU ends a vector (kvm:kvm_eoi, kvm:kvm_pv_eoi).", Vector(),
            Hex("apicid", OperandSlot.A, 0, 32)),
        Row(EventKind.IrteRead, "irte_read", EventRole.Observation,
            "A VT-d unit reads a remapping entry from memory. It holds until an invalidation covers the index.",
            Dec("index", OperandSlot.Irq, 0, 32), Hex("lo", OperandSlot.A, 0, 64), Hex("hi", OperandSlot.B, 0, 64)),
        Row(EventKind.IrteReadAmd, "irte_read_amd", EventRole.Observation,
            "An AMD unit reads a remapping entry (128-bit format) from memory. It holds until an invalidation of the "
            + "device's table.",
            Hex("devid", OperandSlot.Irq, 16, 16), Dec("index", OperandSlot.Irq, 0, 16),
            Hex("lo", OperandSlot.A, 0, 64), Hex("hi", OperandSlot.B, 0, 64)),
    ];

    private static EventOperand[] EntryOperands() =>
        [Device("device", OperandSlot.A, 0), Dec("entry", OperandSlot.A, 16, 16)];

    private static EventOperand Gsi() => Dec("gsi", OperandSlot.A, 0, 32);

    private static EventOperand Flag(OperandSlot slot, string name, int shift) =>
        new(name, slot, shift, 1, OperandFormat.Decimal);
}
