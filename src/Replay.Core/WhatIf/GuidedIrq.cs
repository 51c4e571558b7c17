using System;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <summary>Where an interrupt differs from the recorded one.</summary>
[Flags]
internal enum GuidedFlags : ushort
{
    None = 0,

    /// <summary>It differs at all; without this nothing but the recorded fields counts.</summary>
    Departed = 1 << 0,

    /// <summary>A move waits for the first interrupt at the new place.</summary>
    MoveInProgress = 1 << 1,

    /// <summary>The old place waits for its clean-up.</summary>
    CleanupPending = 1 << 2,

    /// <summary>A new affinity waits for the next arrival.</summary>
    MovePending = 1 << 3,

    /// <summary>Its allocation was refused: the driver does not have it.</summary>
    NotAllocated = 1 << 4,

    /// <summary>Its request was refused: it has no vector.</summary>
    NotStarted = 1 << 5,

    /// <summary>It could not leave a CPU that went offline.</summary>
    Stuck = 1 << 6,

    /// <summary>Managed, and waits for its device's resume.</summary>
    WaitsForResume = 1 << 7,

    /// <summary>It has a fixed vector: no reservation, kept while it is not requested.</summary>
    Fixed = 1 << 8,

    /// <summary>Which vector of the CPU it has cannot be told.</summary>
    NumberUnknown = 1 << 9,

    /// <summary>Managed, and shut down with the last CPU of its mask.</summary>
    ShutDown = 1 << 10,

    /// <summary>Being deactivated: a reservation that follows is no allocation.</summary>
    Deactivating = 1 << 11,

    /// <summary>Somebody asked for an affinity and the recorded kernel has not carried it out yet.</summary>
    Requested = 1 << 12,
}

/// <summary>One interrupt as the recording has it, as of the last event that told of it.</summary>
internal readonly record struct RecordedIrq(ushort Cpu, byte Vector, ushort PreviousCpu, byte Previous, IrqFlags Flags)
{
    public static RecordedIrq Of(in IrqDesc desc)
    {
        bool known = desc.Has(IrqFlags.VectorKnown);
        return new RecordedIrq(desc.Cpu, known ? desc.Vector : (byte)0, desc.PreviousCpu,
            desc.PreviousVector, desc.Flags);
    }

    public bool Has(IrqFlags flags) => (Flags & flags) == flags;
}

/// <summary>One interrupt of a guided kernel.</summary>
internal struct GuidedIrq // mutable struct: never readonly
{
    public RecordedIrq Recorded;
    public GuidedFlags Flags;
    public ushort Cpu;
    public ushort PreviousCpu;
    public byte Vector;
    public byte Previous;

    /// <summary>Event at which it departed.</summary>
    public long Event;

    /// <summary>Its time.</summary>
    public ulong EventNs;

    /// <summary>
    /// Affinity that waits, CPUs 0 to 63; of a managed one that was refused, the CPUs that have a vector more for it.
    /// </summary>
    public ulong Pending;

    /// <summary>Time at which the old place began to be held.</summary>
    public ulong HeldSinceNs;

    /// <summary>Recorded arrivals that find nobody here.</summary>
    public long Missed;

    public readonly bool Has(GuidedFlags flags) => (Flags & flags) == flags;

    public void Set(GuidedFlags flags) => Flags |= flags;

    public void Clear(GuidedFlags flags) => Flags &= ~flags;

    /// <summary>Nothing differs from what is recorded any more.</summary>
    public readonly bool IsAsRecorded =>
        Vector == Recorded.Vector && (Vector == 0 || Cpu == Recorded.Cpu)
        && Previous == Recorded.Previous && (Previous == 0 || PreviousCpu == Recorded.PreviousCpu)
        && Has(GuidedFlags.CleanupPending) == (Previous != 0 && Recorded.Has(IrqFlags.CleanupPending))
        && (Flags & (GuidedFlags.MovePending | GuidedFlags.NotAllocated | GuidedFlags.NotStarted | GuidedFlags.Stuck
            | GuidedFlags.WaitsForResume)) == 0
        && (!Has(GuidedFlags.Fixed) || !Recorded.Has(IrqFlags.HasReserved));
}

/// <summary>
/// What one CPU of a guided kernel has more or less than the recorded one, and what is being done on it.
/// </summary>
internal struct GuidedCpu // mutable struct: never readonly
{
    /// <summary>Vectors that are in use here and not in the recording.</summary>
    public Bits256 Held;

    /// <summary>Vectors that the recording has in use and that are free here, or another interrupt's.</summary>
    public Bits256 Freed;

    public int Allocated;
    public int Available;
    public int ManagedAllocated;

    /// <summary>It was taken offline in the recording and could not be here.</summary>
    public bool StaysOnline;

    /// <summary>A recorded refusal to go offline, not yet told, would not have come.</summary>
    public bool RefusalSpared;

    /// <summary>Its map is online in the recording, as of the last step of a hotplug.</summary>
    public bool WasOnline;

    /// <summary>The end of its window was compared.</summary>
    public bool WindowTold;

    /// <summary>Interrupt that the vector domain was asked to move, and where to.</summary>
    public uint AskedIrq;

    public ulong AskedMask;

    /// <summary>Interrupt that is being started.</summary>
    public uint StartIrq;

    /// <summary>Interrupt that found no vector while the CPU goes down.</summary>
    public uint RefusedIrq;

    public readonly bool Differs => Allocated != 0 || Available != 0 || ManagedAllocated != 0 || StaysOnline;
}
