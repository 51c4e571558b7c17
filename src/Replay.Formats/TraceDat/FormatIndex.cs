using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Formats.Bytes;
using Replay.Formats.Ftrace;

namespace Replay.Formats.TraceDat;

/// <summary>
/// Where the format text of each event number lies. Only the <c>ID:</c> line is read when the file is opened; a text is
/// parsed when its number first occurs, since a full kernel describes 2000 events and a capture holds 50 of them.
/// </summary>
internal sealed class FormatIndex
{
    /// <summary>Largest event number: common_type has 16 bits.</summary>
    public const int IdMax = ushort.MaxValue;

    /// <summary>Longest format text.</summary>
    public const int TextMax = 1 << 20;

    /// <summary>Most texts that are looked at: a file of empty ones must not keep us busy.</summary>
    private const int TextsMax = 1 << 18;

    private const int HeadBytes = 512;

    private readonly Dictionary<int, Entry> _entries = [];
    private readonly ImportReport _report;
    private int _textCount;

    public FormatIndex(ImportReport report) => _report = report;

    /// <summary>Number of events that have a format.</summary>
    public int Count => _entries.Count;

    /// <summary>Offset of the 2-byte common_type in every record; read from the first format of the file.</summary>
    public int TypeOffset { get; private set; } = -1;

    /// <summary>
    /// Takes one text of <paramref name="length"/> bytes at the reader's position and moves over it. False when the
    /// section ends before it.
    /// </summary>
    public bool TryAdd(PartReader reader, FilePart part, string system, ulong length)
    {
        if (length > (ulong)reader.Remaining || _textCount++ == TextsMax) return false;
        long position = reader.Position;
        if (!reader.TryPeek((int)Math.Min(length, HeadBytes), out ReadOnlySpan<byte> head)) return false;
        if (length > TextMax || !FormatParser.TryReadId(head, out int id) || id > IdMax)
        {
            _report.Add(LossSeverity.Warning, "event format without a usable ID", reader.FileOffset,
                "an ID of 0 to 65535 and at most 1 MiB of text", length > TextMax ? "a longer text" : "none");
        }
        else if (!_entries.TryAdd(id, new Entry(part, position, (int)length, system)))
        {
            _report.Add(LossSeverity.Warning, "two event formats with one ID (the first counts)", reader.FileOffset,
                "each ID once", id.ToString(CultureInfo.InvariantCulture));
        }
        else if (TypeOffset < 0)
        {
            FindTypeOffset(id);
        }
        return reader.TrySkip(length);
    }

    /// <summary>
    /// Parses the format of an event number; null, reported, when it is damaged; null when there is none.
    /// </summary>
    /// <param name="id">Event number.</param>
    /// <param name="longSize">Bytes of the recorded kernel's long.</param>
    /// <param name="report">Where damage goes.</param>
    /// <param name="name">The event's <c>system:name</c>, where at least that could be read; else empty.</param>
    public EventFormat? Find(int id, int longSize, ImportReport report, out string name)
    {
        name = "";
        if (!_entries.TryGetValue(id, out Entry entry)) return null;
        byte[] text = entry.Part.Slice(entry.Position, entry.Length).ReadAll(TextMax);
        EventFormat? format = FormatParser.Parse(text, entry.System, longSize, out string error);
        if (format is not null)
        {
            name = format.FullName;
            return format;
        }
        report.Add(LossSeverity.DataLoss, "event format that cannot be read", entry.Part.FileOffset(entry.Position),
            "name, ID and fields", error);
        return null;
    }

    private void FindTypeOffset(int id)
    {
        FieldFormat? type = Find(id, 8, _report, out _)?.FindField("common_type");
        if (type is { Size: 2, Offset: <= 64 }) TypeOffset = type.Offset;
    }

    private readonly record struct Entry(FilePart Part, long Position, int Length, string System);
}
