using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Xunit;

namespace Replay.Cli.Tests.Captures;

/// <summary>
/// One pair of text traces for each code: <c>irqNNN-raises.irqs</c> shows the fault,
/// <c>irqNNN-near.irqs</c> comes as close as it can without it. Whatever lies in the folders is tested.
/// </summary>
public sealed class HazardTraceTests
{
    private const string Raises = "-raises.irqs";
    private const string Near = "-near.irqs";

    public static TheoryData<string> RaisingTraces() => Traces(Raises);

    public static TheoryData<string> NearTraces() => Traces(Near);

    [Theory]
    [MemberData(nameof(RaisingTraces))]
    public void A_fault_is_found_and_the_event_to_blame_named(string trace)
    {
        FindingCode code = CodeOf(trace);
        FindingTable findings = TraceReplay.Read(Path.Combine(Folders.Traces, trace))
            .Replay<ParanoidProbe>(4096, RulesOf(trace)).Findings;
        Assert.True(findings.CountOf(code) > 0, $"{trace}: {Show(findings)}");
        foreach (Finding finding in findings.Kept)
        {
            if (finding.Code != code)
            {
                Assert.True(finding.Severity < Severity.Major || IsExpected(trace, finding.Code),
                    $"{trace}: {Show(findings)}");
                continue;
            }
            Assert.NotNull(finding.Blame);
            Assert.InRange(finding.Blame.Value, 0, finding.Event);
        }
    }

    [Theory]
    [MemberData(nameof(NearTraces))]
    public void Almost_the_same_without_the_fault_is_no_finding(string trace)
    {
        FindingTable findings = TraceReplay.Read(Path.Combine(Folders.Traces, trace))
            .Replay<ParanoidProbe>(4096, RulesOf(trace)).Findings;
        Assert.Equal(0, findings.CountOf(CodeOf(trace)));
        foreach (Finding finding in findings.Kept)
            Assert.True(finding.Severity < Severity.Major || IsExpected(trace, finding.Code),
                $"{trace}: {Show(findings)}");
    }

    [Fact]
    public void Every_code_has_both_traces()
    {
        SortedSet<FindingCode> raising = [], near = [], all = [];
        foreach (string trace in Names(Raises)) raising.Add(CodeOf(trace));
        foreach (string trace in Names(Near)) near.Add(CodeOf(trace));
        foreach (FindingInfo info in FindingCatalog.All) all.Add(info.Code);
        Assert.Equal(all, raising);
        Assert.Equal(all, near);
    }

    private static TheoryData<string> Traces(string end)
    {
        var data = new TheoryData<string>();
        foreach (string name in Names(end)) data.Add(name);
        return data;
    }

    private static List<string> Names(string end) => Folders.TraceFiles("irq*" + end);

    private static FindingCode CodeOf(string trace) =>
        (FindingCode)int.Parse(Path.GetFileName(trace).AsSpan("irq".Length, 3), CultureInfo.InvariantCulture);

    /// <summary>Rules of the trace's first <c>#expect</c> line: some faults need other ones than the usual.</summary>
    private static RuleChoice? RulesOf(string trace)
    {
        const string Start = "#expect rules=";
        foreach (string line in File.ReadLines(Path.Combine(Folders.Traces, trace)))
        {
            if (line.StartsWith(Start, StringComparison.Ordinal))
                return RuleChoice.Parse(line[Start.Length..].Split(' ')[0], default);
        }
        return null;
    }

    /// <summary>
    /// What follows from the fault and is a finding of its own stands in an <c>#expect</c> line of the trace.
    /// </summary>
    private static bool IsExpected(string trace, FindingCode code)
    {
        foreach (string line in File.ReadLines(Path.Combine(Folders.Traces, trace)))
        {
            if (line.StartsWith("#expect ", StringComparison.Ordinal)
                && line.Contains("finding=" + FindingCatalog.IdOf(code), StringComparison.Ordinal)) return true;
        }
        return false;
    }

    private static string Show(FindingTable findings)
    {
        List<string> lines = [];
        foreach (Finding finding in findings.Kept) lines.Add($"{FindingCatalog.IdOf(finding.Code)} {finding.Message}");
        return lines.Count == 0 ? "no findings" : string.Join("; ", lines);
    }
}
