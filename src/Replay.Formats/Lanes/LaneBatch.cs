using System;
using System.Runtime.ExceptionServices;
using Replay.Core.Events;
using Replay.Formats.Native;
using Replay.Formats.Sidecar;

namespace Replay.Formats.Lanes;

/// <summary>A slot of the ring between the lane that reads and the one that applies: one batch, or the end.</summary>
internal sealed class LaneBatch
{
    private IrqEvent[] _copy = [];
    private bool _isCopy;
    private int _firstByte;
    private int _records;

    /// <summary>Goes to the recording as its next buffer, in exchange for the one that a batch lies in.</summary>
    public BlockBuffer Buffer { get; private set; } = BlockBuffer.Rent();

    /// <summary>What the recording knew when it had read this batch.</summary>
    public LaneFacts Facts { get; } = new();

    /// <summary>What the recording knows of the batch without its records being looked at.</summary>
    public BatchFacts Known { get; private set; }

    /// <summary>Where reading stood behind the batch, for checkpoints; null where nobody asked for it.</summary>
    public StateWriter? Place { get; private set; }

    /// <summary>
    /// What reading threw, to be thrown again where the batch is taken; null for a batch and for a good end.
    /// </summary>
    public ExceptionDispatchInfo? Failure { get; set; }

    /// <summary>True when nothing follows and <see cref="Events"/> is empty.</summary>
    public bool IsEnd { get; private set; }

    public ReadOnlySpan<IrqEvent> Events =>
        _isCopy ? _copy.AsSpan(0, _records) : Buffer.Records(_firstByte, _records);

    /// <summary>
    /// Reads the next batch; false at the end. Only a recording that does not give its buffer away is copied.
    /// </summary>
    /// <param name="recording">To read.</param>
    /// <param name="notesPlace">Checkpoints may be made.</param>
    public bool Fill(Recording recording, bool notesPlace)
    {
        IsEnd = !recording.TryReadBatch(out ReadOnlySpan<IrqEvent> events);
        Known = recording.LastBatch;
        _records = 0;
        if (notesPlace)
        {
            Place ??= new StateWriter();
            Place.Clear();
            recording.TransferPlace(Place);
        }
        if (IsEnd) return false;
        _isCopy = !recording.TryDetach(Buffer, out DetachedBatch detached);
        _records = events.Length;
        if (!_isCopy)
        {
            Buffer = detached.Buffer;
            _firstByte = detached.FirstByte;
            return true;
        }
        if (_copy.Length < events.Length) _copy = new IrqEvent[Math.Max(events.Length, _copy.Length * 2)];
        events.CopyTo(_copy);
        return true;
    }

    /// <summary>Makes the slot the last one.</summary>
    public void End(ExceptionDispatchInfo? failure)
    {
        IsEnd = true;
        _records = 0;
        Failure = failure;
    }

    /// <summary>Gives the buffer back; nobody touches the slot after that.</summary>
    public void Return() => BlockBuffer.Return(Buffer);
}

/// <summary>A buffer that a recording gave away, with the batch that it read last.</summary>
/// <param name="Buffer">Now the taker's.</param>
/// <param name="FirstByte">Where the batch begins.</param>
internal readonly record struct DetachedBatch(BlockBuffer Buffer, int FirstByte);
