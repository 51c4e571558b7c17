using System;
using Replay.Core.Events;
using Replay.Formats;

namespace Replay.Cli.Checkpoints;

/// <summary>
/// A recording from its first event to its last: in stretches beside each other where its checkpoints allow it, else
/// straight on, with checkpoints made on the way. What comes of it is the same.
/// </summary>
internal static class WholeReplay
{
    /// <param name="store">Where checkpoints are; null when there are to be none.</param>
    /// <param name="lanes">Stretches beside each other at most; with 1 there are none.</param>
    /// <param name="recording">The recording, of which nothing was read yet.</param>
    /// <param name="open">Opens it again, undivided; called on any thread.</param>
    /// <param name="create">Makes a fresh session; called on any thread.</param>
    /// <param name="host">Where notes and progress go.</param>
    /// <param name="isTold">Say where checkpoints were written.</param>
    public static Replayed<TSession> Run<TSession>(
        CheckpointStore? store, int lanes, Recording recording, Func<Recording> open, Func<Recording, TSession> create,
        CliHost host, bool isTold)
        where TSession : CheckpointedSession
    {
        if (store is not null && (store.Makes || lanes > 1)) store.Open();
        if (store is not null && lanes > 1)
        {
            var stretches = new StretchReplay<TSession>(store, open, create);
            if (stretches.TryRun(lanes, host)) return new(stretches.Recording!, stretches.Session!, stretches.Seconds);
            stretches.Dispose();
        }
        TSession session = create(recording);
        // There may be some already that reach to the end.
        bool isRecorded = store is { Makes: true, Directory: not { IsWhole: true } };
        var recorder = isRecorded ? new CheckpointRecorder(store!, recording, session, host.Pace) : null;
        return new(recording, session, Straight(recording, session, host, recorder, isTold));
    }

    /// <summary>Straight on to the last event; gives the seconds that it took.</summary>
    public static double Straight(
        Recording recording, CheckpointedSession session, CliHost host, CheckpointRecorder? recorder = null,
        bool isTold = false)
    {
        using var progress = new ProgressLine(recording, host);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            session.Apply(batch, recording.Tables);
            recorder?.AfterBatch(batch);
            progress.Report(session.EventCount);
        }
        double seconds = progress.Elapsed.TotalSeconds;
        recorder?.Finish(isWhole: true, isTold);
        return seconds;
    }
}

/// <summary>What is there after the last event; the session is to be finished.</summary>
/// <param name="Recording">Read to its end; owned.</param>
/// <param name="Session">What it was given to.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record Replayed<TSession>(Recording Recording, TSession Session, double Seconds) : IDisposable
    where TSession : CheckpointedSession
{
    public void Dispose() => Recording.Dispose();
}
