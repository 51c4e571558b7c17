using System;
using System.Buffers;
using Replay.Core.Checkpoints;

namespace Replay.Formats.Sidecar;

/// <summary>
/// Saves state as a sequence of MessagePack integers, texts and nils. One buffer, used again for each state.
/// </summary>
public sealed class StateWriter : StateArchive, IBufferWriter<byte>
{
    private const int FirstBytes = 1 << 16;

    private byte[] _bytes = new byte[FirstBytes];
    private int _length;

    // The row being written, the one before it, and how often that one has come again.
    private int _rowStart;
    private int _previousStart = -1;
    private int _previousLength;
    private int _same;

    public override bool IsLoading => false;

    /// <summary>What was written since <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>
    /// Numbers and texts that were given since <see cref="Clear"/>, those of dropped rows too: what saving costs.
    /// </summary>
    public long ValueCount { get; private set; }

    public void Clear()
    {
        _length = 0;
        ValueCount = 0;
    }

    /// <summary>Takes over what another one wrote, as if it had been written here. Not inside a row.</summary>
    public void Append(StateWriter other)
    {
        other.Written.CopyTo(Span(other._length));
        _length += other._length;
        ValueCount += other.ValueCount;
    }

    public override string? Text(string? value)
    {
        ValueCount++;
        new MessagePackWriter(this).Write(value);
        return value;
    }

    protected override long Number(long value)
    {
        ValueCount++;
        if (value is < -32 or > 127)
        {
            new MessagePackWriter(this).Write(value);
            return value;
        }
        Span(1)[0] = (byte)value; // What most are: one byte.
        _length++;
        return value;
    }

    protected override void BeginRow() => _rowStart = _length;

    protected override void EndRow()
    {
        int length = _length - _rowStart;
        if (_previousStart >= 0
            && _bytes.AsSpan(_rowStart, length).SequenceEqual(_bytes.AsSpan(_previousStart, _previousLength)))
        {
            _length = _rowStart;
            _same++;
            return;
        }
        if (_same > 0) InsertCount(length);
        _previousStart = _length - length;
        _previousLength = length;
    }

    protected override void EndRows()
    {
        if (_same > 0) Number(_same);
        _same = 0;
        _previousStart = -1;
    }

    void IBufferWriter<byte>.Advance(int count) => _length += count;

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        Span(sizeHint);
        return _bytes.AsMemory(_length);
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => Span(sizeHint);

    private Span<byte> Span(int size)
    {
        size = Math.Max(size, 1);
        if (_bytes.Length - _length < size) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + size));
        return _bytes.AsSpan(_length);
    }

    // The rows that were dropped are told of before the one that differs from them.
    private void InsertCount(int rowLength)
    {
        int end = _length;
        Number(_same);
        int countLength = _length - end;
        Span<byte> count = stackalloc byte[countLength];
        _bytes.AsSpan(end, countLength).CopyTo(count);
        _bytes.AsSpan(_rowStart, rowLength).CopyTo(_bytes.AsSpan(_rowStart + countLength));
        count.CopyTo(_bytes.AsSpan(_rowStart));
        _same = 0;
    }
}
