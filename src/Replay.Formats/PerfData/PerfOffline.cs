using System;
using Replay.Core.Events;

namespace Replay.Formats.PerfData;

/// <summary>
/// perf closes its events on a CPU that goes offline, and does not open them when it comes back: a CPU whose data ends
/// while it takes itself down has records that nobody kept.
/// </summary>
internal static class PerfOffline
{
    private const string What =
        "perf stops recording on a CPU that goes offline: what it does from there on is missing";

    /// <summary>True when the last of the events is a step of this CPU on its own way down.</summary>
    public static bool IsGoingDown(ReadOnlySpan<IrqEvent> events, ushort cpu)
    {
        if (events.IsEmpty) return false;
        ref readonly IrqEvent last = ref events[^1];
        if (last.Kind != EventKind.CpuhpEnter || last.Cpu != cpu) return false;
        var step = new HotplugStep(in last);
        return step.Cpu == cpu && step.Target < step.Step;
    }

    public static void Add(ImportReport report, long fileOffset, ushort cpu)
    {
        if (!report.Seen(What))
            report.Add(LossSeverity.Warning, What, fileOffset, "records to the end", $"none any more on CPU {cpu}");
    }
}
