using System.Collections.Generic;

namespace Replay.Core.Rules;

/// <summary>
/// Every named behaviour with its alternatives, and every named set: what <c>irqreplay rules</c> lists and what
/// <c>--rules</c> and <c>--with</c> take. A row's place is used by <see cref="RuleChoice"/>; its name is for ever.
/// </summary>
public static partial class RuleCatalog
{
    /// <summary>Behaviours by family: kernel, Hyper-V, remapping, errors, pass-through.</summary>
    public static IReadOnlyList<RuleInfo> All { get; } =
    [
        new("vector.cleanup",
            [
                new("ipi", "an IPI makes the old CPU free it (up to 6.5)"),
                new("timer", "a timer on the old CPU frees it in the next jiffy (since 6.6)"),
            ],
            "Who gives the old vector of a completed move back.",
            "Linux vector.c __send_cleanup_vector (6.1), __vector_schedule_cleanup (6.12)"),
        new("vector.reservation",
            [
                new("on", "interrupts that can be masked get their vector when they are requested"),
                new("off", "every allocated message takes a real vector at once"),
            ],
            "When an interrupt that nobody has requested yet takes a vector.",
            "Linux vector.c assign_irq_vector_policy, genirq msi.c msi_check_reservation_mode"),
        new("vector.windowEnd",
            [
                new("localTimer", "vectors below 0xec are for devices (6.1)"),
                new("postedMsi", "0xeb is a system vector too: posted MSI notification (6.12)"),
            ],
            "Where the window of device vectors ends.",
            "Linux irq_vectors.h FIRST_SYSTEM_VECTOR, vector.c arch_early_irq_init"),
        new("vector.slotRecheck",
            [
                new("no", "a stray interrupt resets the slot that it read before (6.1)"),
                new("yes", "the slot is read again under the vector lock first (6.12)"),
            ],
            "Whether a stray interrupt can overwrite a vector slot that was just set up.",
            "Linux irq.c common_interrupt; \"x86/irq: Plug vector setup race\" (2025)"),
        new("cpu.forceCompleteFirst",
            [
                new("yes",
                    "a pending move is completed before the kernel asks whether the interrupt must leave the CPU"),
                new("no", "it is completed only for interrupts that must leave: the old vector may leak"),
            ],
            "When a CPU that goes offline completes moves that are pending.",
            "Linux cpuhotplug.c migrate_one_irq; a6c11c0a5235 (CVE-2024-31076)"),
        new("cpu.offlineEnospcRetry",
            [
                new("yes", "it is tried on all online CPUs, which breaks its affinity (6.12)"),
                new("no", "it stays directed at the dead CPU (6.1)"),
            ],
            "What happens to an interrupt whose mask has no free vector when its CPU goes offline.",
            "Linux cpuhotplug.c migrate_one_irq, -ENOSPC"),
        new("cpu.managedStartWhileSuspended",
            [
                new("yes", "managed interrupts start with their CPU, their device asleep or not (6.1)"),
                new("no", "those of a suspended device wait for its resume (6.12)"),
            ],
            "Whether a CPU that comes online in resume starts managed interrupts of suspended devices.",
            "Linux cpuhotplug.c irq_restore_affinity_of_irq"),
        new("apic.flatLogical",
            [
                new("yes", "up to eight CPUs are addressed by a bit mask (6.1)"),
                new("no", "by physical APIC ID (6.12)"),
            ],
            "How messages and remapping entries name a CPU on a machine with few CPUs.",
            "Linux apic_flat_64.c, probe_64.c"),
        new("msi.affinityProtocol",
            [
                new("asCoded", "two writes for interrupts in reservation mode, one for all others (5.17 to 6.12)"),
                new("careful", "two writes whenever CPU and vector both change"),
                new("direct", "always one write: a message sent meanwhile is torn"),
            ],
            "How the message of an MSI without remapping is changed to another CPU and vector.",
            "Linux apic/msi.c msi_set_affinity; 6f1a4891a592, b56ebe7c896d"),

        new("hv.unmaskOnFailure",
            [
                new("merged", "the entry is unmasked whatever the retarget hypercall returned (5.11)"),
                new("preFix", "a failed retarget leaves the entry masked (up to 5.10)"),
                new("v2SkipWhenRemoving",
                    "no hypercall while the bus is being removed; other failures leave it masked"),
            ],
            "What Hyper-V's PCI driver does when the retarget hypercall of an unmask fails.",
            "Linux pci-hyperv.c hv_irq_unmask; 915cff7f38c5, and the patch's second version on its list"),
        new("hv.resumeRecreate",
            [
                new("allDescriptors", "resume has the host map every interrupt anew (5.11)"),
                new("none", "nobody asks: the host drops what the device sends"),
            ],
            "Whether resume from hibernation creates the host's interrupt mappings again.",
            "Linux pci-hyperv.c hv_pci_restore_msi_state; 915cff7f38c5"),
        new("hv.multiMsiResume",
            [
                new("reuseMessage", "the remembered message is used, the host is not asked (as coded)"),
                new("recreate", "the host is asked like for MSI-X (what if)"),
            ],
            "The same for devices with several MSI messages.",
            "Linux pci-hyperv.c hv_compose_msi_msg; concluded from code"),
        new("hv.msiTrap",
            [
                new("paravirtual",
                    "writes to the MSI-X table reach the device only: mappings are made by message (Hyper-V)"),
                new("trapAndEmulate", "the hypervisor sees each write and maps it"),
                new("bareMetal", "there is no hypervisor"),
            ],
            "Whether writing an MSI-X entry makes the mapping that it needs.",
            "the hibernation fix's thread; Ubuntu bug 1904463"),
        new("drv.hibernateIrqs",
            [
                new("keep", "the driver keeps its interrupts requested"),
                new("destroyAndRecreate", "it frees them before and requests them after (NVMe, mlx)"),
            ],
            "What a device's driver does with its interrupts in hibernation.",
            "the hibernation fix's thread"),

        new("ir.host",
            [
                new("on", "messages name a remapping entry"),
                new("off", "messages name CPU and vector"),
            ],
            "Interrupt remapping on the host.",
            "VT-d specification 5.1; Linux irq_remapping.c"),
        new("ir.guest",
            [
                new("on", "the guest has a virtual remapping unit"),
                new("off", "it has none"),
            ],
            "Interrupt remapping in the guest.",
            "VT-d specification 5.1"),
        new("guest.irqBacking",
            [
                new("allocateOnUnmask", "when the guest's unmask is trapped: a failure is silent"),
                new("hypercallAtIrteUpdate",
                    "one hypercall when the guest writes its remapping entry: a failure is an error"),
            ],
            "When the host allocates what stands behind a guest's interrupt.",
            "Thomas Gleixner in the interrupt message store thread"),
        new("ims.requireIr",
            [
                new("yes", "without remapping there is no message store"),
                new("no", "it is allowed: affinity changes rewrite device memory and may tear"),
            ],
            "Whether messages in a device's own memory need interrupt remapping.",
            "Thomas Gleixner in the interrupt message store thread; Linux 6.2 pci_ims_alloc_irq"),

        new("aer.vfioResult",
            [
                new("canRecover", "always \"can recover\" (upstream)"),
                new("alwaysDisconnect",
                    "always \"disconnect\", and the guest is told fatal (Michael Tsirkin's first proposal)"),
                new("nonFatalToGuest", "non-fatal errors go to the guest, fatal ones stop it (his second)"),
                new("byState", "non-fatal to the guest, \"disconnect\" when the link froze (his third)"),
            ],
            "What vfio-pci answers when the kernel asks whether its device can recover from an error.",
            "Linux vfio_pci_core.c vfio_pci_core_aer_err_detected; the thread on AER for assigned devices"),
        new("aer.hostLinkReset",
            [
                new("always", "the host resets the link of a fatal error"),
                new("skippedForUser", "not for devices in a user's hands: the guest's own reset is the only one "
                    + "(Cao Jin's second design)"),
            ],
            "Whether the host resets a link below which a user drives a device.",
            "Linux err.c pcie_do_recovery; the thread on AER for assigned devices"),
        new("aer.blockGuestDuringRecovery",
            [
                new("no", "the guest may touch the device while the host resets it"),
                new("yes", "config and memory accesses are held back until resume (Cao Jin's first design)"),
            ],
            "Whether a guest is kept away from its device during the host's recovery.",
            "the thread on AER for assigned devices"),
        new("aer.guestResetMap",
            [
                new("none", "a guest's bus reset resets nothing on the host"),
                new("hotReset", "function 0 issues one host hot reset, the others follow"),
                new("deviceReset", "each function does its own function-level reset"),
            ],
            "What a guest's reset of its virtual bridge becomes on the host.",
            "the thread on AER for assigned devices"),

        new("vfio.restoreMsixMessage",
            [
                new("yes", "setting a vector's eventfd writes the cached message into the device first (3.17)"),
                new("no", "it only frees and requests: after a reset behind the kernel's back the entry stays zero"),
            ],
            "Whether VFIO rewrites a vector's message when its eventfd changes.",
            "Linux vfio_pci_intrs.c vfio_msi_set_vector_signal; b8f02af096b1"),
        new("vfio.dynMsix",
            [
                new("yes", "a vector can be added while MSI-X is on (since 6.5)"),
                new("no", "MSI-X is switched off and on with one vector more"),
            ],
            "How a vector is added to a device in use.",
            "Linux vfio_pci_intrs.c, vfio_pci_core.c has_dyn_msix"),
        new("guest.msixAroundReset",
            [
                new("none", "the guest's driver leaves MSI-X on around its reset"),
                new("disableEnable", "it switches MSI-X off before and on after: the host sets all up again"),
            ],
            "What a guest's driver does with MSI-X around a reset that it makes through a device register.",
            "the thread on VFIO MSI-X restore after a device's self test"),
        new("qemu.backdoorQuirk",
            [
                new("none", "QEMU does not know that the register resets"),
                new("clearShadowOnResetWrite", "its copy of the table is cleared when the register is written"),
            ],
            "Whether QEMU watches the registers that reset a device behind the kernel's back.",
            "the thread on VFIO MSI-X restore after a device's self test"),
    ];

    /// <summary>Row of a behaviour, or -1.</summary>
    public static int IndexOf(string name)
    {
        for (int i = 0; i < All.Count; i++)
        {
            if (All[i].Name == name) return i;
        }
        return -1;
    }

    /// <summary>Kernels whose set chooses an alternative, as named.</summary>
    public static IReadOnlyList<string> KernelsWith(string name, string alternative)
    {
        var kernels = new List<string>();
        foreach (RuleSet set in Sets)
        {
            if (set.IsKernel && RuleChoice.For(set.Name).Is(name, alternative)) kernels.Add(set.Name);
        }
        return kernels;
    }

    /// <summary>A named set, or null.</summary>
    public static RuleSet? FindSet(string name)
    {
        foreach (RuleSet set in Sets)
        {
            if (set.Name == name) return set;
        }
        return null;
    }
}
