using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Cli.Tests.Captures;

/// <summary>A whole recording in memory, and replays of it in pieces of any size.</summary>
internal sealed class TraceReplay
{
    private readonly EventTables _tables;
    private readonly IrqEvent[] _events;

    private TraceReplay(EventTables tables, IrqEvent[] events)
    {
        _tables = tables;
        _events = events;
    }

    public EventTables Tables => _tables;

    /// <summary>All records.</summary>
    public IrqEvent[] Events => _events;

    /// <summary>A copy with other events.</summary>
    public TraceReplay Changed(Func<IrqEvent[], IrqEvent[]> change) => new(_tables, change(_events));

    /// <summary>The start of the event that record <paramref name="at"/> belongs to.</summary>
    public int EventStart(int at)
    {
        while (at > 0 && at < _events.Length && _events[at].Kind == EventKind.Extension) at--;
        return at;
    }

    public static Recording Open(string path) =>
        new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);

    public static TraceReplay Read(string path, params string[] ignorePatterns)
    {
        var options = new OpenOptions { IgnorePatterns = ignorePatterns };
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, options).Open(path);
        var events = new List<IrqEvent>();
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) events.AddRange(batch);
        Assert(recording, path);
        return new TraceReplay(recording.Tables, [.. events]);
    }

    /// <summary>
    /// Replays in batches of about <paramref name="size"/> records; an event's records stay together.
    /// </summary>
    public (ReplayReport Report, FindingTable Findings) Replay<TProbe>(int size, RuleChoice? rules = null)
        where TProbe : struct, IProbe
    {
        var replayer = new Replayer<Linux61, TProbe>(_tables, choice: rules);
        for (int start = 0; start < _events.Length;)
        {
            int end = Math.Min(start + size, _events.Length);
            while (end < _events.Length && _events[end].Kind == EventKind.Extension) end++;
            replayer.Replay(_events.AsSpan(start, end - start));
            start = end;
        }
        replayer.Finish();
        return (ReplayReporter.Build(
            replayer.Machine, replayer.Findings, replayer.EventCount, replayer.AppliedCount, 0), replayer.Findings);
    }

    /// <summary>Replays what is left when the first part of the records, 0 to 1, is not there.</summary>
    public (StateReport State, FindingTable Findings) ReplayFrom(double part)
    {
        int start = (int)(_events.Length * part);
        while (start < _events.Length && _events[start].Kind == EventKind.Extension) start++;
        var replayer = new Replayer<Linux61, ParanoidProbe>(_tables);
        replayer.Replay(_events.AsSpan(start));
        StateReport state = StateReporter.Build(replayer.Machine, "end");
        replayer.Finish();
        return (state, replayer.Findings);
    }

    private static void Assert(Recording recording, string path)
    {
        if (recording.Report.HasDataLoss)
            throw new InvalidOperationException($"{path}: {recording.Report.Entries[0].What}");
    }
}
