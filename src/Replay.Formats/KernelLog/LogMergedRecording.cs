using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.KernelLog;

/// <summary>A recording with the lines of its machine's log among its events, each where its time lies.</summary>
public sealed class LogMergedRecording : Recording
{
    private const string SourceName = "kernel:log";
    private const int BatchRecords = 4096;

    private readonly Recording _recording;
    private readonly List<(ulong TimeNs, KernelLogLine Line)> _lines = [];
    private readonly byte[] _text = new byte[EventText.LengthMax];
    private IrqEvent[] _buffer = new IrqEvent[BatchRecords * 2];
    private int _used;
    private int _next;
    private bool _isOver;

    /// <param name="recording">The recording; disposed with this.</param>
    /// <param name="log">The log.</param>
    /// <param name="tie">From its clock to the recording's.</param>
    public LogMergedRecording(Recording recording, KernelLog log, ClockTie tie)
        : base(recording)
    {
        _recording = recording;
        if (Info.Kernel.Length == 0) Info.Kernel = log.Kernel;
        ulong time = 0;
        foreach (KernelLogLine line in log.Lines)
        {
            // The log's order is certain, its place in the trace nearly.
            time = Math.Max(time, tie.ToTrace(line.TimeNs));
            _lines.Add((time, line));
        }
    }

    public override double Progress => _recording.Progress;

    public override bool MapsNames => _recording.MapsNames;

    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        _used = 0;
        if (!_isOver && _recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            Merge(batch);
            events = _buffer.AsSpan(0, _used);
            return true;
        }
        if (!_isOver) CountLines();
        _isOver = true;
        while (_next < _lines.Count && _used < BatchRecords) AppendLine();
        events = _buffer.AsSpan(0, _used);
        return _used > 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _recording.Dispose();
        base.Dispose(disposing);
    }

    private void Merge(ReadOnlySpan<IrqEvent> batch)
    {
        int start = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            if (batch[i].Kind == EventKind.Extension || _next == _lines.Count
                || batch[i].TimeNs <= _lines[_next].TimeNs)
                continue;
            Append(batch[start..i]);
            start = i;
            while (_next < _lines.Count && _lines[_next].TimeNs < batch[i].TimeNs) AppendLine();
        }
        Append(batch[start..]);
    }

    private void AppendLine()
    {
        (ulong time, KernelLogLine line) = _lines[_next++];
        int bytes = Encoding.UTF8.GetBytes(line.Text, _text);
        Span<IrqEvent> records = Reserve(EventText.RecordCount((uint)bytes));
        records[0] = new IrqEvent { TimeNs = time, Cpu = line.Cpu, Kind = EventKind.LogLine };
        _used += EventText.Write(_text.AsSpan(0, bytes), records);
    }

    private void Append(ReadOnlySpan<IrqEvent> records)
    {
        records.CopyTo(Reserve(records.Length));
        _used += records.Length;
    }

    private Span<IrqEvent> Reserve(int count)
    {
        if (_used + count > _buffer.Length) Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _used + count));
        return _buffer.AsSpan(_used);
    }

    private void CountLines()
    {
        Info.EventCount += _lines.Count;
        Info.RecordCount += _lines.Count;
        int place = 0;
        while (place < Info.Sources.Count && string.CompareOrdinal(Info.Sources[place].Name, SourceName) < 0) place++;
        Info.Sources.Insert(place, new SourceCount(SourceName, _lines.Count, "log"));
    }
}
