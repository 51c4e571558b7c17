using System.Collections.Generic;
using Replay.Core.Rules;
using Spectre.Console;

namespace Replay.Cli.Output;

/// <summary>
/// <c>rules</c> for people: behaviours with their alternatives, then sets, a change's two beside each other.
/// </summary>
internal static class RulesText
{
    public static void Write(IReadOnlyList<RuleInfo> rules, IReadOnlyList<RuleSet> sets, CliHost host)
    {
        using var console = new ReportConsole(host);
        if (rules.Count > 0) WriteRules(console, rules);
        if (sets.Count > 0) WriteSets(console, sets);
        console.Line();
        console.Line("The recorded kernel chooses unless you do. Type, for example:");
        console.Line("  irqreplay replay FILE --rules linux-6.1,prefix:a6c11c0a5235");
        console.Line("  irqreplay replay FILE --with vector.cleanup=timer");
    }

    private static void WriteRules(ReportConsole console, IReadOnlyList<RuleInfo> rules)
    {
        console.Heading("Behaviours (--with NAME=ALTERNATIVE); in brackets the kernels whose set has it");
        foreach (RuleInfo rule in rules)
        {
            console.Line();
            console.Line(rule.Name, ReportConsole.Bold);
            console.Indented(rule.Meaning);
            Grid grid = ReportConsole.NewGrid(3);
            foreach (RuleAlternative alternative in rule.Alternatives)
            {
                grid.AddRow(ReportConsole.Cell(alternative.Name), ReportConsole.Cell(alternative.Meaning),
                    ReportConsole.Cell(Kernels(rule, alternative), ReportConsole.Dim));
            }
            console.Write(grid);
            console.Indented("Source: " + rule.Source, ReportConsole.Dim);
        }
    }

    private static string Kernels(RuleInfo rule, RuleAlternative alternative)
    {
        string kernels = string.Join(", ", RuleCatalog.KernelsWith(rule.Name, alternative.Name));
        return kernels.Length == 0 ? "" : "[" + kernels.Replace("linux-", "", System.StringComparison.Ordinal) + "]";
    }

    private static void WriteSets(ReportConsole console, IReadOnlyList<RuleSet> sets)
    {
        console.Line();
        console.Heading("Named sets (--rules SET)");
        string subject = "";
        Grid grid = ReportConsole.NewGrid(2);
        bool open = false;
        foreach (RuleSet set in sets)
        {
            // A change's two sets stand behind each other and share what they are about.
            if (set.Subject != subject)
            {
                if (open) console.Write(grid);
                console.Line();
                console.Line(set.Subject);
                console.Indented("Source: " + set.Source, ReportConsole.Dim);
                subject = set.Subject;
                grid = ReportConsole.NewGrid(2);
                open = true;
            }
            grid.AddRow(ReportConsole.Cell(set.Name, ReportConsole.Bold),
                ReportConsole.Cell(string.Join(' ', set.Assignments)));
        }
        if (open) console.Write(grid);
    }
}
