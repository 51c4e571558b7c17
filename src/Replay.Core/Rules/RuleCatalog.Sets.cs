using System.Collections.Generic;

namespace Replay.Core.Rules;

/// <content>Named sets: kernels, and each fix or proposal as it was without it (prefix:) and with it (fix:).</content>
public static partial class RuleCatalog
{
    /// <summary>Name of the set of Linux 6.1; what a recording whose kernel is not known gets.</summary>
    public const string Linux61Name = "linux-6.1";

    /// <summary>Name of the set of Linux 6.12.</summary>
    public const string Linux612Name = "linux-6.12";

    /// <summary>Kernels first, then pairs.</summary>
    public static IReadOnlyList<RuleSet> Sets { get; } = BuildSets();

    private static List<RuleSet> BuildSets()
    {
        List<RuleSet> sets =
        [
            new(Linux61Name, "Linux 6.1 with what its stable branch took in (6.1.192).", "Linux 6.1.192",
                ["vector.cleanup=ipi", "vector.windowEnd=localTimer", "vector.slotRecheck=no",
                    "cpu.offlineEnospcRetry=no", "cpu.managedStartWhileSuspended=yes", "apic.flatLogical=yes",
                    "vfio.dynMsix=no"]),
            new(Linux612Name, "Linux 6.12 with what its stable branch took in (6.12.117).", "Linux 6.12.117",
                ["vector.cleanup=timer", "vector.windowEnd=postedMsi", "vector.slotRecheck=yes",
                    "cpu.offlineEnospcRetry=yes", "cpu.managedStartWhileSuspended=no", "apic.flatLogical=no",
                    "vfio.dynMsix=yes"]),
        ];
        AddPair(sets, "915cff7f38c5", "Hyper-V: interrupts work after hibernation",
            "Linux 915cff7f38c5 (5.11); Ubuntu bug 1904463",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none"],
            ["hv.unmaskOnFailure=merged", "hv.resumeRecreate=allDescriptors"]);
        AddPair(sets, "hv-hibernate-v2", "the same fix as its second version proposed it: no hypercall while removing",
            "second version of the patch that became 915cff7f38c5",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none"],
            ["hv.unmaskOnFailure=v2SkipWhenRemoving", "hv.resumeRecreate=allDescriptors"]);
        AddPair(sets, "hv-unmask-only", "half of that fix: unmask after failure, mappings stay lost",
            "the thread of 915cff7f38c5",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none"],
            ["hv.unmaskOnFailure=merged", "hv.resumeRecreate=none"]);
        AddPair(sets, "hv-restore-only", "the other half: mappings are made anew, entries stay masked",
            "the thread of 915cff7f38c5",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none"],
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=allDescriptors"]);
        AddPair(sets, "hv-driver-recreates", "Lorenzo Pieralisi's view of it: drivers free and request their interrupts anew",
            "the thread of 915cff7f38c5",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none", "drv.hibernateIrqs=keep"],
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none", "drv.hibernateIrqs=destroyAndRecreate"]);
        AddPair(sets, "hv-multi-msi", "what if resume mapped several MSI messages anew too",
            "concluded from Linux pci-hyperv.c hv_compose_msi_msg; no fix is known",
            ["hv.multiMsiResume=reuseMessage"], ["hv.multiMsiResume=recreate"]);
        AddPair(sets, "a6c11c0a5235", "no vector leaks when a CPU goes offline during a move",
            "Linux a6c11c0a5235 (6.10, stable), CVE-2024-31076",
            ["cpu.forceCompleteFirst=no"], ["cpu.forceCompleteFirst=yes"]);
        AddPair(sets, "timer-cleanup", "old vectors are given back by a timer, not by an IPI",
            "Linux 6.6 vector.c __vector_schedule_cleanup",
            ["vector.cleanup=ipi"], ["vector.cleanup=timer"]);
        AddPair(sets, "enospc-retry", "an interrupt without a free vector in its mask leaves a dying CPU for any other",
            "Linux 6.12 cpuhotplug.c migrate_one_irq",
            ["cpu.offlineEnospcRetry=no"], ["cpu.offlineEnospcRetry=yes"]);
        AddPair(sets, "managed-suspend", "managed interrupts of suspended devices wait for their resume",
            "Linux 6.12 cpuhotplug.c irq_restore_affinity_of_irq",
            ["cpu.managedStartWhileSuspended=yes"], ["cpu.managedStartWhileSuspended=no"]);
        AddPair(sets, "vector-setup-race", "a stray interrupt cannot overwrite a fresh vector slot",
            "\"x86/irq: Plug vector setup race\" (2025; in 6.12.y, not in 6.1.y)",
            ["vector.slotRecheck=no"], ["vector.slotRecheck=yes"]);
        AddPair(sets, "6f1a4891a592", "an MSI's CPU and vector change in two writes, never torn",
            "Linux 6f1a4891a592 (5.6)",
            ["msi.affinityProtocol=direct"], ["msi.affinityProtocol=careful"]);
        AddPair(sets, "reservation-mode", "interrupts take a vector when requested, not when allocated",
            "Linux vector.c reserve_irq_vector; Thomas Gleixner in the interrupt message store thread",
            ["vector.reservation=off"], ["vector.reservation=on"]);
        AddPair(sets, "irte-hypercall", "a guest learns when the host has no interrupt for it: one hypercall at its IRTE update",
            "Thomas Gleixner in the interrupt message store thread",
            ["ir.guest=on", "guest.irqBacking=allocateOnUnmask"], ["ir.guest=on", "guest.irqBacking=hypercallAtIrteUpdate"]);
        AddPair(sets, "ims-needs-ir", "messages in device memory only with interrupt remapping",
            "Thomas Gleixner in the interrupt message store thread; Linux 6.2 pci_ims_alloc_irq",
            ["ims.requireIr=no"], ["ims.requireIr=yes"]);
        AddPair(sets, "mst-1", "vfio always answers \"disconnect\", the guest recovers as from a fatal error",
            "Michael Tsirkin's first proposal in the thread on AER for assigned devices",
            ["aer.vfioResult=canRecover"], ["aer.vfioResult=alwaysDisconnect"]);
        AddPair(sets, "mst-2", "non-fatal errors go to the guest by an eventfd of their own, fatal ones stop it",
            "Michael Tsirkin's second proposal in the thread on AER for assigned devices",
            ["aer.vfioResult=canRecover"], ["aer.vfioResult=nonFatalToGuest"]);
        AddPair(sets, "mst-3", "non-fatal errors to the guest, \"disconnect\" and a guest's reset for fatal ones",
            "Michael Tsirkin's third proposal in the thread on AER for assigned devices",
            ["aer.vfioResult=canRecover"], ["aer.vfioResult=byState"]);
        AddPair(sets, "caojin-1", "the guest's accesses are held back while the host recovers, then it resets once more",
            "Cao Jin's first design in the thread on AER for assigned devices",
            ["aer.blockGuestDuringRecovery=no", "aer.guestResetMap=none"],
            ["aer.blockGuestDuringRecovery=yes", "aer.guestResetMap=hotReset"]);
        AddPair(sets, "caojin-2", "the host leaves the link's reset to the guest",
            "Cao Jin's second design in the thread on AER for assigned devices",
            ["aer.hostLinkReset=always", "aer.guestResetMap=none"],
            ["aer.hostLinkReset=skippedForUser", "aer.guestResetMap=hotReset"]);
        AddPair(sets, "b8f02af096b1", "VFIO writes the cached MSI-X message back when a vector is set up again",
            "Linux b8f02af096b1 (3.17)",
            ["vfio.restoreMsixMessage=no"], ["vfio.restoreMsixMessage=yes"]);
        AddPair(sets, "msix-guest-workaround", "instead of it: the guest's driver switches MSI-X off and on around its reset",
            "the thread of b8f02af096b1",
            ["vfio.restoreMsixMessage=no", "guest.msixAroundReset=none"],
            ["vfio.restoreMsixMessage=no", "guest.msixAroundReset=disableEnable"]);
        AddPair(sets, "msix-qemu-quirk", "instead of it: QEMU clears its copy of the table when the guest resets the device",
            "the thread of b8f02af096b1",
            ["vfio.restoreMsixMessage=no", "qemu.backdoorQuirk=none"],
            ["vfio.restoreMsixMessage=no", "qemu.backdoorQuirk=clearShadowOnResetWrite"]);
        return sets;
    }

    private static void AddPair(List<RuleSet> sets, string id, string meaning, string source, string[] before, string[] after)
    {
        sets.Add(new RuleSet("prefix:" + id, "Without: " + meaning + ".", source, before));
        sets.Add(new RuleSet("fix:" + id, "With: " + meaning + ".", source, after));
    }
}
