namespace Replay.Core.Rules;

/// <summary>Who gives the old vector of a completed move back (Linux __vector_schedule_cleanup).</summary>
public enum VectorCleanup : byte
{
    /// <summary>An IPI to the old CPU, IRQ_MOVE_CLEANUP_VECTOR (up to 6.5).</summary>
    Ipi = 0,

    /// <summary>A timer on the old CPU in the next jiffy (since 6.6).</summary>
    Timer = 1,
}

/// <summary>
/// How the message of a not remapped MSI is changed to another CPU and vector (Linux msi_set_affinity).
/// </summary>
public enum MsiAffinityProtocol : byte
{
    /// <summary>
    /// Two writes for interrupts in reservation mode, one for all others: what 5.17 to 6.12 really do.
    /// </summary>
    AsCoded = 0,

    /// <summary>Two writes for every interrupt whose CPU and vector both change.</summary>
    Careful = 1,

    /// <summary>Always one write.</summary>
    Direct = 2,
}

/// <summary>
/// Every behaviour of the kernel that changed between versions, or that a fix changes. A rule set is a struct,
/// passed as a type argument: with a named set the values are constants and what depends on them is decided when
/// the code is compiled. The names and alternatives that users see are in the rule catalogue.
/// </summary>
public interface IKernelRules
{
    /// <summary>vector.cleanup.</summary>
    VectorCleanup Cleanup { get; }

    /// <summary>vector.reservation: MSI-X gets its vector when it is requested, not when it is allocated.</summary>
    bool Reservation { get; }

    /// <summary>vector.windowEnd: end of the allocation window, exclusive (FIRST_SYSTEM_VECTOR).</summary>
    byte WindowEnd { get; }

    /// <summary>vector.slotRecheck: the slot is read again under the lock before a stray interrupt resets it.</summary>
    bool SlotRecheck { get; }

    /// <summary>
    /// cpu.forceCompleteFirst: a pending move is completed before the kernel asks whether the irq must move.
    /// </summary>
    bool ForceCompleteFirst { get; }

    /// <summary>cpu.offlineEnospcRetry: an irq that found no vector in its mask is tried on all online CPUs.</summary>
    bool OfflineEnospcRetry { get; }

    /// <summary>
    /// cpu.managedStartWhileSuspended: a CPU that comes online starts managed irqs of suspended devices too.
    /// </summary>
    bool ManagedStartWhileSuspended { get; }

    /// <summary>apic.flatLogical: up to eight CPUs are addressed by a bit mask; else by physical APIC ID.</summary>
    bool FlatLogical { get; }

    /// <summary>msi.affinityProtocol.</summary>
    MsiAffinityProtocol AffinityProtocol { get; }
}
