using System.Collections.Generic;
using System.CommandLine;
using Replay.Cli.Output;
using Replay.Cli.Scenarios;

namespace Replay.Cli.Commands;

/// <summary><c>scenarios</c>: the built-in scenarios, replayed under the rules before and after each fix.</summary>
internal sealed class ScenariosCommand
{
    private readonly CliHost _host;
    private readonly FormatOption _format;

    private readonly Argument<string[]> _names = new("NAME")
    {
        Description = "A scenario, the first letters of several, or a file with #expect lines; none: all, in short.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _states = new("--states")
    {
        Description = "The state after every step, too.",
    };

    private ScenariosCommand(Command command, CliHost host)
    {
        _host = host;
        command.Arguments.Add(_names);
        command.Options.Add(_states);
        _format = new FormatOption(command);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("scenarios",
            "Replays the built-in scenarios under the rules before and after each fix.");
        _ = new ScenariosCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _format.Get(result);
        string[] names = result.GetValue(_names) ?? [];
        var results = new List<ScenarioResult>();
        foreach (Scenario scenario in ScenarioCatalog.Select(names)) results.Add(ScenarioResult.Make(scenario));
        if (format == OutputFormat.Json) ScenariosJson.Write(results, _host.Out);
        else if (names.Length == 0) ScenariosText.WriteList(results, _host);
        else ScenariosText.WriteWhole(results, result.GetValue(_states), _host);
        int code = ExitCodes.Clean;
        foreach (ScenarioResult each in results)
        {
            if (each.IsDamaged) return ExitCodes.BadInput;
            if (each.Failed > 0) code = ExitCodes.Findings;
        }
        return code;
    }
}
