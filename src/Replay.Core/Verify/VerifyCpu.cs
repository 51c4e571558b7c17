using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <summary>
/// What the kernel is doing on one CPU, as the records so far tell: each record is judged from the one that led to it.
/// The vector domain works under one lock with interrupts off, so its records of one operation stand together.
/// </summary>
internal struct VerifyCpu // mutable struct: never readonly
{
    /// <summary>Interrupt that is being given a vector; <see cref="IrqEvent.NoIrq"/> when not known.</summary>
    public uint AllocIrq;

    /// <summary>CPUs that the vector may be on.</summary>
    public CpuMask Search;

    public bool SearchKnown;

    /// <summary>Place that was allocated and not yet assigned; vector 0 when none.</summary>
    public byte NewVector;

    public ushort NewCpu;

    /// <summary>Interrupt whose assignment a probe told already; its tracepoint follows.</summary>
    public uint ProbedIrq;

    /// <summary>Place before the probed assignment, for the tracepoint's prev_* operands.</summary>
    public byte OldVector;

    public ushort OldCpu;
    public bool OldKnown;
    public bool OldStaleKnown;

    /// <summary>Vectors that are about to be freed, in order; vector 0 when none.</summary>
    public Freeing Free0;

    public Freeing Free1;

    /// <summary>The last vectors freed, for the probe inside the free.</summary>
    public Freeing Freed0;

    public Freeing Freed1;

    /// <summary>Interrupt whose hardware configuration was set last on this CPU.</summary>
    public uint ConfigIrq;

    /// <summary>Interrupt that the vector domain is about to configure.</summary>
    public uint WorkIrq;

    /// <summary>The entry of <see cref="WorkIrq"/> was written: the next write is somebody else's.</summary>
    public bool EntryDone;

    /// <summary>Interrupt being deactivated in the remapping domain.</summary>
    public uint DeactivatedIrq;

    /// <summary>Interrupt whose mask the core handed to the chip, and that mask.</summary>
    public uint SetIrq;

    public CpuMask SetMask;

    /// <summary>The affinity before that, for a refusal.</summary>
    public CpuMask OldMask;

    public bool OldMaskKnown;

    /// <summary>Interrupt that is being started.</summary>
    public uint StartIrq;

    /// <summary>Interrupt that the vector domain was asked to move.</summary>
    public uint AskedIrq;

    /// <summary>What the vector domain has to answer; known when <see cref="AnswerKnown"/>.</summary>
    public int Answer;

    public bool AnswerKnown;

    /// <summary>The last answer was that no vector is left.</summary>
    public bool Refused;

    /// <summary>Interrupt whose message is changed in two steps, and the first step's message.</summary>
    public uint TwoStepIrq;

    public byte TwoStepVector;
    public uint TwoStepDestination;

    /// <summary>Not known whether the change takes two steps: the next message tells.</summary>
    public bool TwoStepUnsure;

    /// <summary>Hardware configuration at the start of a change without remapping.</summary>
    public uint MsiIrq;

    public bool MsiOldKnown;
    public byte MsiOldVector;
    public uint MsiOldDestination;

    /// <summary>Remapping entry that was written and not yet invalidated; -1 when none.</summary>
    public int WrittenIndex;

    public long WrittenEvent;

    /// <summary>Times that an AMD entry was written in the activation under way.</summary>
    public uint AmdIrq;

    /// <summary>CPUs that a managed vector is being set aside on, or given back from.</summary>
    public CpuMask AsideMask;

    public CpuMask RemoveMask;

    /// <summary>Interrupt that is being activated, and how.</summary>
    public uint ActivateIrq;

    public bool ActivateReserve;

    /// <summary>
    /// The beginning of an operation was recorded: what comes next on this CPU belongs to one that was seen whole.
    /// </summary>
    public bool OperationSeen;

    /// <summary>True from the moment the CPU left the online mask until it is back.</summary>
    public bool Dark;

    /// <summary>Pending moves that it asked about while dark: of its own interrupts, and of others.</summary>
    public int ForcedHere;

    public int ForcedElsewhere;

    public bool GoingDown;
    public int TakedownStep;

    /// <summary>Step of the hotplug sequence in which another CPU starts this one.</summary>
    public int BringupStep;

    /// <summary>It was started, and has recorded nothing.</summary>
    public bool UpUnseen;

    /// <summary>Probes told what the CPU does since it is dark.</summary>
    public bool DarkProbed;

    public bool Online;
    public bool OnlineKnown;

    public static VerifyCpu Idle => new()
    {
        AllocIrq = IrqEvent.NoIrq,
        ProbedIrq = IrqEvent.NoIrq,
        ConfigIrq = IrqEvent.NoIrq,
        WorkIrq = IrqEvent.NoIrq,
        DeactivatedIrq = IrqEvent.NoIrq,
        SetIrq = IrqEvent.NoIrq,
        AskedIrq = IrqEvent.NoIrq,
        TwoStepIrq = IrqEvent.NoIrq,
        MsiIrq = IrqEvent.NoIrq,
        ActivateIrq = IrqEvent.NoIrq,
        StartIrq = IrqEvent.NoIrq,
        AmdIrq = IrqEvent.NoIrq,
        WrittenIndex = -1,
    };
}

/// <summary>One vector that goes back to the allocator; unsure where the interrupt's mode was not recorded.</summary>
internal readonly record struct Freeing(ushort Cpu, byte Vector, bool Managed, bool Unsure = false)
{
    /// <summary>Saves or restores one.</summary>
    public static Freeing Transfer(StateArchive archive, Freeing place) =>
        new(archive.Value(place.Cpu), archive.Value(place.Vector), archive.Value(place.Managed),
            archive.Value(place.Unsure));
}
