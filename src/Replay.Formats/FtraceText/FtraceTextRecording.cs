using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Ftrace;
using Replay.Formats.Mapping;

namespace Replay.Formats.FtraceText;

/// <summary>
/// What ftrace prints: <c>trace</c>, <c>trace_pipe</c>, <c>trace-cmd report</c> and <c>stream</c>. Lines become records
/// that go through the same mapping as those of a trace.dat; docs/FTRACE-TEXT.md says what a text cannot tell.
/// </summary>
/// <remarks>
/// The order of events is that of the lines. A batch ends early where the writer is slower than the reader, so a live
/// pipe is replayed as it comes.
/// </remarks>
public sealed class FtraceTextRecording : Recording
{
    /// <summary>Longest line; a record made of it has locations of 16 bits.</summary>
    internal const int LineMax = 32 * 1024;

    internal const string BrokenRecord = "line that starts as a record and does not go on as one";
    internal const string UnreadableText = "text of a mapped event that cannot be read";
    internal const string LongLine = "line longer than lines may be, cut";
    internal const string ForeignLine = "line that is no record";
    internal const string BackwardsTime = "time goes backwards on a CPU (order of the lines kept)";

    private const string Columns = "task-pid [cpu] time: event: text";

    private const int BatchRecords = 4096;

    private readonly LineReader _lines;
    private readonly long _lengthBytes;
    private readonly RecordMapper _mapper;
    private readonly PrintedEventTable _sources;
    private readonly byte[] _record = new byte[TextShape.RecordMax];
    private byte[] _plain = [];
    private readonly IrqEvent[] _batch = new IrqEvent[BatchRecords + RecordMapper.RecordsMax + 2];
    private ulong[] _lastOfCpu = [];
    private int _used;
    private long _eventCount;
    private bool _hasTime;
    private ulong _firstTimeNs;
    private ulong _lastTimeNs;
    private bool _hasLoss;
    private uint _lossCpu;
    private ulong _lossCount;
    private bool _ended;

    // Written by the reading thread (release), read by a progress bar (acquire).
    private long _bytesRead;

    private FtraceTextRecording(Stream stream, string name, MappingTable mapping, IReadOnlyList<string> ignorePatterns)
    {
        _lengthBytes = stream.CanSeek ? stream.Length - stream.Position : 0;
        _lines = new LineReader(stream, LineMax);
        _mapper = new RecordMapper(mapping, Tables, Report,
            new KernelAddresses(static () => [], static () => []), false, 8);
        _sources = new PrintedEventTable(mapping, _mapper, Report, ignorePatterns);
        Info.Format = Info.SourceFormat = "ftrace text";
        Info.SourceFile = Path.GetFileName(name);
        Info.SourceBytes = _lengthBytes;
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

    /// <inheritdoc/>
    public override bool MapsNames => true;

    /// <summary>Opens a regular file.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    public static FtraceTextRecording Open(string path, MappingTable mapping, IReadOnlyList<string> ignorePatterns)
    {
        try
        {
            return Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1),
                path, mapping, ignorePatterns);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Reads from a stream, which the recording then owns; <paramref name="name"/> is for messages.</summary>
    public static FtraceTextRecording Open(Stream stream, string name, MappingTable mapping,
        IReadOnlyList<string> ignorePatterns) => new(stream, name, mapping, ignorePatterns);

    /// <summary>
    /// True when the first bytes have a heading of ftrace or trace-cmd, or one of the first lines is a record. The last
    /// line may be cut: its columns up to the time are enough.
    /// </summary>
    public static bool LooksLike(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("\xEF\xBB\xBF"u8)) start = start[3..];
        if (start.Contains(TerminalColours.Escape)) start = TerminalColours.Strip(start, new byte[start.Length]);
        if (start.StartsWith("# tracer:"u8) || start.StartsWith("cpus="u8) || start.StartsWith("version = "u8))
            return true;
        while (!start.IsEmpty)
        {
            int end = start.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? start : start[..end]).TrimEnd("\r"u8);
            if (line.Contains((byte)0)) return false;
            FtraceLineKind kind = FtraceLine.Parse(line, out FtraceLine parsed);
            if (kind is FtraceLineKind.Record or FtraceLineKind.Loss) return true;
            if (kind == FtraceLineKind.Broken && end < 0 && parsed.TimeNs > 0) return true;
            start = end < 0 ? default : start[(end + 1)..];
        }
        return false;
    }

    /// <inheritdoc/>
    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        _used = 0;
        while (_used < BatchRecords && !_ended)
        {
            // What was made goes out before a read that may wait.
            if (_used > 0 && _lines.IsStarved && !_lines.HasLine) break;
            if (_lines.TryRead(out ReadOnlySpan<byte> line)) Take(line);
            else End();
        }
        Volatile.Write(ref _bytesRead, _lines.BytesRead);
        events = _batch.AsSpan(0, _used);
        return _used > 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _lines.Dispose();
        base.Dispose(disposing);
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        if (_lines.IsCut) Add(LossSeverity.DataLoss, LongLine, $"at most {LineMax} bytes", "a longer line");
        if (_lines.LineNumber == 1 && line.StartsWith("\xEF\xBB\xBF"u8)) line = line[3..];
        FtraceLineKind kind = FtraceLine.Parse(line, out FtraceLine parsed);
        if (line.Contains(TerminalColours.Escape) && !(kind == FtraceLineKind.Record && IsMark(parsed.Name)))
        {
            if (_plain.Length == 0) _plain = new byte[LineMax];
            line = TerminalColours.Strip(line, _plain);
            kind = FtraceLine.Parse(line, out parsed);
        }
        switch (kind)
        {
            case FtraceLineKind.Record: TakeRecord(parsed); break;
            case FtraceLineKind.Loss: TakeLoss(parsed); break;
            case FtraceLineKind.Ignored: TakeHeading(line); break;
            case FtraceLineKind.Broken: Add(LossSeverity.DataLoss, BrokenRecord, Columns, line); break;
            default: Add(LossSeverity.Note, ForeignLine, Columns, line); break;
        }
    }

    /// <summary>What somebody wrote into a mark is his, escape sequences too: a trace.dat keeps them as well.</summary>
    private static bool IsMark(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("print"u8) || name.SequenceEqual("tracing_mark_write"u8);

    private void TakeRecord(in FtraceLine line)
    {
        if (line.Cpu > ushort.MaxValue)
        {
            Add(LossSeverity.DataLoss, BrokenRecord, "a CPU of 16 bits", $"{line.Cpu}");
            return;
        }
        var cpu = (ushort)line.Cpu;
        if (line.IsPerf && !_hasTime) Info.Format = Info.SourceFormat = "perf script text";
        PrintedEvent source = _sources.Find(line.Name);
        if (source.IsIgnored) return;
        source.Count++;
        bool isNew = NoteTime(cpu, line.TimeNs);
        if (_hasLoss) EmitLoss(line.TimeNs);
        if (source.IsMapped && TryMap(source, line, cpu)) return;
        // It is no event, and still tells that its CPU is online.
        if (isNew) Emit(EventKind.CpuSeen, cpu, line.TimeNs, 0);
    }

    private bool TryMap(PrintedEvent source, in FtraceLine line, ushort cpu)
    {
        ReadOnlySpan<byte> wrong = line.Text;
        List<TextShape> shapes = source.Shapes;
        for (int i = 0; i <= shapes.Count; i++)
        {
            // Behind the shapes known so far comes the one that the line itself suggests.
            if ((i < shapes.Count ? shapes[i] : _sources.Infer(source, line.Text)) is not { } shape) break;
            ShapeResult result = shape.TryEncode(line.Text, _record, out int length, out ReadOnlySpan<byte> bad);
            if (result == ShapeResult.Ok)
            {
                int written = _mapper.Map(shape.Plan, _record.AsSpan(0, length), line.TimeNs, cpu, _batch.AsSpan(_used),
                    _lines.LineNumber);
                _used += written;
                if (written > 0) _eventCount++;
                return written > 0;
            }
            if (result == ShapeResult.NotANumber) wrong = bad;
        }
        Add(LossSeverity.DataLoss, UnreadableText, $"the fields of {source.Name}", wrong);
        return false;
    }

    /// <summary>True when the CPU is seen for the first time.</summary>
    private bool NoteTime(ushort cpu, ulong timeNs)
    {
        if (!_hasTime) _firstTimeNs = timeNs;
        _hasTime = true;
        _lastTimeNs = timeNs;
        if (cpu >= _lastOfCpu.Length)
        {
            int from = _lastOfCpu.Length;
            Array.Resize(ref _lastOfCpu, Math.Max(cpu + 1, from * 2));
            Array.Fill(_lastOfCpu, ulong.MaxValue, from, _lastOfCpu.Length - from);
        }
        ulong last = _lastOfCpu[cpu];
        _lastOfCpu[cpu] = timeNs;
        if (last != ulong.MaxValue && timeNs < last && !Report.Seen(BackwardsTime))
        {
            Report.Add(LossSeverity.Warning, BackwardsTime, _lines.LineNumber, $"at least {last} ns on CPU {cpu}",
                $"{timeNs} ns");
        }
        return last == ulong.MaxValue;
    }

    /// <summary>The loss becomes an event at the time of the next line, which is of the CPU that lost.</summary>
    private void TakeLoss(in FtraceLine line)
    {
        if (line.Cpu > ushort.MaxValue) return;
        if (_hasLoss) EmitLoss(_lastTimeNs);
        _hasLoss = true;
        _lossCpu = line.Cpu;
        _lossCount = line.LossCount;
        Info.LostCount += line.LossCount == 0 ? 1 : (long)Math.Min(line.LossCount, 1UL << 40);
        const string What = "recorder lost records (missed events)";
        if (!Report.Seen(What))
        {
            Report.Add(LossSeverity.Warning, What, _lines.LineNumber, "none lost",
                line.LossCount == 0 ? $"an unknown number on CPU {line.Cpu}" : $"{line.LossCount} on CPU {line.Cpu}");
        }
    }

    private void EmitLoss(ulong timeNs)
    {
        _hasLoss = false;
        Emit(EventKind.Loss, (ushort)_lossCpu, timeNs, _lossCount);
    }

    private void Emit(EventKind kind, ushort cpu, ulong timeNs, ulong a)
    {
        _batch[_used++] = new IrqEvent { TimeNs = timeNs, Cpu = cpu, Kind = kind, Irq = IrqEvent.NoIrq, A = a };
        _eventCount++;
    }

    // # entries-in-buffer/entries-written: 1042/2084   #P:6            cpus=4
    private void TakeHeading(ReadOnlySpan<byte> line)
    {
        if (TryNumberAfter(line, "cpus="u8, out long cpus) || TryNumberAfter(line, "#P:"u8, out cpus))
            Info.CpuCount = (int)Math.Min(cpus, ushort.MaxValue);
        ReadOnlySpan<byte> key = "entries-in-buffer/entries-written: "u8;
        if (!TryNumberAfter(line, key, out long kept)) return;
        ReadOnlySpan<byte> numbers = line[(line.IndexOf(key) + key.Length)..];
        if (!TryNumberAfter(numbers, "/"u8, out long written) || written <= kept) return;
        Info.LostCount += written - kept;
        Report.Add(LossSeverity.Warning, "records were overwritten before the first line", _lines.LineNumber,
            $"{written} records", $"{kept}");
    }

    private static bool TryNumberAfter(ReadOnlySpan<byte> line, ReadOnlySpan<byte> key, out long value)
    {
        value = 0;
        int at = line.IndexOf(key);
        return at >= 0 && Utf8Parser.TryParse(line[(at + key.Length)..], out value, out _) && value >= 0;
    }

    private void Add(LossSeverity severity, string what, string expected, ReadOnlySpan<byte> found)
    {
        if (Report.Seen(what)) return;
        Add(severity, what, expected, TextCleaner.Show(found));
    }

    private void Add(LossSeverity severity, string what, string expected, string found)
    {
        if (!Report.Seen(what)) Report.Add(severity, what, _lines.LineNumber, expected, found);
    }

    private void End()
    {
        if (_lines.IsUnended)
        {
            Report.Add(LossSeverity.Note, "last line without a line end", _lines.LineNumber, "a line end",
                "the end of the file; the line may be cut");
        }
        if (_hasLoss) EmitLoss(_lastTimeNs);
        Info.RecordCount = _sources.WriteTo(Info.Sources);
        Info.EventCount = _eventCount;
        if (_hasTime)
        {
            Info.FirstTimeNs = _firstTimeNs;
            Info.LastTimeNs = _lastTimeNs;
        }
        Volatile.Write(ref _ended, true);
    }
}
