using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>KVM, VFIO and the virtual machine monitor.</summary>
internal static class VirtualStories
{
    public static IReadOnlyList<Story> All { get; } =
    [
        new(17)
        {
            Steps =
            [
                "The host's interrupt of an assigned device signals an eventfd; KVM looks up the route of its number.",
                "There is no route, or a disabled one: removed while the guest had the entry masked, "
                    + "or lost in migration or reset.",
                "The eventfd has been read by then. The event is gone without a pending bit anywhere.",
            ],
            Signature = "The host's handler runs for the device and no kvm_msi_set_irq follows, "
                + "while the guest's entry is unmasked.",
            Cause = "A monitor that removes routes on mask, or does not set them again.",
            Cure = "On mask detach the eventfd and keep the route; after migration set all routes before devices run.",
            Seen =
            [
                "https://github.com/cloud-hypervisor/cloud-hypervisor/pull/795",
                "https://go.mail-archive.com/qemu-devel@nongnu.org/msg420966.html",
            ],
        },
        new(18)
        {
            Steps =
            [
                "The remapping unit posts interrupts straight into a descriptor of the virtual CPU "
                    + "and notifies the CPU that runs it.",
                "The virtual CPU moves or blocks; notification bits and target are changed in several steps.",
                "A bit is left such that no notification is sent, or it goes to the CPU of before.",
                "The interrupt waits for the next unrelated exit, or disturbs another CPU.",
            ],
            Signature = "A posted vector set without notification outstanding after suppression ends; "
                + "notification vectors on a CPU that does not run "
                + "the virtual CPU; an entry rewritten by a host affinity change while it is posted.",
            Cause = "Order of steps in KVM, or host and KVM both writing the entry.",
            Cure = "Update the host's kernel; as a test switch posted interrupts off.",
            Fix = "Linux c112b5f50232; the 2025 change that keeps posted entries from affinity changes",
            Seen =
            [
                "https://lkml.iu.edu/hypermail/linux/kernel/2503.2/04355.html",
                "https://lkml.iu.edu/hypermail/linux/kernel/2111.3/07243.html",
            ],
        },
        new(40)
        {
            Steps =
            [
                "A guest allocates and requests an interrupt of a device that its host assigned to it. "
                    + "The guest's side succeeds.",
                "The host learns of it only when the guest unmasks the entry, by a trap, or never, "
                    + "where the store does not trap.",
                "It needs a vector and a remapping entry of its own then. There is none left, or nobody asked.",
                "An unmask returns nothing: the guest cannot be told. Every event of the device is blocked.",
            ],
            Signature = "A failed allocation on the host at the time of the guest's unmask; "
                + "in the guest no error, and no interrupt ever.",
            Cause = "The host allocates at a point where the guest has no way to hear of a failure.",
            Cure = "One hypercall at the guest's update of its remapping entry: "
                + "the error reaches request_irq or the affinity change.",
            Rules = ["prefix:irte-hypercall", "fix:irte-hypercall"],
        },
        new(19)
        {
            Steps =
            [
                "A guest's driver resets its device by a register or a self test that neither QEMU nor "
                    + "the host knows as a reset.",
                "The device's MSI-X table is zero now. QEMU's copy, KVM's route and the host's cache are as before.",
                "The guest restores its entries: QEMU sees the same values and calls the host "
                    + "only for mask and unmask.",
                "The host frees and requests the vector. Old kernels write no message: "
                    + "the entry is unmasked with address 0.",
                "The device writes to address 0: an EEH freeze on POWER, a DMA fault or corrupted memory on x86.",
            ],
            Signature = "Zero address and data in an enabled, unmasked entry while the cache is valid; "
                + "\"EEH: Frozen PE\" with reads of all ones; a DMA fault at address 0.",
            Cause = "A reset behind everybody's back, and a host that trusts its cache.",
            Cure = "Update the host's kernel. Otherwise switch MSI-X off before the reset and on after; "
                + "masking alone does not help.",
            Fix = "Linux b8f02af096b1 (3.17): VFIO writes the cached message back",
            Rules = ["prefix:b8f02af096b1", "fix:b8f02af096b1", "fix:msix-guest-workaround", "fix:msix-qemu-quirk"],
            Seen =
            [
                "https://gerrit-public.fairphone.software/plugins/gitiles/kernel/msm-4.9/+/b8f02af096b1fc9fd46680cbe55214e477eb76d3",
                "https://www.ibm.com/support/pages/node/7247831",
            ],
        },
        new(20)
        {
            Steps =
            [
                "A guest masks an entry; the device signals meanwhile.",
                "The monitor must set the pending bit and send one message at unmask.",
                "It does neither, or leaves the bit set afterwards, or does not sample a level line again.",
            ],
            Signature = "A device event while the guest's entry is masked, no pending bit, and nothing sent at unmask; "
                + "or a pending bit that stays.",
            Cause = "A monitor that only masks its own side.",
            Cure = "Update the monitor; as a workaround let the driver poll once after it unmasks.",
            Seen =
            [
                "https://github.com/cloud-hypervisor/cloud-hypervisor/issues/7781",
                "https://github.com/cloud-hypervisor/cloud-hypervisor/issues/4999",
            ],
        },
        new(29)
        {
            Steps =
            [
                "A PCIe error is reported for a device that a guest uses. "
                    + "vfio-pci answers \"can recover\" and tells QEMU, which stops the guest.",
                "For a fatal error the host resets the link all the same: MSI-X is off, the table is empty.",
                "The vote says recovered; nothing restores the device, since its driver is in the guest.",
                "If the guest goes on, every vector is dead until its driver sets all up anew.",
            ],
            Signature = "aer_event of fatal severity, a link reset, "
                + "\"device recovery successful\" for a device of vfio-pci; MSI-X off in the device "
                + "while software believes it on. Or \"recovery failed\" and no driver is told (6.1, 6.12).",
            Cause = "Nobody owns the recovery of a device whose driver is elsewhere. "
                + "No proposal for it was merged as it was posted.",
            Cure = "Reset the device from the guest after the error, or restart the guest.",
            Rules = ["prefix:mst-1", "fix:mst-1", "fix:mst-2", "fix:mst-3", "fix:caojin-1", "fix:caojin-2"],
            Seen =
            [
                "https://lists.ozlabs.org/pipermail/linuxppc-dev/2025-August/286128.html",
                "https://lkml.indiana.edu/hypermail/linux/kernel/2508.1/07579.html",
            ],
        },
        new(30)
        {
            Steps =
            [
                "A reset is asked for whose scope, a bus or a slot, holds functions of others.",
                "It is done all the same and takes their state; or it is refused, "
                    + "and the caller goes on as if it had been done.",
            ],
            Signature = "A bus or hot reset while a function in scope has another owner; "
                + "or a return of -22, -16 or -1 followed by use of the device.",
            Cause = "Functions of one device given to different owners.",
            Cure = "Give all functions of a reset scope to one owner; check what the reset returned.",
            Rules = ["fix:caojin-2"],
        },
    ];
}
