using System;
using System.Collections.Generic;
using Replay.Core.Reports;
using Replay.Core.Systems;

namespace Replay.Core.Diff;

/// <summary>States of modelled interrupts at markers that both recordings have.</summary>
internal static class MarkStates
{
    private const string Irq = "irq ";

    /// <summary>The first marker at which an interrupt's states differ; its event is the left recording's.</summary>
    public static Divergence? FindFirst(RecordingsDiff diff)
    {
        List<StateLine> left = StatesOf(diff.Left.Report), right = StatesOf(diff.Right.Report);
        if (left.Count == 0 || right.Count == 0) return null;
        SortedDictionary<string, string> a = new(StringComparer.Ordinal), b = new(StringComparer.Ordinal);
        int l = 0, r = 0;
        foreach ((MarkPoint leftMark, MarkPoint rightMark) in diff.Alignment.Pairs)
        {
            for (; l < left.Count && left[l].Event <= leftMark.Event; l++) a[left[l].Subject] = left[l].State;
            for (; r < right.Count && right[r].Event <= rightMark.Event; r++) b[right[r].Subject] = right[r].State;
            foreach ((string subject, string state) in a)
            {
                if (b.TryGetValue(subject, out string? other) && other != state)
                    return new Divergence(leftMark.Event, leftMark.TimeNs,
                        $"in the state of {subject} at the marker \"{leftMark.Text}\"", state, other);
            }
        }
        return null;
    }

    private static List<StateLine> StatesOf(ReplayReport report)
    {
        var states = new List<StateLine>();
        foreach (NamedSystem named in report.Systems)
        {
            foreach (StateLine row in named.System.Report.States)
            {
                if (row.Subject.StartsWith(Irq, StringComparison.Ordinal)) states.Add(row);
            }
        }
        return states;
    }
}
