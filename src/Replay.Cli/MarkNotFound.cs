using System;
using System.Collections.Generic;
using System.Text;

namespace Replay.Cli;

/// <summary>The message for a marker that a recording does not have: the nearest that it has, ready to type.</summary>
internal static class MarkNotFound
{
    private const int ShownMax = 5;

    private const int TextMax = 60;

    public static string Describe(string wanted, IReadOnlyList<string> seen, string option = "--at")
    {
        if (seen.Count == 0)
            return $"no marker starts with \"{wanted}\": the recording has no markers; "
                + $"use {option} time:SECONDS or {option} event:N";
        var ranked = new List<(int Distance, int Order, string Mark)>(seen.Count);
        for (int i = 0; i < seen.Count; i++) ranked.Add((DistanceOf(wanted, seen[i]), i, seen[i]));
        ranked.Sort(static (a, b) => a.Distance != b.Distance
            ? a.Distance.CompareTo(b.Distance) : a.Order.CompareTo(b.Order));
        var message = new StringBuilder();
        message.Append($"no marker starts with \"{wanted}\"; ");
        message.Append(seen.Count <= ShownMax
            ? "the recording has these, type one of:" : "the nearest that the recording has, type one of:");
        for (int i = 0; i < Math.Min(ShownMax, ranked.Count); i++)
        {
            string mark = PlainText.Clean(ranked[i].Mark);
            message.Append($"\n  {option} \"mark:").Append(mark.Length > TextMax ? mark[..TextMax] : mark).Append('"');
        }
        return message.ToString();
    }

    /// <summary>A marker that has the text in its middle is nearer than any misspelling of its start.</summary>
    private static int DistanceOf(string wanted, string mark)
    {
        if (mark.Contains(wanted, StringComparison.OrdinalIgnoreCase)) return 0;
        return Nearest.Distance(wanted, mark.AsSpan(0, Math.Min(mark.Length, wanted.Length)));
    }
}
