using System;
using System.Collections.Generic;
using Replay.Core.Reports;
using Replay.Core.Systems;

namespace Replay.Core.Diff;

/// <summary>
/// Where what the modelled systems say first parts: states step by step, calls, events' verdicts, what is seen.
/// </summary>
internal static class SystemDiff
{
    /// <summary>
    /// The earliest difference; of several at one event the state comes first. Null when there is none.
    /// </summary>
    public static Divergence? FindFirst(ReplayReport left, ReplayReport right)
    {
        Divergence? first = null;
        for (int i = 0; i < Math.Max(left.Systems.Count, right.Systems.Count); i++)
        {
            // One recording brings the same systems to life.
            if (i >= left.Systems.Count || i >= right.Systems.Count) continue;
            SystemReport a = left.Systems[i].System.Report, b = right.Systems[i].System.Report;
            first = Earlier(first, FindFirstState(a.States, b.States));
            first = Earlier(first, FindFirst(a.Calls, b.Calls, static row => row.Event,
                static row => $"{row.Call} for {row.Device}", static row => row.Error));
            first = Earlier(first, FindFirstEvent(a.Events, b.Events));
            first = Earlier(first, FindFirst(a.Lines, b.Lines, static row => row.Event,
                static row => $"what {row.Source} shows", static row => row.Text));
        }
        return first;
    }

    /// <summary>The first state that differs, with the step that made it.</summary>
    public static Divergence? FindFirstState(IReadOnlyList<StateLine> left, IReadOnlyList<StateLine> right)
    {
        Divergence? first = FindFirst(LastOfEach(left), LastOfEach(right), static row => row.Event,
            static row => $"state of {row.Subject}", static row => row.State);
        return first is null ? null : first with { Step = StepOf(left, first) ?? StepOf(right, first) ?? "" };
    }

    /// <summary>The first event of a device whose verdicts differ.</summary>
    public static Divergence? FindFirstEvent(IReadOnlyList<EventVerdict> left, IReadOnlyList<EventVerdict> right) =>
        FindFirst(left, right, static row => row.Event, static row => $"interrupt of {row.Device}[{row.Entry}]",
            VerdictText.Describe);

    private static string? StepOf(IReadOnlyList<StateLine> states, Divergence at)
    {
        foreach (StateLine row in states)
        {
            if (row.Event == at.Event && at.What == $"state of {row.Subject}") return row.Step;
        }
        return null;
    }

    /// <summary>The state of each part after each event: two ways to the same state are no difference.</summary>
    private static List<StateLine> LastOfEach(IReadOnlyList<StateLine> lines)
    {
        var last = new List<StateLine>();
        for (int i = 0; i < lines.Count; i++)
        {
            int place = last.Count - 1;
            while (place >= 0 && last[place].Event == lines[i].Event && last[place].Subject != lines[i].Subject)
                place--;
            StateLine row = lines[i] with { Step = "" };
            if (place >= 0 && last[place].Event == row.Event) last[place] = row;
            else last.Add(row);
        }
        return last;
    }

    public static Divergence? Earlier(Divergence? first, Divergence? next) =>
        next is null || (first is not null && first.Event <= next.Event) ? first : next;

    private static Divergence? FindFirst<T>(
        IReadOnlyList<T> left, IReadOnlyList<T> right, Func<T, long> eventOf,
        Func<T, string> nameOf, Func<T, string> textOf)
        where T : class, IEquatable<T>
    {
        for (int i = 0; i < Math.Max(left.Count, right.Count); i++)
        {
            T? a = i < left.Count ? left[i] : null, b = i < right.Count ? right[i] : null;
            if (a is not null && a.Equals(b)) continue;
            long aEvent = a is null ? long.MaxValue : eventOf(a), bEvent = b is null ? long.MaxValue : eventOf(b);
            T row = aEvent <= bEvent ? a! : b!;
            bool together = a is not null && b is not null && aEvent == bEvent && nameOf(a) == nameOf(b);
            const string Nothing = "nothing";
            return new Divergence(Math.Min(aEvent, bEvent), null, nameOf(row),
                together || ReferenceEquals(row, a) ? textOf(a!) : Nothing,
                together || ReferenceEquals(row, b) ? textOf(b!) : Nothing);
        }
        return null;
    }
}
