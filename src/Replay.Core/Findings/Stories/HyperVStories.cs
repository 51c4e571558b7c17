using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>Guests of Hyper-V: virtual PCI, its channel, the host's mappings.</summary>
internal static class HyperVStories
{
    public static IReadOnlyList<Story> All { get; } =
    [
        new(1)
        {
            Steps =
            [
                "A guest freezes for hibernation; "
                    + "its virtual PCI bus is suspended first and the channel to the host is closed.",
                "CPUs go offline. Each interrupt that must leave one is masked, moved and unmasked again.",
                "Unmasking asks the hypervisor to retarget. "
                    + "With the channel closed there is nothing to retarget: the hypercall fails.",
                "The driver returns before it unmasks the entry. Its copy says masked, "
                    + "the generic flag says not masked.",
                "On resume the PCI core writes the copy into the device: masked. Nobody unmasks it, "
                    + "since the generic flag is clear.",
                "The device's event sets the pending bit and waits for ever.",
            ],
            Signature = "Between CPU_OFF records a mask of the interrupt without an unmask, "
                + "or the log line \"hv_irq_unmask() failed: 0x…\" once per "
                + "interrupt and CPU; after resume its mask bit is set and no handler runs.",
            Cause = "A guest kernel whose pci-hyperv returns early when the retarget hypercall fails.",
            Cure = "Update the guest's kernel. Until then unload the driver before hibernation, "
                + "or disable and enable the device after it.",
            Fix = "Linux 915cff7f38c5 (5.11): the entry is unmasked whatever the hypercall returned",
            Rules = ["prefix:915cff7f38c5", "fix:915cff7f38c5", "fix:hv-hibernate-v2", "fix:hv-restore-only"],
            Seen =
            [
                "https://bugs.launchpad.net/ubuntu/+source/linux-azure/+bug/1904463",
                "https://github.com/microsoft/lisa/pull/1023",
            ],
        },
        new(2)
        {
            Steps =
            [
                "Suspending the virtual PCI bus releases its resources: "
                    + "the host drops every interrupt mapping of its devices.",
                "Resume opens the channel again, and powers the devices up.",
                "The guest still uses the messages of before, and nobody asks the host to map them.",
                "The host finds no mapping for what the device sends, and drops it. The guest sees silence.",
            ],
            Signature = "Resume shows QUERY_BUS_RELATIONS, D0ENTRY, "
                + "RESOURCES_ASSIGNED and no CREATE_INTERRUPT for a started interrupt; no handler "
                + "runs afterwards. A retarget with a status other than 0 in the installed state says the same.",
            Cause = "A guest kernel that does not create mappings again. "
                + "Devices with several MSI messages may be missed even with the fix.",
            Cure = "Update the guest's kernel. Drivers that free and request their interrupts around "
                + "hibernation are not affected.",
            Fix = "Linux 915cff7f38c5 (5.11): hv_pci_restore_msi_state",
            Rules =
            [
                "prefix:915cff7f38c5", "fix:915cff7f38c5", "fix:hv-unmask-only", "fix:hv-driver-recreates",
                "prefix:hv-multi-msi",
            ],
            Seen =
            [
                "https://bugs.launchpad.net/ubuntu/+source/linux-azure/+bug/1904463",
                "https://github.com/microsoft/lisa/pull/1023",
            ],
        },
        new(13)
        {
            Steps =
            [
                "An interrupt is started: its message has to be composed by the host.",
                "The host refuses, the channel is closed, or the device is gone (its vendor id reads all ones).",
                "The driver hands back a message of zeros, which is written into the entry.",
                "The entry is unmasked: the device's next event is a write of 0 to address 0.",
            ],
            Signature = "msi_write with address 0 for an interrupt that is starting, "
                + "not one that is being deactivated; before it \"Request for "
                + "interrupt failed: 0x…\" or a negative status of CREATE_INTERRUPT.",
            Cause = "A failed composition whose error nobody passes on.",
            Cure = "Find why the host refused. A device that writes to address 0 corrupts memory: reset it.",
        },
        new(27)
        {
            Steps =
            [
                "The hypervisor numbers virtual processors; the guest numbers CPUs. They need not be the same.",
                "A retarget names the CPU's number where a processor's number is wanted.",
                "The interrupt arrives on another CPU than its affinity says, always the same one.",
            ],
            Signature = "Arrivals consistently on one wrong CPU; "
                + "the set of processors in the retarget is the CPU's number.",
            Cause = "Numbers mixed up in a driver; "
                + "seen in guests whose processors were added later or numbered by socket.",
            Cure = "Update the guest. The permutation between wanted and actual CPUs shows the two numberings.",
            Seen = ["https://reviews.freebsd.org./rGfa397e50fd8820446d44b90cf4017bd31e264c76"],
        },
        new(28)
        {
            Steps =
            [
                "A retarget names several processors, or sets the multicast flag.",
                "The hypervisor delivers one device event to all of them.",
                "One CPU's handler does the work; all others find nothing.",
            ],
            Signature = "A hypercall 0x7e with flag 1 or several processors; "
                + "after it handler runs on several CPUs for one event, all but one with ret 0.",
            Cause = "The multicast flag. Linux tried it once, and its comment says that it does not any more.",
            Cure = "Target one processor.",
        },
        new(31)
        {
            Steps =
            [
                "The guest writes an MSI message: a new one, or the same again.",
                "The hypervisor tears its own copy down and sets it up, and leaves the device disabled, "
                    + "or with another message.",
                "Events of that time, or all later ones, are lost.",
            ],
            Signature = "The host's message or enable bit differs from the guest's after a guest "
                + "write, a resume or a reset.",
            Cause = "A hypervisor that treats a rewrite as a teardown, or touches a device that is off.",
            Cure = "Update the hypervisor; compare host and guest state after the write.",
            Seen =
            [
                "https://github.com/projectacrn/acrn-hypervisor/issues/5847",
                "https://github.com/edera-dev/linux-kernel-oci/pull/89",
            ],
        },
        new(33)
        {
            Steps =
            [
                "A managed interrupt was shut down when the last CPU of its mask went offline in suspend.",
                "In resume that CPU comes back before the devices do, and the kernel starts the interrupt at once.",
                "Its device sleeps: the message reaches only the kernel's copy; "
                    + "on Hyper-V the channel is closed and the message becomes zeros.",
                "Usually the device's own resume repairs it. Where it does not, the interrupt is dead.",
            ],
            Signature = "vector_activate of a managed interrupt between CPU_ON and dpm_resume_noirq.",
            Cause = "Up to 6.11 or so the kernel does not ask whether the device is suspended.",
            Cure = "Context on bare metal. If the message is wrong after resume, update the kernel.",
            Fix = "6.12: irq_restore_affinity_of_irq leaves suspended interrupts alone",
            Rules = ["prefix:managed-suspend", "fix:managed-suspend"],
        },
    ];
}
