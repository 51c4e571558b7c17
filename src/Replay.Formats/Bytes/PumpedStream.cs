using System;
using System.Buffers;
using System.IO;
using System.IO.Pipelines;
using System.Threading;

namespace Replay.Formats.Bytes;

/// <summary>
/// A live pipe, read ahead by a thread of its own. So whoever reads this knows before a read whether it would wait, can
/// say so, and can be called off while it waits; the pipe itself tells neither.
/// </summary>
public sealed class PumpedStream : ReadOnlyStream
{
    private const int ReadBytes = 64 * 1024;
    private const int AheadBytes = 1 << 20;

    /// <summary>
    /// How long the end is kept back. Ctrl-C ends the writer as well, often in the middle of a line, and its end may
    /// come before the signal does.
    /// </summary>
    private static readonly TimeSpan EndGrace = TimeSpan.FromMilliseconds(50);

    private readonly Stream _inner;
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: AheadBytes, resumeWriterThreshold: AheadBytes / 2, minimumSegmentSize: ReadBytes,
        useSynchronizationContext: false));
    private readonly Action _beforeWait;

    // Written by the pumping thread (release), read by a live view (acquire).
    private long _bytesReceived;

    private readonly ManualResetEventSlim _calledOff = new();

    /// <param name="inner">Owned: disposed with this.</param>
    /// <param name="beforeWait">Called on the reading thread before a read that finds nothing.</param>
    public PumpedStream(Stream inner, Action beforeWait)
    {
        _inner = inner;
        _beforeWait = beforeWait;
        new Thread(Pump) { IsBackground = true, Name = "input" }.Start();
    }

    /// <summary>Bytes that came in so far, read or not. May be read from any thread.</summary>
    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    /// <summary>Ends reading now, also a read that waits, by an exception. May be called from any thread.</summary>
    public void CallOff()
    {
        _calledOff.Set();
        _pipe.Reader.CancelPendingRead();
    }

    /// <summary>What is there, at least a byte; waits where there is nothing. 0 at the end.</summary>
    /// <exception cref="OperationCanceledException">It was called off: this is not the end, and what came may be half
    /// of something.</exception>
    public override int Read(Span<byte> buffer)
    {
        ThrowIfCalledOff();
        if (!_pipe.Reader.TryRead(out ReadResult result))
        {
            _beforeWait();
            result = _pipe.Reader.ReadAsync().AsTask().GetAwaiter().GetResult();
        }
        ThrowIfCalledOff();
        ReadOnlySequence<byte> ready = result.Buffer;
        if (ready.Length > buffer.Length) ready = ready.Slice(0, buffer.Length);
        ready.CopyTo(buffer);
        int length = (int)ready.Length;
        _pipe.Reader.AdvanceTo(ready.End);
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) CallOff();
        base.Dispose(disposing);
    }

    private void ThrowIfCalledOff()
    {
        if (_calledOff.IsSet) throw new OperationCanceledException();
    }

    private void Pump()
    {
        try
        {
            while (true)
            {
                Memory<byte> room = _pipe.Writer.GetMemory(ReadBytes);
                int read = _inner.Read(room.Span);
                if (read == 0) break;
                _pipe.Writer.Advance(read);
                Volatile.Write(ref _bytesReceived, _bytesReceived + read);
                if (_pipe.Writer.FlushAsync().AsTask().GetAwaiter().GetResult().IsCompleted) break;
            }
            _calledOff.Wait(EndGrace);
            _pipe.Writer.Complete();
        }
#pragma warning disable CA1031 // Whatever it is, the reading thread must be told, not the process ended.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _pipe.Writer.Complete(e);
        }
    }
}
