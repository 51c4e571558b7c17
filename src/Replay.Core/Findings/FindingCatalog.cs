using System;
using System.Collections.Generic;
using System.Globalization;

namespace Replay.Core.Findings;

/// <summary>What is told about a code, apart from any one finding.</summary>
/// <param name="Code">The number.</param>
/// <param name="Name">Stable upper-case name.</param>
/// <param name="Severity">Usual severity.</param>
/// <param name="Meaning">One line.</param>
/// <param name="LookNext">What to look at next.</param>
/// <param name="Source">Where the fact comes from.</param>
public sealed record FindingInfo(
    FindingCode Code, string Name, Severity Severity, string Meaning, string LookNext, string Source)
{
    /// <summary><c>IRQ005</c>.</summary>
    public string Id => FindingCatalog.IdOf(Code);
}

/// <summary>All codes with severity and explanation.</summary>
public static class FindingCatalog
{
    /// <summary>Rows in the order of their numbers.</summary>
    public static IReadOnlyList<FindingInfo> All { get; } =
    [
        new(FindingCode.StuckMasked, "STUCK_MASKED", Severity.Critical,
            "A started interrupt's entry stays masked after its CPU went down or the system resumed.",
            "Its last mask record, and the unmask that should follow it in the same migration.",
            "Linux pci-hyperv.c hv_irq_unmask before 5.11 (915cff7f38c5); migrate_one_irq"),
        new(FindingCode.NoHostMapping, "NO_HOST_MAPPING", Severity.Critical,
            "The virtual PCI channel was closed and opened again, and the interrupt was not mapped anew by the host.",
            "Interrupt creation messages between the channel's opening and the end of resume.",
            "Linux pci-hyperv.c hv_pci_restore_msi_state (915cff7f38c5)"),
        new(FindingCode.StaleMessage, "STALE_MESSAGE", Severity.Critical,
            "The device lost its messages in suspend and nobody wrote them back.",
            "Restore records of the device between the noirq resume's begin and end.",
            "Linux pci-driver.c (e60514bd4485), msi.c __pci_restore_msix_state"),
        new(FindingCode.MaskedAfterStart, "MASKED_AFTER_START", Severity.Major,
            "An interrupt was started and its entry was never unmasked.",
            "The start-up record, and what came between it and the next mask or message write.",
            "Linux chip.c irq_startup; PCI specification 6.8.2"),
        new(FindingCode.StrayDelivery, "STRAY_DELIVERY", Severity.Major,
            "An interrupt arrived on a (cpu, vector) that it had given up, or that nobody owns.",
            "The move or release before it: message, remapping entry and its invalidation.",
            "Linux common_interrupt, vector.c"),
        new(FindingCode.SlotOverwritten, "SLOT_OVERWRITTEN", Severity.Critical,
            "A stray interrupt reset the vector slot that had just been given to another interrupt.",
            "The vector set-up within microseconds of the stray interrupt.",
            "Linux common_interrupt before 6.12 (vector setup race)"),
        new(FindingCode.VectorLeak, "VECTOR_LEAK", Severity.Major,
            "A move's old vector was forgotten because its CPU was offline when the move completed.",
            "Whether the kernel has the fix a6c11c0a5235 (CVE-2024-31076).",
            "Linux vector.c __send_cleanup_vector, cpuhotplug.c migrate_one_irq"),
        new(FindingCode.VectorExhausted, "VECTOR_EXHAUSTED", Severity.Major,
            "No vector was left where one was needed.",
            "Who holds the vectors of that CPU, and how many others could take.",
            "Linux matrix.c, vector.c lapic_can_unplug_cpu"),
        new(FindingCode.StaleIec, "STALE_IEC", Severity.Major,
            "A remapping entry was changed and its cached copy was not invalidated before the old target was given up.",
            "Invalidations of that index between the entry's write and the release of the old vector.",
            "VT-d specification 6.5.2.7; Linux modify_irte"),
        new(FindingCode.StaleIrtAlias, "STALE_IRT_ALIAS", Severity.Critical,
            "An AMD interrupt table was changed and invalidated for the device, not for its alias.",
            "Invalidation commands for the alias id.",
            "AMD I/O Virtualization specification, INVALIDATE_INTERRUPT_TABLE; Linux 5aac28784dca"),
        new(FindingCode.HardwareShadowMismatch, "HW_SHADOW_MISMATCH", Severity.Critical,
            "A device lost its MSI-X table in a reset that nobody saw, and signals by writing to address 0 or not at all.",
            "The reset to blame, and whether anything after it made the host write the messages again.",
            "Linux vfio_pci_intrs.c vfio_msi_set_vector_signal (b8f02af096b1); invariants I-31, I-48"),
        new(FindingCode.CounterMismatch, "COUNTER_MISMATCH", Severity.Major,
            "The allocator's recorded counters are not what its recorded operations make them.",
            "Lost records before it, then operations on CPUs that emit none.",
            "Linux matrix.c; invariant I-13"),
        new(FindingCode.WrongProcessor, "WRONG_PROCESSOR", Severity.Major,
            "An interrupt of a virtual PCI device arrives on another CPU than the hypervisor was told, time after time.",
            "Whether virtual processor numbers, APIC IDs and CPU numbers are the same here.",
            "TLFS HvCallRetargetDeviceInterrupt; Linux hv_cpu_number_to_vp_number"),
        new(FindingCode.MultipleDelivery, "MULTI_DELIVERY", Severity.Major,
            "A retarget named several processors, and one event ran the handler on several of them.",
            "Flags and processor set of the last retarget hypercall.",
            "Linux pci-hyperv.c hv_irq_retarget_interrupt (comment on HV_DEVICE_INTERRUPT_TARGET_MULTICAST)"),
        new(FindingCode.RecoveryUnderUser, "RECOVERY_UNDER_USER", Severity.Critical,
            "Error recovery took a device's state while its user goes on, or failed without telling its driver.",
            "The link reset to blame, and whether the machine was stopped or its guest recovered the device.",
            "Linux pcie/err.c pcie_do_recovery, vfio_pci_aer_err_detected (6.1, 6.12)"),
        new(FindingCode.ResetByPartialOwner, "RESET_BY_PARTIAL_OWNER", Severity.Critical,
            "A bus was reset while a function below it belongs to someone else, or a refused reset was taken for done.",
            "Who has each function of the bus, and what the request for the reset returned.",
            "Linux vfio_pci_ioctl_pci_hot_reset; QEMU vfio_pci_hot_reset"),

        Invariant(FindingCode.SlotOwner, "SLOT_OWNER", Severity.Major,
            "A vector was given to an interrupt while another one owns it.", "apic_update_vector"),
        Invariant(FindingCode.SlotWithoutBit, "SLOT_WITHOUT_BIT", Severity.Major,
            "An interrupt has a vector that is not allocated.", "free_moved_vector, clear_irq_vector"),
        Invariant(FindingCode.VectorOutsideWindow, "VECTOR_OUTSIDE_WINDOW", Severity.Major,
            "A device vector was allocated outside the device window.", "matrix_alloc_area"),
        Invariant(FindingCode.AllocatedSystemVector, "ALLOCATED_SYSTEM_VECTOR", Severity.Major,
            "A system vector was allocated to a device.", "irq_matrix_assign_system"),
        Invariant(FindingCode.ManagedBitMixed, "MANAGED_BIT_MIXED", Severity.Major,
            "Ordinary and managed allocation took a bit of the other kind.", "irq_matrix_alloc_managed"),
        Invariant(FindingCode.OnlineMapCount, "ONLINE_MAP_COUNT", Severity.Minor,
            "The number of online maps is not the number of CPUs online.", "irq_matrix_online"),
        Invariant(FindingCode.GlobalAvailableSum, "GLOBAL_AVAILABLE_SUM", Severity.Minor,
            "The global number of available vectors is not the sum over the online CPUs.", "irq_matrix_online"),
        Invariant(FindingCode.AllocatedCount, "ALLOCATED_COUNT", Severity.Minor,
            "A CPU's number of allocated vectors is not the number of bits in its map.", "irq_matrix_alloc"),
        Invariant(FindingCode.ManagedCount, "MANAGED_COUNT", Severity.Minor,
            "A CPU's number of managed vectors is not the number of bits set aside.", "irq_matrix_reserve_managed"),
        Invariant(FindingCode.AvailableFormula, "AVAILABLE_FORMULA", Severity.Minor,
            "A CPU's available vectors do not follow from window, system, managed and allocated ones.", "irq_matrix_online"),
        Invariant(FindingCode.TotalAllocatedSum, "TOTAL_ALLOCATED_SUM", Severity.Minor,
            "The total of allocated vectors is below the sum over all CPUs.", "irq_matrix_free"),
        Invariant(FindingCode.ReservationCount, "RESERVATION_COUNT", Severity.Minor,
            "The number of reservations is not the number of interrupts that hold one.", "irq_matrix_reserve"),
        Invariant(FindingCode.ReservedWithVector, "RESERVED_WITH_VECTOR", Severity.Minor,
            "An interrupt holds a reservation and a vector at once.", "reserve_irq_vector"),
        Invariant(FindingCode.MoveWithoutPrevious, "MOVE_WITHOUT_PREVIOUS", Severity.Minor,
            "A move is in progress without an old vector on a CPU that was online.", "apic_update_vector"),
        Invariant(FindingCode.AllocatedDuringMove, "ALLOCATED_DURING_MOVE", Severity.Minor,
            "An interrupt got a new vector while its previous move was not cleaned up.", "assign_vector_locked"),
        Invariant(FindingCode.FreedWhilePending, "FREED_WHILE_PENDING", Severity.Major,
            "A move's old vector was freed and the interrupt still arrived there.", "__vector_cleanup"),
        Invariant(FindingCode.AllocationChoice, "ALLOCATION_CHOICE", Severity.Minor,
            "The allocator did not take the first free vector.", "matrix_alloc_area"),
        Invariant(FindingCode.ManagedAllocationChoice, "MANAGED_ALLOCATION_CHOICE", Severity.Minor,
            "The allocator did not take the first free managed vector.", "irq_matrix_alloc_managed"),
        Invariant(FindingCode.OfflineDespiteShortage, "OFFLINE_DESPITE_SHORTAGE", Severity.Major,
            "A CPU went offline although its vectors did not fit elsewhere.", "lapic_can_unplug_cpu"),
        Invariant(FindingCode.LeftOnOfflineCpu, "LEFT_ON_OFFLINE_CPU", Severity.Critical,
            "A started interrupt is still directed at a CPU that went offline.", "irq_migrate_all_off_this_cpu"),
        Invariant(FindingCode.NotRetriggered, "NOT_RETRIGGERED", Severity.Major,
            "An interrupt that was pending on a CPU going offline was not sent again.", "fixup_irqs"),
        Invariant(FindingCode.TargetOffline, "TARGET_OFFLINE", Severity.Critical,
            "An interrupt was directed at a CPU that is offline.", "apic_update_irq_cfg"),
        HyperV(FindingCode.MappingWithoutChannel, "MAPPING_WITHOUT_CHANNEL", Severity.Major,
            "The host mapped an interrupt of a virtual PCI device whose channel is closed or being released.", "hv_pci_suspend"),
        HyperV(FindingCode.BusTransition, "BUS_TRANSITION", Severity.Major,
            "A virtual PCI bus changed its state in a way that the driver has no path for.", "hv_pci_probe, hv_pci_resume"),
        HyperV(FindingCode.OneMappingEach, "ONE_MAPPING_EACH", Severity.Critical,
            "On an installed bus an interrupt has no mapping, several, or one that is not the device's message.",
            "hv_compose_msi_msg"),
        HyperV(FindingCode.RetargetFailed, "RETARGET_FAILED", Severity.Critical,
            "The hypervisor refused to retarget an interrupt of an installed bus.", "hv_irq_retarget_interrupt"),
        HyperV(FindingCode.MappingBalance, "MAPPING_BALANCE", Severity.Minor,
            "A mapping was made twice without being dropped, or dropped without being there, and no resume explains it.",
            "hv_int_desc_free"),

        Invariant(FindingCode.TriggerNotAsMasked, "TRIGGER_NOT_AS_MASKED", Severity.Major,
            "A vector's eventfd is not the one that the guest's mask asks for.",
            "QEMU hw/vfio/pci.c: vfio_msix_vector_use, vfio_msix_vector_release"),
        Invariant(FindingCode.RouteMissing, "ROUTE_MISSING", Severity.Critical,
            "An irqfd is armed and KVM has no route for it.", "Linux kvm eventfd.c: irqfd_update, irqfd_inject"),
        Invariant(FindingCode.HardwareMessageDiffers, "HARDWARE_MESSAGE_DIFFERS", Severity.Critical,
            "A device's entry holds another message than the host's cache.", "Linux vfio_pci_intrs.c: vfio_msi_set_vector_signal"),
        Invariant(FindingCode.ErrorStateChange, "ERROR_STATE_CHANGE", Severity.Major,
            "A device that failed for good changed its error state.", "Linux pci.h: pci_dev_set_io_state"),
        Invariant(FindingCode.ResumeBeforeVote, "RESUME_BEFORE_VOTE", Severity.Major,
            "A driver was told to resume before all had answered that they recovered.", "Linux pcie/err.c: pcie_do_recovery"),
        Invariant(FindingCode.HotResetWithoutOwnership, "HOT_RESET_WITHOUT_OWNERSHIP", Severity.Critical,
            "A VFIO hot reset succeeded for a caller that does not own all functions of the bus.",
            "Linux vfio_pci_core.c: vfio_pci_ioctl_pci_hot_reset"),
    ];

    /// <summary>Row of a code.</summary>
    public static FindingInfo Get(FindingCode code)
    {
        foreach (FindingInfo info in All)
        {
            if (info.Code == code) return info;
        }
        throw new KeyNotFoundException(IdOf(code));
    }

    /// <summary>Row of a code by its id (<c>IRQ005</c>), or null.</summary>
    public static FindingInfo? Find(string id)
    {
        foreach (FindingInfo info in All)
        {
            if (info.Id == id) return info;
        }
        return null;
    }

    /// <summary><c>IRQ005</c> for number 5.</summary>
    public static string IdOf(FindingCode code) =>
        string.Create(CultureInfo.InvariantCulture, $"IRQ{(int)code:D3}");

    private static FindingInfo HyperV(FindingCode code, string name, Severity severity, string meaning, string function) =>
        new(code, name, severity, meaning,
            "Packets on the bus's channel and hypercalls before the event, and the bus's last suspend or resume.",
            string.Create(CultureInfo.InvariantCulture,
                $"Linux drivers/pci/controller/pci-hyperv.c: {function}; invariant I-{(int)code - 100}"));

    private static FindingInfo Invariant(FindingCode code, string name, Severity severity, string meaning,
        string function) =>
        new(code, name, severity, meaning,
            "The records around the event, and whether records were lost before it.",
            string.Create(CultureInfo.InvariantCulture,
                $"{(function.Contains(':', StringComparison.Ordinal) ? "" : "Linux kernel/irq/matrix.c and apic/vector.c: ")}{function}; invariant I-{(int)code - 100:D2}"));
}
