using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>Handlers, lines, time-outs, and recordings themselves.</summary>
internal static class DeviceStories
{
    public static IReadOnlyList<Story> All { get; } =
    [
        new(21)
        {
            Steps =
            [
                "A handler runs and says that the interrupt was not its device's.",
                "It comes again at once, thousands of times a second.",
                "Of 100,000 runs more than 99,900 are unhandled: the kernel disables the interrupt and polls it.",
                "Every device that shares it is slow or dead from then on.",
            ],
            Signature = "irq_handler_exit with ret 0 at a high rate; log lines \"irq N: "
                + "nobody cared\" and \"Disabling IRQ #N\".",
            Cause = "A level line that nobody lowers, a wrong trigger mode, "
                + "or a device that another driver should serve.",
            Cure = "Find who holds the line (IRQ022), load the driver, or correct the firmware's routing.",
            Seen =
            [
                "https://github.com/slimbootloader/slimbootloader/issues/603",
                "https://github.com/OpenMandrivaAssociation/distribution/issues/260",
            ],
        },
        new(22)
        {
            Steps =
            [
                "A level interrupt is delivered: the I/O APIC's pin remembers it (remote IRR) until an end "
                    + "of interrupt with its vector.",
                "That never comes, or comes with another vector because the pin was reprogrammed meanwhile.",
                "The pin delivers nothing more. Or the line stays high and each end of interrupt brings the next one.",
            ],
            Signature = "A pin asserted with remote IRR set and no EOI of its vector; "
                + "or an EOI whose vector is not the pin's; or a delivery right after each EOI.",
            Cause = "A pin moved before its EOI, an EOI suppressed or lost by a hypervisor, "
                + "or a device that is not served.",
            Cure = "Move level pins only while remote IRR is clear; masking and unmasking the pin may free it.",
            Seen =
            [
                "https://android-kvm.googlesource.com/linux/+/184564efae4d775225c8fe3b762a56956fb1f827",
                "https://chromium.googlesource.com/external/qemu/+/958a01dab8e02fc49f4fd619fad8c82a1108afdb",
            ],
        },
        new(25)
        {
            Steps =
            [
                "A driver gives its device work and waits for the interrupt.",
                "The device finishes, and the interrupt does not arrive.",
                "After the time-out (30 s for NVMe) the driver looks at the queue itself and finds the work done.",
            ],
            Signature = "Log lines \"timeout, completion polled\", \"transmit queue timed out\". "
                + "The presumed event lies the time-out before the line.",
            Cause = "Any other finding of this list: this one is a symptom. Around the presumed event look for a move "
                + "of that interrupt, a mask, a CPU going offline, a change of its remapping entry.",
            Cure = "Search backwards from the presumed event; the earliest broken invariant is the cause.",
            Seen =
            [
                "https://github.com/starfive-tech/linux/issues/98", "https://github.com/genodelabs/genode/issues/4684",
            ],
        },
        new(32)
        {
            Steps =
            [
                "A crashed or running kernel starts another one (kexec, kdump) without a reset of the devices.",
                "Devices go on signalling vectors, and pins keep state, that the new kernel did not set up.",
                "The first interrupts arrive where nobody is; a level pin with remote IRR set stays silent.",
            ],
            Signature = "At the start of the recording arrivals on vectors that nobody set up, remapping already on, "
                + "pins with remote IRR set and no owner.",
            Cause = "Devices that were not shut down before the new kernel.",
            Cure = "Reset devices in the old kernel or early in the new one; "
                + "the new kernel copies the old remapping table and drains pins.",
            Seen = ["http://lists.infradead.org/pipermail/kexec/2007-August/000453.html"],
        },
        new(36)
        {
            Steps =
            [
                "Something happened and was not recorded: buffers ran over, tracing began late, "
                    + "or a CPU emitted no tracepoints while going down.",
                "The model concludes what it can, or says unknown.",
                "What is found inside the gap, and until the next record that tells, is only inferred.",
            ],
            Signature = "Lost records of the ring buffer; a CPU between its teardown and its return; "
                + "records out of order within the clock's error.",
            Cause = "Small buffers, tracepoints without probes, or an unsynchronised clock.",
            Cure = "Record again with what \"irqreplay recipe\" prints: larger buffers, probes on the migration path, "
                + "one clock for all CPUs.",
        },
    ];
}
