using System;
using Replay.Core.Events;

namespace Replay.Formats.Native;

/// <summary>Where a run of records may be cut: never between an event and its extension records.</summary>
internal static class EventTail
{
    // No event has more extension records than the longest text.
    private static readonly int ExtensionsMax = EventText.RecordCount(EventText.LengthMax) - 1;

    /// <summary>
    /// Records of the longest start of <paramref name="records"/> whose last event has all that its kind demands. Looks
    /// at the last event only.
    /// </summary>
    public static int CompleteLength(ReadOnlySpan<IrqEvent> records)
    {
        int head = HeadOfLast(records);
        if (head < 0) return records.Length;
        return EventSchema.RecordCount(records[head]) <= records.Length - head ? records.Length : head;
    }

    /// <summary>
    /// The most records, up to <paramref name="room"/>, that can be cut off the start of <paramref name="records"/>;
    /// more than <paramref name="room"/> are there.
    /// </summary>
    public static int CutAt(ReadOnlySpan<IrqEvent> records, int room)
    {
        int cut = room;

        // Records that no event owns may be cut anywhere, so the search for the owner has an end.
        if (records[cut].Kind == EventKind.Extension)
        {
            int head = HeadOfLast(records[..cut]);
            if (head >= 0) cut = head;
        }

        // An event without the extension that its kind demands must not come last, or readers take it for a torn one.
        while (cut > 0)
        {
            int complete = CompleteLength(records[..cut]);
            if (complete == cut) break;
            cut = complete;
        }
        return cut;
    }

    // Index of the last record that is not an extension, or -1 when it is too far away to own the ones at the end.
    private static int HeadOfLast(ReadOnlySpan<IrqEvent> records)
    {
        int first = Math.Max(0, records.Length - 1 - ExtensionsMax);
        for (int i = records.Length - 1; i >= first; i--)
        {
            if (records[i].Kind != EventKind.Extension) return i;
        }
        return -1;
    }
}
