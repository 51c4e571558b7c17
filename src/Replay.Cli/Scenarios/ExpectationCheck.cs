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
internal static partial class ExpectationCheck
{
    public static CheckedExpectation Check(Expectation expectation, ScenarioRun run)
    {
        var found = new List<string>();
        bool met = run.Damage.Count == 0;
        if (!met) found.Add("the scenario has lines that cannot be read");
        if (expectation["verdict"] is { } verdict) met &= Compare(verdict, FindVerdict(expectation, run), found);
        if (expectation["end"] is { } end) met &= Compare(end, FindEnd(expectation, run), found);
        if (expectation["call"] is { } call) met &= CheckCall(expectation, call, run, found);
        if (expectation["finding"] is { } finding) met &= CheckFinding(expectation, finding, run, found);
        if (expectation["state"] is not null || expectation["has"] is not null)
            met &= CheckState(expectation, run, found);
        if (expectation["policy"] is { } policy) met &= CheckPolicy(policy, run, found);
        if (expectation["line"] is { } line) met &= CheckLine(expectation, line, run, found);
        if (expectation["order"] is { } order) met &= CheckOrder(expectation, order, run, found);
        return new CheckedExpectation(expectation, met, string.Join("; ", found));
    }

    /// <summary>An expected word matches a text of that word, with or without its operands in parentheses.</summary>
    private static bool Compare(string expected, string? actual, List<string> found)
    {
        found.Add(actual ?? "nothing");
        if (actual is null) return expected == "none";
        int parenthesis = actual.IndexOf('(', StringComparison.Ordinal);
        return actual == expected || (parenthesis > 0 && !expected.Contains('(', StringComparison.Ordinal)
            && actual[..parenthesis] == expected);
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
            if (call != "none" && (row.Call != call || (expectation["device"] is { } device && device != row.Device)))
                continue;
            any = true;
            found.Add($"{row.Call}: {row.Error}");
            if (call != "none" && (expectation["error"] is not { } error || row.Error == error
                || row.Error.StartsWith(error + ":", StringComparison.Ordinal)))
                return true;
        }
        if (!any) found.Add("no such call failed");
        return call == "none" && !any;
    }

    private static bool CheckFinding(Expectation expectation, string code, ScenarioRun run, List<string> found)
    {
        FindingInfo? wanted = FindingCatalog.FindNamed(code);
        var seen = new List<string>();
        bool any = false;
        foreach (Finding row in run.Findings)
        {
            string shown = $"{FindingCatalog.IdOf(row.Code)} {FindingCatalog.Get(row.Code).Name}";
            if (!seen.Contains(shown)) seen.Add(shown);
            any |= row.Code == wanted?.Code && (expectation["device"] is not { } device || device == row.Device);
        }
        found.Add(seen.Count == 0 ? "no findings" : string.Join(", ", seen));
        return code == "none" ? seen.Count == 0 : any;
    }

    private static bool IsOf(Expectation expectation, string device, int entry, int? irq) =>
        (expectation["device"] is not { } wantedDevice || wantedDevice == device)
        && (expectation.Entry is not { } wantedEntry || wantedEntry == entry)
        && (expectation.Irq is not { } wantedIrq || wantedIrq == irq);
}
