using System;
using System.Collections.Generic;
using Replay.Core.Checkpoints;

namespace Replay.Core.Systems.Linux;

/// <summary>
/// States of many parts, written only when they change: one line a change, under the event that made it.
/// </summary>
internal sealed class StateLog
{
    private readonly SystemReport _report;
    private readonly Dictionary<string, string> _last = new(StringComparer.Ordinal);

    public StateLog(SystemReport report) => _report = report;

    /// <summary>Notes the state of a part after an event.</summary>
    public void Note(long eventIndex, string subject, string step, string state)
    {
        if (_last.TryGetValue(subject, out string? before) && before == state) return;
        _last[subject] = state;
        _report.Add(new StateLine(eventIndex, subject, step, state));
    }

    /// <summary>Saves or restores the last state of each part.</summary>
    public void Transfer(StateArchive archive) =>
        archive.Map(_last, int.MaxValue, key => archive.Value(key ?? ""), state => archive.Value(state ?? ""));
}
