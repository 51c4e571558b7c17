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
        AddPair(sets, "915cff7f38c5",
            "Hyper-V hibernation, as merged: unmask whatever the hypercall returned, map all anew in resume.",
            "Linux 915cff7f38c5 (5.11); Ubuntu bug 1904463",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none"],
            ["hv.unmaskOnFailure=merged", "hv.resumeRecreate=allDescriptors"]);
        AddPair(sets, "hv-hibernate-v2",
            "Hyper-V hibernation, second version of the patch: no hypercall while the bus is removed.",
            "second version of the patch that became 915cff7f38c5",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none"],
            ["hv.unmaskOnFailure=v2SkipWhenRemoving", "hv.resumeRecreate=allDescriptors"]);
        AddPair(sets, "hv-unmask-only",
            "Hyper-V hibernation, half of the fix: unmask after failure, mappings stay lost.",
            "the thread of 915cff7f38c5",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none"],
            ["hv.unmaskOnFailure=merged", "hv.resumeRecreate=none"]);
        AddPair(sets, "hv-restore-only",
            "Hyper-V hibernation, the other half: mappings are made anew, entries stay masked.",
            "the thread of 915cff7f38c5",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none"],
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=allDescriptors"]);
        AddPair(sets, "hv-driver-recreates",
            "Hyper-V hibernation, Lorenzo Pieralisi's view: drivers free and request their interrupts anew.",
            "the thread of 915cff7f38c5",
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none", "drv.hibernateIrqs=keep"],
            ["hv.unmaskOnFailure=preFix", "hv.resumeRecreate=none", "drv.hibernateIrqs=destroyAndRecreate"]);
        AddPair(sets, "hv-multi-msi",
            "Hyper-V hibernation, devices with several MSI messages: resume maps them anew too (what if).",
            "concluded from Linux pci-hyperv.c hv_compose_msi_msg; no fix is known",
            ["hv.multiMsiResume=reuseMessage"], ["hv.multiMsiResume=recreate"]);
        AddPair(sets, "a6c11c0a5235", "No vector leaks when a CPU goes offline during a move.",
            "Linux a6c11c0a5235 (6.10, stable), CVE-2024-31076",
            ["cpu.forceCompleteFirst=no"], ["cpu.forceCompleteFirst=yes"]);
        AddPair(sets, "timer-cleanup", "Old vectors are given back by a timer, not by an IPI.",
            "Linux 6.6 vector.c __vector_schedule_cleanup",
            ["vector.cleanup=ipi"], ["vector.cleanup=timer"]);
        AddPair(sets, "enospc-retry",
            "An interrupt without a free vector in its mask leaves a dying CPU for any other.",
            "Linux 6.12 cpuhotplug.c migrate_one_irq",
            ["cpu.offlineEnospcRetry=no"], ["cpu.offlineEnospcRetry=yes"]);
        AddPair(sets, "managed-suspend", "Managed interrupts of suspended devices wait for their resume.",
            "Linux 6.12 cpuhotplug.c irq_restore_affinity_of_irq",
            ["cpu.managedStartWhileSuspended=yes"], ["cpu.managedStartWhileSuspended=no"]);
        AddPair(sets, "vector-setup-race", "A stray interrupt cannot overwrite a fresh vector slot.",
            "\"x86/irq: Plug vector setup race\" (2025; in 6.12.y, not in 6.1.y)",
            ["vector.slotRecheck=no"], ["vector.slotRecheck=yes"]);
        AddPair(sets, "6f1a4891a592", "An MSI's CPU and vector change in two writes, never torn.",
            "Linux 6f1a4891a592 (5.6)",
            ["msi.affinityProtocol=direct"], ["msi.affinityProtocol=careful"]);
        AddPair(sets, "reservation-mode", "Interrupts take a vector when requested, not when allocated.",
            "Linux vector.c reserve_irq_vector; Thomas Gleixner in the interrupt message store thread",
            ["vector.reservation=off"], ["vector.reservation=on"]);
        AddPair(sets, "irte-hypercall",
            "A guest learns when the host has no interrupt for it: one hypercall at its IRTE update.",
            "Thomas Gleixner in the interrupt message store thread",
            ["ir.guest=on", "guest.irqBacking=allocateOnUnmask"],
            ["ir.guest=on", "guest.irqBacking=hypercallAtIrteUpdate"]);
        AddPair(sets, "ims-needs-ir", "Messages in device memory only with interrupt remapping.",
            "Thomas Gleixner in the interrupt message store thread; Linux 6.2 pci_ims_alloc_irq",
            ["ims.requireIr=no"], ["ims.requireIr=yes"]);
        AddPair(sets, "mst-1",
            "Errors of assigned devices: vfio always answers \"disconnect\", the guest recovers as from a fatal error.",
            "Michael Tsirkin's first proposal in the thread on AER for assigned devices",
            ["aer.vfioResult=canRecover"], ["aer.vfioResult=alwaysDisconnect"]);
        AddPair(sets, "mst-2", "Errors of assigned devices: non-fatal ones go to the guest, fatal ones stop it.",
            "Michael Tsirkin's second proposal in the thread on AER for assigned devices",
            ["aer.vfioResult=canRecover"], ["aer.vfioResult=nonFatalToGuest"]);
        AddPair(sets, "mst-3",
            "Errors of assigned devices: non-fatal ones go to the guest, it resets after fatal ones.",
            "Michael Tsirkin's third proposal in the thread on AER for assigned devices",
            ["aer.vfioResult=canRecover"], ["aer.vfioResult=byState"]);
        AddPair(sets, "caojin-1",
            "Errors of assigned devices: accesses are held back while the host recovers, then it resets once more.",
            "Cao Jin's first design in the thread on AER for assigned devices",
            ["aer.blockGuestDuringRecovery=no", "aer.guestResetMap=none"],
            ["aer.blockGuestDuringRecovery=yes", "aer.guestResetMap=hotReset"]);
        AddPair(sets, "caojin-2", "Errors of assigned devices: the host leaves the link's reset to the guest.",
            "Cao Jin's second design in the thread on AER for assigned devices",
            ["aer.hostLinkReset=always", "aer.guestResetMap=none"],
            ["aer.hostLinkReset=skippedForUser", "aer.guestResetMap=hotReset"]);
        AddPair(sets, "b8f02af096b1", "VFIO writes the cached MSI-X message back when a vector is set up again.",
            "Linux b8f02af096b1 (3.17)",
            ["vfio.restoreMsixMessage=no"], ["vfio.restoreMsixMessage=yes"]);
        AddPair(sets, "msix-guest-workaround",
            "A guest's driver switches MSI-X off and on around its reset; VFIO writes nothing back.",
            "the thread of b8f02af096b1",
            ["vfio.restoreMsixMessage=no", "guest.msixAroundReset=none"],
            ["vfio.restoreMsixMessage=no", "guest.msixAroundReset=disableEnable"]);
        AddPair(sets, "msix-qemu-quirk",
            "QEMU clears its copy of the table when the guest resets the device; VFIO writes nothing back.",
            "the thread of b8f02af096b1",
            ["vfio.restoreMsixMessage=no", "qemu.backdoorQuirk=none"],
            ["vfio.restoreMsixMessage=no", "qemu.backdoorQuirk=clearShadowOnResetWrite"]);
        return sets;
    }

    private static void AddPair(List<RuleSet> sets, string id, string subject, string source,
        string[] before, string[] after)
    {
        sets.Add(new RuleSet("prefix:" + id, subject, source, before));
        sets.Add(new RuleSet("fix:" + id, subject, source, after));
    }
}
