using System;
using System.Collections.Generic;
using System.CommandLine;
using Replay.Cli.Output;
using Replay.Core.Rules;

namespace Replay.Cli.Commands;

/// <summary><c>rules</c>: every behaviour that can be chosen, and the named sets.</summary>
internal sealed class RulesCommand
{
    private readonly CliHost _host;
    private readonly FormatOption _format;

    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "Part of a name: only behaviours and sets that have it, and sets that choose such a behaviour.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private RulesCommand(Command command, CliHost host)
    {
        _host = host;
        command.Arguments.Add(_name);
        _format = new FormatOption(command);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("rules",
            "What --rules and --with take: behaviours with their alternatives, and named sets.");
        _ = new RulesCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _format.Get(result);
        string part = result.GetValue(_name) ?? "";
        var rules = new List<RuleInfo>();
        foreach (RuleInfo rule in RuleCatalog.All)
        {
            if (Has(rule.Name, part)) rules.Add(rule);
        }
        var sets = new List<RuleSet>();
        foreach (RuleSet set in RuleCatalog.Sets)
        {
            if (Has(set.Name, part) || Chooses(set, part)) sets.Add(set);
        }
        if (rules.Count + sets.Count == 0) throw new UsageException(DescribeNothing(part));
        if (format == OutputFormat.Json) RulesJson.Write(rules, sets, _host.Out);
        else RulesText.Write(rules, sets, _host);
        return ExitCodes.Clean;
    }

    private static bool Chooses(RuleSet set, string part)
    {
        foreach (string assignment in set.Assignments)
        {
            if (Has(assignment[..assignment.IndexOf('=', StringComparison.Ordinal)], part)) return true;
        }
        return false;
    }

    private static string DescribeNothing(string part)
    {
        var names = new List<string>();
        foreach (RuleInfo rule in RuleCatalog.All) names.Add(rule.Name);
        foreach (RuleSet set in RuleCatalog.Sets) names.Add(set.Name);
        return $"rules {part}: no behaviour and no set has that in its name"
            + (Nearest.Find(part, names) is { } near
                ? $"; did you mean: irqreplay rules {near}?" : "; type \"irqreplay rules\" for all");
    }

    private static bool Has(string name, string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
}
