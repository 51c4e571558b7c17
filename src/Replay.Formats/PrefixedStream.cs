using System;
using System.IO;
using Replay.Formats.Bytes;

namespace Replay.Formats;

/// <summary>
/// Gives back bytes that were read to recognise a format, then the rest of the stream they came from.
/// </summary>
internal sealed class PrefixedStream : ReadOnlyStream
{
    private readonly byte[] _prefix;
    private readonly Stream _rest;
    private int _done;

    public PrefixedStream(byte[] prefix, Stream rest)
    {
        _prefix = prefix;
        _rest = rest;
    }

    public override int Read(Span<byte> buffer)
    {
        if (_done == _prefix.Length) return _rest.Read(buffer);
        int take = Math.Min(buffer.Length, _prefix.Length - _done);
        _prefix.AsSpan(_done, take).CopyTo(buffer);
        _done += take;
        return take;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _rest.Dispose();
        base.Dispose(disposing);
    }
}
