using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// One pass over a recording: the state just after each snapshot's begin and end markers, and the report at the end.
/// </summary>
internal sealed class CaptureWalk
{
    private const string Prefix = "snap_";
    private const string Begin = " begin";
    private const string End = " end";

    private readonly Replayer<Linux61, NoProbe> _replayer;

    private CaptureWalk(Recording recording)
    {
        _replayer = new Replayer<Linux61, NoProbe>(recording.Tables, tellsLosses: recording.Info.TellsLosses);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) Apply(batch);
        _replayer.Finish();
        Findings = _replayer.Findings;
        Report = ReplayReporter.Build(
            _replayer.Machine, _replayer.Findings, _replayer.EventCount, _replayer.AppliedCount, 0);
    }

    /// <summary>State at <c>snap_NAME begin</c>, by NAME; the first such marker counts.</summary>
    public Dictionary<string, StateReport> AtBegin { get; } = new(StringComparer.Ordinal);

    /// <summary>State at <c>snap_NAME end</c>, by NAME.</summary>
    public Dictionary<string, StateReport> AtEnd { get; } = new(StringComparer.Ordinal);

    public FindingTable Findings { get; }

    public ReplayReport Report { get; }

    public static CaptureWalk Of(string path)
    {
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);
        return new CaptureWalk(recording);
    }

    /// <summary>All states as text, to compare routes.</summary>
    public List<string> StatesAsJson()
    {
        List<string> texts = [];
        foreach (Dictionary<string, StateReport> states in new[] { AtBegin, AtEnd })
        {
            foreach ((string name, StateReport state) in states)
                texts.Add(name + " " + JsonSerializer.Serialize(state));
        }
        return texts;
    }

    private void Apply(ReadOnlySpan<IrqEvent> batch)
    {
        int done = 0;
        for (int i = 0; i < batch.Length; i++)
        {
            if (batch[i].Kind != EventKind.Mark || SnapshotOf(batch[i..]) is not { } mark) continue;
            int end = i + EventCounter.RecordsAt(batch, i);
            _replayer.Replay(batch[done..end]);
            done = end;
            bool begins = mark.EndsWith(Begin, StringComparison.Ordinal);
            string name = mark[Prefix.Length..^(begins ? Begin.Length : End.Length)];
            (begins ? AtBegin : AtEnd).TryAdd(name, StateReporter.Build(_replayer.Machine, mark));
        }
        if (done < batch.Length) _replayer.Replay(batch[done..]);
    }

    /// <summary><c>snap_NAME begin</c> or <c>snap_NAME end</c>; null for another text.</summary>
    private static string? SnapshotOf(ReadOnlySpan<IrqEvent> records)
    {
        Span<byte> utf8 = stackalloc byte[EventText.LengthMax];
        string text = Encoding.UTF8.GetString(utf8[..EventText.Read(records, utf8)]).TrimEnd();
        int at = text.IndexOf(Prefix, StringComparison.Ordinal);
        if (at < 0) return null;
        text = text[at..];
        return text.EndsWith(Begin, StringComparison.Ordinal) || text.EndsWith(End, StringComparison.Ordinal)
            ? text : null;
    }
}
