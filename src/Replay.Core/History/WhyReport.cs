using System.Collections.Generic;

namespace Replay.Core.History;

/// <summary>What is the matter with an interrupt; the number is an index of <see cref="Verdicts.Names"/>.</summary>
public enum Verdict : byte
{
    /// <summary>The recording does not tell.</summary>
    Unknown,

    /// <summary>It arrived where it belongs after its last change.</summary>
    Working,

    /// <summary>The views agree, and none has arrived since its last change.</summary>
    Quiet,

    /// <summary>It works, and vectors that it had are lost.</summary>
    LeakedVector,

    /// <summary>It works where it is; a vector that it needed elsewhere was refused.</summary>
    Refused,

    /// <summary>Started, and its entry stays masked.</summary>
    StuckMasked,

    /// <summary>The host has no mapping for it.</summary>
    NoMapping,

    /// <summary>The device lost its message in sleep and it was not written back.</summary>
    StaleMessage,

    /// <summary>Message, remapping entry or slot lead elsewhere than the kernel's books say.</summary>
    WrongTarget,

    /// <summary>The hardware may still use the remapping entry of before.</summary>
    StaleCache,

    /// <summary>Its vector's slot was taken from it.</summary>
    SlotLost,

    /// <summary>Shut down.</summary>
    ShutDown,

    /// <summary>It has no vector.</summary>
    NoVector,

    /// <summary>It does not exist any more.</summary>
    Freed,

    /// <summary>Another finding names it.</summary>
    Fault,
}

/// <summary>Names of <see cref="Verdict"/> in JSON, by number.</summary>
public static class Verdicts
{
    public static string[] Names { get; } =
    [
        "unknown", "working", "quiet", "leakedVector", "refused", "stuckMasked", "noMapping", "staleMessage",
        "wrongTarget", "staleCache", "slotLost", "shutDown", "noVector", "freed", "fault",
    ];
}

/// <summary>Why one interrupt works or does not, as plain data for printing.</summary>
/// <param name="Irq">The interrupt.</param>
/// <param name="Name">Its handler's name.</param>
/// <param name="Device">Its device.</param>
/// <param name="Entry">Its entry of that device.</param>
/// <param name="Verdict">What is the matter.</param>
/// <param name="Works">True when the next interrupt will arrive; null when the recording does not tell.</param>
/// <param name="Sentence">The verdict in one sentence.</param>
/// <param name="Parted">Event at which the views parted; null when they did not, or that was before
/// the recording.</param>
/// <param name="PartedTimeNs">Time of that event.</param>
/// <param name="Views">What each view says in the end.</param>
/// <param name="Chain">From the last good moment to the fault, or the last change of an interrupt that works.</param>
/// <param name="LeftOut">Entries in the middle of the chain that were left out.</param>
/// <param name="LeftOutAfter">Place in the chain after which they are missing.</param>
public sealed record WhyReport(
    int Irq,
    string? Name,
    string? Device,
    int? Entry,
    Verdict Verdict,
    bool? Works,
    string Sentence,
    long? Parted,
    ulong? PartedTimeNs,
    IReadOnlyList<ViewRow> Views,
    IReadOnlyList<HistoryEntry> Chain,
    int LeftOut,
    int LeftOutAfter);

/// <summary>One view of an interrupt.</summary>
/// <param name="View"><c>kernel</c>, <c>device</c>, <c>remapping</c>, <c>slot</c> or <c>host</c>.</param>
/// <param name="Says">Its content in words.</param>
/// <param name="Agrees">False when it leads elsewhere than the kernel's books say; null for those
/// books themselves.</param>
public sealed record ViewRow(string View, string Says, bool? Agrees);
