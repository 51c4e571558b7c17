using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using Replay.Core.Events;
using Replay.Formats.Bytes;

namespace Replay.Formats.Native;

/// <summary>
/// Writes a recording in the native format. Everything goes out in order and nothing is patched later, so the target
/// may be a pipe, and whatever was written before a crash stays readable.
/// </summary>
/// <remarks>
/// The same events, tables and facts give the same bytes. A writer that is disposed without <see cref="Complete"/>
/// leaves what it has as an incomplete recording, which readers can tell.
/// </remarks>
public sealed partial class NativeWriter : IDisposable
{
    internal const string WriterName = "IrqReplay";

    internal static readonly string WriterVersion = typeof(NativeWriter).Assembly.GetName().Version?.ToString(3) ?? "";

    // Entries of 64 bytes, one a block: a gigabyte of recording before the list grows.
    private const int IndexCapacity = 1024;

    private readonly Stream _stream;
    private readonly NativeWriterOptions _options;
    private readonly BlockBuffer _buffer = BlockBuffer.Rent();
    private readonly ArrayBufferWriter<byte> _payload = new();
    private readonly List<IndexEntry> _index = new(IndexCapacity);
    private BlockSummary _summary; // mutable struct: never readonly
    private EventTables _tables;
    private int _namesWritten = 1; // Index 0 is the empty name in every table.
    private int _devicesWritten = 1;
    private int _namesCut;
    private uint _headerCrc;
    private long _position;
    private ulong _sequence;
    private ulong _blocks;
    private ulong _events;
    private ulong _records;
    private ulong _lossTotal;
    private ulong _lossBefore;
    private bool _isComplete;
    private bool _isDisposed;

    private NativeWriter(Stream stream, NativeWriterOptions options, RecordingInfo info, EventTables tables)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("irqt files need a little-endian machine");
        ArgumentOutOfRangeException.ThrowIfLessThan(options.RecordsPerBlock,
            EventText.LengthMax / EventText.BytesPerRecord);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RecordsPerBlock, NativeSpec.RecordsPerBlockMax);
        _stream = stream;
        _options = options;
        Info = info;
        _tables = tables;
    }

    /// <summary>
    /// Events written so far, extension records not counted; those not yet in a closed block included.
    /// </summary>
    public long EventCount => (long)_events + _summary.EventCount;

    /// <summary>Bytes written so far.</summary>
    public long BytesWritten => _position;

    /// <summary>Names that the recording has; an appender goes on with these.</summary>
    public EventTables Tables => _tables;

    /// <summary>Facts given at creation; for an appended file, those that it had.</summary>
    public RecordingInfo Info { get; }

    /// <summary>Empty for a new file; for an appended one, the losses that it had.</summary>
    public ImportReport Report { get; } = new();

    /// <summary>
    /// Creates or replaces a file. <paramref name="info"/> is what is known at the start; a reader of a torn file gets
    /// no more than that.
    /// </summary>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static NativeWriter Create(string path, RecordingInfo info, NativeWriterOptions? options = null)
    {
        var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
        });
        return Create(stream, info, options);
    }

    /// <summary>Writes to a stream, which the writer owns from here on.</summary>
    public static NativeWriter Create(Stream stream, RecordingInfo info, NativeWriterOptions? options = null)
    {
        var writer = new NativeWriter(stream, options ?? new NativeWriterOptions(), info, new EventTables());
        try
        {
            writer.WriteFileHeader();
            writer.WriteSidecar(info, report: null, isFinal: false);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Takes records, an event and its extensions never apart. <paramref name="tables"/> holds the names that they
    /// refer to; it may grow between calls, but the names in it keep their numbers.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// <paramref name="events"/> ends inside an event, or <paramref name="tables"/> does not go on from the tables of
    /// the calls before.
    /// </exception>
    public void Write(ReadOnlySpan<IrqEvent> events, EventTables tables)
    {
        ThrowIfClosed();
        if (EventTail.CompleteLength(events) != events.Length)
            throw new ArgumentException("the last event lacks extension records", nameof(events));
        if (!ReferenceEquals(tables, _tables)) Adopt(tables);
        while (!events.IsEmpty)
        {
            int take = CountForBlock(events);
            if (take == 0)
            {
                FlushBlock();
                continue;
            }
            ReadOnlySpan<IrqEvent> part = events[..take];
            Span<byte> target = _buffer.Span[(NativeSpec.BlockHeaderBytes
                + (_summary.RecordCount * IrqEvent.SizeBytes))..];
            MemoryMarshal.AsBytes(part).CopyTo(target);
            _lossTotal = BlockSummary.Sum(_lossTotal, _summary.Add(part));
            events = events[take..];
        }
    }

    /// <summary>Closes the current block, if it has records, and hands all to the system.</summary>
    public void Flush()
    {
        ThrowIfClosed();
        FlushBlock();
        _stream.Flush();
    }

    /// <summary>
    /// Ends the recording: names, <paramref name="info"/> and the losses of <paramref name="report"/>, index, footer.
    /// <see cref="RecordingInfo.EventCount"/> is stored as the events that were written.
    /// </summary>
    public void Complete(RecordingInfo info, EventTables tables, ImportReport report)
    {
        ThrowIfClosed();
        if (!ReferenceEquals(tables, _tables)) Adopt(tables);
        FlushBlock();
        long tail = _position;
        _namesWritten = 1;
        _devicesWritten = 1;
        _namesCut = 0;
        WriteNewNames(BlockFlags.Tail);
        if (_namesCut > 0)
        {
            report.Add(LossSeverity.Note, NativeTexts.NameCut, -1, NativeTexts.Bytes(NativeSpec.NameBytesMax),
                NativeTexts.Number(_namesCut) + " longer names");
        }
        WriteSidecar(info, report, isFinal: true);
        WriteIndex();

        // The footer vouches for all that is before it, so that must have reached the system first.
        _stream.Flush();
        WriteFooter(tail);
        _stream.Flush();
        _isComplete = true;
    }

    /// <summary>Closes the target. Without <see cref="Complete"/> the recording stays incomplete.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        try
        {
            if (!_isComplete) FlushBlock();
        }
        finally
        {
            _stream.Dispose();
            BlockBuffer.Return(_buffer);
        }
    }

    private void ThrowIfClosed()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_isComplete) throw new InvalidOperationException("the recording is complete");
    }

    // Records at the start of `events` that the current block takes; 0 when it must be closed first.
    private int CountForBlock(ReadOnlySpan<IrqEvent> events)
    {
        int room = _options.RecordsPerBlock - _summary.RecordCount;
        int take = events.Length;
        if (_options.BlockSpanNs != 0) take = CountInSpan(events);
        if (take > room) take = room;
        if (take == events.Length || take == 0) return take;
        int cut = EventTail.CutAt(events, take);

        // A block that is empty and cannot be cut before its limit: records that no event owns. They are cut anywhere.
        return cut == 0 && _summary.RecordCount == 0 ? Math.Max(take, 1) : cut;
    }

    private int CountInSpan(ReadOnlySpan<IrqEvent> events)
    {
        ulong first = _summary.RecordCount > 0 ? _summary.FirstTime : events[0].TimeNs;
        for (int i = 0; i < events.Length; i++)
        {
            ulong time = events[i].TimeNs;
            if (time > first && time - first > _options.BlockSpanNs && events[i].Kind != EventKind.Extension) return i;
        }
        return events.Length;
    }

    // A block found torn must not need names of a later one, so names go out before the records that use them.
    private void FlushBlock()
    {
        if (_summary.RecordCount == 0) return;
        WriteNewNames(BlockFlags.None);
        Span<byte> block = _buffer.Span;
        ref BlockHeader header = ref MemoryMarshal.AsRef<BlockHeader>(block);
        header = default;
        header.Type = BlockType.Records;
        _summary.CopyTo(ref header);
        header.LossBefore = _lossBefore;
        if (_lossBefore != 0) header.Flags |= BlockFlags.LossUnknown;
        _lossBefore = 0;
        long offset = _position;
        WriteBlock(block, _summary.RecordCount * IrqEvent.SizeBytes);
        _index.Add(IndexEntry.Of(header, offset));
        _events += header.EventCount;
        _records += header.RecordCount;
        _summary = default;
    }

    // The caller has set what is particular to the block; this sets what is in all of them.
    private void WriteBlock(Span<byte> block, int payloadBytes)
    {
        int total = NativeSpec.BlockBytes(payloadBytes);
        block = block[..total];
        int end = NativeSpec.BlockHeaderBytes + payloadBytes;
        block[end..].Clear();
        ref BlockHeader header = ref MemoryMarshal.AsRef<BlockHeader>(block);
        header.TotalBytes = (uint)total;
        header.PayloadBytes = (uint)payloadBytes;
        header.PayloadCrc = Crc32C.Compute(block[NativeSpec.BlockHeaderBytes..end]);
        header.Sequence = _sequence;
        if (header.Type != BlockType.Index) header.FirstEvent = _events;
        header.LossTotal = _lossTotal;
        BlockHeader.Seal(block);
        ref BlockTrailer trailer = ref MemoryMarshal.AsRef<BlockTrailer>(block[^NativeSpec.BlockTrailerBytes..]);
        trailer.Magic = NativeSpec.TrailerMagic;
        trailer.TotalBytes = (uint)total;
        trailer.Sequence = _sequence;
        _stream.Write(block);
        _position += total;
        _sequence++;
        _blocks++;
    }

    private void Adopt(EventTables tables)
    {
        CheckContinues(tables.Names, _tables.Names, nameof(tables));
        CheckContinues(tables.Devices, _tables.Devices, nameof(tables));
        _tables = tables;
    }

    private static void CheckContinues(NameTable next, NameTable known, string parameter)
    {
        for (int i = 0; i < known.Count; i++)
        {
            if (i >= next.Count || next[i] != known[i])
                throw new ArgumentException(
                    "name " + NativeTexts.Number(i) + " differs from the one written before", parameter);
        }
    }
}
