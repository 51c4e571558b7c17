using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Text;

namespace Replay.Cli;

/// <summary>Some events of a recording as the text form writes them, and the markers before them.</summary>
internal sealed class EventLines
{
    private readonly Dictionary<long, (string Line, string Mark)> _lines = [];

    /// <summary>Kind and operands of an event; empty for one that was not asked for.</summary>
    public string this[long index] => _lines.TryGetValue(index, out (string Line, string Mark) row) ? row.Line : "";

    /// <summary>The last marker before the event; empty when there is none.</summary>
    public string MarkBefore(long index) =>
        _lines.TryGetValue(index, out (string Line, string Mark) row) ? row.Mark : "";

    /// <summary>Reads a recording to the last of the events.</summary>
    public static EventLines Read(Recording recording, SortedSet<long> wanted)
    {
        var lines = new EventLines();
        if (wanted.Count == 0) return lines;
        long number = 0;
        string mark = "";
        while (number <= wanted.Max && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            for (int i = 0; i < batch.Length;)
            {
                ReadOnlySpan<IrqEvent> records = batch.Slice(i, EventCounter.RecordsAt(batch, i));
                if (wanted.Contains(number)) lines._lines[number] = (TextOf(records, recording.Tables), mark);
                if (records[0].Kind == EventKind.Mark) mark = MarkOf(records);
                number++;
                i += records.Length;
            }
        }
        return lines;
    }

    private static string TextOf(ReadOnlySpan<IrqEvent> records, EventTables tables)
    {
        using var stream = new MemoryStream();
        using (var writer = new EventTextWriter(stream))
        {
            writer.Write(records, tables);
            writer.Flush();
        }
        string line = Encoding.UTF8.GetString(stream.ToArray()).Trim();
        string[] parts = line.Split(' ', 3); // time, CPU, the rest
        return parts.Length == 3 ? parts[2] : line;
    }

    private static string MarkOf(ReadOnlySpan<IrqEvent> records)
    {
        Span<byte> buffer = stackalloc byte[EventText.LengthMax];
        return Encoding.UTF8.GetString(PositionCursor.WithoutNumber(buffer[..EventText.Read(records, buffer)]));
    }
}
