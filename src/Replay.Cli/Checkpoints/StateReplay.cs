using System;
using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Reports;
using Replay.Core.Systems;
using Replay.Formats;

namespace Replay.Cli.Checkpoints;

/// <summary>A recording just opened, a machine of its own, and where its checkpoints are.</summary>
internal sealed record StateStart(Recording Recording, ReplaySession Session, CheckpointStore? Store);

/// <summary>
/// Replays a recording to one position, from the nearest checkpoint on where there is one. A checkpoint
/// that turns out to be unusable, at once or while the replay goes on from it, costs time and nothing else:
/// the replay begins anew at the start.
/// </summary>
internal sealed class StateReplay : IDisposable
{
    private readonly Position _position;
    private readonly CliHost _host;
    private StateStart? _start;

    public StateReplay(Position position, CliHost host)
    {
        _position = position;
        _host = host;
    }

    /// <summary>The recording that was read; with what it lost up to the position.</summary>
    public Recording Recording => _start!.Recording;

    /// <summary>The machine's modelled systems at the position.</summary>
    public IReadOnlyList<NamedSystem> Systems => _start!.Session.Systems;

    /// <summary>The machine at the position.</summary>
    /// <param name="open">Opens the recording and makes a fresh machine; called again when a checkpoint has
    /// failed.</param>
    /// <exception cref="UsageException">The recording has no such position.</exception>
    public StateReport Run(Func<StateStart> open)
    {
        _start = open();
        _start.Store?.Open();
        CheckpointSearch search = CheckpointSearch.Of(_position, _start.Store?.Directory);
        if (search.At is { } at)
        {
            try
            {
                if (_start.Store!.TryResume(at, Recording, _start.Session)) return ReplayTo(search);
                _start.Store.Say("the checkpoints are not used: the recording was changed or damaged since");
            }
            catch (Exception e) when (e is not (UsageException or BadInputException or OutOfMemoryException))
            {
                // Saved state that is damaged and has the right checksum may fail anywhere, and in any way.
                _start.Store!.Say(e is CheckpointException ? $"a checkpoint is not used: {e.Message}"
                    : $"a checkpoint is not used: the replay cannot go on from it ({e.GetType().Name})");
            }
            Dispose();
            _start = open();
        }
        return ReplayTo(new CheckpointSearch(null, new PositionCursor(_position)));
    }

    public void Dispose()
    {
        _start?.Store?.Dispose();
        _start?.Recording.Dispose();
    }

    private StateReport ReplayTo(CheckpointSearch search)
    {
        (Recording recording, ReplaySession session, CheckpointStore? store) = _start!;
        CheckpointRecorder? recorder = Records(store, search)
            ? new CheckpointRecorder(store!, recording, session, _host.Pace, search.At) : null;
        PositionCursor cursor = search.Cursor;
        using var progress = new ProgressLine(recording, _host);
        bool isWhole = false;
        while (!cursor.Reached)
        {
            if (!recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            {
                isWhole = true;
                break;
            }
            int records = cursor.Take(batch);
            if (records > 0) session.Apply(batch[..records], recording.Tables);
            if (records == batch.Length) recorder?.AfterBatch(batch);
            progress.Report(cursor.Events);
        }
        try
        {
            cursor.RequireReached();
        }
        catch (UsageException)
        {
            // It may have been in what the recording lost.
            Losses.Write(recording, OutputFormat.Json, _host.Error);
            throw;
        }
        StateReport state = session.DescribeState(_position.Text);
        recorder?.Finish(isWhole, isTold: false);
        return state;
    }

    /// <summary>Checkpoints are made of what none were made of before; after a failure, of everything.</summary>
    private static bool Records(CheckpointStore? store, CheckpointSearch search)
    {
        if (store is not { Makes: true }) return false;
        return search.At is null
            || (store.Directory is { IsWhole: false } directory && search.At == directory.Checkpoints[^1]);
    }
}
