using System.Collections.Generic;
using System.Runtime.ExceptionServices;
using Replay.Core.Events;

namespace Replay.Formats.TraceDat;

/// <summary>
/// A run of one CPU's events, made by a lane and not merged yet, and what is to be told behind its last record.
/// </summary>
internal sealed class EventChunk
{
    /// <summary>Room for the records.</summary>
    public required IrqEvent[] Records { get; init; }

    /// <summary>Records in the run.</summary>
    public int Count { get; set; }

    /// <summary>What the events' names mean.</summary>
    public LaneNames Names { get; set; } = null!;

    /// <summary>The first event is not taken before this time, nor one later than what came before it.</summary>
    public ulong FloorNs { get; set; }

    /// <summary>When the last record of the run, event or not, is taken.</summary>
    public ulong PeakNs { get; set; }

    /// <summary>True when nothing of this CPU follows.</summary>
    public bool IsLast { get; set; }

    /// <summary>
    /// The last record's event number, where something is wrong with its format and not told yet; else -1.
    /// </summary>
    public int UntoldId { get; set; }

    /// <summary>Records that the loss at the run's end says were lost; 0 without one.</summary>
    public long LostCount { get; set; }

    /// <summary>Damage met at the last record or right behind it.</summary>
    public List<LossEntry> Damage { get; } = [];

    /// <summary>
    /// True when what is to be told belongs to the last event, false when to a later record that became none.
    /// </summary>
    public bool EndsAtEvent { get; set; }

    /// <summary>What ended the reading of this CPU; to be thrown where the merge comes to it.</summary>
    public ExceptionDispatchInfo? Failure { get; set; }

    /// <summary>True when something is to be told behind the last record.</summary>
    public bool HasNews => UntoldId >= 0 || LostCount != 0 || Damage.Count > 0 || Failure is not null;
}
