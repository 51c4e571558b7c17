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
public static partial class FindingCatalog
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
        new(FindingCode.TornMessage, "TORN_MESSAGE", Severity.Major,
            "Address and data of a message changed one after the other, and a signal of the device fell between them.",
            "Whether the entry was masked for the update, and whether the interrupt was sent again after it.",
            "Linux apic/msi.c msi_set_affinity (6f1a4891a592); PCI specification 6.8.2"),
        new(FindingCode.LostAtOffline, "LOST_AT_OFFLINE", Severity.Major,
            "An interrupt reached a CPU that had already moved its interrupts away and gone offline.",
            "The move of that interrupt: which message or remapping entry the device still used.",
            "Linux irq_64.c fixup_irqs, native_cpu_disable"),
        new(FindingCode.ZeroMessage, "ZERO_MESSAGE", Severity.Critical,
            "An unmasked entry holds an all-zero message: the device's next signal is a write to memory address 0.",
            "Why the message could not be composed: a refused mapping, a closed channel, a device that is gone.",
            "Linux pci-hyperv.c hv_compose_msi_msg, genirq/msi.c msi_domain_deactivate"),
        new(FindingCode.RemapFault, "REMAP_FAULT", Severity.Critical,
            "Remapping hardware refused an interrupt and dropped it.",
            "history --irte of the entry: who wrote it last, and whether the change was invalidated.",
            "VT-d specification 7.1.1; Linux intel/dmar.c irq_remap_fault_reasons; AMD event log"),
        new(FindingCode.AffinityStuck, "AFFINITY_STUCK", Severity.Critical,
            "An interrupt could not be moved off a CPU that goes offline, or no CPU of its mask is left.",
            "Vectors available on the other CPUs of its mask at that moment.",
            "Linux cpuhotplug.c migrate_one_irq"),
        new(FindingCode.CounterUnderflow, "COUNTER_UNDERFLOW", Severity.Major,
            "A counter of the vector allocator went below zero.",
            "What was given back twice: the records of that CPU before it.",
            "Linux matrix.c (ce5707fd1f73)"),
        new(FindingCode.RoutelessIrqfd, "ROUTELESS_IRQFD", Severity.Critical,
            "A guest interrupt was signalled while it had no route: the event was consumed and nothing injected.",
            "Who took the route away: a mask, a reset, a migration.",
            "Linux kvm/eventfd.c irqfd_wakeup"),
        new(FindingCode.PostedInterruptLost, "POSTED_INTERRUPT_LOST", Severity.Critical,
            "A remapping entry that was posted to a virtual CPU was overwritten for the host.",
            "The affinity change that wrote it, and whether the entry had been taken back before.",
            "Linux intel/irq_remapping.c intel_ir_set_affinity; vmx/posted_intr.c"),
        new(FindingCode.HardwareShadowMismatch, "HW_SHADOW_MISMATCH", Severity.Critical,
            "A device lost its MSI-X table in a reset that nobody saw, "
            + "and signals by writing to address 0 or not at all.",
            "The reset to blame, and whether anything after it made the host write the messages again.",
            "Linux vfio_pci_intrs.c vfio_msi_set_vector_signal (b8f02af096b1); invariants I-31, I-48"),
        new(FindingCode.PendingLost, "PENDING_LOST", Severity.Critical,
            "A device signalled a masked entry and the signal is not kept pending.",
            "What the device model does between the mask and the unmask.",
            "PCI specification 6.8.3; QEMU msix.c msix_notify"),
        new(FindingCode.InterruptStorm, "INTERRUPT_STORM", Severity.Critical,
            "An interrupt arrives all the time and no handler takes it.",
            "The line's state and the last end of interrupt; which devices share it.",
            "Linux spurious.c note_interrupt"),
        new(FindingCode.RemoteIrrStuck, "REMOTE_IRR_STUCK", Severity.Critical,
            "A level pin was given another vector before the one that it had sent was ended: its line is dead.",
            "The write of the pin's entry, and who moved the interrupt.",
            "Linux io_apic.c ioapic_prepare_move; xen 12b6ea528fd6"),
        new(FindingCode.SpuriousVector, "SPURIOUS_VECTOR", Severity.Minor,
            "An interrupt that nobody sent, or an error of the local APIC. A few are legal.",
            "What was masked or moved just before it.",
            "Intel SDM volume 3, spurious interrupt; Linux apic.c"),
        new(FindingCode.CounterMismatch, "COUNTER_MISMATCH", Severity.Major,
            "The allocator's recorded counters are not what its recorded operations make them.",
            "Lost records before it, then operations on CPUs that emit none.",
            "Linux matrix.c; invariant I-13"),
        new(FindingCode.MissedCompletion, "MISSED_COMPLETION", Severity.Major,
            "A driver found by asking that its device was done: the interrupt never came.",
            "Backwards from there: moves, masks, CPUs offline and remapping entries of that interrupt.",
            "Linux nvme pci.c nvme_timeout, sch_generic.c dev_watchdog"),
        new(FindingCode.TruncatedDestination, "TRUNCATED_DESTINATION", Severity.Critical,
            "An interrupt's destination does not fit its message: it goes to another CPU.",
            "Whether interrupt remapping is on; machines with APIC IDs above 255 need it.",
            "Linux apic.c __irq_msi_compose_msg"),
        new(FindingCode.WrongProcessor, "WRONG_PROCESSOR", Severity.Major,
            "An interrupt of a virtual PCI device arrives on another CPU than the hypervisor "
            + "was told, time after time.",
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
        new(FindingCode.HostMessage, "HOST_MESSAGE", Severity.Critical,
            "The device holds another message than the kernel wrote, or has MSI-X off that the kernel switched on.",
            "What the hypervisor did with the last write of that entry.",
            "Xen 082fdc6ce85e; ACRN issue 5847"),
        new(FindingCode.InheritedInterrupt, "INHERITED_INTERRUPT", Severity.Major,
            "An interrupt from before this kernel: a device that an earlier kernel or the firmware left running.",
            "Whether this is a crash kernel; which devices were not reset before it started.",
            "Linux intel/irq_remapping.c iommu_load_old_irte; kexec"),
        new(FindingCode.StartedWhileSuspended, "STARTED_WHILE_SUSPENDED", Severity.Major,
            "A managed interrupt was started in the middle of resume, before its device could be reached.",
            "The message and the mapping of that interrupt after resume.",
            "Linux cpuhotplug.c irq_restore_affinity_of_irq before 6.12"),
        new(FindingCode.InvalidationStalled, "INVALIDATION_STALLED", Severity.Critical,
            "A remapping unit did not carry out its commands: changed entries may not be in effect.",
            "Entries written since the last command that was carried out.",
            "Linux intel/dmar.c qi_check_fault; amd/iommu.c iommu_completion_wait"),
        new(FindingCode.RemappingErratum, "REMAPPING_ERRATUM", Severity.Major,
            "An interrupt went astray on a chipset whose remapping hardware is known to do that.",
            "Firmware or the kernel option that switches interrupt remapping off on this chipset.",
            "Intel 5500, 5520 and X58 specification updates"),
        new(FindingCode.CaptureGap, "CAPTURE_GAP", Severity.Note,
            "Records are missing here: what follows may look like a bug and be none.",
            "Bigger buffers, or fewer events, for the next recording.",
            "trace-cmd record -b; perf record -m"),
        new(FindingCode.CopiedMessage, "MESSAGE_COPIED_OUTSIDE", Severity.Major,
            "A message changed while another agent keeps a copy of it: interrupts by the old one go astray.",
            "Whether interrupt remapping is on: with it messages do not change.",
            "Linux genirq/msi.c; switchtec and other bridges that send for their peer"),
        new(FindingCode.MaskDisagreement, "MASK_DISAGREEMENT", Severity.Major,
            "The core, the kernel's cache and the device do not agree whether the interrupt is masked.",
            "The mask or unmask after which they parted; a migration that did only half of it.",
            "Linux chip.c unmask_irq, msi.c pci_msix_write_vector_ctrl"),
        new(FindingCode.UnsafeConfig, "UNSAFE_CONFIG", Severity.Major,
            "A device keeps its messages in memory of its own, and no interrupt remapping keeps them from changing.",
            "Whether interrupt remapping can be switched on; each affinity change until then may tear a message.",
            "Thomas Gleixner in the interrupt message store thread; Linux 6.2 pci_create_ims_domain"),
        new(FindingCode.SilentBackingFailure, "SILENT_BACKING_FAILURE", Severity.Critical,
            "The host has no interrupt behind one of its guest, "
            + "and nothing could tell the guest: the interrupt is dead.",
            "What the host had left when the guest unmasked the entry: vectors, remapping entries.",
            "Thomas Gleixner in the interrupt message store thread; vfio_msi_set_vector_signal"),
        .. AssignedDevices(),

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
            "A CPU's available vectors do not follow from window, system, managed and allocated ones.",
            "irq_matrix_online"),
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
        new(FindingCode.MessageTarget, "MESSAGE_TARGET", Severity.Critical,
            "An unmasked entry's message does not lead to where its interrupt is.",
            "The last move of the interrupt, and the writes of message and remapping entry that belong to it.",
            "Linux vector.c x86_vector_msi_compose_msg; invariant I-24"),
        new(FindingCode.MaskHardwareCache, "MASK_HARDWARE_CACHE", Severity.Minor,
            "The device's entry and the kernel's cached control word do not agree on the mask.",
            "A reset that the kernel did not see, or a write that did not reach the device.",
            "Linux msi.c; invariant I-25"),
        new(FindingCode.MaskGenericCache, "MASK_GENERIC_CACHE", Severity.Minor,
            "The core's masked flag and the kernel's cached control word do not agree.",
            "A migration or a pending move that masked and did not unmask.",
            "Linux chip.c, migrate_one_irq; invariant I-26"),
        new(FindingCode.MessageWhileUnmasked, "MESSAGE_WHILE_UNMASKED", Severity.Minor,
            "An entry's message was changed while the entry was enabled and not masked.",
            "The mask that should come before the store.",
            "PCI specification 6.8.2; Linux msi.c __pci_write_msi_msg; invariant I-27"),
        new(FindingCode.PendingUnmasked, "PENDING_UNMASKED", Severity.Minor,
            "An entry's pending bit stays set although the entry is not masked.",
            "Whether the message was sent at the unmask.",
            "PCI specification 6.8.3; invariant I-28"),
        new(FindingCode.InterruptModes, "INTERRUPT_MODES", Severity.Minor,
            "A device has two ways of interrupting enabled at once.",
            "The order of enabling in its driver or in the hypervisor.",
            "Linux msi.c pci_intx_for_msi; invariant I-29"),
        new(FindingCode.MessageNotConstant, "MESSAGE_NOT_CONSTANT", Severity.Minor,
            "A message that goes through remapping changed while its interrupt was active.",
            "Why the remapping entry was allocated anew.",
            "Linux intel/irq_remapping.c; invariant I-30"),
        new(FindingCode.MessageNoInterrupt, "MESSAGE_NO_INTERRUPT", Severity.Critical,
            "An unmasked entry's address is no interrupt: the device's next signal is a write to memory.",
            "Who wrote the address.",
            "Linux asm/msi.h; Intel SDM volume 3, message signalled interrupts; invariant I-31"),
        new(FindingCode.DeactivatedMessage, "DEACTIVATED_MESSAGE", Severity.Minor,
            "An interrupt was given up and its entry is not masked and still holds a message.",
            "The shut-down of that interrupt: mask and deactivation.",
            "Linux genirq/msi.c msi_domain_deactivate; invariant I-32"),
        new(FindingCode.EntryNotInvalidated, "ENTRY_NOT_INVALIDATED", Severity.Major,
            "A vector was given back while the hardware may still use a remapping entry's old copy that leads there.",
            "Invalidations of that entry between its write and the release.",
            "Linux intel/irq_remapping.c modify_irte; invariant I-33"),
        new(FindingCode.EntryTear, "ENTRY_TEAR", Severity.Major,
            "Half of a present and posted remapping entry was stored alone.",
            "The code that stores it: it must exchange both halves at once.",
            "Linux intel/irq_remapping.c modify_irte; invariant I-34"),
        new(FindingCode.EntrySource, "ENTRY_SOURCE", Severity.Major,
            "A message names a remapping entry beyond the table, or one that its sender may not use.",
            "The requester id that the entry was made for.",
            "Linux intel/irq_remapping.c set_msi_sid; invariant I-35"),
        new(FindingCode.EntryShared, "ENTRY_SHARED", Severity.Major,
            "A remapping entry that belongs to one interrupt was written for another.",
            "Who allocated and who freed that entry.",
            "Linux intel/irq_remapping.c alloc_irte; invariant I-36"),
        new(FindingCode.RemapEnableOrder, "REMAP_ENABLE_ORDER", Severity.Major,
            "Remapping was switched on and the unit's cache was not cleared after it was given its table.",
            "The global invalidation between the table's latching and the enabling.",
            "Linux intel/irq_remapping.c iommu_set_irq_remapping; invariant I-37"),
        new(FindingCode.PostedDescriptor, "POSTED_DESCRIPTOR", Severity.Major,
            "A posted-interrupt descriptor has requests, is not suppressed and has no notification outstanding.",
            "The last load or put of its virtual CPU.",
            "Linux vmx/posted_intr.c vmx_vcpu_pi_load (c112b5f50232); invariant I-38"),
        new(FindingCode.PostedDescriptorOwner, "POSTED_DESCRIPTOR_OWNER", Severity.Major,
            "A posted-interrupt descriptor does not notify the CPU where its virtual CPU is.",
            "The last load or put of its virtual CPU.",
            "Linux vmx/posted_intr.c; invariant I-39"),
        new(FindingCode.AmdNotInvalidated, "AMD_NOT_INVALIDATED", Severity.Major,
            "An AMD remapping entry was changed and its device's table not invalidated before the old vector was "
            + "given back.",
            "Invalidation commands for that device between the write and the release.",
            "Linux amd/iommu.c iommu_flush_irt_and_complete; invariant I-40"),
        HyperV(FindingCode.MappingWithoutChannel, "MAPPING_WITHOUT_CHANNEL", Severity.Major,
            "The host mapped an interrupt of a virtual PCI device whose channel is closed or being released.",
            "hv_pci_suspend"),
        HyperV(FindingCode.BusTransition, "BUS_TRANSITION", Severity.Major,
            "A virtual PCI bus changed its state in a way that the driver has no path for.",
            "hv_pci_probe, hv_pci_resume"),
        HyperV(FindingCode.OneMappingEach, "ONE_MAPPING_EACH", Severity.Critical,
            "On an installed bus an interrupt has no mapping, several, or one that is not the device's message.",
            "hv_compose_msi_msg"),
        HyperV(FindingCode.RetargetFailed, "RETARGET_FAILED", Severity.Critical,
            "The hypervisor refused to retarget an interrupt of an installed bus.", "hv_irq_retarget_interrupt"),
        HyperV(FindingCode.MappingBalance, "MAPPING_BALANCE", Severity.Minor,
            "A mapping was made twice without being dropped, or dropped without being there, "
            + "and no resume explains it.",
            "hv_int_desc_free"),
        Invariant(FindingCode.TriggerNotAsMasked, "TRIGGER_NOT_AS_MASKED", Severity.Major,
            "A vector's eventfd is not the one that the guest's mask asks for.",
            "QEMU hw/vfio/pci.c: vfio_msix_vector_use, vfio_msix_vector_release"),
        Invariant(FindingCode.RouteMissing, "ROUTE_MISSING", Severity.Critical,
            "An irqfd is armed and KVM has no route for it.", "Linux kvm eventfd.c: irqfd_update, irqfd_inject"),
        Invariant(FindingCode.HardwareMessageDiffers, "HARDWARE_MESSAGE_DIFFERS", Severity.Critical,
            "A device's entry holds another message than the host's cache.",
            "Linux vfio_pci_intrs.c: vfio_msi_set_vector_signal"),
        Invariant(FindingCode.ErrorStateChange, "ERROR_STATE_CHANGE", Severity.Major,
            "A device that failed for good changed its error state.", "Linux pci.h: pci_dev_set_io_state"),
        Invariant(FindingCode.ResumeBeforeVote, "RESUME_BEFORE_VOTE", Severity.Major,
            "A driver was told to resume before all had answered that they recovered.",
            "Linux pcie/err.c: pcie_do_recovery"),
        Invariant(FindingCode.HotResetWithoutOwnership, "HOT_RESET_WITHOUT_OWNERSHIP", Severity.Critical,
            "A VFIO hot reset succeeded for a caller that does not own all functions of the bus.",
            "Linux vfio_pci_core.c: vfio_pci_ioctl_pci_hot_reset"),
        new(FindingCode.RemoteIrrOrder, "REMOTE_IRR_ORDER", Severity.Minor,
            "A level pin stopped waiting though the vector that it sent was never ended.",
            "What cleared it: a mode switch, a reset, a lost record.",
            "Intel 82093AA; Linux io_apic.c; invariant I-52"),
        new(FindingCode.LapicOrder, "LAPIC_ORDER", Severity.Minor,
            "A local APIC served or ended a vector out of the order of priorities.",
            "Lost or reordered records of that CPU.",
            "Intel SDM volume 3, interrupt acceptance; invariant I-53"),
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

    /// <summary>
    /// Row of a code by its id or its name, however they are written (<c>irq007</c>, <c>vector-leak</c>), or null.
    /// </summary>
    public static FindingInfo? FindNamed(string word)
    {
        string name = word.Replace('-', '_');
        foreach (FindingInfo info in All)
        {
            if (info.Id.Equals(word, StringComparison.OrdinalIgnoreCase)
                || info.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return info;
        }
        return null;
    }

    /// <summary><c>IRQ005</c> for number 5.</summary>
    public static string IdOf(FindingCode code) =>
        string.Create(CultureInfo.InvariantCulture, $"IRQ{(int)code:D3}");

    private static FindingInfo HyperV(FindingCode code, string name, Severity severity,
        string meaning, string function) =>
        new(code, name, severity, meaning,
            "Packets on the bus's channel and hypercalls before the event, and the bus's last suspend or resume.",
            string.Create(CultureInfo.InvariantCulture,
                $"Linux drivers/pci/controller/pci-hyperv.c: {function}; invariant I-{(int)code - 100}"));

    private static FindingInfo Invariant(FindingCode code, string name, Severity severity, string meaning,
        string function) =>
        new(code, name, severity, meaning,
            "The records around the event, and whether records were lost before it.",
            string.Create(CultureInfo.InvariantCulture, $"{(function.Contains(':', StringComparison.Ordinal)
                ? "" : "Linux kernel/irq/matrix.c and apic/vector.c: ")}"
                + $"{function}; invariant I-{(int)code - 100:D2}"));
}
