using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <summary>
/// One interrupt as a modelled kernel holds it: irq_desc, msi_desc and the vector domain's apic_chip_data.
/// </summary>
internal sealed partial class KernelIrq
{
    public required int Number { get; init; }

    /// <summary>Index of the device's name.</summary>
    public required ushort Device { get; init; }

    /// <summary>Entry in the device's table.</summary>
    public required int Entry { get; init; }

    public required MessageChip Chip { get; init; }

    public bool Managed { get; init; }

    /// <summary>The device belongs to a host that must back the interrupt.</summary>
    public bool Passthrough { get; init; }

    /// <summary>Affinity mask (irq_common_data.affinity).</summary>
    public CpuMask Affinity { get; set; } = CpuMask.All;

    /// <summary>A driver has asked for it at least once.</summary>
    public bool Asked { get; set; }

    /// <summary>A handler is installed.</summary>
    public bool Requested { get; set; }

    public bool Started { get; set; }

    public bool Activated { get; set; }

    /// <summary>Managed, and shut down because all its CPUs are offline.</summary>
    public bool ManagedShutdown { get; set; }

    /// <summary>Reservation mode (apicd.can_reserve).</summary>
    public bool CanReserve { get; set; }

    /// <summary>Holds a reservation of the matrix (apicd.has_reserved).</summary>
    public bool HasReserved { get; set; }

    /// <summary>Effective affinity: the CPU of the vector, or of the placeholder.</summary>
    public int Cpu { get; set; }

    /// <summary>Vector; 0 when it has none.</summary>
    public byte Vector { get; set; }

    /// <summary>What the hardware configuration holds: the vector, or the placeholder 0xEF.</summary>
    public byte ConfiguredVector { get; set; } = VectorRanges.ManagedShutdown;

    public int PreviousCpu { get; set; }

    /// <summary>Old vector of a move; 0 when none.</summary>
    public byte PreviousVector { get; set; }

    /// <summary>Waits for the first interrupt at the new place.</summary>
    public bool MoveInProgress { get; set; }

    /// <summary>The old vector is on its CPU's clean-up list.</summary>
    public bool CleanupPending { get; set; }

    /// <summary>Mask that waits for the next interrupt to be applied (IRQD_SETAFFINITY_PENDING).</summary>
    public CpuMask? PendingAffinity { get; set; }

    /// <summary>Generic flag IRQD_IRQ_MASKED; not the same as <see cref="CacheMasked"/>.</summary>
    public bool GenericMasked { get; set; }

    /// <summary>Device interrupts are suspended and this one with them.</summary>
    public bool Suspended { get; set; }

    /// <summary>Verdict row of an event that came while the interrupt was suspended; -1 when none.</summary>
    public int Noted { get; set; } = -1;

    /// <summary>Mask bit in the kernel's cached control word (msi_desc.pci.msix_ctrl).</summary>
    public bool CacheMasked { get; set; } = true;

    /// <summary>Cached message (msi_desc.msg).</summary>
    public MsiMessage Message { get; set; }

    /// <summary>What the host answered to the last request for a mapping (chip_data of pci-hyperv).</summary>
    public MsiMessage? HostMessage { get; set; }

    /// <summary>Remapping entry; -1 when none.</summary>
    public int RemapIndex { get; set; } = -1;

    /// <summary>Event that last changed the mask cache.</summary>
    public long MaskEvent { get; set; } = -1;

    /// <summary>Event at which the mapping, message or target went wrong; -1 while nothing did.</summary>
    public long MappingEvent { get; set; } = -1;

    /// <summary>Message and mask bits can be switched without stopping the interrupt.</summary>
    public bool CanMask => Chip != MessageChip.MsiNoMask;

    public KernelIrq Clone() => (KernelIrq)MemberwiseClone();
}
