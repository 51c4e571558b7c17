using System;
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Threading;
using Replay.Core.Events;
using Replay.Core.Live;
using Replay.Core.Reports;
using Replay.Formats;

namespace Replay.Cli.Top;

/// <summary>
/// The writer of a live view: opens and replays a recording on a thread of its own, and publishes what it has at the
/// border of a batch when the view asked, and always before it waits for input or for an event's time to come.
/// </summary>
internal sealed class TopReplay : IDisposable
{
    private static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(2);

    private readonly Func<Action, Recording> _open;
    private readonly Func<Recording, ReplaySession> _createSession;
    private readonly Pacer? _pacer;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();
    private readonly ManualResetEventSlim _done = new();
    private ReplaySession? _session;
    private ExceptionDispatchInfo? _failure;
    private ulong _firstTimeNs;
    private bool _hasTime;
    private bool _dirty;
    private SnapshotPace _pace = new(Stopwatch.Frequency / 2); // mutable struct: never readonly

    // Written by the replaying thread once (release), read by the view (acquire).
    private Recording? _recording;

    /// <param name="open">Opens the recording; calls the action before it waits for input.</param>
    /// <param name="createSession">Makes the machine.</param>
    /// <param name="pacer">Holds events back until their time; null for as fast as it goes.</param>
    public TopReplay(Func<Action, Recording> open, Func<Recording, ReplaySession> createSession, Pacer? pacer)
    {
        _open = open;
        _createSession = createSession;
        _pacer = pacer;
        _thread = new Thread(Run) { IsBackground = true, Name = "replay" };
    }

    /// <summary>Snapshots for the view.</summary>
    public SnapshotExchange<TopView> Views { get; } = new(static () => new TopView());

    /// <summary>
    /// The recording, once it is open. Until <see cref="Wait"/> says so it is read by the replay: only what is said
    /// when it is opened, and its progress, may be looked at.
    /// </summary>
    public Recording? Recording => Volatile.Read(ref _recording);

    /// <summary>
    /// Totals and findings; after the end. Null where the replay was stopped before the recording was open.
    /// </summary>
    public ReplayReport? Report { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>True when the replay has ended; waits for that up to a time.</summary>
    public bool Wait(TimeSpan most) => _done.Wait(most);

    /// <summary>
    /// Waits, for a short time at most, until the wish for a snapshot was served or the replay has ended.
    /// </summary>
    public void WaitForView(TimeSpan most)
    {
        for (int slept = 0; Views.IsWanted && !_done.IsSet && slept < most.TotalMilliseconds; slept++) Thread.Sleep(1);
    }

    /// <summary>The replay was told to end.</summary>
    public bool IsStopped => _stop.IsSet;

    /// <summary>Ends the replay where it is. A read that waits must be called off by its owner.</summary>
    public void Stop() => _stop.Set();

    /// <summary>
    /// Waits for the end, and throws what ended the replay, if anything did. Not for ever: a pipe that nobody opens to
    /// write cannot be called off; then there is no report.
    /// </summary>
    public void Join()
    {
        _done.Wait(JoinMax);
        _failure?.Throw();
    }

    public void Dispose()
    {
        if (!_done.IsSet) return; // The thread still has all of it, and does not keep the process alive.
        _recording?.Dispose();
        _stop.Dispose();
        _done.Dispose();
    }

    private void Run()
    {
        try
        {
            Recording recording = _open(PublishBeforeWait);
            _session = _createSession(recording);
            Volatile.Write(ref _recording, recording);
            while (!_stop.IsSet && recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            {
                if (!_hasTime) _firstTimeNs = batch[0].TimeNs;
                _hasTime = true;
                if (_pacer is null) Apply(batch, recording);
                else ApplyInTime(batch, recording, _pacer);
            }
            Finish();
        }
        catch (OperationCanceledException) when (_stop.IsSet)
        {
            // The user has enough: what came in pieces, the last line of a text for instance, is no damage.
            if (_recording is not null) Finish();
        }
#pragma warning disable CA1031 // It is thrown again on the thread that started this one.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _done.Set();
        }
    }

    private void Finish()
    {
        Report = _session!.Finish(0);
        Publish();
    }

    private void Apply(ReadOnlySpan<IrqEvent> events, Recording recording)
    {
        _session!.Apply(events, recording.Tables);
        _dirty = true;
        if (Views.IsWanted && _pace.IsDue(Stopwatch.GetTimestamp())) Publish();
    }

    private void ApplyInTime(ReadOnlySpan<IrqEvent> batch, Recording recording, Pacer pacer)
    {
        while (!batch.IsEmpty && !_stop.IsSet)
        {
            int due = 0;
            TimeSpan wait = TimeSpan.Zero;
            for (; due < batch.Length; due++)
            {
                if (batch[due].Kind == EventKind.Extension) continue; // It goes with its event.
                wait = pacer.Until(batch[due].TimeNs);
                if (wait > TimeSpan.Zero) break;
            }
            if (due > 0)
            {
                Apply(batch[..due], recording);
                batch = batch[due..];
            }
            if (batch.IsEmpty) return;
            PublishBeforeWait();
            _stop.Wait(wait < WaitMax ? wait : WaitMax);
        }
    }

    /// <summary>
    /// What was applied since the last publication would else stay unseen for as long as the wait is.
    /// </summary>
    private void PublishBeforeWait()
    {
        if (_dirty) Publish();
    }

    private void Publish()
    {
        long began = Stopwatch.GetTimestamp();
        Recording recording = _recording!;
        TopView view = Views.Begin();
        _session!.TakeSnapshot(view.Machine);
        view.Part = recording.Progress;
        view.FirstTimeNs = _firstTimeNs;
        view.LostRecords = Math.Max(recording.Info.LostCount, view.Machine.LostRecords);
        view.HasDataLoss = recording.Report.HasDataLoss;
        Views.Publish();
        _pace.Note(began, Stopwatch.GetTimestamp());
        _dirty = false;
    }
}
