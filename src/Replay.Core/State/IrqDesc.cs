using System;
using System.Runtime.InteropServices;
using Replay.Core.Events;

namespace Replay.Core.State;

/// <summary>What is known of one interrupt, and what it is.</summary>
[Flags]
public enum IrqFlags : uint
{
    None = 0,

    /// <summary>The interrupt exists, as far as the recording tells.</summary>
    Exists = 1 << 0,

    /// <summary>Its set-up was recorded, so its delivery counts are complete.</summary>
    Born = 1 << 1,

    /// <summary>Vector and CPU (or "no vector") are known.</summary>
    VectorKnown = 1 << 2,

    /// <summary>The CPU that it is directed at is known.</summary>
    CpuKnown = 1 << 3,

    /// <summary>Its affinity mask is known.</summary>
    AffinityKnown = 1 << 4,

    /// <summary><see cref="Activated"/> is known.</summary>
    ActivatedKnown = 1 << 5,

    /// <summary><see cref="Managed"/> is known.</summary>
    ManagedKnown = 1 << 6,

    /// <summary><see cref="Masked"/> is known: the kernel's cached control word of the message.</summary>
    MaskedKnown = 1 << 7,

    Activated = 1 << 9,
    Managed = 1 << 10,
    Masked = 1 << 11,
    Started = 1 << 12,

    /// <summary>Reservation mode: the interrupt gets its vector when it is requested.</summary>
    CanReserve = 1 << 13,

    /// <summary>Holds one of the matrix's reservations.</summary>
    HasReserved = 1 << 14,

    /// <summary>A move waits for the first interrupt at the new place.</summary>
    MoveInProgress = 1 << 15,

    /// <summary>The old vector waits for its clean-up.</summary>
    CleanupPending = 1 << 16,

    /// <summary>Managed, and shut down because all its CPUs are offline.</summary>
    ManagedShutdown = 1 << 17,

    /// <summary>The cached message is known.</summary>
    MessageKnown = 1 << 18,

    /// <summary>The vector domain knows the interrupt: it has, had or will have a vector.</summary>
    InVectorDomain = 1 << 19,

    /// <summary>Masked by the chip while its CPU goes down, not unmasked since.</summary>
    MaskedByMigration = 1 << 20,

    /// <summary>Vector and CPU are known, an old place that it may still have from before is not.</summary>
    PreviousUnknown = 1 << 21,

    /// <summary>What a dying CPU did to the interrupt was concluded by rule; no record has told of it since.</summary>
    Inferred = 1 << 23,

    /// <summary>The host dropped its mapping of the interrupt when the device's channel closed.</summary>
    HostMappingGone = 1 << 22,
}

/// <summary>
/// One Linux interrupt: the OS's view (irq_desc, apic_chip_data) and the message that the OS believes the device has.
/// </summary>
/// <remarks>
/// What an arrival is compared with comes first, as one word, since that is done a hundred million times a second. The
/// size is a power of two, so that finding an interrupt is a shift.
/// </remarks>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
public struct IrqDesc // mutable struct: never readonly
{
    public const int SizeBytes = 128;

    /// <summary>No index, no device.</summary>
    public const int None = -1;

    // The ArrivalWord of a plain arrival. Kept true by the setters below; 0, which no arrival has, where none is plain.
    private ulong _arrivalKey;

    /// <summary>
    /// Arrivals at <see cref="CountedCpu"/> that the table's counts do not hold yet: counted here, beside the key, the
    /// replay loop need not look for their place.
    /// </summary>
    internal uint Arrivals;

    public IrqFlags Flags
    {
        readonly get;
        set
        {
            // Of all flags the key holds one.
            bool keyStays = ((field ^ value) & IrqFlags.Exists) == 0;
            field = value;
            if (!keyStays) UpdateArrivalKey();
        }
    }

    /// <summary>CPU of the last arrival, and of all in <see cref="Arrivals"/>.</summary>
    internal ushort CountedCpu
    {
        readonly get;
        set
        {
            field = value;
            UpdateArrivalKey();
        }
    }

    /// <summary>CPU that the interrupt is directed at (effective affinity; exactly one on x86).</summary>
    public ushort Cpu
    {
        readonly get;
        set
        {
            field = value;
            UpdateArrivalKey();
        }
    }

    /// <summary>Vector on <see cref="Cpu"/>; 0 when it has none (reserved, or shut down).</summary>
    public byte Vector
    {
        readonly get;
        set
        {
            field = value;
            UpdateArrivalKey();
        }
    }

    /// <summary>Old vector still allocated after a move; 0 when none.</summary>
    public byte PreviousVector;

    /// <summary>CPU of <see cref="PreviousVector"/>.</summary>
    public ushort PreviousCpu;

    /// <summary>Index of the first action's name; a shared interrupt's further actions have others.</summary>
    public ushort HeadName
    {
        readonly get;
        set
        {
            field = value;
            UpdateArrivalKey();
        }
    }

    /// <summary>Vector in the hardware configuration; the placeholder 0xEF when there is no real one.</summary>
    public byte ConfiguredVector;

    /// <summary>Index of the name that the driver gave when it installed its handler.</summary>
    public ushort SetupName;

    /// <summary>Index of the chip's name.</summary>
    public ushort Chip;

    /// <summary>Index of the device's name; 0 when not known.</summary>
    public ushort Device;

    /// <summary>MSI or MSI-X entry; <see cref="None"/> when not known.</summary>
    public int Entry;

    /// <summary>Remapping entry; <see cref="None"/> when not known.</summary>
    public int RemapIndex;

    /// <summary>Device id whose AMD table has the entry; <see cref="None"/> with VT-d.</summary>
    public int RemapDevice;

    /// <summary>APIC destination of the hardware configuration.</summary>
    public uint ApicDestination;

    /// <summary>Message data in the kernel's cache.</summary>
    public uint MessageData;

    /// <summary>Message address in the kernel's cache.</summary>
    public ulong MessageAddress;

    /// <summary>Affinity mask of CPUs 0 to 63.</summary>
    public ulong Affinity;

    /// <summary>Event that last changed vector or CPU.</summary>
    public long VectorEvent;

    /// <summary>Event that last started the interrupt.</summary>
    public long StartEvent;

    /// <summary>Event that last changed the mask.</summary>
    public long MaskEvent;

    /// <summary>Event at which an old vector was forgotten because its CPU was offline; -1 when none.</summary>
    public long LeakEvent;

    public ulong LeakTimeNs;

    public ushort LeakCpu;

    public byte LeakVector;

    public readonly bool Has(IrqFlags flags) => (Flags & flags) == flags;

    public void Set(IrqFlags flags) => Flags |= flags;

    public void Clear(IrqFlags flags) => Flags &= ~flags;

    /// <summary>Sets or clears <paramref name="flags"/>.</summary>
    public void Put(IrqFlags flags, bool value)
    {
        if (value) Flags |= flags;
        else Flags &= ~flags;
    }

    /// <summary>
    /// <see cref="IrqEvent.ArrivalWord"/> of an arrival that changes nothing but counts: of the first action, at the CPU
    /// of the last arrival, where the interrupt is directed at that or known to have no vector. 0 when none does.
    /// </summary>
    internal readonly ulong ArrivalKey => _arrivalKey;

    private void UpdateArrivalKey() =>
        _arrivalKey = (Flags & IrqFlags.Exists) != 0 && (Vector == 0 || Cpu == CountedCpu)
            ? IrqEvent.ArrivalWordOf(CountedCpu, EventKind.HandlerEntry, HeadName) : 0;
}
