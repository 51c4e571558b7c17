using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>IRQ101 to IRQ123: what always holds in the vector allocator and while CPUs come and go.</summary>
internal static class AllocatorInvariants
{
    private const string BooksCause = "Records lost before it, a rule set that is not this kernel's, "
        + "or a fault in the kernel's books.";

    private const string BooksCure = "Look for lost records first; record with larger buffers and with probes; "
        + "then read the operations before it.";

    public static IReadOnlyList<Story> All { get; } =
    [
        Books(101, "A (cpu, vector) slot names one interrupt at most.",
            "An interrupt is written into a slot that another one owns: one of the two is never found again.",
            "vector_update or apic_update_vector for a (cpu, vector) whose last owner neither freed nor left it."),
        Books(102, "What an interrupt calls its own, now or before a move, is allocated in that CPU's map.",
            "An interrupt keeps a vector whose bit is free: the allocator will give it to the next one.",
            "matrix_free of a vector without vector_clear or vector_free_moved of its owner, or the other way round."),
        Books(103, "Device vectors lie in the device window.",
            "A vector outside it was given to a device; system interrupts live there.",
            "A bit in matrix_alloc or a vector in vector_update below 0x20 or at or above the first system vector."),
        Books(104, "System vectors are never allocated to devices.",
            "A vector that matrix_assign_system took out is given to a device.",
            "matrix_assign_system of a bit and a later matrix_alloc of it."),
        Books(105, "Managed allocation uses bits set aside for it, ordinary allocation uses others.",
            "A bit of the other kind is taken: when it is freed, the wrong counter changes.",
            "matrix_alloc of a bit that matrix_reserve_managed set aside, "
            + "or matrix_alloc_managed of one that it did not."),
        Books(106, "The number of online maps is the number of CPUs online.",
            "A CPU came or went without its map, or a record of it is missing.",
            "online_maps of a matrix record against the CPUs that cpuhp records show online."),
        Books(107, "The global number of available vectors is the sum over online CPUs.",
            "One CPU's number changed without the global one; checks before CPU offline then decide on a wrong number.",
            "global_available of a matrix record against the CPUs' available of earlier ones."),
        Books(108, "A CPU's allocated counter is the number of bits in its map.",
            "Bit and counter parted: a double free or a free on another CPU.",
            "allocated of a matrix record against the allocations and frees of that CPU."),
        Books(109, "A CPU's managed counter is the number of bits set aside on it.",
            "Bit and counter parted: reservations on offline CPUs are where it happens.",
            "managed of a matrix record against matrix_reserve_managed and matrix_remove_managed of that CPU."),
        Books(110, "Available is window less system, managed, ordinary and replaced vectors.",
            "A reservation or release on an offline CPU left the number as it was.",
            "available of a matrix record against the same record's allocated and managed."),
        Books(111, "The total of allocated vectors is at least the sum over all CPUs.",
            "The total is too small. Too large is known: frees on offline CPUs are not subtracted.",
            "total_allocated of a matrix record against the CPUs' allocated."),
        Books(112, "The number of reservations is the number of interrupts that hold one.",
            "A reservation was given back twice or never.",
            "global_reserved of a matrix record against vector_reserve and vector_teardown."),
        Books(113, "Counters of a matrix record follow from the record before.",
            "They do not; the recorded ones are taken over.",
            "Any irq_matrix record; IRQ024 tells the same for a whole record."),
        Books(114, "An interrupt holds a reservation or a vector, never both.",
            "A vector was taken and the reservation kept: the reserved number stays one too high.",
            "vector_reserve of an interrupt with a vector, or vector_alloc with reserved=0 of one with a reservation."),
        Books(115, "A move in progress has an old vector on a CPU that was online.",
            "The old vector is forgotten or its CPU was off: it cannot be given back (IRQ007).",
            "vector_update whose previous CPU was offline, or without a previous vector."),
        Books(116, "While an old vector waits for its release, the interrupt gets no new one.",
            "A second move began too early: the first old vector is overwritten and lost.",
            "Two vector_update records of one interrupt without vector_free_moved or a forced "
            + "completion between them."),
        new(117)
        {
            Steps =
            [
                "The old vector of a move may be freed only when nothing is pending on it in the old CPU.",
                "It was freed, and the interrupt still arrived there.",
                "The slot is unused or another's: the arrival is lost, or disturbs a stranger.",
            ],
            Signature = "vector_free_moved of a (cpu, vector) and an arrival there after it.",
            Cause = "A release without a look at the IRR (offline, forced), "
                + "or a late event through remapping hardware.",
            Cure = "Compare the entry's invalidation with the release (IRQ009); see what came between.",
        },
        Books(118, "Ordinary allocation takes the CPU with the most vectors left, and its first free vector.",
            "It took another one: the map or the number that it decided by is not what the recording makes it.",
            "matrix_alloc whose bit is not the first free one of that CPU."),
        Books(119,
            "Managed allocation takes the CPU with the fewest managed vectors in use, and the first one set aside.",
            "It took another one.",
            "matrix_alloc_managed whose bit is not the first one that is set aside and free."),
        new(120)
        {
            Steps =
            [
                "Before a CPU goes offline the kernel asks whether its vectors fit on the others.",
                "They did not fit, and the CPU went down all the same.",
                "Interrupts stay directed at a dead CPU, or lose their affinity.",
            ],
            Signature = "A CPU's allocated less managed in use above what all others have available, "
                + "and its teardown with ret 0.",
            Cause = BooksCause,
            Cure = "Look at the interrupts of that CPU after it went down (irqreplay state --cpu N).",
        },
        new(121)
        {
            Steps =
            [
                "A CPU that goes offline hands every started interrupt to another one, or shuts managed ones down.",
                "One was left: its move failed, or was not tried.",
                "Whatever its device sends goes to a CPU that is off: lost until its affinity is written again.",
            ],
            Signature = "After lapic_offline a started interrupt whose last target is that CPU; "
                + "often a log line \"set affinity failed\".",
            Cause = "No vector left in its mask (6.1 does not try others), or a chip that cannot move it.",
            Cure = "Write the interrupt's affinity again; free vectors (IRQ008).",
            Fix = "6.12 tries all online CPUs",
            Rules = ["prefix:enospc-retry", "fix:enospc-retry"],
        },
        new(122)
        {
            Steps =
            [
                "A CPU that goes offline looks for interrupts that arrived and were not taken, "
                    + "and sends each to its new target.",
                "One was not sent.",
                "An edge is remembered nowhere else: the device waits.",
            ],
            Signature = "A pending arrival on a CPU going offline, and no retrigger of that interrupt.",
            Cause = "The look came too early or skipped the slot.",
            Cure = "See IRQ012; the device's time-out shows the loss.",
        },
        new(123)
        {
            Steps =
            [
                "An interrupt's target is one CPU that is online.",
                "It was directed at one that is not.",
                "Whatever the device sends there is lost.",
            ],
            Signature = "vector_config or apic_update_vector that names a CPU which is offline at that moment.",
            Cause = "A mask of offline CPUs only, or a CPU going down at the same time.",
            Cure = "Write the affinity again; if it happens at CPU offline see IRQ121.",
        },
    ];

    private static Story Books(int number, string holds, string breaks, string signature) => new(number)
    {
        Steps = [holds, breaks],
        Signature = signature,
        Cause = BooksCause,
        Cure = BooksCure,
    };
}
