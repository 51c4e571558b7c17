using System;
using System.IO;
using System.Text;
using System.Threading;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Mapping;

namespace Replay.Formats.QemuLog;

/// <summary>
/// The log of QEMU's trace events: what the host saw the guest write and the devices raise. docs/QEMU-LOG.md says what
/// becomes of each event and what such a log cannot tell.
/// </summary>
/// <remarks>
/// The order of events is that of the lines. A batch ends early where the writer is slower than the reader, so a live
/// pipe is replayed as it comes.
/// </remarks>
public sealed class QemuLogRecording : Recording
{
    internal const string BrokenLine = "line that starts as an event of QEMU and does not go on as one";
    internal const string ForeignLine = "line that is no event of QEMU";
    internal const string LongLine = "line longer than lines may be, cut and not used";
    internal const string TornEnd = "last line without a line end, not used";
    internal const string BackwardsTime = "time goes backwards (order of the lines kept)";
    internal const string NamesExhausted = "more names than a log can have: lines of further ones are counted together";

    private const string Columns = "[thread@seconds.micros:]event text";
    private const int LineMax = 4096, BatchRecords = 4096, NameMax = 256;

    private readonly LineReader _lines;
    private readonly long _lengthBytes;
    private readonly QemuEvents _events = new();
    private readonly QemuEmitter _out = new(BatchRecords + 64);
    private readonly QemuMachine _machine;
    private bool _hasTime;
    private bool _ended;

    // Written by the reading thread (release), read by a progress bar (acquire).
    private long _bytesRead;

    private QemuLogRecording(Stream stream, string name, QemuMarks marks)
    {
        _lengthBytes = stream.CanSeek ? stream.Length - stream.Position : 0;
        _lines = new LineReader(stream, LineMax);
        _machine = new QemuMachine(Tables, Report, _out, marks);
        Info.Format = Info.SourceFormat = "qemu log";
        Info.SourceFile = Path.GetFileName(name);
        Info.SourceBytes = _lengthBytes;
        Info.Clock = "realtime";
    }

    /// <inheritdoc/>
    public override double Progress
    {
        get
        {
            if (_lengthBytes > 0) return Math.Min(1, (double)Volatile.Read(ref _bytesRead) / _lengthBytes);
            return Volatile.Read(ref _ended) ? 1 : 0;
        }
    }

    /// <summary>Opens a regular file, with the markers' texts beside it.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    public static QemuLogRecording Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
            return new QemuLogRecording(file, path, QemuMarks.Beside(Path.GetDirectoryName(Path.GetFullPath(path))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Reads from a stream, which the recording then owns.</summary>
    /// <param name="stream">At the log's first byte.</param>
    /// <param name="name">For messages.</param>
    /// <param name="folder">Where the markers' texts may lie; null for none.</param>
    public static QemuLogRecording Open(Stream stream, string name, string? folder) =>
        new(stream, name, QemuMarks.Beside(folder));

    /// <summary>
    /// True when one of the first lines has the prefix of an event, or is one that is known. The last line may be cut.
    /// </summary>
    public static bool LooksLike(ReadOnlySpan<byte> start)
    {
        var known = new QemuEvents();
        while (!start.IsEmpty)
        {
            int end = start.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? start : start[..end]).TrimEnd("\r"u8);
            if (line.Contains((byte)0)) return false;
            if (QemuLine.Parse(line, out QemuLine parsed) == QemuLineKind.Event
                && (parsed.HasTime || (!parsed.Text.IsEmpty && known.Knows(parsed.Name))))
                return true;
            start = end < 0 ? default : start[(end + 1)..];
        }
        return false;
    }

    /// <inheritdoc/>
    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        _out.Clear();
        while (_out.Count < BatchRecords && !_ended)
        {
            // What was made goes out before a read that may wait.
            if (_out.Count > 0 && _lines.IsStarved && !_lines.HasLine) break;
            if (_lines.TryRead(out ReadOnlySpan<byte> line)) Take(line);
            else End();
        }
        Volatile.Write(ref _bytesRead, _lines.BytesRead);
        events = _out.Batch;
        return events.Length > 0;
    }

    /// <summary>The start of a text as a message shows it.</summary>
    internal static string Shown(ReadOnlySpan<byte> text)
    {
        const int ShownMax = 64;
        Span<byte> clean = stackalloc byte[ShownMax * 3];
        int length = TextCleaner.Clean(text[..Math.Min(text.Length, ShownMax)], clean, out _);
        return text.IsEmpty ? "nothing" : $"\"{Encoding.UTF8.GetString(clean[..length])}\"";
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _lines.Dispose();
        base.Dispose(disposing);
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        if (_lines.IsCut || _lines.IsUnended)
        {
            Add(LossSeverity.DataLoss, _lines.IsCut ? LongLine : TornEnd, "a line end", line);
            return;
        }
        if (_lines.LineNumber == 1 && line.StartsWith("\xEF\xBB\xBF"u8)) line = line[3..];
        switch (QemuLine.Parse(line, out QemuLine parsed))
        {
            case QemuLineKind.Event: TakeEvent(in parsed); break;
            case QemuLineKind.Broken: Add(LossSeverity.DataLoss, BrokenLine, Columns, line); break;
            default: Add(LossSeverity.Note, ForeignLine, Columns, line); break;
        }
    }

    private void TakeEvent(in QemuLine line)
    {
        if (line.HasTime) NoteTime(line.TimeNs);
        QemuSource source = _events.Find(line.Name);
        QemuEvent meaning = source.Event;
        RegionAccess access = default;
        if (meaning is QemuEvent.RegionWrite or QemuEvent.RegionRead)
        {
            if (!RegionAccess.TryParse(line.Text, out access))
            {
                source.Count++;
                Add(LossSeverity.DataLoss, QemuMachine.UnreadableText, "cpu C addr A value V size S name 'R'",
                    line.Text);
                return;
            }
            source = CountOf(line.Name, access.Region, source);
        }
        source.Count++;
        long before = _out.Events;
        _machine.Take(in line, meaning, in access, _lines.LineNumber);
        if (_out.Events == before) return;
        source.Used++;
        source.Kind ??= _out.Batch[^1].Kind;
    }

    /// <summary>Accesses count by region, where its name is printed.</summary>
    private QemuSource CountOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> region, QemuSource whole)
    {
        Span<byte> key = stackalloc byte[NameMax];
        if (region.IsEmpty || name.Length + region.Length + 1 > NameMax) return whole;
        name.CopyTo(key);
        key[name.Length] = (byte)' ';
        region.CopyTo(key[(name.Length + 1)..]);
        return _events.Find(key[..(name.Length + region.Length + 1)]);
    }

    private void NoteTime(ulong timeNs)
    {
        if (!_hasTime) Info.FirstTimeNs = timeNs;
        else if (timeNs < _out.TimeNs && !Report.Seen(BackwardsTime))
        {
            Report.Add(LossSeverity.Note, BackwardsTime, _lines.LineNumber, $"at least {_out.TimeNs} ns",
                $"{timeNs} ns");
        }
        _hasTime = true;
        _out.TimeNs = timeNs;
        Info.LastTimeNs = timeNs;
    }

    private void Add(LossSeverity severity, string what, string expected, ReadOnlySpan<byte> found)
    {
        if (!Report.Seen(what)) Report.Add(severity, what, _lines.LineNumber, expected, Shown(found));
    }

    private void End()
    {
        if (_events.IsFull)
            Report.Add(LossSeverity.Warning, NamesExhausted, -1, $"at most {QemuEvents.NamesMax}", "more");
        Info.RecordCount = _events.WriteTo(Info.Sources);
        Info.EventCount = _out.Events;
        Info.CpuCount = _machine.CpuCount;
        Volatile.Write(ref _ended, true);
    }
}
