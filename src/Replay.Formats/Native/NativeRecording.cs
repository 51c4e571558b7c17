using System;
using System.IO;
using System.Runtime.InteropServices;
using Replay.Core.Events;
using Replay.Formats.Lanes;
using Replay.Formats.Sidecar;

namespace Replay.Formats.Native;

/// <summary>
/// A recording in the native format. Batches are the file's own blocks: each is checked once and handed out in place.
/// </summary>
/// <remarks>
/// A regular file can be positioned by event and by time; a stream is read once from front to back. Memory is one
/// buffer of 1 MiB and the names, whatever the size of the file.
/// </remarks>
public sealed partial class NativeRecording : Recording
{
    private readonly ByteSource _source;
    private BlockBuffer _buffer;
    private readonly BlockReader _blocks;
    private readonly uint _headerCrc;
    private readonly TextBudget _budget = new(NativeSpec.TextBytesTotalMax);

    // Set when the footer was found first: names and facts are then complete before the first batch.
    private Footer? _footer;
    private bool _hasFinalFacts;
    private bool _tellsPast = true;
    private ulong _eventsSeen;
    private bool _isWholeWalk = true;
    private bool _wasSought;
    private bool _isAtEnd;
    private bool _isDisposed;

    private NativeRecording(ByteSource source, BlockBuffer buffer, string name)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("irqt files need a little-endian machine");
        _source = source;
        _buffer = buffer;
        Span<byte> bytes = _buffer.Span[..NativeSpec.FileHeaderBytes];
        _headerCrc = FileHeader.Check(bytes[..source.ReadAt(0, bytes)], name);
        ref readonly FileHeader header = ref MemoryMarshal.AsRef<FileHeader>(bytes);
        WriterName = header.WriterName.AsText();
        WriterVersion = header.WriterVersion.AsText();
        Info.Format = NativeSpec.FormatName;
        _blocks = new BlockReader(source, _buffer, _headerCrc, Report);
        if (source.CanSeek) ReadTail();
        KnownNames = Tables.Names.Count;
        KnownDevices = Tables.Devices.Count;
    }

    /// <summary>Program that made the file, as its header says.</summary>
    public string WriterName { get; }

    /// <summary>Version of that program.</summary>
    public string WriterVersion { get; }

    /// <summary>
    /// Index of the first event that was not read yet: 0-based, extension records not counted. Where blocks are missing
    /// the next batch begins later; <see cref="BatchEventIndex"/> then says where.
    /// </summary>
    public long NextEventIndex { get; private set; }

    /// <summary>Index of the first event of the batch read last.</summary>
    public long BatchEventIndex { get; private set; }

    /// <inheritdoc/>
    public override double Progress =>
        _isAtEnd ? 1 : _source.Length <= 0 ? 0 : Math.Min(1, (double)_blocks.Position / _source.Length);

    /// <summary>True when the file ends in a valid footer; never known of a stream before its end.</summary>
    public bool IsComplete => _footer is not null || _blocks.Footer is not null;

    /// <summary>Ties a footer to this file.</summary>
    internal uint HeaderCrc => _headerCrc;

    /// <summary>True when the first bytes of a file are those of this format; 8 are enough.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> firstBytes) =>
        firstBytes.Length >= sizeof(ulong) && MemoryMarshal.Read<ulong>(firstBytes) == NativeSpec.FileMagic;

    /// <summary>Opens a regular file, or whatever else has a path; only regular files can be positioned.</summary>
    /// <exception cref="BadInputException">The file header is not one that this version reads.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static NativeRecording Open(string path)
    {
        FileStream stream = OpenFile(path);
        if (!stream.CanSeek) return Create(new PipeSource(stream), Path.GetFileName(path));
        return Create(new FileSource(stream), Path.GetFileName(path));
    }

    /// <summary>
    /// Opens one machine of a regular file that holds several, and owns it. Offsets count from where its part begins.
    /// </summary>
    /// <exception cref="BadInputException">The part's own header is not one that this version reads.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    internal static NativeRecording OpenPart(FileStream stream, string name, MachinePart part) =>
        Create(new FileSource(stream, part.Offset, part.Bytes), $"{name} ({part.Name})");

    /// <summary>
    /// Opens a stream at its current position and owns it; <paramref name="name"/> is what messages call it. Nothing is
    /// sought, so names, facts and losses come as the blocks do.
    /// </summary>
    /// <exception cref="BadInputException">The file header is not one that this version reads.</exception>
    public static NativeRecording Open(Stream stream, string name) => Create(new PipeSource(stream), name);

    /// <inheritdoc/>
    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        while (_blocks.TryReadHeader(out BlockHeader header))
        {
            if (header.Type == BlockType.Records)
            {
                if (TryTake(header, out events)) return true;
            }
            else
            {
                ReadSideBlock(_blocks, header);
            }
        }
        Finish();
        events = default;
        return false;
    }

    /// <inheritdoc/>
    internal override bool TryDetach(BlockBuffer next, out DetachedBatch batch)
    {
        batch = new DetachedBatch(_buffer, NativeSpec.BlockHeaderBytes);
        _buffer = next;
        _blocks.Exchange(next);
        return true;
    }

    /// <summary>
    /// Another walk over the blocks before the tail, into a buffer of its own; damage is not reported again.
    /// </summary>
    internal BlockReader WalkAgain(BlockBuffer buffer) =>
        new(_source, buffer, _headerCrc, new ImportReport()) { End = _blocks.End };

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _source.Dispose();
            BlockBuffer.Return(_buffer);
        }
        base.Dispose(disposing);
    }

    private static FileStream OpenFile(string path) => new(path, new FileStreamOptions
    {
        Access = FileAccess.Read,
        Share = FileShare.ReadWrite | FileShare.Delete,
        Options = FileOptions.SequentialScan,
        BufferSize = 0,
    });

    private static NativeRecording Create(ByteSource source, string name)
    {
        BlockBuffer buffer = BlockBuffer.Rent();
        try
        {
            return new NativeRecording(source, buffer, name);
        }
        catch
        {
            source.Dispose();
            BlockBuffer.Return(buffer);
            throw;
        }
    }

    private bool TryTake(scoped in BlockHeader header, out ReadOnlySpan<IrqEvent> events)
    {
        events = default;
        if (header.FirstEvent != (ulong)NextEventIndex && !AcceptJump(header)) return false;
        if (header.LossBefore != 0 || (header.Flags & BlockFlags.LossUnknown) != 0) Gap(header);
        if (!_blocks.TryReadPayload(header, out ReadOnlySpan<byte> payload)) return false;
        NextEventIndex = (long)header.EndEvent;
        ReadOnlySpan<IrqEvent> records = MemoryMarshal.Cast<byte, IrqEvent>(payload);
        int complete = EventTail.CompleteLength(records);
        if (complete < records.Length) TornEvent(complete, records.Length);
        if (complete == 0) return false;
        BatchEventIndex = (long)header.FirstEvent;
        _lastBatch = new BatchFacts(header.MaxTime, header.Kinds.Has((byte)EventKind.Mark));
        _eventsSeen += header.EventCount;
        if (!_hasFinalFacts) NoteTimes(header);
        events = records[..complete];
        return true;
    }

    // The header of a block says where its events belong; what is not between them and those read before is missing.
    private bool AcceptJump(in BlockHeader header)
    {
        _isWholeWalk = false;
        if (header.FirstEvent < (ulong)NextEventIndex)
        {
            Report.Add(LossSeverity.DataLoss, NativeTexts.SequenceBack, _blocks.BlockOffset,
                NativeTexts.Events(NextEventIndex), NativeTexts.Events((long)header.FirstEvent));
            return false;
        }
        Report.Add(LossSeverity.DataLoss, NativeTexts.EventsMissing, _blocks.BlockOffset,
            NativeTexts.Events(NextEventIndex), NativeTexts.Events((long)header.FirstEvent));
        return true;
    }

    private void ReadSideBlock(BlockReader blocks, in BlockHeader header)
    {
        if (header.Type is not (BlockType.Names or BlockType.Sidecar)) return;
        bool isTail = (header.Flags & BlockFlags.Tail) != 0;

        // Read already, from the tail; the sidecar at the front knows less.
        if (_hasFinalFacts && header.Type == BlockType.Sidecar && !isTail) return;
        if (!blocks.TryReadPayload(header, out _)) return;
        bool wasMissing = false;
        try
        {
            var reader = new MessagePackReader(blocks.PayloadMemory(header));
            if (header.Type == BlockType.Names) NamesCodec.Read(ref reader, Tables, _budget, ref wasMissing);
            else _hasFinalFacts |= SidecarCodec.ReadPart(ref reader, Info, Report, _budget);
        }
        catch (MessagePackSerializationException bad)
        {
            bool isNames = header.Type == BlockType.Names;
            Report.Add(isNames ? LossSeverity.Warning : LossSeverity.DataLoss,
                isNames ? NativeTexts.BadNames : NativeTexts.BadSidecar,
                blocks.BlockOffset + NativeSpec.BlockHeaderBytes, "MessagePack as FORMAT.md describes", bad.Message);
        }
        if (wasMissing)
            Report.Add(LossSeverity.Warning, NativeTexts.NamesMissing, blocks.BlockOffset,
                "names without a gap", "a gap");
        if (_budget.IsSpent && _tellsPast)
        {
            _tellsPast = false;
            Report.Add(LossSeverity.Warning, NativeTexts.TooMuchText, blocks.BlockOffset,
                NativeTexts.Bytes(NativeSpec.TextBytesTotalMax), "more");
        }
    }

    // A complete file has its names and facts behind its footer's word; they are read first, so that they are there
    // before the first batch and after any jump.
    private void ReadTail()
    {
        long offset = _source.Length - NativeSpec.FooterBytes;
        Span<byte> bytes = stackalloc byte[NativeSpec.FooterBytes];
        int got = offset < NativeSpec.FileHeaderBytes ? 0 : _source.ReadAt(offset, bytes);
        if (got < bytes.Length || !Footer.IsValid(bytes, offset, _headerCrc))
        {
            _blocks.NoFooter(Math.Max(0, offset), bytes[..got]);
            return;
        }
        _footer = MemoryMarshal.Read<Footer>(bytes);
        _blocks.End = (long)_footer.Value.TailOffset;
        var tail = new BlockReader(_source, _buffer, _headerCrc, Report) { End = offset };
        tail.MoveTo(_blocks.End);
        while (tail.TryReadHeader(out BlockHeader header))
        {
            if ((header.Flags & BlockFlags.Tail) != 0) ReadSideBlock(tail, header);
        }
    }

    private void Finish()
    {
        if (_isAtEnd) return;
        _isAtEnd = true;
        Footer? footer = _footer ?? _blocks.Footer;
        if (footer is { } found && _isWholeWalk && !_wasSought && found.EventCount != (ulong)NextEventIndex)
        {
            Report.Add(LossSeverity.DataLoss, NativeTexts.WrongTotal, _blocks.Position,
                NativeTexts.Number((long)found.EventCount), NativeTexts.Number(NextEventIndex));
        }
        if (_hasFinalFacts) return;
        Info.EventCount = _wasSought ? Math.Max(Info.EventCount, NextEventIndex) : (long)_eventsSeen;
        Info.RecordCount = Math.Max(Info.RecordCount, Info.EventCount);
        Report.Add(LossSeverity.Warning, NativeTexts.NoSidecar, _blocks.Position, "a final sidecar", "none");
    }

    private void NoteTimes(in BlockHeader header)
    {
        Info.FirstTimeNs = Math.Min(Info.FirstTimeNs ?? ulong.MaxValue, header.FirstTime);
        Info.LastTimeNs = Math.Max(Info.LastTimeNs ?? 0, header.LastTime);
        Info.LostCount = Math.Max(Info.LostCount, long.CreateSaturating(header.LossTotal));
    }

    private void Gap(in BlockHeader header)
    {
        if (Report.Seen(NativeTexts.Gap)) return;
        Report.Add(LossSeverity.DataLoss, NativeTexts.Gap, _blocks.BlockOffset, "no loss before the block",
            "at least " + NativeTexts.Number(long.CreateSaturating(header.LossBefore)));
    }

    private void TornEvent(int complete, int length)
    {
        if (Report.Seen(NativeTexts.TornEvent)) return;
        Report.Add(LossSeverity.DataLoss, NativeTexts.TornEvent,
            _blocks.BlockOffset + NativeSpec.BlockHeaderBytes + ((long)complete * IrqEvent.SizeBytes),
            "the records that its kind demands", NativeTexts.Number(length - complete));
    }
}
