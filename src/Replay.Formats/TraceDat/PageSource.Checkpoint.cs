using System;
using Replay.Core.Checkpoints;
using Replay.Formats.Bytes;

namespace Replay.Formats.TraceDat;

/// <content>A place in the pages, saved and gone to again, and the checksum of all bytes before it.</content>
internal sealed partial class PageSource
{
    // Of the bytes from the start on, in their order, for as long as none is passed over. They have no
    // checksum of their own.
    private long _sumEnd;
    private uint _sum;

    /// <summary>Saves which pages are at hand, or reads them again.</summary>
    /// <exception cref="CheckpointException">They are not there.</exception>
    public void Transfer(StateArchive archive)
    {
        _position = archive.Value(_position);
        _fileOffset = archive.Value(_fileOffset);
        _chunksLeft = archive.Value(_chunksLeft);
        Length = archive.Value(Length);
        _isCut = archive.Value(_isCut);
        _sumEnd = archive.Value(_sumEnd);
        _sum = archive.Value(_sum);
        if (!archive.IsLoading) return;
        if (_position < _start || _position > _end || _sumEnd < _start || _sumEnd > _position || Length < 0
            || (Length > 0 && !TryReadAgain(_position)))
        {
            throw new CheckpointException($"offset {_fileOffset}: there are no {Length} bytes of CPU {_cpu}'s pages");
        }
        _context.AddBytesRead(_position - _start);
    }

    /// <summary>
    /// Reads all bytes before the pages that come next, and says whether they are those that were read first.
    /// </summary>
    public bool IsUnchangedBefore(Span<byte> buffer)
    {
        uint sum = 0;
        for (long offset = _start; offset < _sumEnd;)
        {
            int read = _context.File.Read(offset, buffer[..(int)Math.Min(buffer.Length, _sumEnd - offset)]);
            if (read == 0) return false;
            sum = Crc32C.Append(sum, buffer[..read]);
            offset += read;
        }
        return sum == _sum;
    }

    /// <summary>Fills the buffer with what it held when reading stood at <paramref name="end"/>.</summary>
    private bool TryReadAgain(long end)
    {
        int length = Length;
        if (_fileOffset < _start || _fileOffset > end) return false;
        _position = _fileOffset;
        if (_compressed)
        {
            bool isThere = TryReadUInt32(out uint packed) && TryReadUInt32(out uint size)
                && size == length && packed == end - _position && TryUnpack(packed, size);
            HasGap = false;
            return isThere;
        }
        if (length != end - _position || length > _bytesMax) return false;
        _buffer = new byte[length];
        _position = end;
        return Read(_fileOffset, _buffer) == length;
    }

    /// <summary>All reading of the CPU's data.</summary>
    private int Read(long offset, Span<byte> target)
    {
        int read = _context.File.Read(offset, target);
        if (_context.SumsUp && offset == _sumEnd)
        {
            _sum = Crc32C.Append(_sum, target[..read]);
            _sumEnd += read;
        }
        return read;
    }
}
