using System.Collections.Generic;

namespace Replay.Core.Verify;

/// <summary>What the kernel decided in a record.</summary>
public enum DecisionKind : byte
{
    /// <summary>
    /// irq_matrix_alloc: CPU and bit of an ordinary vector; vector_alloc: what the vector domain got.
    /// </summary>
    VectorAlloc,

    /// <summary>irq_matrix_alloc_managed and vector_alloc_managed.</summary>
    ManagedAlloc,

    /// <summary>irq_matrix_reserve, irq_matrix_remove_reserved, vector_reserve.</summary>
    Reserve,

    /// <summary>irq_matrix_reserve_managed, irq_matrix_remove_managed.</summary>
    ManagedReserve,

    /// <summary>irq_matrix_assign, irq_matrix_assign_system.</summary>
    SystemVector,

    /// <summary>The counters that every record of the allocator carries.</summary>
    MatrixCounters,

    /// <summary>irq_matrix_free: which vector of which CPU.</summary>
    Free,

    /// <summary>vector_update, apic_update_vector: new place, and the place until then.</summary>
    Assignment,

    /// <summary>vector_config: vector, CPU and APIC destination handed to the hardware.</summary>
    Config,

    /// <summary>vector_clear, vector_teardown, vector_deactivate: what an interrupt gives up.</summary>
    Release,

    /// <summary>vector_free_moved, send_cleanup_vector, free_moved_vector: the old place of a move.</summary>
    Cleanup,

    /// <summary>vector_activate: in which mode.</summary>
    Activation,

    /// <summary>Masks handed from the core to the chips, and the vector domain's answer.</summary>
    Affinity,

    /// <summary>May the CPU go offline (lapic_can_unplug_cpu).</summary>
    OfflineCheck,

    /// <summary>A dying CPU's interrupts: which are moved or shut down, and where to.</summary>
    Migrate,

    /// <summary>Remapping entries.</summary>
    Irte,

    /// <summary>Invalidations of cached remapping entries.</summary>
    Invalidation,

    /// <summary>MSI messages.</summary>
    Message,

    /// <summary>Masking of MSI entries.</summary>
    Mask,

    /// <summary>The CPU that an interrupt arrives on.</summary>
    DeliveryCpu,
}

/// <summary>Names of the kinds in reports.</summary>
public static class DecisionKinds
{
    /// <summary>Names by number.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "vectorAlloc", "managedAlloc", "reserve", "managedReserve", "systemVector", "matrixCounters", "free",
        "assignment", "config", "release", "cleanup", "activation", "affinity", "offlineCheck", "migrate", "irte",
        "invalidation", "message", "mask", "deliveryCpu",
    ];

    public static int Count => Names.Count;

    public static string NameOf(DecisionKind kind) => Names[(int)kind];
}
