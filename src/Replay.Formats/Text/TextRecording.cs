using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Lanes;
using Replay.Formats.Native;

namespace Replay.Formats.Text;

/// <summary>
/// A recording in the text form (<c>.irqs</c>, TEXT.md). A line that cannot be read is counted as loss with its line
/// and column, and reading goes on; only a wrong first line stops.
/// </summary>
/// <remarks>
/// The facts on top of the text are in <see cref="Recording.Info"/> when <c>Open</c> returns; those at its end, and the
/// ones that the events themselves give, after the last batch.
/// </remarks>
public sealed class TextRecording : Recording
{
    private const int BatchRecords = 4096;
    private const int ReadBytes = 64 * 1024;

    private readonly PipeReader _pipe;
    private readonly SynchronousStream _stream;
    private readonly string _name;
    private readonly long _lengthBytes;
    private readonly TextLineParser _parser;
    private readonly TextFactReader _facts;
    private readonly TextTally _tally = new();
    private readonly bool[] _faultSeen = new bool[32];
    private BlockBuffer _buffer = BlockBuffer.Rent();

    // The start of a line whose end is in the next buffer.
    private byte[] _carry = ArrayPool<byte>.Shared.Rent(TextSpec.LineBytesMax);
    private int _carried;
    private bool _skipping;
    private int _count;
    private bool _given;
    private bool _ended;
    private TextMachineFilter _machines;
    private long _line;
    private long _badLines;

    // Written by the reading thread, read by a progress bar.
    private long _bytesRead;

    private TextRecording(SynchronousStream stream, string name, long lengthBytes, string? machine)
    {
        _machines = new TextMachineFilter(machine);
        _stream = stream;
        _pipe = PipeReader.Create(stream,
            new StreamPipeReaderOptions(bufferSize: ReadBytes, minimumReadSize: ReadBytes / 4));
        _name = name;
        _lengthBytes = lengthBytes;
        _parser = new TextLineParser(Tables);
        _facts = new TextFactReader(Info, Report);
        Info.Format = TextSpec.FormatName;
        Info.SourceFormat = TextSpec.FormatName;
    }

    /// <inheritdoc/>
    public override double Progress
    {
        get
        {
            long bytes = Volatile.Read(ref _bytesRead);
            if (_lengthBytes > 0) return Math.Min(1, (double)bytes / _lengthBytes);
            return Volatile.Read(ref _ended) ? 1 : 0;
        }
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="BadInputException">The first line is not that of a text recording.</exception>
    /// <exception cref="IOException">The file cannot be opened or read.</exception>
    public static TextRecording Open(string path) =>
        Open(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1), path);

    /// <summary>Reads from a stream, which the recording then owns; <paramref name="name"/> is for messages.</summary>
    /// <exception cref="BadInputException">The first line is not that of a text recording.</exception>
    public static TextRecording Open(Stream stream, string name) => Open(stream, name, null);

    /// <summary>The same for one of the machines that the text names; null for the only one.</summary>
    internal static TextRecording Open(Stream stream, string name, string? machine)
    {
        long length = stream.CanSeek ? stream.Length - stream.Position : 0;
        var recording = new TextRecording(new SynchronousStream(stream), name, length, machine);
        try
        {
            recording.Fill(1);
            return recording;
        }
        catch
        {
            recording.Dispose();
            throw;
        }
    }

    /// <summary>True when the first bytes of a file are those of a text recording.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith(TextSpec.Utf8Mark)) start = start[TextSpec.Utf8Mark.Length..];
        return start.StartsWith("irqs "u8);
    }

    /// <inheritdoc/>
    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        if (_given) _count = 0;
        Fill(BatchRecords);
        _given = true;
        events = _buffer.Records(0, _count);
        return _count > 0;
    }

    /// <inheritdoc/>
    internal override bool TryDetach(BlockBuffer next, out DetachedBatch batch)
    {
        batch = new DetachedBatch(_buffer, 0);
        _buffer = next;
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _carry.Length > 0)
        {
            _pipe.Complete();
            ArrayPool<byte>.Shared.Return(_carry);
            BlockBuffer.Return(_buffer);
            _carry = [];
            _count = 0;
            _ended = true;
        }
        base.Dispose(disposing);
    }

    private void Fill(int records)
    {
        while (_count < records && !_ended)
        {
            ReadResult result = ReadPipe();
            ReadOnlySequence<byte> buffer = result.Buffer;
            long used = 0;
            foreach (ReadOnlyMemory<byte> segment in buffer)
            {
                used += TakeLines(segment.Span, records);
                if (_count >= records) break;
            }
            bool isLast = result.IsCompleted && used == buffer.Length;
            _pipe.AdvanceTo(buffer.GetPosition(used));
            Volatile.Write(ref _bytesRead, _bytesRead + used);
            if (isLast) End();
            // A live pipe is replayed as it comes: what was read goes out before a read that may wait.
            if (_count > 0 && _stream.IsStarved) break;
        }
    }

    private ReadResult ReadPipe()
    {
        ValueTask<ReadResult> read = _pipe.ReadAsync();
        return read.IsCompletedSuccessfully ? read.Result : read.AsTask().GetAwaiter().GetResult();
    }

    // Returns the bytes taken: all of them, or those up to the line that filled the batch.
    private int TakeLines(ReadOnlySpan<byte> bytes, int records)
    {
        int at = 0;
        while (at < bytes.Length && _count < records)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            int length = rest.IndexOf((byte)'\n');
            if (length < 0)
            {
                Carry(rest);
                return bytes.Length;
            }
            if (_carried == 0 && !_skipping && length <= TextSpec.LineBytesMax) TakeLine(rest[..length]);
            else
            {
                Carry(rest[..length]);
                TakeCarried();
            }
            at += length + 1;
        }
        return at;
    }

    private void Carry(ReadOnlySpan<byte> part)
    {
        if (_skipping) return;
        if (part.Length > TextSpec.LineBytesMax - _carried)
        {
            // What is kept is enough for the message; the rest up to the line's end is not looked at.
            part = part[..(TextSpec.LineBytesMax - _carried)];
            _skipping = true;
        }
        part.CopyTo(_carry.AsSpan(_carried));
        _carried += part.Length;
    }

    private void TakeCarried()
    {
        ReadOnlySpan<byte> line = _carry.AsSpan(0, _carried);
        bool tooLong = _skipping;
        _carried = 0;
        _skipping = false;
        if (!tooLong || _line == 0)
        {
            TakeLine(line);
            return;
        }
        _line++;
        if (_machines.IsWanted) AddFault(line, new TextFault(TextFaultKind.LongLine, 0));
    }

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        _line++;
        if (line.Length > 0 && line[^1] == (byte)'\r') line = line[..^1];
        if (_line == 1)
        {
            TakeFirstLine(line);
            return;
        }
        int at = 0;
        if (!TextLineParser.SkipBlanks(line, ref at)) return;
        if (line[at] == (byte)'@' && _machines.TryTake(line[at..], out string? expected))
        {
            CheckMachine(line[at..], expected);
            return;
        }
        if (!_machines.TakeLine()) return;
        if (line[at] == (byte)'@')
        {
            TakeFact(line[at..]);
            return;
        }
        Span<IrqEvent> room = _buffer.Records(_count * IrqEvent.SizeBytes, TextLineParser.RecordsMax);
        int records = _parser.Parse(line[at..], room, out TextFault fault);
        if (records == 0)
        {
            AddFault(line, fault with { At = fault.At + at });
            return;
        }
        _tally.Add(room[0]);
        _count += records;
    }

    private void TakeFirstLine(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith<byte>([0xFF, 0xFE]) || line.StartsWith<byte>([0xFE, 0xFF])
            || (line.Length > 1 && (line[0] == 0 || line[1] == 0)))
        {
            throw Unreadable("UTF-16 text; save the file as UTF-8");
        }
        if (line.StartsWith(TextSpec.Utf8Mark)) line = line[TextSpec.Utf8Mark.Length..];
        int comment = line.IndexOf((byte)'#');
        if (comment > 0) line = line[..comment];
        line = line.TrimEnd(" \t"u8);
        if (line.SequenceEqual("irqs 1"u8)) return;
        throw Unreadable(TextNames.Show(Encoding.UTF8.GetString(line[..Math.Min(line.Length, 64)])));
    }

    private BadInputException Unreadable(string found) =>
        new($"{_name}:1:1: expected \"{TextSpec.FirstLine}\" alone in the first line, found {found}");

    private void TakeFact(ReadOnlySpan<byte> line)
    {
        string? expected = _facts.Read(line);
        if (expected is null) return;
        string found = TextNames.Show(Encoding.UTF8.GetString(line[..Math.Min(line.Length, 64)]));
        Report.Add(LossSeverity.Warning, "unreadable directive", _line, expected, $"{found} at {_name}:{_line}:1");
    }

    private void CheckMachine(ReadOnlySpan<byte> line, string? expected)
    {
        if (_machines.IsAnother)
            throw new BadInputException($"{_name}:{_line}:1: expected the recording of one machine, found several, "
                + $"which are not read from a stream; save it as a file");
        if (expected is null) return;
        string found = TextNames.Show(Encoding.UTF8.GetString(line[..Math.Min(line.Length, 64)]));
        Report.Add(LossSeverity.DataLoss, "unreadable line of a machine", _line, expected,
            $"{found} at {_name}:{_line}:1");
    }

    private void AddFault(ReadOnlySpan<byte> line, in TextFault fault)
    {
        _badLines++;
        // The first of a kind is described, and goes through Add so that its severity counts.
        if (_faultSeen[(int)fault.Kind] && Report.Seen(fault.What)) return;
        _faultSeen[(int)fault.Kind] = true;
        string found = fault.Kind == TextFaultKind.LongLine ? "a longer line" : fault.DescribeFound(line);
        Report.Add(LossSeverity.DataLoss, fault.What, _line, fault.DescribeExpected(line),
            $"{found} at {_name}:{_line}:{fault.At + 1}");
    }

    private void End()
    {
        if (_carried > 0 || _skipping)
        {
            TakeCarried();
            Report.Add(LossSeverity.Note, "last line without a line end", _line, "a line end",
                "the end of the file; the line may be cut");
        }
        if (_line == 0) throw Unreadable("an empty file");
        if (_facts.IsSealed && _facts.EndCount is null)
        {
            Report.Add(LossSeverity.DataLoss, "text cut short", _line, "the line @end that @sealed promises",
                $"the end of the file after {_tally.EventCount} events");
        }
        CheckEndCount();
        if (_machines.Missing is { } missing)
            Report.Add(LossSeverity.DataLoss, "machines missing", _line, missing.Expected, missing.Found);
        AddOverflow("names", Tables.Names);
        AddOverflow("devices", Tables.Devices);
        _facts.Finish(_tally);
        Volatile.Write(ref _ended, true);
    }

    private void CheckEndCount()
    {
        if (_facts.EndCount is not { } promised) return;
        string found = $"{_tally.EventCount} events";
        if (promised > _tally.EventCount + _badLines)
        {
            Report.Add(LossSeverity.DataLoss, "lines of events missing", _line, $"{promised} events, as @end says",
                found);
        }
        else if (promised < _tally.EventCount)
        {
            Report.Add(LossSeverity.Warning, "more lines of events than @end says", _line, $"{promised} events", found);
        }
    }

    private void AddOverflow(string what, NameTable table)
    {
        if (table.OverflowCount == 0) return;
        Report.Add(LossSeverity.Warning, $"more {what} than a table holds", -1, $"at most {NameTable.Capacity}",
            $"{table.OverflowCount} events with later ones");
    }
}
