using System;
using System.Collections.Generic;
using Replay.Core.Findings;
using Replay.Core.Systems;

namespace Replay.Cli.Scenarios;

/// <summary>An expectation and what was found in its place.</summary>
/// <param name="Expectation">What should be.</param>
/// <param name="IsMet">True when it is.</param>
/// <param name="Found">What was found, for people.</param>
internal sealed record CheckedExpectation(Expectation Expectation, bool IsMet, string Found);

/// <summary>Holds expectations against a run.</summary>
internal static class ExpectationCheck
{
    public static CheckedExpectation Check(Expectation expectation, ScenarioRun run)
    {
        var found = new List<string>();
        bool met = run.Losses == 0;
        if (!met) found.Add("the scenario has lines that cannot be read");
        if (expectation["verdict"] is { } verdict) met &= Compare(verdict, FindVerdict(expectation, run), found);
        if (expectation["end"] is { } end) met &= Compare(end, FindEnd(expectation, run), found);
        if (expectation["call"] is { } call) met &= CheckCall(expectation, call, run, found);
        if (expectation["finding"] is { } finding) met &= CheckFinding(expectation, finding, run, found);
        if (expectation["state"] is { } state) met &= CheckState(expectation, state, run, found);
        if (expectation["order"] is { } order) met &= CheckOrder(expectation, order, run, found);
        return new CheckedExpectation(expectation, met, string.Join("; ", found));
    }

    /// <summary>An expected word matches a text of that word, with or without its operands in parentheses.</summary>
    private static bool Compare(string expected, string? actual, List<string> found)
    {
        found.Add(actual ?? "nothing");
        if (actual is null) return expected == "none";
        int parenthesis = actual.IndexOf('(', StringComparison.Ordinal);
        return actual == expected || (parenthesis > 0 && !expected.Contains('(', StringComparison.Ordinal) && actual[..parenthesis] == expected);
    }

    private static string? FindVerdict(Expectation expectation, ScenarioRun run)
    {
        string? last = null;
        int nth = 0;
        foreach (EventVerdict row in run.Events)
        {
            if (!IsOf(expectation, row.Device, row.Entry, row.Irq)) continue;
            nth++;
            last = VerdictText.Describe(row);
            if (nth == expectation.Nth) return last;
        }
        return expectation.Nth is null ? last : null;
    }

    private static string? FindEnd(Expectation expectation, ScenarioRun run)
    {
        foreach (InterruptVerdict row in run.Interrupts)
        {
            if (IsOf(expectation, row.Device, row.Entry, row.Irq)) return VerdictText.Name(row.Verdict);
        }
        return null;
    }

    private static bool CheckCall(Expectation expectation, string call, ScenarioRun run, List<string> found)
    {
        bool any = false;
        foreach (FailingCall row in run.Calls)
        {
            if (call != "none" && (row.Call != call || (expectation["device"] is { } device && device != row.Device))) continue;
            any = true;
            found.Add($"{row.Call}: {row.Error}");
            if (call != "none" && (expectation["error"] is not { } error || row.Error == error || row.Error.StartsWith(error + ":", StringComparison.Ordinal)))
                return true;
        }
        if (!any) found.Add("no such call failed");
        return call == "none" && !any;
    }

    private static bool CheckFinding(Expectation expectation, string code, ScenarioRun run, List<string> found)
    {
        var seen = new List<string>();
        bool any = false;
        foreach (Finding row in run.Findings)
        {
            string id = FindingCatalog.IdOf(row.Code);
            if (!seen.Contains(id)) seen.Add(id);
            any |= id == code && (expectation["device"] is not { } device || device == row.Device);
        }
        found.Add(seen.Count == 0 ? "no findings" : string.Join(", ", seen));
        return code == "none" ? seen.Count == 0 : any;
    }

    /// <summary>Some line of that subject and step has exactly that state; the last such line is shown otherwise.</summary>
    private static bool CheckState(Expectation expectation, string state, ScenarioRun run, List<string> found)
    {
        string last = "no such step";
        int nth = 0;
        foreach (StateLine row in run.States)
        {
            if (expectation["subject"] is { } subject && row.Subject != subject) continue;
            if (expectation["step"] is { } step && row.Step != step) continue;
            nth++;
            last = row.State;
            if ((expectation.Nth is null || expectation.Nth == nth) && row.State == state) return true;
        }
        found.Add(last);
        return false;
    }

    /// <summary>The named steps of a subject come once each and in this order; one with <c>!</c> before it never comes.</summary>
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

    private static bool IsOf(Expectation expectation, string device, int entry, int? irq) =>
        (expectation["device"] is not { } wantedDevice || wantedDevice == device)
        && (expectation.Entry is not { } wantedEntry || wantedEntry == entry)
        && (expectation.Irq is not { } wantedIrq || wantedIrq == irq);
}
