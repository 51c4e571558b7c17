using System;
using System.IO;
using System.Threading;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Mapping;

namespace Replay.Formats;

/// <summary>
/// A recording whose records are lines of text that stand for themselves. The order of events is that of the lines.
/// A batch ends early where the writer is slower than the reader, so a live pipe is replayed as it comes.
/// </summary>
public abstract class LineRecording : Recording
{
    internal const string LongLine = "line longer than lines may be, cut and not used";
    internal const string TornEnd = "last line without a line end, not used";
    internal const string BackwardsTime = "time goes backwards (order of the lines kept)";

    private const int LineMax = 4096, BatchRecords = 4096;

    private readonly LineReader _lines;
    private readonly long _lengthBytes;
    private bool _hasTime;
    private bool _ended;

    // Written by the reading thread (release), read by a progress bar (acquire).
    private long _bytesRead;

    /// <param name="stream">Owned: disposed with this.</param>
    /// <param name="name">Name of the file.</param>
    /// <param name="format">Name of the format.</param>
    private protected LineRecording(Stream stream, string name, string format)
    {
        _lengthBytes = stream.CanSeek ? stream.Length - stream.Position : 0;
        _lines = new LineReader(stream, LineMax);
        Info.Format = Info.SourceFormat = format;
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

    /// <summary>What lines become.</summary>
    private protected EventBatch Output { get; } = new(BatchRecords + 64);

    /// <summary>Number of the line at hand, from 1.</summary>
    private protected long LineNumber => _lines.LineNumber;

    /// <inheritdoc/>
    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        Output.Clear();
        while (Output.Count < BatchRecords && !_ended)
        {
            // What was made goes out before a read that may wait.
            if (Output.Count > 0 && _lines.IsStarved && !_lines.HasLine) break;
            if (_lines.TryRead(out ReadOnlySpan<byte> line)) TakeWhole(line);
            else End();
        }
        Volatile.Write(ref _bytesRead, _lines.BytesRead);
        events = Output.Batch;
        return events.Length > 0;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _lines.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Opens a file for <see cref="LineReader"/>.</summary>
    /// <exception cref="BadInputException">It cannot be opened.</exception>
    private protected static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Takes a line that is whole.</summary>
    private protected abstract void Take(ReadOnlySpan<byte> line);

    /// <summary>All lines were taken: counts are written.</summary>
    private protected abstract void Finish();

    /// <summary>The line at hand is of this time.</summary>
    private protected void NoteTime(ulong timeNs)
    {
        if (!_hasTime) Info.FirstTimeNs = timeNs;
        else if (timeNs < Output.TimeNs && !Report.Seen(BackwardsTime))
        {
            Report.Add(LossSeverity.Note, BackwardsTime, LineNumber, $"at least {Output.TimeNs} ns",
                $"{timeNs} ns");
        }
        _hasTime = true;
        Output.TimeNs = timeNs;
        Info.LastTimeNs = timeNs;
    }

    /// <summary>Counts one damage of the line at hand.</summary>
    private protected void Note(LossSeverity severity, string what, string expected, ReadOnlySpan<byte> found)
    {
        if (!Report.Seen(what)) Report.Add(severity, what, LineNumber, expected, TextCleaner.Show(found));
    }

    private void TakeWhole(ReadOnlySpan<byte> line)
    {
        if (_lines.IsCut || _lines.IsUnended)
        {
            Note(LossSeverity.DataLoss, _lines.IsCut ? LongLine : TornEnd, "a line end", line);
            return;
        }
        if (LineNumber == 1 && line.StartsWith("\xEF\xBB\xBF"u8)) line = line[3..];
        Take(line);
    }

    private void End()
    {
        Finish();
        Info.EventCount = Output.Events;
        Volatile.Write(ref _ended, true);
    }
}
