using System.Collections.Generic;

namespace Replay.Core.Findings.Stories;

/// <summary>The remapping hardware: entries, their cached copies, faults.</summary>
internal static class RemappingStories
{
    public static IReadOnlyList<Story> All { get; } =
    [
        new(9)
        {
            Steps =
            [
                "The kernel changes a remapping entry in memory: another CPU and vector, or none.",
                "The unit may still hold the old entry in its cache. "
                    + "Until an invalidation that covers the index is complete, either one is used.",
                "The invalidation is missing, covers another index, or comes after the old vector was given up.",
                "Events go to the old target, now nobody's, or are refused although the table says present.",
            ],
            Signature = "irte_write of an index without a qi_submit of type 4 that covers it before vector_free_moved; "
                + "arrivals on the old (cpu, vector) after that; faults 0x22 for an entry that is present.",
            Cause = "A kernel or hypervisor that forgets the invalidation, or issues it while its queue is off.",
            Cure = "Invalidate after each change and wait for it. A global invalidation repairs a running machine.",
            Seen =
            [
                "https://github.com/asterinas/asterinas/pull/2645",
                "https://git.ipfire.org/?a=commit&h=0a917e9d4b7070fafcbf7a8ec32d2aa444b4e757&p=thirdparty%2Flinux.git",
            ],
        },
        new(10)
        {
            Steps =
            [
                "On AMD the device sends under two ids, its own and an alias; both share one interrupt table.",
                "The table is changed, and the cache is invalidated for one id only.",
                "Messages under the other id go on with the old entry.",
            ],
            Signature = "irte_write_amd followed by an invalidation for the device's id and none for its alias; "
                + "deliveries by the old entry.",
            Cause = "The cache is kept per id, and the alias is forgotten.",
            Cure = "Update the kernel, or disable the cache of interrupt tables.",
            Fix = "Linux 5aac28784dca",
            Seen = ["https://lkml.iu.edu/hypermail/linux/kernel/2604.2/05281.html"],
        },
        new(14)
        {
            Steps =
            [
                "A device sends a message. The remapping unit takes index or format from it and looks the entry up.",
                "The request is malformed, the entry is absent or reserved, or the sender is not who may use it.",
                "The unit drops the message and records a fault. There is no retry: an edge is lost.",
            ],
            Signature = "The log line \"DMAR: [INTR-REMAP] Request device … fault index … [fault reason 0x..]\". "
                + "0x20 reserved bits, 0x21 index too large, 0x22 not present, 0x23 table unreadable, 0x24 reserved "
                + "bits in the entry, 0x25 old format blocked, 0x26 wrong sender.",
            Cause = "0x22: an entry freed or never made, or a stale cache (IRQ009). 0x25: "
                + "somebody wrote a message of their own. 0x26: a bridge's alias or firmware.",
            Cure = "Join the fault with the history of its index: absent in memory is a missing mapping, "
                + "present is a stale cache.",
            Seen =
            [
                "https://github.com/asterinas/asterinas/pull/2645", "https://github.com/quo/ithc-linux/issues/2",
                "https://github.com/QubesOS/qubes-issues/issues/7971",
            ],
        },
        new(34)
        {
            Steps =
            [
                "Invalidations go through a queue that the unit works off.",
                "A bad descriptor, a time-out of a device, or broken hardware stops it.",
                "Changes of remapping entries take no effect meanwhile; CPUs spin with interrupts off.",
            ],
            Signature = "qi_submit records without progress or repeated; log lines of fault status, "
                + "or \"Completion-Wait loop timed out\" on AMD; soft lock-ups.",
            Cause = "Faulty hardware or firmware, a device that does not answer, or a malformed descriptor.",
            Cure = "Find the device of the time-out. "
                + "What was written meanwhile is without effect until the queue moves again.",
            Seen = ["http://rhkb.cn/news/488060.html"],
        },
        new(35)
        {
            Steps =
            [
                "Entry, invalidation and release follow each other as they should.",
                "The chipset does not drain interrupts that are under way, or mixes up two equal requests.",
                "An interrupt arrives with the old target, or as no interrupt at all (irq -1).",
            ],
            Signature = "A stray arrival (IRQ005) although the history of entry and invalidation is right, "
                + "on Intel 5500, 5520 or X58 of early revisions.",
            Cause = "A known fault of that hardware.",
            Cure = "Switch interrupt remapping off on that machine, or replace it.",
            Seen = ["https://www.suse.com/support/kb/doc/?id=7014344"],
        },
    ];
}
