using System.Collections.Generic;

namespace Replay.Cli.Scenarios;

/// <summary>A scenario, its runs, and its expectations with what was found.</summary>
internal sealed class ScenarioResult
{
    private ScenarioResult(Scenario scenario, List<ScenarioRun> runs, List<CheckedExpectation> expectations)
    {
        Scenario = scenario;
        Runs = runs;
        Expectations = expectations;
        foreach (CheckedExpectation each in expectations)
        {
            if (!each.IsMet) Failed++;
        }
    }

    public Scenario Scenario { get; }

    /// <summary>One for each choice of rules, in the order in which the expectations name them.</summary>
    public IReadOnlyList<ScenarioRun> Runs { get; }

    public IReadOnlyList<CheckedExpectation> Expectations { get; }

    /// <summary>Expectations that are not met.</summary>
    public int Failed { get; }

    /// <summary>Lines of it could not be read.</summary>
    public bool IsDamaged => Runs.Count > 0 && Runs[0].Damage.Count > 0;

    public static ScenarioResult Make(Scenario scenario)
    {
        var runs = new List<ScenarioRun>();
        var expectations = new List<CheckedExpectation>();
        foreach (string rules in scenario.RuleTexts) runs.Add(ScenarioRun.Make(scenario, rules));
        foreach (Expectation expectation in scenario.Expectations)
        {
            foreach (ScenarioRun run in runs)
            {
                if (run.RuleText == expectation.Rules) expectations.Add(ExpectationCheck.Check(expectation, run));
            }
        }
        return new ScenarioResult(scenario, runs, expectations);
    }
}
