namespace Replay.Core.Events;

/// <summary>Processor architecture of a modelled machine.</summary>
public enum MachineArchitecture : byte
{
    X86 = 0,
    Arm64 = 1,
}

/// <summary>Text-form names of <see cref="MachineArchitecture"/>, by number.</summary>
public static class MachineArchitectures
{
    public static string[] Names { get; } = ["x86", "arm64"];
}

/// <summary>Where an interrupt's message is stored, and whether it can be masked there.</summary>
public enum MessageChip : byte
{
    /// <summary>A table of entries, each with a mask bit.</summary>
    Msix = 0,

    /// <summary>One message with mask bits.</summary>
    Msi = 1,

    /// <summary>One message without mask bits: mask and unmask do nothing.</summary>
    MsiNoMask = 2,

    /// <summary>One block of messages that share an address; data counts up.</summary>
    MultiMsi = 3,

    /// <summary>A device-specific store, possibly in queue memory (Interrupt Message Store).</summary>
    Ims = 4,

    /// <summary>A pin of an IO-APIC: its redirection entry is the message.</summary>
    IoApic = 5,
}

/// <summary>Text-form names of <see cref="MessageChip"/>, by number.</summary>
public static class MessageChips
{
    public static string[] Names { get; } = ["msix", "msi", "msi_nomask", "multi_msi", "ims", "ioapic"];
}

/// <summary>What a trace may inject; the number is the operand <c>what</c> of <c>inject</c>.</summary>
public enum Injection : byte
{
    None = 0,

    /// <summary>Others take <c>count</c> vectors of <c>cpu</c>; all of them when 0.</summary>
    VectorsTaken = 1,

    /// <summary>The remapping table has only <c>count</c> free entries left.</summary>
    IrtesLeft = 2,

    /// <summary>The next invalidation of the entry cache does nothing.</summary>
    InvalidationLost = 3,

    /// <summary>The host refuses the next mapping of <c>device</c> with <c>status</c>.</summary>
    CreateRefused = 4,

    /// <summary>The host does not answer the next D0 exit of <c>device</c>.</summary>
    D0ExitUnanswered = 5,

    /// <summary>The host offers another protocol version at the next resume of <c>device</c>.</summary>
    VersionRefused = 6,

    /// <summary>The next retarget of <c>device</c> fails with <c>status</c>.</summary>
    RetargetRefused = 7,

    /// <summary>The host finds no resources for the next interrupt of <c>device</c> that needs backing.</summary>
    BackingRefused = 8,

    /// <summary>The device signals the entry between the two writes of its next message change.</summary>
    RaiseBetweenWrites = 9,

    /// <summary>The device reads the message of the entry again from where it is stored.</summary>
    MessageFetched = 10,
}

/// <summary>Text-form names of <see cref="Injection"/>, by number.</summary>
public static class Injections
{
    public static string[] Names { get; } =
    [
        "none", "vectors_taken", "irtes_left", "invalidation_lost", "create_refused", "d0_exit_unanswered",
        "version_refused", "retarget_refused", "backing_refused", "raise_between_writes", "message_fetched",
    ];
}
