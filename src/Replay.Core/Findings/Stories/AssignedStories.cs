using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>
/// Assigned devices: stray messages, freezes, and resets after errors that were forgotten, doubled or told too late.
/// </summary>
internal static class AssignedStories
{
    public static IReadOnlyList<Story> All { get; } =
    [
        new(45)
        {
            Steps =
            [
                "A reset behind the kernel's back, or a message that was never written, "
                    + "leaves an MSI-X entry with address 0.",
                "The entry is unmasked: the host requests its interrupt again and takes the message "
                    + "in the device for granted.",
                "The device signals, which is a write of data 0 to address 0. No interrupt arrives anywhere.",
                "On POWER the host bridge rejects the write and freezes the device; with an IOMMU it faults; "
                    + "without one, or where the guest's page 0 is mapped there, it changes memory and nobody notices.",
            ],
            Signature = "\"DMAR: [DMA Write] … fault addr 0\" or \"EEH: Frozen PE\" of a device whose entry reads "
                + "zero; a handler that stops running.",
            Cause = "The same as of IRQ019, or a failed composition (IRQ013).",
            Cure = "As for IRQ019: the host must write the message before it unmasks the entry.",
            Fix = "Linux b8f02af096b1 (3.17): VFIO writes the cached message back",
            Rules = ["prefix:b8f02af096b1", "fix:b8f02af096b1"],
        },
        new(46)
        {
            Steps =
            [
                "The host bridge of a POWER machine sees a write that it must not let through.",
                "It isolates the partitionable endpoint: every function below the port reads as all ones, "
                    + "writes and interrupts are dropped.",
                "An EEH reset ends the isolation and leaves the device without state.",
                "The sixth freeze within an hour removes the device for good.",
            ],
            Signature = "\"EEH: Frozen PHB#… -PE#… detected\", reads of all ones, "
                + "interrupts of all functions of the port end at one moment.",
            Cause = "Here: a message to address 0 (IRQ045).",
            Cure = "Repair what sends the stray write; "
                + "more freezes are allowed by /sys/kernel/debug/powerpc/eeh_max_freezes.",
            Rules = ["prefix:b8f02af096b1", "fix:b8f02af096b1"],
            Seen = ["https://www.ibm.com/support/pages/node/7247831"],
        },
        new(47)
        {
            Steps =
            [
                "A guest is told of an error and resets its virtual bridge.",
                "QEMU resets all functions behind that bridge, and asks the host for one hot reset "
                    + "on behalf of function 0.",
                "Function 0 of the real device is not in this guest: every other function leaves the reset "
                    + "to it, and nobody asks.",
                "The guest believes that its device was reset; it was not.",
            ],
            Signature = "The guest's link reset without a VFIO hot reset, "
                + "while the guest has functions of the bus but not function 0.",
            Cause = "A device of several functions of which a guest has a part.",
            Cure = "Give the guest all functions of the device, function 0 included.",
            Rules = ["prefix:caojin-1", "fix:caojin-1", "fix:caojin-2"],
        },
        new(48)
        {
            Steps =
            [
                "A fatal error freezes a link. Only a reset of the link makes what is below it trustworthy again.",
                "The host leaves that reset to the user of the devices, and the user does none, or a smaller one.",
                "The devices are used again.",
            ],
            Signature = "aer_event of fatal severity, recovery ends, and no bus reset between the two.",
            Cause = "A host that skips its own reset and does not insist on the user's.",
            Cure = "The host waits for the user's reset for a time, then resets the link itself.",
            Rules = ["prefix:caojin-2", "fix:caojin-2"],
        },
        new(49)
        {
            Steps =
            [
                "A bus is reset, and reset again before anybody touched a device below it.",
                "The second reset changes nothing. "
                    + "With even one access in between it is no duplicate, and is never left out.",
            ],
            Signature = "Two bus resets of one port; the state line of the second says how many accesses came between.",
            Cause = "Host and guest recover from the same error, each with a reset of its own.",
            Cure = "None is needed; each reset costs a second or so.",
            Rules = ["fix:caojin-1"],
        },
        new(50)
        {
            Steps =
            [
                "A fatal error is detected; from then on reads of the device return all ones.",
                "The guest reads the device before the eventfd tells its monitor of the error.",
                "Its driver takes all ones for data, or for a device that was pulled out, and recovers in its own way.",
            ],
            Signature = "A guest's access between aer_event and vfio-pci's error_detected.",
            Cause = "A host that tells the guest late, or after its own reset.",
            Cure = "Signal the eventfd first thing in error_detected, before any reset.",
            Rules = ["prefix:mst-3", "fix:mst-3"],
        },
        new(51)
        {
            Steps =
            [
                "A fatal error: the host keeps the guest away from its device and resets the link.",
                "Then the guest recovers: its error_detected reads registers to save or to log them.",
                "They are those of a device that was just reset: MSI-X off, DMA state gone.",
            ],
            Signature = "A bus reset by the host before the guest's error_detected for the same error.",
            Cause = "Two recoveries of one error, the host's first.",
            Cure = "Leave the reset to the guest, or do not let the guest look at the device before its own reset.",
            Rules = ["prefix:caojin-1", "fix:caojin-1", "fix:caojin-2"],
        },
        new(52)
        {
            Steps =
            [
                "The host leaves the reset after a fatal error to the user of the device.",
                "The functions below the port have several users, or one belongs to the host: "
                    + "none of them may reset the bus.",
                "When the time is over the host may not do it either. The device is given back as the error left it.",
            ],
            Signature = "Hot resets refused with -1 or -22 after an aer_event, and no bus reset afterwards.",
            Cause = "Functions of one device given to different owners.",
            Cure = "Give all functions of a reset scope to one owner, or let the host reset the link always.",
            Rules = ["prefix:caojin-2", "fix:caojin-2"],
        },
    ];
}
