namespace Replay.Core.WhatIf;

/// <summary>What followed from decisions taken otherwise, and what moves cost.</summary>
public struct WhatIfTotals // mutable struct: never readonly
{
    public WhatIfTotals() => FirstRefusal = -1;

    /// <summary>Allocations of messages refused.</summary>
    public long AllocationsRefused { get; set; }

    /// <summary>Requests for an interrupt refused, that were granted in the recording.</summary>
    public long RequestsRefused { get; set; }

    /// <summary>Moves refused for want of a vector.</summary>
    public long MovesRefused { get; set; }

    /// <summary>CPUs that could not be taken offline, and were in the recording.</summary>
    public long OfflineRefused { get; set; }

    /// <summary>
    /// Recorded refusals to take a CPU offline that did not come; the CPU stays online all the same, as recorded.
    /// </summary>
    public long OfflineSpared { get; set; }

    /// <summary>Recorded refusals that did not come.</summary>
    public long Spared { get; set; }

    /// <summary>Choices of a CPU that came out differently with the books as they were.</summary>
    public long OtherCpu { get; set; }

    /// <summary>Moves that waited for the next arrival of their interrupt.</summary>
    public long Deferred { get; set; }

    /// <summary>Requests that met an old place not yet given back.</summary>
    public long Busy { get; set; }

    /// <summary>Old places that were held longer than a move takes.</summary>
    public long Held { get; set; }

    /// <summary>The longest time that one was held.</summary>
    public ulong HeldMaxNs { get; set; }

    /// <summary>Old places that nobody owns any more.</summary>
    public long Leaked { get; set; }

    /// <summary>Interrupts that stayed directed at a CPU that went offline.</summary>
    public long Stuck { get; set; }

    /// <summary>Recorded arrivals that find nobody here.</summary>
    public long Missed { get; set; }

    /// <summary>Interrupts that went back to the recording because it does not tell what they depend on.</summary>
    public long Undecided { get; set; }

    /// <summary>Writes of messages into devices that moves took.</summary>
    public long MessageWrites { get; set; }

    /// <summary>Those of them during which a message without mask can be sent torn.</summary>
    public long TearableWrites { get; set; }

    /// <summary>Writes of remapping entries that moves took.</summary>
    public long EntryWrites { get; set; }

    /// <summary>Event of the first refusal; -1 when there is none.</summary>
    public long FirstRefusal { get; set; }

    public ulong FirstRefusalTimeNs { get; set; }

    /// <summary>The first refusal in words, with its inputs.</summary>
    public string? FirstRefusalText { get; set; }
}
