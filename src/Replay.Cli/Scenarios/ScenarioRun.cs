using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.Systems;
using Replay.Formats;

namespace Replay.Cli.Scenarios;

/// <summary>A scenario replayed under one choice of rules: what its systems say, all of them together.</summary>
internal sealed class ScenarioRun
{
    private ScenarioRun(string ruleText, RuleChoice rules, List<string> damage, FindingTable findings)
    {
        RuleText = ruleText;
        Rules = rules;
        Damage = damage;
        Findings = findings.Kept;
    }

    /// <summary>As the expectations write the rules.</summary>
    public string RuleText { get; }

    /// <summary>What they come to.</summary>
    public RuleChoice Rules { get; }

    /// <summary>What of the text could not be read, in words; a scenario must have none.</summary>
    public List<string> Damage { get; }

    /// <summary>What its writer should know: events that could do nothing.</summary>
    public List<string> Notes { get; } = [];

    public List<EventVerdict> Events { get; } = [];

    public List<InterruptVerdict> Interrupts { get; } = [];

    public List<FailingCall> Calls { get; } = [];

    public List<StateLine> States { get; } = [];

    /// <summary>Packets, hypercalls, lines of the log: what a recording of this would show.</summary>
    public List<TraceLine> Lines { get; } = [];

    /// <summary>What the text shows of its system's policies.</summary>
    public List<PolicyEvidence> Policies { get; } = [];

    /// <summary>Markers with the number of their event.</summary>
    public List<(string Text, long Event)> Marks { get; } = [];

    public IReadOnlyList<Finding> Findings { get; }

    /// <exception cref="UsageException">The rules' names are wrong.</exception>
    public static ScenarioRun Make(Scenario scenario, string ruleText)
    {
        using Recording recording = scenario.Open();
        RuleChoice rules = ParseRules(scenario, ruleText, KernelRelease.Parse(recording.Info.Kernel));
        var replayer = new Replayer<ChosenRules, NoProbe>(
            recording.Tables, rules.ToKernelRules(), choice: rules, tellsLosses: recording.Info.TellsLosses);
        var read = new ScenarioEvents();
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            read.Add(batch);
            replayer.Replay(batch);
        }
        replayer.Finish();
        var run = new ScenarioRun(ruleText, rules,
            recording.Report.HasDataLoss ? Losses.Describe(recording) : [], replayer.Findings);
        run.Marks.AddRange(read.Marks);
        foreach (NamedSystem named in replayer.Systems.Live) run.Add(named.System.Report);
        run.Notes.AddRange(read.NoteIdle(replayer.Systems.Live, run.Events));
        return run;
    }

    private static RuleChoice ParseRules(Scenario scenario, string text, KernelRelease recorded)
    {
        try
        {
            return text.Length == 0 ? RuleChoice.ForKernel(recorded) : RuleChoice.Parse(text, recorded);
        }
        catch (UnknownRuleException e)
        {
            throw new UsageException($"{scenario.Name}: rules={text}: {e.Message}", e);
        }
    }

    private void Add(SystemReport report)
    {
        Events.AddRange(report.Events);
        Interrupts.AddRange(report.Interrupts);
        Calls.AddRange(report.Calls);
        States.AddRange(report.States);
        Policies.AddRange(report.Evidence);
        foreach (TraceLine line in report.Lines)
        {
            if (line.Source == TraceLine.Note)
                Notes.Add(string.Create(CultureInfo.InvariantCulture, $"event {line.Event}: {line.Text}"));
            else Lines.Add(line);
        }
    }
}
