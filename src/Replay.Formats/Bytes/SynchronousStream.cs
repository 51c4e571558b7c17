using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Replay.Formats.Bytes;

/// <summary>
/// A stream whose asynchronous reads finish at once. The pipe reader asks asynchronously; the replay loop waits anyway,
/// and a file opened for ordinary reads would take a thread and an allocation for each buffer.
/// </summary>
internal sealed class SynchronousStream(Stream inner) : ReadOnlyStream
{
    /// <summary>
    /// True when the last read gave less than it was asked for: the next one may wait for a slow writer.
    /// </summary>
    public bool IsStarved { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        IsStarved = read < buffer.Length;
        return read;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
