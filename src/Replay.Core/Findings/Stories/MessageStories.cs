using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>What stands in the device: messages and masks.</summary>
internal static class MessageStories
{
    public static IReadOnlyList<Story> All { get; } =
    [
        new(3)
        {
            Steps =
            [
                "The system is suspended or makes its hibernation image; CPUs go offline and interrupts move.",
                "The device sleeps: new messages reach only the kernel's own copy.",
                "The device wakes up with its old messages, or with none, and nobody writes the copy into it.",
                "It signals a (cpu, vector) of before, where another interrupt lives or nobody.",
            ],
            Signature = "Between dpm_resume_noirq's begin and the device's resume there is no pci_restore_state, "
                + "pci_restore_msi_state or message write; then \"No irq handler\" lines, or silence.",
            Cause = "A thaw path without a restore of the device's state, or a driver that restores only part of it.",
            Cure = "Update the kernel; in a driver restore the state in every path, the thaw included.",
            Fix = "Linux e60514bd4485 (PCI: restore the state at thaw)",
            Seen =
            [
                "https://gitlab.denx.de/Xenomai/ipipe-arm64/-/blob/e60514bd4485c0c7c5a7cf779b200ce0b95c70d6/drivers/pci/pci-driver.c",
            ],
        },
        new(4)
        {
            Steps =
            [
                "A driver requests its interrupt: the kernel writes the message, then unmasks the entry.",
                "The unmask does not come, or something masks the entry again.",
                "The device's first event sets the entry's pending bit and stays there.",
            ],
            Signature = "irq_startup without a later msi_unmask of the entry, "
                + "or an msi_mask between start-up and the first event.",
            Cause = "An error path in start-up, a reset after it that leaves the entry masked (all are after a reset), "
                + "or a device whose own mask was forgotten.",
            Cure = "Unmask once by hand (disable and enable the interrupt in the driver); "
                + "find the masking record and who made it.",
            Seen =
            [
                "https://www.infradead.org/git/?a=commitdiff&h=e045fa29e893&p=nvme.git",
                "https://git.rlab.io/system/linux/-/tags/irq-urgent-2021-08-15",
            ],
        },
        new(11)
        {
            Steps =
            [
                "Without remapping a message holds CPU (address) and vector (data): two writes.",
                "The interrupt moves, both change, and the entry is not masked.",
                "The device signals between the writes and sends the new CPU with the old vector.",
                "That pair belongs to another interrupt or to nobody: one event lost, and perhaps one spurious.",
            ],
            Signature = "Two msi_write records of an entry that is enabled and unmasked, address and data both "
                + "changed; a device event between them, and no retrigger although the temporary vector is pending.",
            Cause = "An MSI without mask bits, or an update that writes both halves at once.",
            Cure = "Use interrupt remapping, or a kernel and device that mask during the update.",
            Fix = "Linux 6f1a4891a592 (two steps, same CPU first); "
                + "tag irq-urgent-2021-08-15 (MSI-X is masked for the update)",
            Rules = ["prefix:6f1a4891a592", "fix:6f1a4891a592"],
            Seen = ["https://lab.nexedi.cn/kirr/linux/-/commit/6f1a4891a5928a5969c87fa5a584844c983ec823"],
        },
        new(26)
        {
            Steps =
            [
                "A machine has APIC ids above 255.",
                "An interrupt is directed at such a CPU, and the message's field has eight bits "
                    + "(fifteen with the extension).",
                "The id is cut: the interrupt goes to id modulo 256.",
                "There it is somebody else's vector or nobody's (IRQ005).",
            ],
            Signature = "vector_config with an apicdest that does not fit into the address bits "
                + "of the message written after it.",
            Cause = "No interrupt remapping and no extended destination on a large machine, "
                + "or software that cuts the id.",
            Cure = "Switch interrupt remapping on (or the hypervisor's extended destination ids), "
                + "or keep interrupts on CPUs with ids below 255.",
            Seen = ["https://reviews.freebsd.org/D55857"],
        },
        new(37)
        {
            Steps =
            [
                "The message of an active interrupt is handed to another agent: a peer behind a bridge, "
                    + "a queue in device memory.",
                "Later the interrupt moves. Without remapping its message changes; the copy does not.",
                "The agent goes on sending the old message: to a vector that was given away.",
            ],
            Signature = "message_copy or a foreign write of an active message, "
                + "later an msi_write of the same interrupt with another target, then stray arrivals on the old one.",
            Cause = "A design that copies messages on a machine without interrupt remapping.",
            Cure = "Use interrupt remapping: then the message is constant and only the remapping entry changes.",
            Rules = ["prefix:ims-needs-ir", "fix:ims-needs-ir"],
        },
        new(39)
        {
            Steps =
            [
                "A device keeps interrupt messages in its own memory, a queue for example, "
                    + "and reads them when it gets to it.",
                "There is no interrupt remapping, so an affinity change has to rewrite "
                    + "the message: address, then data.",
                "The device may hold either half, or the old message, for any time; "
                    + "what it then sends reaches a place of somebody else.",
            ],
            Signature = "An interrupt of a message store (IMS) without a remapping entry; "
                + "later arrivals on places that are nobody's.",
            Cause = "A message store used on a machine, or in a guest, without interrupt remapping.",
            Cure = "Refuse it there, as Linux 6.2 does, or switch remapping on: then the message never changes.",
            Rules = ["prefix:ims-needs-ir", "fix:ims-needs-ir"],
        },
        new(38)
        {
            Steps =
            [
                "Whether an interrupt is masked is kept three times: in the kernel's generic flag, "
                    + "in its copy of the entry, in the device.",
                "One of them is changed without the others: an unmask that returns early, "
                    + "a write to a sleeping device, a reset.",
                "Each later step trusts another of the three. "
                    + "The disagreement lasts until one of them decides a delivery.",
            ],
            Signature = "After a quiet moment the three differ, "
                + "and it is not the lazy disable (disabled, but masked nowhere).",
            Cause = "An error path between mask and unmask, or a device that lost its state.",
            Cure = "Treat it as an early warning: find the record after which they first differ. "
                + "It comes before the loss (IRQ001, IRQ004).",
            Fix = "899649b7d4ea for VFIO's INTx; 915cff7f38c5 for Hyper-V",
            Rules = ["prefix:915cff7f38c5", "fix:915cff7f38c5"],
        },
    ];
}
