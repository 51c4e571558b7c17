namespace Replay.Core.Findings;

/// <content>Assigned devices: stray messages, frozen devices, resets that should have been and errors
/// told too late.</content>
public static partial class FindingCatalog
{
    private static FindingInfo[] AssignedDevices() =>
    [
        new(FindingCode.StrayWrite, "DMA_STRAY", Severity.Critical,
            "A device signalled by a write to an address that is no interrupt's: it hits memory, "
            + "faults, or freezes the device.",
            "What took the entry's message, and why nobody wrote it again before the entry was unmasked.",
            "PCI specification 6.8.2; Linux b8f02af096b1; invariant I-31"),
        new(FindingCode.PlatformFreeze, "EEH_FREEZE", Severity.Critical,
            "The platform isolates a device after a bad write: its reads are all ones, "
            + "its writes and interrupts are dropped.",
            "The write that it answers, and how many freezes there were within the hour: the sixth removes the device.",
            "Linux powerpc/kernel/eeh.c eeh_dev_check_failure, eeh_max_freezes"),
        new(FindingCode.ResetNotIssued, "RESET_NOT_ISSUED", Severity.Major,
            "A guest reset its bridge after an error and no reset was done on the host: function 0, "
            + "which asks for it, is not in the guest.",
            "Which functions of the bus the machine has.",
            "QEMU vfio_pci_hot_reset as in Cao Jin's series on AER for assigned devices"),
        new(FindingCode.LinkNotReset, "LINK_NOT_RESET", Severity.Major,
            "Devices are used again after a fatal error of their link, and the bus was never reset.",
            "Who had to reset the link, and what became of the request.",
            "Alex Williamson in the thread on AER for assigned devices; Linux pcie/err.c pcie_do_recovery"),
        new(FindingCode.RepeatedReset, "REPEATED_RESET", Severity.Note,
            "A bus was reset twice with no access in between: the second reset changed nothing.",
            "Whether host and guest both recover from one error.",
            "The thread on AER for assigned devices"),
        new(FindingCode.ToldTooLate, "TOLD_TOO_LATE", Severity.Major,
            "A guest read all ones from its device before it was told of the error.",
            "What lies between the error's report and the eventfd.",
            "Alex Williamson in the thread on AER for assigned devices; Linux vfio_pci_core_aer_err_detected"),
        new(FindingCode.StateGoneBeforeRecovery, "STATE_GONE_BEFORE_RECOVERY", Severity.Major,
            "A guest's recovery starts on a device that the host has already reset: registers, "
            + "table and DMA state are gone.",
            "Whether host and guest both reset after one error, and which came first.",
            "Cao Jin's first design in the thread on AER for assigned devices"),
        new(FindingCode.NobodyMayReset, "NOBODY_MAY_RESET", Severity.Critical,
            "A device is returned in an unknown state: its link had a fatal error, "
            + "and no user of the bus may reset it alone.",
            "Who has each function below the port.",
            "Cao Jin's second design in the thread on AER for assigned devices"),
    ];
}
