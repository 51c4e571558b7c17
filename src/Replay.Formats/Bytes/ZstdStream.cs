using System;
using System.IO;

namespace Replay.Formats.Bytes;

/// <summary>The plain bytes of a zstd stream, unpacked as they are read; owns the stream underneath.</summary>
internal sealed class ZstdStream : ReadOnlyStream
{
    private const int BlockBytes = 256 * 1024;

    private readonly Stream _packed;
    private readonly Zstd _zstd = new();
    private readonly byte[] _block = new byte[BlockBytes];
    private int _start;
    private int _end;
    private long _consumed;
    private bool _frameEnded = true;
    private bool _moreInside;

    public ZstdStream(Stream packed) => _packed = packed;

    public override int Read(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            if (_start == _end && !_moreInside)
            {
                _start = 0;
                _end = _packed.Read(_block);
                if (_end == 0)
                {
                    if (_frameEnded) return 0;
                    throw Damaged("the rest of a zstd frame", "the end of the input");
                }
            }
            if (!_zstd.TryStep(_block.AsSpan(_start, _end - _start), buffer, out int consumed,
                out int written, out bool ended))
                throw Damaged("zstd data", "a damaged zstd stream");
            _start += consumed;
            _consumed += consumed;
            _frameEnded = ended;

            // A full buffer may leave plain bytes inside the decompressor, with nothing more to feed it.
            _moreInside = written == buffer.Length && !ended;
            if (written > 0) return written;
            if (consumed == 0 && _start < _end) throw Damaged("zstd data", "a stream that does not advance");
            _moreInside = false;
        }
        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _zstd.Dispose();
            _packed.Dispose();
        }
        base.Dispose(disposing);
    }

    private BadInputException Damaged(string expected, string found) =>
        BadInputException.At("compressed input", _consumed, expected, found);
}
