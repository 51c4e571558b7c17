namespace Replay.Core.History;

/// <summary>One change of a thing: what, when, by whom, and what led to it.</summary>
public sealed record HistoryEntry
{
    /// <summary>Event that made the change; of a run of interrupts, the first one.</summary>
    public required long Event { get; init; }

    public required ulong TimeNs { get; init; }

    /// <summary>CPU that recorded the event; null for a conclusion that no single event stands for.</summary>
    public required int? Cpu { get; init; }

    public required HistoryChange Change { get; init; }

    /// <summary>What was until then; null when that is unknown, or nothing was.</summary>
    public string? From { get; init; }

    /// <summary>What is from then on.</summary>
    public string? To { get; init; }

    /// <summary>The change as one line for people.</summary>
    public required string Text { get; init; }

    /// <summary>What led to it; null when the recording does not tell.</summary>
    public string? Reason { get; init; }

    /// <summary>Event of the reason; null when there is none.</summary>
    public long? Blame { get; init; }

    /// <summary>Interrupts in a run; 0 for anything else.</summary>
    public long Count { get; init; }

    /// <summary>Last event of a run of interrupts.</summary>
    public long LastEvent { get; init; }

    /// <summary>Last time of a run of interrupts.</summary>
    public ulong LastTimeNs { get; init; }
}
