using System;
using System.Text;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Checkpoints;
using Replay.Formats.Sidecar;

namespace Replay.Cli.Checkpoints;

/// <summary>
/// Makes checkpoints while a recording is replayed, between two batches and at a pace.
/// </summary>
internal sealed class CheckpointRecorder
{
    private readonly CheckpointStore _store;
    private readonly CheckpointBuilder _builder;
    private readonly Recording _recording;
    private readonly CheckpointedSession _session;
    private readonly CheckpointPace _pace;
    private readonly StateWriter _writer = new();
    private long _lastEvents;
    private long _work;
    private ulong _maxTimeNs;
    private long _findings;

    /// <param name="store">Where they go.</param>
    /// <param name="recording">Being read.</param>
    /// <param name="session">Being given to.</param>
    /// <param name="pace">How far apart they are.</param>
    /// <param name="from">Checkpoint that the replay began at; null for the start.</param>
    public CheckpointRecorder(
        CheckpointStore store, Recording recording, CheckpointedSession session,
        CheckpointPace pace, Checkpoint? from = null)
    {
        recording.NotePlaces();
        _store = store;
        _recording = recording;
        _session = session;
        _pace = pace;
        _builder = store.Build(goesOn: from is not null);
        _lastEvents = from?.Events ?? 0;
        _maxTimeNs = from?.MaxTimeNs ?? 0;
        Events = _lastEvents;
    }

    /// <summary>Events in the batches seen so far and before.</summary>
    public long Events { get; private set; }

    /// <summary>The whole of a batch was replayed.</summary>
    public void AfterBatch(ReadOnlySpan<IrqEvent> batch)
    {
        BatchFacts facts = _recording.LastBatch;
        if (facts.MayHoldMarks) NoteMarks(batch);
        _maxTimeNs = Math.Max(_maxTimeNs, facts.MaxTimeNs ?? MaxTime(batch));
        Events = _session.EventCount;
        long apart = Math.Max(_pace.EventsMin << _builder.Thinnings, _pace.EventsPerValue * _writer.ValueCount);
        _work += facts.Work;
        if (Math.Max(Events - _lastEvents, _work) >= apart) Save();
    }

    /// <summary>The replay is over: at the recording's end, or where it was asked to be.</summary>
    public void Finish(bool isWhole, bool isTold)
    {
        if (isWhole) Save();
        if (_builder.NewCount == 0 || _builder.IsTooMuch) return;
        _builder.Cover(Events, isWhole);
        _store.Write(_builder, isTold);
    }

    private void Save()
    {
        SaveFindings();
        _writer.Clear();
        _recording.Transfer(_writer);
        _session.Transfer(_writer);
        _builder.Add(Events, _maxTimeNs, _writer.Written);
        _lastEvents = Events;
        _work = 0;
    }

    private void SaveFindings()
    {
        if (_session.FindingsMark == _findings) return;
        _writer.Clear();
        _session.TransferFindings(_writer, _findings);
        _builder.AddFindings(_writer.Written);
        _findings = _session.FindingsMark;
    }

    private void NoteMarks(ReadOnlySpan<IrqEvent> batch)
    {
        Span<byte> utf8 = stackalloc byte[EventText.LengthMax];
        long number = Events;
        for (int i = 0; i < batch.Length; i++)
        {
            if (batch[i].Kind == EventKind.Mark)
                _builder.AddMark(number, Encoding.UTF8.GetString(utf8[..EventText.Read(batch[i..], utf8)]));
            if (batch[i].Kind != EventKind.Extension) number++;
        }
    }

    private static ulong MaxTime(ReadOnlySpan<IrqEvent> batch)
    {
        ulong max = 0;
        foreach (ref readonly IrqEvent e in batch) max = Math.Max(max, e.TimeNs);
        return max;
    }
}
