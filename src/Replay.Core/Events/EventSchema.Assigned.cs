namespace Replay.Core.Events;

/// <content>PCIe errors and their recovery; functions assigned to a guest (VFIO). docs/ASSIGNED.md tells how
/// to write them.</content>
public static partial class EventSchema
{
    private static EventKindInfo[] RecoveryRows() =>
    [
        Row(EventKind.AerEvent, "aer_event", EventRole.Stimulus,
            "A PCIe error is reported (ras:aer_event). The host's recovery of described functions starts "
            + "with device_step step=recovery_start; where none comes, by itself 1 ms after the report.",
            Device("device", OperandSlot.A, 0).Says("a function, or the port above it"),
            Dec("severity", OperandSlot.A, 16, 8)
                .Says("0 non-fatal, 1 fatal: the link is frozen until its reset, 2 correctable: nothing happens"),
            Hex("status", OperandSlot.A, 32, 32), Flag("tlp_valid", 24), Hex("tlp0", OperandSlot.B, 0, 32),
            Hex("tlp1", OperandSlot.B, 32, 32), Hex("tlp2", OperandSlot.ExtensionA, 0, 32),
            Hex("tlp3", OperandSlot.ExtensionA, 32, 32)),
        Row(EventKind.AerAnswer, "aer_answer", EventRole.Stimulus,
            "What a function's driver answers to a callback of error recovery; it holds until told otherwise. "
            + "What vfio-pci answers is not told but chosen by aer.vfioResult.",
            Device("device", OperandSlot.A, 0).Says("a function with a driver of the host (`bound=native`)"),
            Symbol("callback", OperandSlot.A, 16, AerCallbacks.Names)
                .Says("untold: error_detected is answered can_recover after a non-fatal error and need_reset after "
                    + "a fatal one, the others recovered"),
            Symbol("answer", OperandSlot.A, 24, AerAnswers.Names)),
        Row(EventKind.GuestAerStep, "guest_aer_step", EventRole.Stimulus,
            "A guest's own error recovery of an assigned function takes a step. It is taken only if the guest was told "
            + "of an error and runs; link_reset and slot_reset only after a fatal one.",
            Device("device", OperandSlot.A, 0), Symbol("step", OperandSlot.A, 16, GuestAerSteps.Names)
                .Says("link_reset is what aer.guestResetMap makes of it; "
                    + "in slot_reset the guest's driver restores MSI-X from its cache")),
        Row(EventKind.GuestAccess, "guest_access", EventRole.Stimulus, "A guest reads or writes an assigned function.",
            Device("device", OperandSlot.A, 0), Symbol("space", OperandSlot.A, 16, ["config", "memory"])),
        Row(EventKind.AerTimer, "aer_timer", EventRole.Stimulus,
            "The timer of a recovery that waits fires (aer.blockGuestDuringRecovery=yes, "
            + "aer.hostLinkReset=skippedForUser).",
            Device("device", OperandSlot.A, 0).Says("a function, or the port above it"),
            Flag("ready", 16).Says("1: a config register no longer reads all ones, the guest goes on; 0: all ones, "
                + "the timer is armed again"),
            Flag("expired", 17).Says("1: the wait for the user's own reset is over")),
        Row(EventKind.VmRun, "vm_run", EventRole.Stimulus,
            "The operator stops a virtual machine (0) or lets it go on (1).",
            Name("vm", OperandSlot.A, 0).Says("the `owner` of its functions"), Flag("running", 16)),
    ];

    private static EventKindInfo[] AssignedRows() =>
    [
        Row(EventKind.VfioSignal, "vfio_signal", EventRole.Observation,
            "VFIO's handler of a host interrupt runs and signals the vector's eventfd: the device signalled.", Irq()),
        Row(EventKind.GuestMsi, "guest_msi", EventRole.Observation,
            "KVM injects a message into a guest (kvm:kvm_msi_set_irq).",
            Hex("address", OperandSlot.A, 0, 64), Hex("data", OperandSlot.B, 0, 32)),
        Row(EventKind.VfioVector, "vfio_vector", EventRole.Observation,
            "VFIO sets up a vector for an eventfd, or takes it back. Whose eventfd it is QEMU tells, "
            + "and whose vector the interrupt that is freed and requested then.",
            Device("device", OperandSlot.A, 0).Says("empty where the recording does not tell"),
            Dec("entry", OperandSlot.A, 16, 16), Flag("msix", 32),
            Signed("fd", OperandSlot.B, 0).Says("-1: none, the vector is freed")),

        Row(EventKind.VfioHost, "vfio_host", EventRole.Stimulus,
            "The host that assigns devices. Put it before the functions; "
            + "without it the host is x86 with flat interrupt code.",
            Symbol("platform", OperandSlot.A, 0, ["x86", "power"])
                .Says("x86: a stray write faults or changes memory; power: the host bridge freezes the device (EEH)"),
            Symbol("irq_code", OperandSlot.A, 8, ["layered", "flat"])
                .Says("flat: interrupt code of the time of b8f02af096b1, request_irq only unmasks; "
                    + "layered: interrupt domains (x86 since 4.2), request_irq writes the message anyway", missing: 1),
            Flag("dma_translation", 16).Says("1: an IOMMU translates the device's writes"),
            Flag("page0_mapped", 17).Says("1: address 0 is the guest's page 0")),
        Row(EventKind.VfioFunction, "vfio_function", EventRole.Stimulus,
            "A function of the host: where it is, who drives it, whose it is. Drivers are asked in the order of these "
            + "lines. A later line for the same function gives it to another driver or owner.",
            Device("device", OperandSlot.A, 0)
                .Says("bus address, such as 0000:03:00.0: the digit after the point is the function's number"),
            Device("port", OperandSlot.A, 16)
                .Says("port or bridge above it, the scope of its bus reset; missing: one a bus, named by the bus"),
            Name("owner", OperandSlot.A, 32)
                .Says("virtual machine or other user that has it; missing: `guest`; only of `bound=vfio`"),
            Symbol("bound", OperandSlot.A, 48, ["none", "vfio", "native", "native_no_callbacks"])
                .Says("none: no driver; native: a driver of the host, with all entries in use; native_no_callbacks: "
                    + "one that cannot recover from errors", missing: 1),
            Dec("entries", OperandSlot.B, 0, 16).Says("entries of its MSI-X table; 0 or missing: as many as are used"),
            Dec("group", OperandSlot.B, 16, 16).Says("IOMMU group; 0: one of its own"),
            FlagIn("no_bus_reset", OperandSlot.B, 32).Says("1: neither its slot nor its bus can be reset")),
        Row(EventKind.VfioSetIrqs, "vfio_set_irqs", EventRole.Observation,
            "The host's VFIO gets eventfds for MSI-X vectors (VFIO_DEVICE_SET_IRQS).",
            Device("device", OperandSlot.A, 0), Dec("start", OperandSlot.A, 16, 16).Says("first vector"),
            Dec("count", OperandSlot.A, 32, 16).Says("how many; 0 with `trigger=none`: MSI-X goes off", missing: 1),
            Symbol("trigger", OperandSlot.A, 48, ["none", "qemu", "kvm"])
                .Says("whose eventfd: none, QEMU's own (the guest has the entry masked), "
                    + "KVM's (straight into the guest)")),
        Row(EventKind.GuestMsixControl, "guest_msix_control", EventRole.Stimulus,
            "A guest writes a function's MSI-X control word, both bits of it.", Device("device", OperandSlot.A, 0),
            Flag("enable", 16).Says("MSI-X enable"), Flag("mask", 17).Says("function mask")),
        Row(EventKind.GuestMsixMessage, "guest_msix_message", EventRole.Stimulus,
            "A guest writes address and data of an MSI-X entry. The entry's mask is a write of its own: "
            + "guest_msix_mask.", Device("device", OperandSlot.B, 48), Dec("entry", OperandSlot.B, 32, 16),
            Hex("address", OperandSlot.A, 0, 64),
            Hex("data", OperandSlot.B, 0, 32)),
        Row(EventKind.GuestMsixMask, "guest_msix_mask", EventRole.Stimulus,
            "A guest writes the mask bit of an MSI-X entry. Entries are masked until a guest unmasks them.",
            Device("device", OperandSlot.A, 0), Dec("entry", OperandSlot.A, 16, 16), Flag("masked", 32)),
        Row(EventKind.VfioReset, "vfio_reset", EventRole.Stimulus,
            "A function is reset, or somebody asks for it.", Device("device", OperandSlot.A, 0),
            Symbol("kind", OperandSlot.A, 16, ["backdoor", "flr", "hot", "eeh"])
                .Says("backdoor: by a register of its own or its self test, nobody is told; flr: function level, "
                    + "the kernel saves and restores; hot: VFIO_DEVICE_PCI_HOT_RESET, all functions of the port; "
                    + "eeh: by the platform after a freeze"), Symbol("via", OperandSlot.A, 24, ["qemu", "user"])
                        .Says("who asks for a hot reset: QEMU, which looks at its groups first (-1), or another user, "
                            + "whom the kernel refuses (-22)"),
            Name("caller", OperandSlot.A, 32).Says("owner that asks; missing: the function's owner"),
            Flag("single", 48).Says("1: QEMU wants this one device reset only"),
            Flag("contended", 49).Says("1: a mapping or lock of the set is in use (-16)"), Flag("enable_survives", 50)
                .Says("backdoor, eeh: 1 the device's MSI-X enable bit survives, 0 it is cleared too", missing: 1),
            Flag("entry_mask", 51).Says("backdoor, eeh: mask bits of the entries after it")),
        Row(EventKind.VfioResetReturn, "vfio_reset_return", EventRole.Observation,
            "What the last reset asked for by vfio_reset was recorded to return.",
            Device("device", OperandSlot.A, 0), Signed("ret", OperandSlot.A, 32).Says("0, or a negative error")),
        Row(EventKind.KvmRoute, "kvm_route", EventRole.Stimulus,
            "The virtual machine monitor sets (1) or removes (0) KVM's route of a vector.",
            Device("device", OperandSlot.A, 0), Dec("entry", OperandSlot.A, 16, 16), Flag("present", 32)),
        Row(EventKind.MsixTableRead, "msix_table_read", EventRole.Observation,
            "An entry of a device's MSI-X table was read out.", Device("device", OperandSlot.B, 48),
            Dec("entry", OperandSlot.B, 32, 16), Hex("address", OperandSlot.A, 0, 64),
            Hex("data", OperandSlot.B, 0, 32), Dec("masked", OperandSlot.Vector, 0, 1)),
    ];
}
