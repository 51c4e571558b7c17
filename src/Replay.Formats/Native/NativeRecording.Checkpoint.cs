using System;
using System.Runtime.InteropServices;
using Replay.Core.Checkpoints;
using Replay.Formats.Bytes;
using Replay.Formats.Sidecar;

namespace Replay.Formats.Native;

/// <content>What checkpoints beside a file need: which file it is, and a place between two blocks.</content>
public sealed partial class NativeRecording
{
    private BatchFacts _lastBatch = new(null, true);

    /// <inheritdoc/>
    public override BatchFacts LastBatch => _lastBatch;

    /// <inheritdoc/>
    /// <remarks>
    /// The digest is made of the file's tail (names, facts, index), its footer, and the headers of all blocks, which have
    /// their blocks' checksums: 192 bytes a megabyte are read.
    /// </remarks>
    public override RecordingIdentity? Identify()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_footer is not { } footer || !_source.CanSeek) return null;
        return new RecordingIdentity(_source.Length, _source.ModifiedTicks, (ulong)TailCrc(footer) << 32 | HeadersCrc());
    }

    /// <inheritdoc/>
    public override void Transfer(StateArchive archive)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        archive.Section("irqt", 1);
        long offset = archive.Value(_blocks.Position);
        long sequence = archive.Value(_blocks.LastSequence);
        if (offset < NativeSpec.FileHeaderBytes || offset > _blocks.End || offset % NativeSpec.Alignment != 0)
            throw new CheckpointException($"expected a block's offset, found {offset}");
        NextEventIndex = archive.Value(NextEventIndex);
        BatchEventIndex = archive.Value(BatchEventIndex);
        _eventsSeen = archive.Value(_eventsSeen);
        _isWholeWalk = archive.Value(_isWholeWalk);
        _tellsPast = archive.Value(_tellsPast);
        _isAtEnd = archive.Value(_isAtEnd);
        ReportState.Transfer(archive, Report);
        if (archive.IsLoading) GoTo(offset, sequence);
    }

    /// <summary>The block there, unless it is damaged, must begin with the event that is to come next.</summary>
    private void GoTo(long offset, long sequence)
    {
        _blocks.MoveTo(offset, sequence);
        BlockReader next = WalkAgain(_buffer);
        next.MoveTo(offset);
        bool fits = _isAtEnd ? offset == _blocks.End
            : !next.TryReadHeader(out BlockHeader header) || next.BlockOffset != offset || header.FirstEvent == (ulong)NextEventIndex;
        if (!fits) throw new CheckpointException($"the block at offset {offset} does not begin with event {NextEventIndex}");
    }

    /// <inheritdoc/>
    public override long EventsRead => NextEventIndex;

    /// <inheritdoc/>
    public override bool IsUndamagedBefore()
    {
        if (Report.Entries.Count > 0) return false; // Which damage is new would have to be told apart.
        BlockBuffer buffer = BlockBuffer.Rent();
        try
        {
            BlockReader walk = WalkAgain(buffer);
            walk.End = _blocks.Position;
            while (walk.TryReadHeader(out BlockHeader header)) walk.TryReadPayload(header, out _);
            return walk.Report.Entries.Count == 0 && walk.LastSequence == _blocks.LastSequence;
        }
        finally
        {
            BlockBuffer.Return(buffer);
        }
    }

    private uint TailCrc(in Footer footer)
    {
        uint crc = _headerCrc;
        Span<byte> bytes = _buffer.Span;
        for (long offset = (long)footer.TailOffset; offset < _source.Length;)
        {
            int got = _source.ReadAt(offset, bytes[..(int)Math.Min(bytes.Length, _source.Length - offset)]);
            if (got == 0) break;
            crc = Crc32C.Append(crc, bytes[..got]);
            offset += got;
        }
        return crc;
    }

    /// <summary>Each header has the checksum of its block, and one of its own.</summary>
    private uint HeadersCrc()
    {
        uint crc = 0;
        Span<byte> each = stackalloc byte[sizeof(uint)];
        BlockReader walk = WalkAgain(_buffer);
        while (walk.TryReadHeader(out BlockHeader header))
        {
            MemoryMarshal.Write(each, header.Crc);
            crc = Crc32C.Append(crc, each);
        }
        return crc;
    }
}
