using System.Collections.Generic;
using Replay.Core.WhatIf;

namespace Replay.Cli.Output;

/// <summary>What follows from decisions taken otherwise, as counts: one table for text and JSON.</summary>
internal static class WhatIfRows
{
    /// <summary>What moves cost, in the recording too: it says something only beside the other side's number.</summary>
    public static bool IsCost(string key) => key is "deferred" or "messageWrites" or "tearableWrites" or "entryWrites";

    /// <summary>Name in JSON, words for people, and the count.</summary>
    public static IReadOnlyList<(string Key, string Words, long Count)> Of(WhatIfReport? side)
    {
        WhatIfTotals totals = side?.Totals ?? new WhatIfTotals();
        return
        [
            ("allocationsRefused", "allocations refused", totals.AllocationsRefused),
            ("requestsRefused", "requests refused that were granted", totals.RequestsRefused),
            ("movesRefused", "moves refused that were granted", totals.MovesRefused),
            ("offlineRefused", "CPUs that could not go offline, and did", totals.OfflineRefused),
            ("offlineSpared", "refusals of CPUs to go offline that did not come", totals.OfflineSpared),
            ("refusalsSpared", "refusals that did not come", totals.Spared),
            ("stuck", "interrupts stuck on a CPU that went offline", totals.Stuck),
            ("arrivalsMissed", "arrivals that nobody handles", totals.Missed),
            ("leaked", "old vectors leaked", totals.Leaked),
            ("otherCpu", "places on another CPU than recorded", totals.OtherCpu),
            ("deferred", "moves that waited for the next arrival", totals.Deferred),
            ("busy", "requests that met an old vector still held", totals.Busy),
            ("held", "old vectors held until an arrival or a timer", totals.Held),
            ("heldMaxNs", "longest hold", (long)totals.HeldMaxNs),
            ("undecided", "interrupts that follow the recording again, for want of inputs", totals.Undecided),
            ("messageWrites", "messages rewritten in devices by moves", totals.MessageWrites),
            ("tearableWrites", "of them while a message can be torn", totals.TearableWrites),
            ("entryWrites", "remapping entries rewritten by moves", totals.EntryWrites),
        ];
    }
}
