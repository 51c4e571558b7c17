using System;
using Replay.Core.Checkpoints;

namespace Replay.Formats.Sidecar;

/// <summary>
/// Restores state that <see cref="StateWriter"/> saved. Reads any bytes; what does not fit is an exception.
/// </summary>
public sealed class StateReader : StateArchive
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private int _position;

    public StateReader(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    public override bool IsLoading => true;

    /// <summary>True when all was read.</summary>
    public bool IsAtEnd => _position == _bytes.Length;

    public override string? Text(string? value)
    {
        try
        {
            var reader = new MessagePackReader(_bytes[_position..]);
            string? text = reader.ReadString();
            _position += (int)reader.Consumed;
            return text;
        }
        catch (MessagePackSerializationException bad)
        {
            throw Bad(bad);
        }
    }

    protected override long Number(long value)
    {
        ReadOnlySpan<byte> bytes = _bytes.Span;
        if (_position < bytes.Length
            && bytes[_position] is < MessagePackCode.FixMap or >= MessagePackCode.NegativeFixInt)
            return (sbyte)bytes[_position++];
        try
        {
            var reader = new MessagePackReader(_bytes[_position..]);
            long number = reader.ReadInt64();
            _position += (int)reader.Consumed;
            return number;
        }
        catch (MessagePackSerializationException bad)
        {
            throw Bad(bad);
        }
    }

    protected override void BeginRow() => throw new InvalidOperationException();

    protected override void EndRow() => throw new InvalidOperationException();

    protected override void EndRows() => throw new InvalidOperationException();

    private CheckpointException Bad(MessagePackSerializationException bad) =>
        new($"byte {_position}: {bad.Message}", bad);
}
