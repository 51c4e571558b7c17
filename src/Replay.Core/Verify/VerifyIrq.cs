using System;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <summary>What is known of an interrupt, and what it is, as the rules have it.</summary>
[Flags]
internal enum IrqFacts : uint
{
    None = 0,

    /// <summary>Vector and CPU are known.</summary>
    PlaceKnown = 1 << 0,

    /// <summary>Old vector and CPU are known.</summary>
    PreviousKnown = 1 << 1,

    /// <summary>The CPU field that stands beside vector 0 is known.</summary>
    StaleCpuKnown = 1 << 2,
    StalePreviousCpuKnown = 1 << 3,
    HardwareKnown = 1 << 4,
    ModeKnown = 1 << 5,
    ReservedKnown = 1 << 6,
    MaskKnown = 1 << 7,
    MessageKnown = 1 << 8,
    SourceKnown = 1 << 9,
    HwirqKnown = 1 << 10,
    ShadowKnown = 1 << 11,

    /// <summary>Whether its messages change in two writes was seen: <see cref="TwoWrites"/>.</summary>
    WritesKnown = 1 << 12,
    TwoWrites = 1 << 13,

    /// <summary><see cref="Managed"/> is known, whatever else of its mode is not.</summary>
    ManagedKnown = 1 << 14,

    Managed = 1 << 16,
    CanReserve = 1 << 17,
    HasReserved = 1 << 18,
    MoveInProgress = 1 << 19,
    Started = 1 << 20,
    StartKnown = 1 << 21,

    /// <summary>A new affinity waits for the interrupt's next arrival.</summary>
    MovePending = 1 << 22,

    /// <summary>Its set-up was recorded: affinity is the default until somebody changes it.</summary>
    Born = 1 << 23,

    /// <summary>Somebody changed its affinity.</summary>
    AffinitySet = 1 << 24,

    /// <summary>
    /// Activated early, with the placeholder: its entry can be masked (Linux msi_check_reservation_mode).
    /// </summary>
    ActivatedEarly = 1 << 26,

    /// <summary>Masked by the kernel while its CPU goes down.</summary>
    MaskedByMigration = 1 << 25,
}

/// <summary>
/// One interrupt of the vector domain (Linux struct apic_chip_data, and what the core and chips keep beside it).
/// </summary>
internal struct VerifyIrq // mutable struct: never readonly
{
    public IrqFacts Facts;
    public ushort Cpu;
    public ushort PreviousCpu;
    public byte Vector;
    public byte PreviousVector;

    /// <summary>Hardware configuration: vector and APIC destination.</summary>
    public byte HardwareVector;

    public uint HardwareDestination;

    /// <summary>Index of the device's name; 0 when not known.</summary>
    public ushort Device;

    /// <summary>MSI or MSI-X entry; -1 when not known.</summary>
    public int Entry;

    /// <summary>VT-d: remapping entry; AMD: index in the device's table; -1 when not known.</summary>
    public int RemapIndex;

    /// <summary>VT-d: place in a block of several messages.</summary>
    public byte RemapSub;

    /// <summary>AMD: device id of the table; -1 with VT-d.</summary>
    public int RemapTable;

    public ulong SourceBits;
    public ulong ShadowLo;
    public ulong ShadowHi;
    public ulong Hwirq;
    public ulong MessageAddress;
    public uint MessageData;
    public ushort Chip;

    /// <summary>The affinity in force.</summary>
    public CpuMask Mask;

    /// <summary>The affinity that waits.</summary>
    public CpuMask Pending;

    /// <summary>CPUs that a managed vector was set aside on.</summary>
    public CpuMask ManagedMask;

    /// <summary>Event that last changed vector or CPU.</summary>
    public long PlaceEvent;

    public readonly bool Has(IrqFacts facts) => (Facts & facts) == facts;

    public void Set(IrqFacts facts) => Facts |= facts;

    public void Clear(IrqFacts facts) => Facts &= ~facts;

    public void Put(IrqFacts facts, bool value)
    {
        if (value) Facts |= facts;
        else Facts &= ~facts;
    }
}
