using System;
using System.IO;

namespace Replay.Cli;

/// <summary>Results could not be written. A reader that went away is no error; a full disk is.</summary>
internal sealed class OutputException : IOException
{
    private const int BrokenPipeUnix = 32;

    private const int BrokenPipeWindows = unchecked((int)0x8007006D);

    private const int NoDataWindows = unchecked((int)0x800700E8);

    public OutputException() { }

    public OutputException(string message) : base(message) { }

    public OutputException(string message, Exception innerException) : base(message, innerException)
    {
        ReaderGone = innerException.HResult is BrokenPipeUnix or BrokenPipeWindows or NoDataWindows;
    }

    /// <summary>The other end of the pipe was closed, as <c>head</c> does.</summary>
    public bool ReaderGone { get; }
}

/// <summary>Passes bytes on and tells failures of the output from failures of the input.</summary>
internal sealed class OutputStream : Stream
{
    private readonly Stream _target;

    public OutputStream(Stream target) => _target = target;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _target.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e.Message, e);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        try
        {
            _target.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OutputException(e.Message, e);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
