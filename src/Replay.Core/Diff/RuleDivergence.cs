using System;
using System.Collections.Generic;
using Replay.Core.WhatIf;

namespace Replay.Core.Diff;

/// <summary>A rule that decided otherwise on one side than on the other.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Decisions">Decisions taken otherwise, on the side that has more of them.</param>
/// <param name="IsRepresentation">It changes how something is written or counted, and no interrupt by itself.</param>
/// <param name="First">The first decision.</param>
public sealed record RuleDivergence(string Rule, long Decisions, bool IsRepresentation, Divergence First);

/// <summary>A behaviour in which the sides differ and for whose decisions the recording lacks the inputs.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Decisions">Decisions that followed the recording on both sides.</param>
public sealed record UndecidedRule(string Rule, long Decisions);

/// <summary>Two sides of one recording, rule by rule.</summary>
public static class RuleDivergences
{
    /// <summary>Rules that part the sides, the most important to an interrupt first.</summary>
    public static List<RuleDivergence> Find(WhatIfReport? left, WhatIfReport? right)
    {
        var found = new List<RuleDivergence>();
        for (int i = 0; i < WhatIfRules.Names.Length; i++)
        {
            var rule = (WhatIfRule)i;
            if (Equals(left?.Rules[rule], right?.Rules[rule])) continue;
            Departure? a = Decided(left, rule), b = Decided(right, rule);
            if ((a ?? b) is not { } first) continue;
            if (a is not null && b is not null && b.FirstEvent < a.FirstEvent) first = b;
            string leftText = a is not null && a.FirstEvent == first.FirstEvent ? a.Own : first.Recorded;
            string rightText = b is not null && b.FirstEvent == first.FirstEvent ? b.Own : first.Recorded;
            // Two ways to the same.
            if (a is not null && b is not null && leftText == rightText && a.Count == b.Count) continue;
            found.Add(new RuleDivergence(first.Name, Math.Max(a?.Count ?? 0, b?.Count ?? 0), first.IsRepresentation,
                new Divergence(first.FirstEvent, first.FirstTimeNs,
                    $"{first.Name}: {first.What}", leftText, rightText)));
        }
        return found;
    }

    /// <summary>Rules that differ and could not be decided otherwise anywhere.</summary>
    public static List<UndecidedRule> FindUndecided(WhatIfReport? left, WhatIfReport? right)
    {
        var found = new List<UndecidedRule>();
        for (int i = 0; i < WhatIfRules.Names.Length; i++)
        {
            var rule = (WhatIfRule)i;
            if (Equals(left?.Rules[rule], right?.Rules[rule])) continue;
            long undecided = Math.Max(left?.Find(rule)?.Undecided ?? 0, right?.Find(rule)?.Undecided ?? 0);
            if (undecided > 0) found.Add(new UndecidedRule(WhatIfRules.Names[i], undecided));
        }
        return found;
    }

    private static Departure? Decided(WhatIfReport? side, WhatIfRule rule) =>
        side?.Find(rule) is { Count: > 0 } departure ? departure : null;
}
