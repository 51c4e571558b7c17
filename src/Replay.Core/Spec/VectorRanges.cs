namespace Replay.Core.Spec;

/// <summary>The x86 vector space as Linux lays it out (asm/irq_vectors.h).</summary>
public static class VectorRanges
{
    /// <summary>First vector that is no exception; start of the allocation window (FIRST_EXTERNAL_VECTOR).</summary>
    public const byte FirstExternal = 0x20;

    /// <summary>Clean-up IPI of completed moves up to 6.5 (IRQ_MOVE_CLEANUP_VECTOR).</summary>
    public const byte MoveCleanup = 0x20;

    /// <summary>Vector of legacy irq 0; irq n has this plus n (ISA_IRQ_VECTOR).</summary>
    public const byte IsaBase = 0x30;

    /// <summary>Irq of the second PIC; it never gets a vector of its own (PIC_CASCADE_IR).</summary>
    public const int PicCascadeIrq = 2;

    /// <summary>Legacy irqs.</summary>
    public const int LegacyIrqCount = 16;

    /// <summary>System call of 32-bit programs (IA32_SYSCALL_VECTOR).</summary>
    public const byte Int80 = 0x80;

    /// <summary>
    /// Placeholder of interrupts that have no vector: reserved and not started, or managed and shut down
    /// (MANAGED_IRQ_SHUTDOWN_VECTOR). Never in the matrix, never in a CPU's vector table.
    /// </summary>
    public const byte ManagedShutdown = 0xEF;

    /// <summary>Local APIC timer: end of the allocation window up to 6.8 (LOCAL_TIMER_VECTOR).</summary>
    public const byte LocalTimer = 0xEC;

    /// <summary>Posted MSI notification: end of the allocation window since 6.10.</summary>
    public const byte PostedMsiNotification = 0xEB;
}
