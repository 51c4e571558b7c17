using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Text;
using Replay.Cli.Output;
using Replay.Formats.Recipes;

namespace Replay.Cli.Commands;

/// <summary><c>recipe</c>: the script that records on a platform what can be replayed.</summary>
internal sealed class RecipeCommand
{
    private readonly CliHost _host;
    private readonly FormatOption _format;

    private readonly Argument<string> _platform = new("PLATFORM")
    {
        Description = DescribePlatforms(),
        HelpName = string.Join('|', Names()),
    };

    private RecipeCommand(Command command, CliHost host)
    {
        _host = host;
        command.Arguments.Add(_platform);
        _format = new FormatOption(command);
        command.SetAction(Run);
    }

    public static Command Build(CliHost host)
    {
        var command = new Command("recipe", "The shell script that makes a recording which can be replayed in full.");
        _ = new RecipeCommand(command, host);
        return command;
    }

    private int Run(ParseResult result)
    {
        OutputFormat format = _format.Get(result);
        RecipePlatform platform = Find(result.GetValue(_platform)!);
        if (format == OutputFormat.Json) RecipeJson.Write(platform, _host.Out);
        else _host.Out.Write(Encoding.UTF8.GetBytes(RecipeScript.Write(platform)));
        return ExitCodes.Clean;
    }

    private static RecipePlatform Find(string name)
    {
        foreach (RecipePlatform platform in RecipeTable.Platforms)
        {
            if (platform.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return platform;
        }
        List<string> names = Names();
        throw new UsageException($"recipe {name}: the platforms are {string.Join(", ", names)}"
            + (Nearest.Find(name, names) is { } near ? $"; did you mean: irqreplay recipe {near}?" : ""));
    }

    private static List<string> Names()
    {
        var names = new List<string>();
        foreach (RecipePlatform platform in RecipeTable.Platforms) names.Add(platform.Name);
        return names;
    }

    private static string DescribePlatforms()
    {
        var text = new StringBuilder("Where the recording is made.");
        foreach (RecipePlatform platform in RecipeTable.Platforms)
            text.Append(' ').Append(platform.Name).Append(": ").Append(platform.Meaning).Append('.');
        return text.ToString();
    }
}
