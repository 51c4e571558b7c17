using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Replay.Cli.Tests.Verification;
using Replay.Core.Findings;
using Replay.Core.Reports;
using Replay.Core.Verify;
using Replay.Core.WhatIf;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// Recordings in which records of some CPUs are missing: nothing is found that the whole recording does not have,
/// nothing is given as known that is otherwise, what the records after the gap tell is known, and neither the verifier
/// nor a kernel under the recorded one's rules finds anything.
/// </summary>
public sealed class MissingRecordsTests
{
    private const int CutsQuick = 5;
    private const int CutsOfCapture = 25;

    public static TheoryData<string, MissingKind, bool> Recordings => Cases(["leak-pre", "hibernate"]);

    public static TheoryData<string, MissingKind, bool> Captures => Cases(Folders.CapturesWithTruth);

    [Theory]
    [MemberData(nameof(Recordings))]
    public void What_is_missing_is_not_known(string name, MissingKind kind, bool told) =>
        Check(Path.Combine(Folders.Traces, name, "trace.dat"), kind, told, CutsQuick);

    [CaptureTheory]
    [MemberData(nameof(Captures))]
    [Trait("Length", "Long")]
    public void What_is_missing_of_any_capture_is_not_known(string name, MissingKind kind, bool told) =>
        Check(Path.Combine(Folders.Captures!, name, "trace.dat"), kind, told, CutsOfCapture);

    private static TheoryData<string, MissingKind, bool> Cases(IEnumerable<string> names)
    {
        var cases = new TheoryData<string, MissingKind, bool>();
        foreach (string name in names)
        {
            foreach (MissingKind kind in Enum.GetValues<MissingKind>())
            {
                cases.Add(name, kind, true);
                if (kind != MissingKind.Middle) cases.Add(name, kind, false); // Nothing would tell of it.
            }
        }
        return cases;
    }

    private static void Check(string path, MissingKind kind, bool told, int cuts)
    {
        var whole = new CutRecording(Tampering.Of(path));
        var states = new Dictionary<ulong, StateReport>();
        var findings = whole.Replay(states.Add).Kept.Select(IdentityOf).ToHashSet();
        var random = new Random(7);
        int known = 0, toldAfter = 0;
        for (int i = 0; i < cuts; i++)
        {
            MissingRecords missing = MissingRecords.Choose(kind, told, whole.Events, random);
            CutRecording part = whole.Changed(missing.Of);
            string label = $"cut {i} of {kind}, whole from {missing.WholeFrom} on: ";
            FindingTable found = part.Replay((timeNs, state) =>
            {
                if (timeNs < missing.WholeFrom) return;
                StateComparison comparison = StateComparison.Between(state, states[timeNs]);
                Assert.Empty(comparison.Wrong.Select(wrong => $"{label}at {timeNs}: {wrong}"));
                known += comparison.Known;
            });
            Assert.Empty(found.Kept.Where(finding => finding.Code != FindingCode.CaptureGap
                && !findings.Contains(IdentityOf(finding))).Select(finding => label + finding));
            whole.Changed(missing.Rest).Replay((timeNs, state) =>
                toldAfter += StateComparison.Between(state, states[timeNs]).Known);
            VerifyTally tally = part.Verify();
            Assert.True(tally.Disagreed == 0, label + string.Join('\n', tally.Disagreements.Take(3)));
            WhatIfReport report = part.UnderOwnRules(unfixed: path.Contains("leak-pre/", StringComparison.Ordinal));
            Assert.Empty(report.Departures.Where(departure => departure.Count > 0).Select(row => label + row));
            Assert.Empty(report.Irqs.Select(irq => label + irq));
        }
        Assert.True(known >= 0.97 * toldAfter, $"{known} values are known, {toldAfter} are told after what is missing");
    }

    /// <summary>A finding is the same where it shows at the same record, about the same interrupt.</summary>
    private static (FindingCode Code, ulong TimeNs, int? Irq) IdentityOf(Finding finding) =>
        (finding.Code, finding.TimeNs, finding.Irq);
}
