using System;
using System.Runtime.InteropServices;
using Replay.Core.Checkpoints;
using Replay.Formats.Bytes;

namespace Replay.Formats.Native;

/// <content>What checkpoints beside a file need: which file it is, and a place between two blocks.</content>
public sealed partial class NativeRecording
{
    /// <summary>Blocks whose headers go into the digest.</summary>
    private const ulong HeadersInDigest = 64;

    private BatchFacts _lastBatch = new(null, true);

    // Of the headers that were skipped by going to a saved place, when that was saved.
    private uint _headersCrcBefore;

    /// <inheritdoc/>
    public override BatchFacts LastBatch => _lastBatch;

    /// <inheritdoc/>
    /// <remarks>
    /// The digest is made of the file's tail (names, facts, index), its footer, and the headers of a few blocks from
    /// all over the file: what is read is little, also where each read is a disk's seek.
    /// </remarks>
    public override RecordingIdentity? Identify()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        // Facts that only blocks have would be missed by who passes over them.
        if (_footer is not { } footer || !_hasFinalFacts || !_source.CanSeek) return null;
        return new RecordingIdentity(_source.Length, _source.ModifiedTicks,
            (ulong)TailCrc(footer) << 32 | SomeHeadersCrc(footer));
    }

    /// <inheritdoc/>
    internal override void TransferPlace(StateArchive archive)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        archive.Section("irqt", 2);
        long offset = archive.Value(_blocks.Position);
        long sequence = archive.Value(_blocks.LastSequence);
        _headersCrcBefore = archive.Value(_blocks.HeadersCrc);
        if (offset < NativeSpec.FileHeaderBytes || offset > _blocks.End || offset % NativeSpec.Alignment != 0)
            throw new CheckpointException($"expected a block's offset, found {offset}");
        NextEventIndex = archive.Value(NextEventIndex);
        BatchEventIndex = archive.Value(BatchEventIndex);
        _eventsSeen = archive.Value(_eventsSeen);
        _isWholeWalk = archive.Value(_isWholeWalk);
        _tellsPast = archive.Value(_tellsPast);
        _isAtEnd = archive.Value(_isAtEnd);
        if (archive.IsLoading) GoTo(offset, sequence);
    }

    /// <summary>The block there, unless it is damaged, must begin with the event that is to come next.</summary>
    private void GoTo(long offset, long sequence)
    {
        _blocks.MoveTo(offset, sequence, _headersCrcBefore);
        BlockReader next = WalkAgain(_buffer);
        next.MoveTo(offset);
        bool fits = _isAtEnd ? offset == _blocks.End
            : !next.TryReadHeader(out BlockHeader header) || next.BlockOffset != offset
                || header.FirstEvent == (ulong)NextEventIndex;
        if (!fits)
            throw new CheckpointException($"the block at offset {offset} does not begin with event {NextEventIndex}");
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
            return walk.Report.Entries.Count == 0 && walk.LastSequence == _blocks.LastSequence
                && walk.HeadersCrc == _headersCrcBefore;
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

    /// <summary>
    /// Each header has the checksum of its block, and ends in its own. Only that one is summed up:
    /// bytes with their checksum behind them sum up to the same, whatever they are. The index says where headers are;
    /// what it says is in the tail's.
    /// </summary>
    private uint SomeHeadersCrc(in Footer footer)
    {
        uint crc = 0;
        ulong number = 0, step = Math.Max(1, footer.BlockCount / HeadersInDigest);
        Span<byte> header = stackalloc byte[NativeSpec.BlockHeaderBytes];
        var tail = new BlockReader(_source, _buffer, _headerCrc, new ImportReport())
        {
            End = _source.Length - NativeSpec.FooterBytes,
        };
        tail.MoveTo((long)footer.TailOffset);
        while (tail.TryReadHeader(out BlockHeader block))
        {
            if (block.Type != BlockType.Index || !tail.TryReadPayload(block, out ReadOnlySpan<byte> payload)) continue;
            foreach (ref readonly IndexEntry entry in MemoryMarshal.Cast<byte, IndexEntry>(payload))
            {
                if (number++ % step != 0 || entry.Offset > footer.TailOffset) continue;
                int got = _source.ReadAt((long)entry.Offset, header);
                if (got == header.Length) crc = Crc32C.Append(crc, header[BlockHeader.CrcOffset..]);
            }
        }
        return crc;
    }
}
