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
    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(inner.Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(inner.Read(buffer, offset, count));

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
