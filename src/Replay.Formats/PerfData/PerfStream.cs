using System;
using System.Collections.Generic;

namespace Replay.Formats.PerfData;

/// <summary>
/// Walks the records of one stream. Holds one that is placed and not yet consumed, since merging needs its time.
/// </summary>
internal sealed class PerfStream
{
    private const string Changed = "records that are not where they were when the file was opened: "
        + "it was written to meanwhile";

    private readonly PerfLayout _layout;
    private readonly List<PerfSegment> _segments;
    private readonly byte[] _scratch;
    private byte[] _window;
    private long _windowStart;
    private int _windowLength;
    private int _segment;
    private long _next;
    private long _record;
    private int _bodyBytes;

    /// <param name="layout">The file.</param>
    /// <param name="plan">Where its records lie.</param>
    /// <param name="windowBytes">Most bytes read at once.</param>
    /// <param name="scratch">Room for the longest record; streams share it, for each record is used up at once.</param>
    public PerfStream(PerfLayout layout, PerfStreamPlan plan, int windowBytes, byte[] scratch)
    {
        _layout = layout;
        _segments = plan.Segments;
        _scratch = scratch;
        Cpu = plan.Cpu;
        _next = _segments[0].Start;
        _window = new byte[Math.Min(windowBytes, layout.Data.Length)];
    }

    public ushort Cpu { get; }

    /// <summary>Time of the record at hand.</summary>
    public ulong TimeNs { get; private set; }

    /// <summary>True when there is no record any more.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>True when the record at hand says how many were lost.</summary>
    public bool IsLoss { get; private set; }

    /// <summary>That number; 0 for an unknown one.</summary>
    public ulong LostCount { get; private set; }

    /// <summary>Place in the file of the record at hand, for messages.</summary>
    public long FileOffset => _layout.Data.FileOffset(_record);

    /// <summary>Bytes of the data that were passed.</summary>
    public long BytesDone { get; private set; }

    /// <summary>Goes to the next record; false at the end.</summary>
    public bool TryAdvance()
    {
        while (true)
        {
            if (_next >= _segments[_segment].End)
            {
                HasEnded = _segment + 1 == _segments.Count;
                if (HasEnded) return false;
                _next = _segments[++_segment].Start;
            }
            _record = _next;
            ReadOnlySpan<byte> header = Bytes(_record, PerfSpec.RecordHeaderBytes);
            int size = header.Length < PerfSpec.RecordHeaderBytes ? 0
                : PerfSpec.RecordBytes(header, _layout.BigEndian);
            if (size < PerfSpec.RecordHeaderBytes || size > _segments[_segment].End - _record)
            {
                if (!_layout.Report.Seen(Changed))
                    _layout.Report.Add(LossSeverity.DataLoss, Changed, FileOffset, "a record", $"{size} bytes");
                _next = _segments[_segment].End;
                continue;
            }
            var type = (PerfRecord)PerfAttr.U32(header, _layout.BigEndian);
            _next = _record + size;
            BytesDone += size;
            _bodyBytes = size - PerfSpec.RecordHeaderBytes;
            if (type is not (PerfRecord.Sample or PerfRecord.Lost or PerfRecord.LostSamples)) continue;
            IsLoss = type != PerfRecord.Sample;
            ReadOnlySpan<byte> body = Body();
            var place = PerfPlace.Of(_layout, body, !IsLoss);
            if (place.State != PlaceState.Known) continue; // Said when the file was opened.
            if (!IsLoss && (!place.Attr!.IsTracepoint || !place.Attr.HasRaw)) continue;
            if (IsLoss) LostCount = PerfPlace.LostOf(type, body, _layout.BigEndian);
            TimeNs = place.TimeNs;
            Attr = place.Attr!;
            return true;
        }
    }

    /// <summary>Event of the record at hand.</summary>
    public PerfAttr Attr { get; private set; } = null!;

    /// <summary>The record at hand without its header. Valid until any stream goes on.</summary>
    public ReadOnlySpan<byte> Body() => Bytes(_record + PerfSpec.RecordHeaderBytes, _bodyBytes);

    private ReadOnlySpan<byte> Bytes(long at, int length)
    {
        long start = at - _windowStart;
        if (start >= 0 && start + length <= _windowLength) return _window.AsSpan((int)start, length);
        if (length > _window.Length)
        {
            Span<byte> whole = _scratch.AsSpan(0, length);
            return whole[.._layout.Data.Read(at, whole)];
        }
        const int ReadMin = 4096;
        long wanted = Math.Max(_segments[_segment].End - at, Math.Max(length, ReadMin));
        _windowStart = at;
        _windowLength = _layout.Data.Read(at, _window.AsSpan(0, (int)Math.Min(wanted, _window.Length)));
        return _window.AsSpan(0, Math.Min(length, _windowLength));
    }
}
