using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Replay.Core.Events;

namespace Replay.Cli;

/// <summary>Cuts the stream of events at a <see cref="Position"/>.</summary>
internal sealed class PositionCursor
{
    /// <summary>Distinct markers kept for the message that says which there are.</summary>
    private const int MarksMax = 4096;

    private readonly Position _position;
    private readonly byte[] _mark;
    private readonly List<string> _marksSeen = [];
    private readonly HashSet<string> _marksKnown = new(StringComparer.Ordinal);

    public PositionCursor(Position position)
    {
        _position = position;
        _mark = Encoding.UTF8.GetBytes(position.Mark);
    }

    /// <summary>Events that belong before the position, of those seen so far.</summary>
    public long Events { get; private set; }

    /// <summary>True when the position lies inside what was seen, so that no later event belongs before it.</summary>
    public bool Reached { get; private set; }

    /// <summary>
    /// Begins after a number of events that were replayed before, and are none of them at or past the position.
    /// </summary>
    /// <param name="events">How many.</param>
    /// <param name="marks">Their markers, none of which is the one that is wanted.</param>
    public void StartAfter(long events, IEnumerable<string> marks)
    {
        Events = events;
        Reached = _position.Kind == PositionKind.Event && events > _position.Event;
        foreach (string mark in marks) Note(WithoutNumber(Encoding.UTF8.GetBytes(mark)));
    }

    /// <summary>True when a marker's text, or what follows its number, starts with the one that is wanted.</summary>
    public bool IsWanted(ReadOnlySpan<byte> text) => text.StartsWith(_mark) || WithoutNumber(text).StartsWith(_mark);

    /// <summary>
    /// Records at the start of <paramref name="batch"/> that belong before the position; whole events. A batch must
    /// start with an event and not end inside one.
    /// </summary>
    public int Take(ReadOnlySpan<IrqEvent> batch)
    {
        if (Reached) return 0;
        return _position.Kind switch
        {
            PositionKind.Event => TakeToEvent(batch),
            PositionKind.Time => TakeToTime(batch),
            PositionKind.Mark => TakeToMark(batch),
            _ => TakeAll(batch),
        };
    }

    /// <summary>Says at the end of the recording whether the position was there.</summary>
    /// <exception cref="UsageException">The recording has no such event or marker.</exception>
    public void RequireReached()
    {
        if (Reached) return;
        if (_position.Kind == PositionKind.Event)
        {
            throw new UsageException(Events == 0
                ? $"{_position.Option} {_position.Text}: the recording has no events; type {_position.Option} end"
                : string.Create(CultureInfo.InvariantCulture,
                    $"{_position.Option} {_position.Text}: the last event of the recording is number {Events - 1}; "
                    + $"type {_position.Option} event:{Events - 1} or {_position.Option} end"));
        }
        if (_position.Kind == PositionKind.Mark)
            throw new UsageException(MarkNotFound.Describe(_position.Mark, _marksSeen, _position.Option));
    }

    private int TakeAll(ReadOnlySpan<IrqEvent> batch)
    {
        Events += EventCounter.Count(batch);
        return batch.Length;
    }

    private int TakeToEvent(ReadOnlySpan<IrqEvent> batch)
    {
        for (int i = 0; i < batch.Length; i++)
        {
            if (batch[i].Kind == EventKind.Extension) continue;
            if (Events > _position.Event)
            {
                Reached = true;
                return i;
            }
            Events++;
        }
        Reached = Events > _position.Event;
        return batch.Length;
    }

    private int TakeToTime(ReadOnlySpan<IrqEvent> batch)
    {
        for (int i = 0; i < batch.Length; i++)
        {
            if (batch[i].Kind == EventKind.Extension) continue;
            if (batch[i].TimeNs > _position.TimeNs)
            {
                Reached = true;
                return i;
            }
            Events++;
        }
        return batch.Length;
    }

    private int TakeToMark(ReadOnlySpan<IrqEvent> batch)
    {
        for (int i = 0; i < batch.Length; i++)
        {
            if (batch[i].Kind == EventKind.Extension) continue;
            Events++;
            if (batch[i].Kind != EventKind.Mark || !IsWanted(batch[i..])) continue;
            Reached = true;
            do i++;
            while (i < batch.Length && batch[i].Kind == EventKind.Extension);
            return i;
        }
        return batch.Length;
    }

    private bool IsWanted(ReadOnlySpan<IrqEvent> records)
    {
        Span<byte> buffer = stackalloc byte[EventText.LengthMax];
        ReadOnlySpan<byte> text = buffer[..EventText.Read(records, buffer)];
        if (IsWanted(text)) return true;
        Note(WithoutNumber(text));
        return false;
    }

    private void Note(ReadOnlySpan<byte> mark)
    {
        if (_marksSeen.Count == MarksMax) return;
        string seen = Encoding.UTF8.GetString(mark);
        if (_marksKnown.Add(seen)) _marksSeen.Add(seen);
    }

    /// <summary>
    /// The text after a leading <c>MARK number </c>, which recording scripts put there; else all of it.
    /// </summary>
    internal static ReadOnlySpan<byte> WithoutNumber(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("MARK "u8)) return text;
        ReadOnlySpan<byte> rest = text["MARK ".Length..];
        int digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits > 0 && rest[digits] == (byte)' ' ? rest[(digits + 1)..] : text;
    }
}
