using System;
using System.Collections.Generic;
using System.IO;
using Replay.Cli.Scenarios;
using Replay.Cli.Tests.Captures;
using Replay.Core.Rules;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Scenarios;

/// <summary>
/// Outcome tables as tests: every #expect line of every file in traces/scenarios is a row, with the rules to replay
/// under and the verdict, state, failing call or finding that must come out. The test's name carries file and line.
/// </summary>
public sealed class ScenarioTests
{
    private static readonly Dictionary<string, ScenarioResult> Results = [];

    public static TheoryData<string, int> Rows()
    {
        var data = new TheoryData<string, int>();
        foreach (string name in ScenarioCatalog.Names)
        {
            foreach (Expectation expectation in ScenarioCatalog.Open(name).Expectations)
                data.Add(name, expectation.Line);
        }
        return data;
    }

    public static TheoryData<string> Names() => [.. ScenarioCatalog.Names];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_of_an_outcome_table_comes_out_as_written(string name, int line)
    {
        foreach (CheckedExpectation each in ResultOf(name).Expectations)
        {
            if (each.Expectation.Line == line) Assert.True(each.IsMet, $"{each.Expectation.Text}: found {each.Found}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scenario_reads_whole_is_titled_and_expects_something(string name)
    {
        Scenario scenario = ScenarioCatalog.Open(name);
        Assert.NotEmpty(scenario.Title);
        Assert.NotEmpty(scenario.Expectations);
        using Recording recording = scenario.Open();
        while (recording.TryReadBatch(out _))
        {
        }
        Assert.Empty(recording.Report.Entries);
    }

    [Fact]
    public void Every_file_of_the_folder_is_built_in()
    {
        List<string> files = [];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(Folders.Traces, "scenarios"), "*.irqs"))
            files.Add(Path.GetFileNameWithoutExtension(path));
        files.Sort(StringComparer.Ordinal);
        Assert.Equal(files, ScenarioCatalog.Names);
    }

    [Theory]
    [InlineData("aer.vfioResult")]
    [InlineData("aer.hostLinkReset")]
    [InlineData("aer.blockGuestDuringRecovery")]
    [InlineData("aer.guestResetMap")]
    [InlineData("vfio.restoreMsixMessage")]
    [InlineData("vfio.dynMsix")]
    [InlineData("guest.msixAroundReset")]
    [InlineData("qemu.backdoorQuirk")]
    public void Every_alternative_of_a_rule_for_assigned_devices_is_asked_for(string rule)
    {
        var asked = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string name in ScenarioCatalog.Names)
        {
            if (name[0] is not ('c' or 'd')) continue;
            foreach (ScenarioRun run in ResultOf(name).Runs) asked.Add(run.Rules[rule]);
        }
        var all = new SortedSet<string>(StringComparer.Ordinal);
        foreach (RuleAlternative alternative in RuleCatalog.All[RuleCatalog.IndexOf(rule)].Alternatives)
            all.Add(alternative.Name);
        Assert.Equal(all, asked);
    }

    [Fact]
    public void A_second_run_says_the_same()
    {
        foreach (string name in ScenarioCatalog.Names)
        {
            ScenarioResult first = ResultOf(name), again = ScenarioResult.Make(ScenarioCatalog.Open(name));
            for (int i = 0; i < first.Runs.Count; i++)
            {
                Assert.Equal(first.Runs[i].Events, again.Runs[i].Events);
                Assert.Equal(first.Runs[i].Interrupts, again.Runs[i].Interrupts);
                Assert.Equal(first.Runs[i].Calls, again.Runs[i].Calls);
                Assert.Equal(first.Runs[i].States, again.Runs[i].States);
                Assert.Equal(first.Runs[i].Findings, again.Runs[i].Findings);
            }
        }
    }

    private static ScenarioResult ResultOf(string name)
    {
        lock (Results)
        {
            if (!Results.TryGetValue(name, out ScenarioResult? result))
                Results.Add(name, result = ScenarioResult.Make(ScenarioCatalog.Open(name)));
            return result;
        }
    }
}
