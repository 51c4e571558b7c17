using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;

namespace Replay.Cli;

/// <summary>Turns a command line that does not parse into one message that says what to type instead.</summary>
internal static class UsageErrors
{
    public static string Describe(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        foreach (string token in result.UnmatchedTokens)
        {
            if (command is RootCommand) return DescribeCommand(command, token);
            if (token.Length > 1 && token[0] == '-') return DescribeOption(command, token);
        }
        if (command is RootCommand) return "a command is missing; type \"irqreplay --help\" for the list";
        foreach (Argument argument in command.Arguments)
        {
            if (argument.Arity.MinimumNumberOfValues == 0) continue;
            if (result.GetResult(argument) is null or { Tokens.Count: 0 })
            {
                return $"{command.Name} needs a {argument.Name}: irqreplay {command.Name} "
                    + (argument.HelpName ?? argument.Name + " (- is standard input)");
            }
        }
        if (result.UnmatchedTokens.Count > 0)
        {
            string extra = result.UnmatchedTokens[0];
            return $"{command.Name} takes one {command.Arguments[0].Name}, and \"{extra}\" is one more; "
                + $"type \"irqreplay {command.Name} --help\"";
        }
        return $"{result.Errors[0].Message} Type \"irqreplay {command.Name} --help\".";
    }

    /// <summary>
    /// An option that the command has not, and that would else be taken for a file of that name; null for none.
    /// </summary>
    public static string? FindUnknownOption(ParseResult result)
    {
        var plain = new HashSet<string>();
        foreach (Token token in result.Tokens)
        {
            if (token.Type == TokenType.DoubleDash) break; // What comes after is files, whatever they are called.
            plain.Add(token.Value);
        }
        Command command = result.CommandResult.Command;
        foreach (Argument argument in command.Arguments)
        {
            foreach (Token token in result.GetResult(argument)?.Tokens ?? [])
            {
                if (token.Value is ['-', _, ..] && plain.Contains(token.Value) && !File.Exists(token.Value))
                    return DescribeOption(command, token.Value);
            }
        }
        return null;
    }

    private static string DescribeCommand(Command root, string token)
    {
        if (token.Length > 1 && token[0] == '-') return DescribeOption(root, token);
        if (File.Exists(token)) return $"\"{token}\" is a file, not a command; type: irqreplay info {token}";
        var names = new List<string>();
        foreach (Command command in root.Subcommands) names.Add(command.Name);
        string? near = Nearest.Find(token, names);
        return near is null ? $"there is no command \"{token}\"; the commands are {string.Join(", ", names)}"
            : $"there is no command \"{token}\"; did you mean: irqreplay {near}?";
    }

    private static string DescribeOption(Command command, string token)
    {
        int equals = token.IndexOf('=', System.StringComparison.Ordinal);
        string name = equals < 0 ? token : token[..equals];
        var names = new List<string>();
        foreach (Option option in command.Options) names.Add(option.Name);
        string? near = Nearest.Find(name, names);
        string place = command is RootCommand ? "irqreplay" : "irqreplay " + command.Name;
        return near is null ? $"{place} has no option {name}; type \"{place} --help\" for those it has"
            : $"{place} has no option {name}; did you mean {near}?";
    }
}
