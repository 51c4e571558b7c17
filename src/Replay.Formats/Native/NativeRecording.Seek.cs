using System;
using System.Runtime.InteropServices;

namespace Replay.Formats.Native;

public sealed partial class NativeRecording
{
    /// <summary>
    /// Makes the block that holds an event the next batch; <see cref="NextEventIndex"/> then says where that begins.
    /// False, and nothing changes, for a stream and for an event that no readable block holds.
    /// </summary>
    public bool TrySeekEvent(long eventIndex) => eventIndex >= 0 && TrySeek(new Place((ulong)eventIndex, false));

    /// <summary>
    /// Makes the first block that holds an event at or after a time (ns, the recording's clock) the next batch. False,
    /// and nothing changes, for a stream and when all events are earlier.
    /// </summary>
    public bool TrySeekTime(ulong timeNs) => TrySeek(new Place(timeNs, true));

    private bool TrySeek(in Place place)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_source.CanSeek) return false;
        if (_footer is { } footer)
        {
            if (!place.IsTime && place.Value >= footer.EventCount) return false;
            switch (SeekByIndex(place))
            {
                case IndexAnswer.Found: return true;
                case IndexAnswer.PastTheEnd: return false;
                default:
                    Report.Add(LossSeverity.Warning, NativeTexts.BadIndex, (long)footer.TailOffset, "an index",
                        "none that holds");
                    break;
            }
        }
        return SeekByWalk(place);
    }

    private IndexAnswer SeekByIndex(in Place place)
    {
        var scratch = new ImportReport();
        var tail =
            new BlockReader(_source, _buffer, _headerCrc, scratch) { End = _source.Length - NativeSpec.FooterBytes };
        tail.MoveTo(_blocks.End);
        ulong indexed = 0;
        while (tail.TryReadHeader(out BlockHeader header))
        {
            if (header.Type != BlockType.Index) continue;
            indexed += header.EventCount;
            if (!place.IsIn(header.FirstEvent, header.EventCount, header.MaxTime)) continue;
            if (!tail.TryReadPayload(header, out ReadOnlySpan<byte> payload)) return IndexAnswer.Unusable;
            foreach (ref readonly IndexEntry candidate in MemoryMarshal.Cast<byte, IndexEntry>(payload))
            {
                if (!place.IsIn(candidate.FirstEvent, candidate.EventCount, candidate.MaxTime)) continue;
                IndexEntry entry = candidate; // Reading the block overwrites the buffer that the index is in.
                return TryMoveTo(entry, scratch) ? IndexAnswer.Found : IndexAnswer.Unusable;
            }
            return IndexAnswer.Unusable;
        }
        bool isWhole = scratch.Entries.Count == 0 && indexed == _footer!.Value.EventCount;
        return isWhole && place.IsTime ? IndexAnswer.PastTheEnd : IndexAnswer.Unusable;
    }

    private bool TryMoveTo(in IndexEntry entry, ImportReport scratch)
    {
        if (entry.Offset < NativeSpec.FileHeaderBytes || entry.Offset >= (ulong)_blocks.End) return false;
        var block = new BlockReader(_source, _buffer, _headerCrc, scratch) { End = _blocks.End };
        block.MoveTo((long)entry.Offset);
        if (!block.TryReadHeader(out BlockHeader header) || block.BlockOffset != (long)entry.Offset) return false;
        if (!entry.Agrees(header)) return false;
        MoveTo(block.BlockOffset, header);
        return true;
    }

    // Reads the header of each block from the first on, 192 bytes a megabyte, and the names on the way.
    private bool SeekByWalk(in Place place)
    {
        var walk = new BlockReader(_source, _buffer, _headerCrc, new ImportReport()) { End = _blocks.End };
        while (walk.TryReadHeader(out BlockHeader header))
        {
            if (header.Type == BlockType.Names && _footer is null) ReadSideBlock(walk, header);
            if (header.Type != BlockType.Records || !place.IsIn(header.FirstEvent, header.EventCount, header.MaxTime))
                continue;
            MoveTo(walk.BlockOffset, header);
            return true;
        }
        return false;
    }

    private void MoveTo(long offset, in BlockHeader header)
    {
        _blocks.MoveTo(offset);
        NextEventIndex = (long)header.FirstEvent;
        _wasSought = true;
        _isAtEnd = false;
    }

    private enum IndexAnswer
    {
        Found,
        PastTheEnd,
        Unusable,
    }

    /// <summary>An event's index or a time that is looked for.</summary>
    private readonly record struct Place(ulong Value, bool IsTime)
    {
        /// <summary>True when blocks with these bounds are the first that can hold the place.</summary>
        public bool IsIn(ulong firstEvent, uint eventCount, ulong maxTime) =>
            eventCount > 0 && (IsTime ? maxTime >= Value : Value >= firstEvent && Value - firstEvent < eventCount);
    }
}
