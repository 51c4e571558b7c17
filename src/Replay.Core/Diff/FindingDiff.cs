using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Core.Diff;

/// <summary>Findings of two replays of one recording: those of one side only, and how many both have.</summary>
public sealed class FindingDiff
{
    private readonly List<ReportFinding> _left = [];
    private readonly List<ReportFinding> _right = [];

    /// <summary>Compares event, code and place of findings; both lists are in the order of events.</summary>
    public FindingDiff(IReadOnlyList<ReportFinding> left, IReadOnlyList<ReportFinding> right)
    {
        var open = new Dictionary<(string, long, uint?, int?, int?, string?, int?), int>();
        foreach (ReportFinding finding in left) open[KeyOf(finding)] = open.GetValueOrDefault(KeyOf(finding)) + 1;
        foreach (ReportFinding finding in right)
        {
            if (open.GetValueOrDefault(KeyOf(finding)) > 0)
            {
                open[KeyOf(finding)]--;
                Both++;
            }
            else
            {
                _right.Add(finding);
            }
        }
        foreach (ReportFinding finding in left)
        {
            if (open[KeyOf(finding)] == 0) continue;
            open[KeyOf(finding)]--;
            _left.Add(finding);
        }
    }

    /// <summary>Findings of the left side only.</summary>
    public IReadOnlyList<ReportFinding> OnlyLeft => _left;

    /// <summary>Findings of the right side only.</summary>
    public IReadOnlyList<ReportFinding> OnlyRight => _right;

    /// <summary>Findings of both sides.</summary>
    public int Both { get; private set; }

    private static (string, long, uint?, int?, int?, string?, int?) KeyOf(ReportFinding finding) =>
        (finding.Code, finding.Event, finding.Irq, finding.Cpu, finding.Vector, finding.Device, finding.Entry);
}
