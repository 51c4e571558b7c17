using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Core.Systems;

namespace Replay.Cli;

/// <summary>
/// Behaviours that a recording shows of its system: they hold unless the command line says otherwise. The kernel's
/// version does not tell them, because distributions carry fixes back.
/// </summary>
internal static class RecognisedRules
{
    /// <summary>Systems that decide by such behaviours; all others only watch what was recorded.</summary>
    private static readonly string[] Deciding = ["linux", "pcie"];

    /// <summary>The rules with what the recording shows; evidence against each other counts for nothing.</summary>
    /// <param name="rules">Rules without it.</param>
    /// <param name="evidence">What the recording shows.</param>
    /// <param name="isTold">True for behaviours that the command line decides.</param>
    public static RuleChoice Lay(RuleChoice rules, IReadOnlyList<PolicyEvidence> evidence, Func<string, bool> isTold)
    {
        var shown = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (PolicyEvidence row in evidence)
        {
            if (!shown.TryAdd(row.Policy, row.Alternative) && shown[row.Policy] != row.Alternative)
                shown[row.Policy] = null;
        }
        foreach ((string policy, string? alternative) in shown)
        {
            if (alternative is not null && !isTold(policy)) rules = rules.With($"{policy}={alternative}");
        }
        return rules;
    }

    /// <summary>True when the replay came out as it did because of rules that were not the recorded ones.</summary>
    public static bool Decide(ReplayReport report) => Decide(report.Systems);

    /// <summary>True when one of the systems is a machine that is run.</summary>
    public static bool Decide(IReadOnlyList<NamedSystem> systems)
    {
        foreach (NamedSystem system in systems)
        {
            if (Array.IndexOf(Deciding, system.Name) >= 0) return true;
        }
        return false;
    }

    /// <summary>A pipe, named or not, has no length, and what was read from it is gone.</summary>
    public static bool CanReadAgain(string file) =>
        file != "-" && (Directory.Exists(file) || (File.ResolveLinkTarget(file, returnFinalTarget: true)
            ?? new FileInfo(file)) is FileInfo { Exists: true, Length: > 0 });
}
