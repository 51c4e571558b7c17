using System;
using System.Collections.Generic;
using System.Text;
using Replay.Core.Diff;
using Replay.Core.Events;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>Replays a whole recording and looks at the allocator at each of its markers.</summary>
internal sealed class ProfileReader
{
    private readonly Recording _recording;
    private readonly ReplaySession _session;
    private readonly List<MarkPoint> _marks = [];
    private long _events;

    private ProfileReader(Recording recording, ReplaySession session)
    {
        _recording = recording;
        _session = session;
    }

    public static RecordingProfile Read(Recording recording, ReplaySession session, CliHost host)
    {
        var reader = new ProfileReader(recording, session);
        using var progress = new ProgressLine(recording, host);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            reader.Apply(batch);
            progress.Report(reader._events);
        }
        return new RecordingProfile(
            recording.Info.Kernel, reader._marks, session.Finish(progress.Elapsed.TotalSeconds),
            session.DescribeState("end"));
    }

    /// <summary>Cuts the batch after each marker.</summary>
    private void Apply(ReadOnlySpan<IrqEvent> batch)
    {
        int start = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            if (batch[i].Kind == EventKind.Extension) continue;
            _events++;
            if (batch[i].Kind != EventKind.Mark || _marks.Count == RecordingProfile.MarksMax) continue;
            int mark = i;
            while (i + 1 < batch.Length && batch[i + 1].Kind == EventKind.Extension) i++;
            _session.Apply(batch[start..(i + 1)], _recording.Tables);
            start = i + 1;
            _marks.Add(new MarkPoint(_events - 1, batch[mark].TimeNs, TextOf(batch[mark..]),
                _session.DescribeMatrix()));
        }
        if (start < batch.Length) _session.Apply(batch[start..], _recording.Tables);
    }

    private static string TextOf(ReadOnlySpan<IrqEvent> records)
    {
        Span<byte> buffer = stackalloc byte[EventText.LengthMax];
        ReadOnlySpan<byte> text = buffer[..EventText.Read(records, buffer)];
        return Encoding.UTF8.GetString(PositionCursor.WithoutNumber(text));
    }
}
