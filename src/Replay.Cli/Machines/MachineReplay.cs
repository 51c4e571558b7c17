using System;
using System.Collections.Generic;
using Replay.Core.Reports;
using Replay.Core.Rules;
using Replay.Formats;

namespace Replay.Cli.Machines;

/// <summary>What became of one of several machines that are replayed beside each other.</summary>
/// <param name="Source">Where it was read from.</param>
/// <param name="Recording">What was read, closed; null when it could not be opened.</param>
/// <param name="Report">What the replay found; null when reading failed.</param>
/// <param name="Rules">How the machine behaved.</param>
/// <param name="Error">Why there is no report.</param>
internal sealed record MachineReplay(MachineSource Source, Recording? Recording, ReplayReport? Report,
    RuleChoice? Rules, string? Error)
{
    /// <summary>As the user calls it.</summary>
    public string Name => Source.Name;

    /// <summary>The severest finding; below all severities without one.</summary>
    public int Worst
    {
        get
        {
            int worst = -1;
            foreach (ReportFinding finding in Report?.Findings ?? []) worst = Math.Max(worst, (int)finding.Severity);
            return worst;
        }
    }

    /// <summary>Findings, 0 without a report.</summary>
    public int FindingCount => Report?.Findings.Count ?? 0;

    /// <summary>
    /// The worst first: what could not be read, then by severity and number of findings; else as they were given.
    /// </summary>
    public static List<MachineReplay> WorstFirst(IReadOnlyList<MachineReplay> machines)
    {
        var order = new List<int>();
        for (int i = 0; i < machines.Count; i++) order.Add(i);
        order.Sort((a, b) =>
        {
            MachineReplay left = machines[a], right = machines[b];
            if (left.Report is null != right.Report is null) return left.Report is null ? -1 : 1;
            if (left.Worst != right.Worst) return right.Worst.CompareTo(left.Worst);
            return left.FindingCount != right.FindingCount
                ? right.FindingCount.CompareTo(left.FindingCount) : a.CompareTo(b);
        });
        return order.ConvertAll(i => machines[i]);
    }

    /// <summary>The machine's exit code.</summary>
    public int ExitCode => Report is null || Recording is null
        ? ExitCodes.BadInput : ExitCodes.For(Recording.Report, FindingCount > 0);
}
