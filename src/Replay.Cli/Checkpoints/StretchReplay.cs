using System;
using System.Globalization;
using System.Threading;
using Replay.Cli.Machines;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Checkpoints;
using Replay.Formats.Sidecar;

namespace Replay.Cli.Checkpoints;

/// <summary>
/// Replays the stretches between checkpoints beside each other, each into a session of its own. Each ends by comparing
/// what it came to with the checkpoint that the next one began at: place in the recording, damage, state, findings,
/// byte by byte. When all of them join, the last session is that of a straight run, with all findings from the start
/// on; when one does not, nothing of it is used.
/// </summary>
/// <remarks>As many sessions are in memory as there are lanes.</remarks>
internal sealed class StretchReplay<TSession> : IDisposable
    where TSession : CheckpointedSession
{
    /// <summary>Lanes that are done early take more; each costs the opening of the recording and a session.</summary>
    private const int StretchesPerLane = 4;

    private readonly CheckpointStore _store;
    private readonly Func<Recording> _open;
    private readonly Func<Recording, TSession> _create;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private ProgressLine? _progress;
    private long _eventsDone;

    /// <param name="store">Open, with the checkpoints.</param>
    /// <param name="open">Opens the recording, undivided; called on any thread.</param>
    /// <param name="create">Makes a fresh session; called on any thread.</param>
    public StretchReplay(CheckpointStore store, Func<Recording> open, Func<Recording, TSession> create)
    {
        _store = store;
        _open = open;
        _create = create;
    }

    /// <summary>The recording as the last stretch left it: read to its end.</summary>
    public Recording? Recording { get; private set; }

    /// <summary>The session after the last event.</summary>
    public TSession? Session { get; private set; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; private set; }

    /// <summary>
    /// Replays to the end; false when that takes a straight run: too few checkpoints, or wrong ones, which is said.
    /// </summary>
    public bool TryRun(int lanes, CliHost host)
    {
        if (_store.Directory is not { IsWhole: true, Checkpoints.Count: > 1 } directory) return false;
        double total = directory.Covered;
        using var progress = new ProgressLine(() => Volatile.Read(ref _eventsDone) / total, host);
        _progress = progress;
        try
        {
            ParallelWork.Map(Stretch.Divide(directory.Checkpoints, lanes * StretchesPerLane), lanes, Replay);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Saved state that is damaged and has the right checksum may fail anywhere, and in any way.
            _store.Say("the checkpoints are not used: "
                + (e is CheckpointException ? e.Message : $"the replay cannot go on from one ({e.GetType().Name})"));
            _store.Forget();
            return false;
        }
        Seconds = progress.Elapsed.TotalSeconds;
        return true;
    }

    public void Dispose() => Recording?.Dispose();

    private bool Replay(Stretch stretch)
    {
        Recording recording = _open();
        try
        {
            recording.NotePlaces();
            TSession session = _create(recording);
            if (stretch.From is { } from)
            {
                _store.Resume(from, recording, session);
                _store.LoadFindings(0, from.Findings, session);
            }
            long kept = session.FindingsMark;
            Go(stretch, recording, session);
            Join(stretch, recording, session, kept);
            if (stretch.IsLast) (Recording, Session) = (recording, session);
            return stretch.IsLast;
        }
        finally
        {
            if (!ReferenceEquals(recording, Recording)) recording.Dispose();
        }
    }

    private void Go(Stretch stretch, Recording recording, TSession session)
    {
        long at = session.EventCount;
        while ((stretch.IsLast || at < stretch.To.Events) && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            session.Apply(batch, recording.Tables);
            long before = at;
            at = session.EventCount;
            long done = Interlocked.Add(ref _eventsDone, at - before);
            if (Environment.CurrentManagedThreadId == _thread) _progress!.Report(done); // The line takes one writer.
        }
    }

    private void Join(Stretch stretch, Recording recording, TSession session, long keptBefore)
    {
        Checkpoint to = stretch.To;
        var writer = new StateWriter();
        recording.Transfer(writer);
        session.Transfer(writer);
        if (!writer.Written.SequenceEqual(_store.Read(to))) throw Differs("another state", to);
        int findings = stretch.From?.Findings ?? 0;
        if (findings == to.Findings && session.FindingsMark == keptBefore) return;

        // There may be several pieces of them between two checkpoints: they are compared as one.
        TSession expected = _create(recording);
        _store.LoadFindings(findings, to.Findings, expected);
        byte[] saved = StateCodec.Save(archive => expected.TransferFindings(archive, 0));
        writer.Clear();
        session.TransferFindings(writer, keptBefore);
        if (!writer.Written.SequenceEqual(saved)) throw Differs("other findings", to);
    }

    private static CheckpointException Differs(string what, Checkpoint to) =>
        new(string.Create(CultureInfo.InvariantCulture,
            $"after {to.Events} events the replay has {what} than the checkpoint there"));
}
