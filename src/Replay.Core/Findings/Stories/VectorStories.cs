using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>Vectors, CPUs going down, and what the allocator says.</summary>
internal static class VectorStories
{
    public static IReadOnlyList<Story> All { get; } =
    [
        new(5)
        {
            Steps =
            [
                "An interrupt leaves a (cpu, vector), by a move, a release or a CPU going offline, "
                    + "and the slot becomes unused.",
                "The device, its remapping entry or the CPU still holds the old target, "
                    + "and an interrupt arrives there.",
                "The slot names nobody: the kernel acknowledges it, logs \"No irq handler\" and drops it.",
                "The device waits for a service that it already asked for.",
            ],
            Signature = "An arrival on a (cpu, vector) after vector_free_moved or vector_clear of it, "
                + "or a log line \"No irq handler for\". "
                + "Slots just shut down or retriggered are silent by design and are no finding.",
            Cause = "A message or remapping entry that was not rewritten or not invalidated in time, "
                + "or firmware that left a vector programmed.",
            Cure = "Find who still held the old target: compare message, "
                + "remapping entry and slot just before the arrival.",
            Seen =
            [
                "https://github.com/microsoft/azure-linux-kernel/issues/27", "https://github.com/LIS/lis-next/pull/713",
            ],
        },
        new(6)
        {
            Steps =
            [
                "An interrupt is freed; its slot on a CPU becomes \"shut down\" while one more arrival "
                    + "is pending in that CPU's IRR.",
                "The arrival's handler reads the slot: shut down, to be made unused.",
                "Meanwhile another CPU requests an interrupt, gets the same (cpu, "
                    + "vector) and writes itself into the slot.",
                "The first CPU writes \"unused\" over it. The new interrupt is never found again.",
            ],
            Signature = "vector_update and vector_config for a (cpu, vector) within microseconds of a stray arrival "
                + "there; afterwards no handler runs for that interrupt and each event logs \"No irq handler\".",
            Cause = "common_interrupt did not read the slot again under the vector lock.",
            Cure = "Run a kernel that does; until then free and request the interrupt again.",
            Fix = "\"x86/irq: Plug vector setup race\" (2025): in 6.12.y, not in 6.1.y",
            Rules = ["prefix:vector-setup-race", "fix:vector-setup-race"],
            Seen = ["https://android-kvm.googlesource.com/linux/+/acaa21a26f2ffa400aa77423403b357b871dbc28%5E2"],
        },
        new(7)
        {
            Steps =
            [
                "Without remapping, an interrupt is moved from CPU C to D. "
                    + "Its old vector on C stays until it first fires on D.",
                "C goes offline. The interrupt's target is D already, so nothing on C has to be moved, "
                    + "and nothing is cleaned up.",
                "The interrupt fires on D: the move is complete, the old vector is to be given back, but C is offline.",
                "The kernel forgets the old vector. It stays allocated for ever and nobody owns it.",
                "Repeated, C runs out of vectors (IRQ008).",
            ],
            Signature = "send_cleanup_vector whose prev_cpu is offline and no vector_free_moved after it; "
                + "total_allocated and the CPU's "
                + "allocated never come back. It is no leak when the interrupt fires only after C is back, or never.",
            Cause = "A kernel without the fix: moves are completed at CPU offline only for interrupts that must leave.",
            Cure = "Update the kernel. With interrupt remapping it cannot happen. Until then do not move interrupts "
                + "off a CPU just before it goes offline; only a reboot gives lost vectors back.",
            Fix = "Linux a6c11c0a5235, \"genirq/cpuhotplug, x86/vector: "
                + "Prevent vector leak during CPU offline\" (CVE-2024-31076)",
            Rules = ["prefix:a6c11c0a5235", "fix:a6c11c0a5235"],
            Seen = ["https://github.com/laveeshb/linux-kernel-internals/issues/711"],
        },
        new(8)
        {
            Steps =
            [
                "Something needs a vector: a request, a managed reservation, a move, "
                    + "or a CPU that goes offline and must hand over all of its own.",
                "The allocator picks the one CPU of the mask with the most vectors left, and finds none there.",
                "It does not try another CPU: the call fails with -28 (no space).",
                "A request fails, a move does not happen, or the CPU stays online.",
            ],
            Signature = "vector_alloc or vector_reserve_managed with ret -28; cpuhp_exit of the teardown step "
                + "with ret -28 and the log line \"CPU n has X vectors, Y available. Cannot disable CPU\".",
            Cause = "Devices with many messages, interrupts pinned to one CPU, messages that cannot be masked and so "
                + "cannot be reserved only, or vectors leaked before (IRQ007).",
            Cure = "Spread affinities, use fewer queues, keep more CPUs online. Look for leaks first.",
            Fix = "6.12 tries all online CPUs when a CPU goes offline",
            Rules = ["prefix:enospc-retry", "fix:enospc-retry", "prefix:reservation-mode", "fix:reservation-mode"],
            Seen =
            [
                "https://github.com/linux-test-project/ltp/issues/251",
                "https://github.com/Irqbalance/irqbalance/issues/303",
                "https://github.com/cloud-hypervisor/cloud-hypervisor/issues/7079",
            ],
        },
        new(12)
        {
            Steps =
            [
                "A device sends its interrupt to a CPU that is about to go offline; the CPU notes it in its IRR.",
                "The CPU moves its interrupts away and looks through its IRR for what arrived meanwhile.",
                "What is found is sent again to the new target. What arrives after that look, "
                    + "or is not sent again, is gone.",
                "The device waits until a time-out.",
            ],
            Signature = "An arrival accepted by a CPU between its teardown and lapic_offline, no handler on it, "
                + "no retrigger for the interrupt; later a time-out of the device (IRQ025).",
            Cause = "A local APIC disabled before the look, an event after the kernel's wait of 1 ms, "
                + "or an interrupt whose move failed.",
            Cure = "Update the kernel; quiesce the device around CPU offline.",
            Fix = "Linux tag x86-urgent-2020-08-30: the local APIC is disabled after the look",
            Seen = ["https://git.rlab.io/system/linux/-/tags/x86-urgent-2020-08-30"],
        },
        new(15)
        {
            Steps =
            [
                "An affinity is changed, or a CPU goes offline, and an interrupt should get a new target.",
                "The change fails, waits for the next arrival that never comes, or names CPUs that are offline.",
                "The interrupt keeps its old target: a wrong CPU, or one that is gone.",
            ],
            Signature = "vector_update without vector_free_moved and without arrivals; irq_set_affinity without "
                + "apic_set_affinity; a log line \"set affinity failed\"; an effective CPU that is offline.",
            Cause = "Without remapping a move waits for the interrupt's next arrival. "
                + "At CPU offline a full CPU makes it fail for good on 6.1.",
            Cure = "A pending move of a silent device is harmless until the next one. "
                + "For an offline target free vectors, then write the affinity again.",
            Fix = "6.12 tries all online CPUs when the mask has no vector",
            Rules = ["prefix:enospc-retry", "fix:enospc-retry"],
            Seen =
            [
                "https://lkml.iu.edu/hypermail/linux/kernel/2602.1/05027.html",
                "https://github.com/LIS/lis-next/pull/508",
            ],
        },
        new(16)
        {
            Steps =
            [
                "A vector is given back that was never counted, or counted on another CPU.",
                "The CPU's counter falls below zero and reads as about four thousand million.",
                "The check before the next CPU offline sees that many vectors to move, and refuses.",
            ],
            Signature = "A counter of an irq_matrix record above 2^31, or the log line \"CPU 0 has 4294967295 "
                + "vectors, 589 available\".",
            Cause = "A fault in the allocator's books; the known case was the cascade interrupt 2.",
            Cure = "Update the kernel.",
            Fix = "the change under \"seen\", for the cascade interrupt",
            Seen =
            [
                "https://git.baikalelectronics.ru/sdk/?a=commit&h=ce5707fd1f734836c1392aa1966cc4f3862afbca&p=kernel.git",
            ],
        },
        new(23)
        {
            Steps =
            [
                "The CPU accepts an interrupt, and before it takes it the source is masked or withdrawn.",
                "The local APIC has nothing to give any more and delivers its spurious vector, or reports an error.",
                "A few are legal. A stream of them, or a spurious vector that stays in service, is not.",
            ],
            Signature = "system_entry of class spurious_apic (vector 255) or error_apic; "
                + "log lines \"Spurious interrupt (vector 0x..)\".",
            Cause = "Masking in the moment of arrival; "
                + "when it stays, an I/O APIC pin or a local entry programmed with vector 255.",
            Cure = "Ignore single ones. For a stream find the source: pins and local entries with that vector.",
            Seen = ["https://manualsdump.com/en/manuals/intel-253668-032us/109655/509"],
        },
        new(24)
        {
            Steps =
            [
                "Every record of the vector matrix carries the allocator's counters after its operation.",
                "The model does the same operation on its own counters.",
                "They differ: an operation is missing, or the kernel counted otherwise than its rules say.",
                "The recorded counters are taken over, so that one loss is told once.",
            ],
            Signature = "irq_matrix records whose available, allocated, "
                + "managed or global counters do not follow from the one before.",
            Cause = "Records lost, or operations on a CPU going down that emits none. "
                + "Otherwise the rule set is that of another kernel, or the kernel's books are wrong.",
            Cure = "Record with larger buffers and with the probes that \"irqreplay recipe\" lists; "
                + "then look at the operation before.",
            Rules = ["linux-6.1", "linux-6.12"],
        },
    ];
}
