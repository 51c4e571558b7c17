using System;
using Replay.Core.Events;

namespace Replay.Cli;

/// <summary>Counts events, which are fewer than records.</summary>
internal static class EventCounter
{
    public static long Count(ReadOnlySpan<IrqEvent> records)
    {
        long count = 0;
        for (int i = 0; i < records.Length; i++)
        {
            if (records[i].Kind != EventKind.Extension) count++;
        }
        return count;
    }

    /// <summary>Records of the event at <paramref name="start"/>, its extensions included.</summary>
    public static int RecordsAt(ReadOnlySpan<IrqEvent> records, int start)
    {
        int end = start + 1;
        while (end < records.Length && records[end].Kind == EventKind.Extension) end++;
        return end - start;
    }
}
