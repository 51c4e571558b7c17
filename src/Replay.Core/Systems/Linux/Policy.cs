using Replay.Core.Rules;

namespace Replay.Core.Systems.Linux;

/// <summary>hv.unmaskOnFailure: what hv_irq_unmask does around a failing retarget hypercall.</summary>
internal enum UnmaskOnFailure : byte
{
    /// <summary>The MSI entry is unmasked all the same; no log while the bus is being removed (915cff7f38c5).</summary>
    Merged,

    /// <summary>Logs and returns: the entry stays masked.</summary>
    PreFix,

    /// <summary>No hypercall while the bus is being removed; otherwise as before the fix.</summary>
    V2SkipWhenRemoving,
}

/// <summary>
/// guest.irqBacking: when the host gives a guest's interrupt an interrupt and a remapping entry of its own.
/// </summary>
internal enum IrqBacking : byte
{
    /// <summary>When the guest unmasks the entry, which traps; the guest cannot be told of a failure.</summary>
    AllocateOnUnmask,

    /// <summary>When the guest updates its remapping entry, by one hypercall whose error it sees.</summary>
    HypercallAtIrteUpdate,
}

/// <summary>The policies of scenarios that this system follows; names are those of the rule catalogue.</summary>
internal sealed record Policy
{
    /// <summary>hv.unmaskOnFailure.</summary>
    public UnmaskOnFailure UnmaskOnFailure { get; init; }

    /// <summary>hv.resumeRecreate = allDescriptors: resume asks the host for every mapping anew.</summary>
    public bool ResumeRecreates { get; init; } = true;

    /// <summary>hv.multiMsiResume = recreate: also those of multi-message devices (what-if).</summary>
    public bool MultiMsiRecreates { get; init; }

    /// <summary>
    /// hv.msiTrap = paravirtual: the hypervisor does not watch the MSI-X table, mappings are asked for.
    /// </summary>
    public bool Paravirtual { get; init; } = true;

    /// <summary>drv.hibernateIrqs = destroyAndRecreate.</summary>
    public bool DriverRecreatesIrqs { get; init; }

    /// <summary>ir.host: the host's interrupts go through remapping.</summary>
    public bool HostRemapping { get; init; } = true;

    /// <summary>ir.guest: the guest has remapping entries of its own.</summary>
    public bool GuestRemapping { get; init; } = true;

    /// <summary>guest.irqBacking.</summary>
    public IrqBacking Backing { get; init; }

    /// <summary>ims.requireIr: message stores of devices are refused without remapping.</summary>
    public bool ImsNeedsRemapping { get; init; } = true;

    /// <summary>msi.affinityProtocol.</summary>
    public MsiAffinityProtocol AffinityProtocol { get; init; }

    /// <summary>vector.reservation.</summary>
    public bool Reservation { get; init; } = true;

    /// <summary>vector.cleanup.</summary>
    public VectorCleanup Cleanup { get; init; } = VectorCleanup.Timer;

    /// <summary>vector.windowEnd.</summary>
    public byte WindowEnd { get; init; } = Spec.VectorRanges.PostedMsiNotification;

    /// <summary>cpu.offlineEnospcRetry.</summary>
    public bool OfflineEnospcRetry { get; init; } = true;

    /// <summary>cpu.forceCompleteFirst.</summary>
    public bool ForceCompleteFirst { get; init; } = true;

    /// <summary>cpu.managedStartWhileSuspended.</summary>
    public bool ManagedStartWhileSuspended { get; init; }

    /// <summary>What a choice of rules says about them.</summary>
    public static Policy From(RuleChoice choice)
    {
        ChosenRules kernel = choice.ToKernelRules();
        return new Policy
        {
            UnmaskOnFailure = choice["hv.unmaskOnFailure"] switch
            {
                "preFix" => UnmaskOnFailure.PreFix,
                "v2SkipWhenRemoving" => UnmaskOnFailure.V2SkipWhenRemoving,
                _ => UnmaskOnFailure.Merged,
            },
            ResumeRecreates = choice.Is("hv.resumeRecreate", "allDescriptors"),
            MultiMsiRecreates = choice.Is("hv.multiMsiResume", "recreate"),
            Paravirtual = choice.Is("hv.msiTrap", "paravirtual"),
            DriverRecreatesIrqs = choice.Is("drv.hibernateIrqs", "destroyAndRecreate"),
            HostRemapping = choice.Is("ir.host", "on"),
            GuestRemapping = choice.Is("ir.guest", "on"),
            Backing = choice.Is("guest.irqBacking", "allocateOnUnmask")
                ? IrqBacking.AllocateOnUnmask
                : IrqBacking.HypercallAtIrteUpdate,
            ImsNeedsRemapping = choice.Is("ims.requireIr", "yes"),
            AffinityProtocol = kernel.AffinityProtocol,
            Reservation = kernel.Reservation,
            Cleanup = kernel.Cleanup,
            WindowEnd = kernel.WindowEnd,
            OfflineEnospcRetry = kernel.OfflineEnospcRetry,
            ForceCompleteFirst = kernel.ForceCompleteFirst,
            ManagedStartWhileSuspended = kernel.ManagedStartWhileSuspended,
        };
    }
}
