using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Formats.Sidecar;

namespace Replay.Formats.Lanes;

/// <summary>
/// A recording that is read ahead on a lane of its own, so that reading, checking and mapping go on while the batches
/// are applied. To its user it is the recording itself, read straight: the same batches, and with each of them the same
/// names, facts and damage; what reading throws comes where it would have come.
/// </summary>
/// <remarks>
/// <para>Nothing is shared between the lanes. The reader's names, facts and damage are its own; what is new goes into
/// the slot with the batch that brought it (<see cref="LaneFacts"/>) and is added to this recording's own tables before
/// the batch is given out. So names are there before the events that use them, and no table has two users.</para>
/// <para>Short recordings never see a second thread: the lane starts when some batches were read straight.
/// A recording that divides its reading by itself is read straight too, until somebody wants to save
/// places (<see cref="NotePlaces"/>).</para>
/// <para>Whoever leaves last closes the input. A read from a pipe may never return; it is not waited for, and the lane,
/// which does not keep the process alive, closes the input when it does.</para>
/// </remarks>
internal sealed class LaneRecording : Recording
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(200);

    private readonly Recording _inner;
    private readonly LaneSettings _settings;
    private readonly LaneFacts _straightFacts = new();
    private readonly LaneFacts.Sent _sent = new();
    private LaneRing<LaneBatch>? _ring;
    private Thread? _thread;
    private long _straightLeft;
    private LaneBatch? _batch;
    private bool _notesPlace;
    private int _users = 1;
    private bool _hasEnded;
    private bool _isDisposed;

    /// <summary>Takes over a recording of which nothing was read.</summary>
    /// <param name="inner">The recording.</param>
    /// <param name="settings">How far ahead it is read.</param>
    /// <param name="readsAhead">False while it needs no lane for that.</param>
    public LaneRecording(Recording inner, LaneSettings settings, bool readsAhead = true)
    {
        _inner = inner;
        _settings = settings;
        _straightLeft = readsAhead ? settings.StraightRecords : long.MaxValue;
        KnownNames = inner.KnownNames;
        KnownDevices = inner.KnownDevices;
        TakeFacts(isLast: false);
    }

    /// <inheritdoc/>
    public override double Progress => _inner.Progress;

    /// <inheritdoc/>
    public override bool MapsNames => _inner.MapsNames;

    /// <inheritdoc/>
    public override BatchFacts LastBatch => _batch?.Known ?? _inner.LastBatch;

    /// <inheritdoc/>
    public override long EventsRead => _inner.EventsRead;

    /// <inheritdoc/>
    public override long EventsExpected => _inner.EventsExpected;

    /// <inheritdoc/>
    public override RecordingIdentity? Identify() => _inner.Identify();

    /// <inheritdoc/>
    public override void NotePlaces()
    {
        _inner.NotePlaces();
        _notesPlace = true;
        _straightLeft = Math.Min(_straightLeft, _settings.StraightRecords);
    }

    /// <inheritdoc/>
    public override void Transfer(StateArchive archive)
    {
        if (!archive.IsLoading)
        {
            base.Transfer(archive);
            return;
        }
        _inner.Transfer(archive);
        Report.Clear();
        _sent.Occurrences = 0;
        TakeFacts(isLast: false);
    }

    /// <inheritdoc/>
    internal override void TransferPlace(StateArchive archive)
    {
        if (_batch?.Place is { } place) ((StateWriter)archive).Append(place);
        else _inner.TransferPlace(archive);
    }

    /// <inheritdoc/>
    public override bool IsUndamagedBefore() => _inner.IsUndamagedBefore();

    /// <inheritdoc/>
    public override bool TryReadBatch(out ReadOnlySpan<IrqEvent> events)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        events = default;
        if (_hasEnded) return false;
        if (_ring is null)
        {
            if (_straightLeft > 0) return ReadStraight(out events);
            Start();
        }
        if (_batch is not null) _ring!.Release();
        _batch = null;
        if (!_ring!.Take(out LaneBatch batch))
        {
            _hasEnded = true;
            return false;
        }
        _batch = batch;
        batch.Facts.Apply(this);
        if (!batch.IsEnd)
        {
            events = batch.Events;
            return true;
        }
        _hasEnded = true;
        batch.Failure?.Throw();
        return false;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            _ring?.Stop();
            Leave();
            _thread?.Join(Grace);
        }
        base.Dispose(disposing);
    }

    private bool ReadStraight(out ReadOnlySpan<IrqEvent> events)
    {
        bool more = _inner.TryReadBatch(out events);
        _straightLeft -= events.Length;
        _hasEnded = !more;
        TakeFacts(_hasEnded);
        return more;
    }

    private void TakeFacts(bool isLast)
    {
        _straightFacts.Capture(_inner, _sent, isLast);
        _straightFacts.Apply(this);
    }

    private void Start()
    {
        _ring = new LaneRing<LaneBatch>(
            _settings.Depth, static () => new LaneBatch(), new LaneGate(), new LaneGate(), _settings.Hook);
        _users = 2;
        _thread = new Thread(ReadAhead) { IsBackground = true, Name = "irqreplay reader" };
        _thread.Start();
    }

    private void ReadAhead()
    {
        LaneRing<LaneBatch> ring = _ring!;
        try
        {
            while (ring.Claim(out LaneBatch batch))
            {
                bool more = Read(batch);
                batch.Facts.Capture(_inner, _sent, isLast: !more);
                ring.Publish();
                if (!more) break;
            }
        }
        finally
        {
            ring.Complete();
            Leave();
        }
    }

    private bool Read(LaneBatch batch)
    {
        try
        {
            return batch.Fill(_inner, _notesPlace);
        }
#pragma warning disable CA1031 // Whatever it is, it is the caller's to handle, as if there were no lane.
        catch (Exception e)
#pragma warning restore CA1031
        {
            batch.End(ExceptionDispatchInfo.Capture(e));
            return false;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) > 0) return;
        _inner.Dispose();
        if (_ring is null) return;
        foreach (LaneBatch batch in _ring.Slots) batch.Return();
    }
}
