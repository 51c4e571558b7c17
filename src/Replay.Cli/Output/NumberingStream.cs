using System;
using System.Buffers.Text;
using System.IO;

namespace Replay.Cli.Output;

/// <summary>
/// Puts the event's number in front of each line that passes while numbering is on. Comment lines (<c>#</c>) and all that
/// passes while it is off stay as they are.
/// </summary>
internal sealed class NumberingStream : Stream
{
    private const int Columns = 10;

    private readonly Stream _target;
    private long _next = -1;
    private bool _atLineStart = true;

    public NumberingStream(Stream target) => _target = target;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The next line is event <paramref name="number"/>, and each further one the event after it.</summary>
    public void CountFrom(long number) => _next = number;

    /// <summary>Lines pass as they are.</summary>
    public void Stop() => _next = -1;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (_atLineStart && _next >= 0 && buffer[0] != (byte)'#') WriteNumber();
            int end = buffer.IndexOf((byte)'\n');
            _atLineStart = end >= 0;
            int length = end < 0 ? buffer.Length : end + 1;
            _target.Write(buffer[..length]);
            buffer = buffer[length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => _target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WriteNumber()
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(_next++, digits, out int length);
        Span<byte> field = stackalloc byte[32];
        field.Fill((byte)' ');
        int start = Math.Max(0, Columns - length);
        digits[..length].CopyTo(field[start..]);
        _target.Write(field[..(start + length + 2)]);
    }
}
