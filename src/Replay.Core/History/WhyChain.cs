using System;
using System.Collections.Generic;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>The part of an interrupt's history that explains its verdict, short enough to read.</summary>
internal static class WhyChain
{
    // What led to the fault, and how it ended; what lies between can be read with the history command.
    private const int FirstMax = 12;
    private const int LastMax = 4;

    /// <summary>
    /// The entries from the last move before the anchor (and what arrived before that) to <paramref name="end"/>,
    /// and how many in their middle were left out after which place.
    /// </summary>
    public static (List<HistoryEntry> Chain, int LeftOut, int LeftOutAfter) Build(
        IReadOnlyCollection<HistoryEntry> entries, long anchor, long end)
    {
        List<HistoryEntry> all = Tidy(entries, anchor);
        int start = Start(all, anchor);
        int stop = all.Count;
        for (int i = start; i < all.Count; i++)
        {
            if (all[i].Event <= end) continue;
            stop = all[i].Change == HistoryChange.Delivered ? i + 1 : i; // What arrives next shows what is left of it.
            break;
        }
        var chain = all.GetRange(start, stop - start);
        int leftOut = chain.Count - FirstMax - LastMax;
        if (leftOut <= 1) return (chain, 0, 0);
        chain.RemoveRange(FirstMax, leftOut);
        return (chain, leftOut, FirstMax);
    }

    private static int Start(List<HistoryEntry> all, long anchor)
    {
        int start = 0;
        for (int i = 0; i < all.Count && all[i].Event <= anchor; i++)
        {
            if (all[i].Change is HistoryChange.Place) start = i;
            else if (i == 0 || all[start].Change != HistoryChange.Place) start = i;
        }
        if (start < all.Count && all[start].Blame is { } blame)
        {
            int request = all.FindIndex(entry => entry.Event == blame && entry.Change == HistoryChange.Affinity);
            if (request >= 0 && request < start) start = request;
        }
        return start > 0 && all[start - 1].Change == HistoryChange.Delivered ? start - 1 : start;
    }

    /// <summary>
    /// Leaves out what every move does to the mask, states of the mask that are over when the views part, and halves of
    /// messages written in two steps.
    /// </summary>
    private static List<HistoryEntry> Tidy(IReadOnlyCollection<HistoryEntry> entries, long anchor)
    {
        HistoryEntry[] all = [.. entries];
        var drop = new bool[all.Length];
        int maskedAt = -1;
        int maskBefore = -1;
        for (int i = 0; i < all.Length; i++)
        {
            if (all[i].Change == HistoryChange.Activation && all[i].To == "activated") drop[i] = true;
            if (all[i].Change != HistoryChange.Mask) continue;
            if (all[i].Event <= anchor)
            {
                if (maskBefore >= 0) drop[maskBefore] = true;
                maskBefore = i;
            }
            if (all[i].To == "masked") maskedAt = i;
            else if (maskedAt >= 0 && SameCause(all[maskedAt], all[i])) drop[maskedAt] = drop[i] = true;
            if (all[i].To != "masked") maskedAt = -1;
        }
        var kept = new List<HistoryEntry>(all.Length);
        for (int i = 0; i < all.Length; i++)
        {
            if (drop[i]) continue;
            if (kept.Count > 0 && Join(kept[^1], all[i]) is { } joined) kept[^1] = joined;
            else kept.Add(all[i]);
        }
        return kept;
    }

    private static bool SameCause(HistoryEntry a, HistoryEntry b) =>
        a.Reason == b.Reason && a.Blame == b.Blame && a.Reason is not null;

    private static HistoryEntry? Join(HistoryEntry a, HistoryEntry b)
    {
        if (a.Change == HistoryChange.Delivered && b.Change == HistoryChange.Delivered && a.Cpu == b.Cpu)
        {
            return a with
            {
                Count = a.Count + b.Count,
                To = Wording.Count(a.Count + b.Count) + " interrupts",
                LastEvent = b.LastEvent,
                LastTimeNs = b.LastTimeNs,
                Text = Invariant(
                    $"{Wording.Count(a.Count + b.Count)} interrupts on CPU {a.Cpu}, to event {b.LastEvent}"),
            };
        }
        if (a.Change != HistoryChange.Message || b.Change != HistoryChange.Message || !SameCause(a, b) || a.From is null
            || b.From is null || a.To != b.From)
        {
            return null;
        }
        int place = b.Text.LastIndexOf(" in ", StringComparison.Ordinal);
        return a with
        {
            To = b.To,
            Text = $"message {a.From} → {b.To}{(place < 0 ? "" : b.Text[place..])}, in two steps",
        };
    }
}
