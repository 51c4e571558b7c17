using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Systems;

namespace Replay.Cli.Scenarios;

/// <content>States step by step, their order, and what a recording would show.</content>
internal static partial class ExpectationCheck
{
    /// <summary>
    /// Some line of that subject and step has that state (<c>state</c>: exactly; <c>has</c>: all these words); with
    /// <c>at</c>, the line that holds at that marker.
    /// </summary>
    private static bool CheckState(Expectation expectation, ScenarioRun run, List<string> found)
    {
        long until = long.MaxValue;
        if (expectation["at"] is { } mark)
        {
            if (FindMark(mark, run) is not { } at)
            {
                found.Add($"no marker \"{mark}\"");
                return false;
            }
            until = at;
        }
        StateLine? last = null;
        var steps = new List<string>();
        int nth = 0;
        foreach (StateLine row in run.States)
        {
            if (row.Event > until) break;
            if (expectation["subject"] is { } subject && row.Subject != subject) continue;
            if (!steps.Contains(row.Step)) steps.Add(row.Step);
            if (expectation["step"] is { } step && row.Step != step) continue;
            nth++;
            last = row;
            bool counts = until == long.MaxValue && (expectation.Nth is null || expectation.Nth == nth);
            if (counts && IsState(expectation, row.State)) return true;
        }
        if (until != long.MaxValue && last is not null && IsState(expectation, last.State)) return true;
        found.Add(last is not null ? last.State
            : steps.Count > 0 ? $"no such step; there are {string.Join(", ", steps)}"
            : $"no such subject; there are {Subjects(run)}");
        return false;
    }

    private static bool IsState(Expectation expectation, string state)
    {
        if (expectation["state"] is { } whole && whole != state) return false;
        if (expectation["has"] is not { } words) return true;
        string[] there = state.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);
        string[] all = state.Split(' ');
        foreach (string word in words.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Array.IndexOf(there, word) < 0 && Array.IndexOf(all, word) < 0) return false;
        }
        return true;
    }

    private static long? FindMark(string mark, ScenarioRun run)
    {
        foreach ((string text, long index) in run.Marks)
        {
            if (text == mark) return index;
        }
        return null;
    }

    private static string Subjects(ScenarioRun run)
    {
        var subjects = new List<string>();
        foreach (StateLine row in run.States)
        {
            if (!subjects.Contains(row.Subject)) subjects.Add(row.Subject);
        }
        return subjects.Count == 0 ? "none" : string.Join(", ", subjects);
    }

    /// <summary>
    /// The named steps of a subject come once each and in this order; one with <c>!</c> before it never comes.
    /// </summary>
    private static bool CheckOrder(Expectation expectation, string order, ScenarioRun run, List<string> found)
    {
        string[] names = order.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var wanted = new List<string>();
        foreach (string name in names)
        {
            if (name[0] != '!') wanted.Add(name);
        }
        var seen = new List<string>();
        foreach (StateLine row in run.States)
        {
            if (expectation["subject"] is { } subject && row.Subject != subject) continue;
            if (wanted.Contains(row.Step) || Array.IndexOf(names, "!" + row.Step) >= 0) seen.Add(row.Step);
        }
        found.Add(string.Join(", ", seen));
        if (seen.Count != wanted.Count) return false;
        for (int i = 0; i < seen.Count; i++)
        {
            if (seen[i] != wanted[i]) return false;
        }
        return true;
    }

    /// <summary>The text shows that its system has this policy, and no other alternative of it.</summary>
    private static bool CheckPolicy(string policy, ScenarioRun run, List<string> found)
    {
        var shown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (PolicyEvidence row in run.Policies) shown.Add($"{row.Policy}={row.Alternative}");
        found.Add(shown.Count == 0 ? "no policy is shown" : string.Join(", ", shown));
        if (policy == "none") return shown.Count == 0;
        string name = policy[..(policy.IndexOf('=', StringComparison.Ordinal) + 1)];
        foreach (string other in shown)
        {
            if (other != policy && other.StartsWith(name, StringComparison.Ordinal)) return false;
        }
        return shown.Contains(policy);
    }

    /// <summary>Lines of the log, packets and hypercalls that have the text: so many, or at least one.</summary>
    private static bool CheckLine(Expectation expectation, string text, ScenarioRun run, List<string> found)
    {
        int count = 0;
        foreach (TraceLine line in run.Lines)
        {
            if ($"{line.Source}: {line.Text}".Contains(text, StringComparison.Ordinal)) count++;
        }
        found.Add(string.Create(CultureInfo.InvariantCulture, $"{count} such lines of {run.Lines.Count}"));
        return expectation.Count is { } wanted ? count == wanted : count > 0;
    }
}
