using System;
using System.Buffers;
using System.IO;

namespace Replay.Formats.Bytes;

/// <summary>
/// Lines of a stream, however it cuts them. A line longer than the limit is given up to there, marked, and its rest is
/// passed over: memory does not grow with the input. Nothing is allocated after construction.
/// </summary>
internal sealed class LineReader : IDisposable
{
    private const int ReadBytes = 64 * 1024;

    private readonly Stream _stream;
    private readonly int _lineMax;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private int _searched;
    private bool _passing;
    private bool _ended;

    /// <param name="stream">Owned: disposed with this.</param>
    /// <param name="lineMax">Longest line in bytes, its end not counted.</param>
    public LineReader(Stream stream, int lineMax)
    {
        _stream = stream;
        _lineMax = lineMax;
        _buffer = ArrayPool<byte>.Shared.Rent(lineMax + ReadBytes);
    }

    /// <summary>Lines given, the one at hand included.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Bytes read from the stream.</summary>
    public long BytesRead { get; private set; }

    /// <summary>The line at hand was longer than the limit.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The line at hand was ended by the end of the stream.</summary>
    public bool IsUnended { get; private set; }

    /// <summary>
    /// True when the stream gave less than it was asked for, the last time: whoever writes it is slower than we are,
    /// and the next read may wait.
    /// </summary>
    public bool IsStarved { get; private set; }

    /// <summary>True when a whole line is at hand without another read.</summary>
    public bool HasLine => Find() >= 0 || _end - _start > _lineMax;

    /// <summary>The next line without its end (LF or CR LF); false at the end of the stream.</summary>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        while (true)
        {
            int length = Find();
            if (_passing)
            {
                // The rest of a line that was too long.
                _start = length < 0 ? _end : _start + length + 1;
                _searched = _start;
                _passing = length < 0 && !_ended;
                if (!_passing) continue;
            }
            else if (length > _lineMax || (length < 0 && _end - _start > _lineMax))
            {
                line = _buffer.AsSpan(_start, _lineMax);
                _start += length < 0 ? _lineMax : length + 1;
                _searched = _start;
                _passing = length < 0;
                IsCut = true;
                IsUnended = false;
                LineNumber++;
                return true;
            }
            else if (length >= 0 || (_ended && _end > _start))
            {
                IsUnended = length < 0;
                int taken = IsUnended ? _end - _start : length;
                line = _buffer.AsSpan(_start, taken);
                if (!line.IsEmpty && line[^1] == (byte)'\r') line = line[..^1];
                _start = Math.Min(_start + taken + 1, _end);
                _searched = _start;
                IsCut = false;
                LineNumber++;
                return true;
            }
            if (_ended)
            {
                line = default;
                return false;
            }
            Fill();
        }
    }

    public void Dispose()
    {
        if (_buffer.Length == 0) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _start = _end = _searched = 0;
        _ended = true;
        _stream.Dispose();
    }

    /// <summary>Length of the line at the start of the buffer, or -1; no byte is looked at twice.</summary>
    private int Find()
    {
        int at = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        _searched = at < 0 ? _end : _searched + at;
        return at < 0 ? -1 : _searched - _start;
    }

    private void Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _searched -= _start;
            _start = 0;
        }
        int wanted = Math.Min(ReadBytes, _buffer.Length - _end);
        int read = _stream.Read(_buffer.AsSpan(_end, wanted));
        IsStarved = read < wanted;
        _ended = read == 0;
        _end += read;
        BytesRead += read;
    }
}
