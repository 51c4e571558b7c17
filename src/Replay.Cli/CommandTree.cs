using System.CommandLine;
using System.CommandLine.Help;
using Replay.Cli.Commands;

namespace Replay.Cli;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    public static RootCommand Build(CliHost host)
    {
        var root = new RootCommand("Replays recorded interrupts and says which went wrong, since when and why.");
        root.Subcommands.Add(InfoCommand.Build(host));
        root.Subcommands.Add(EventsCommand.Build(host));
        root.Subcommands.Add(ConvertCommand.Build(host));
        if (host.CreateSession is { } createSession)
        {
            root.Subcommands.Add(ReplayCommand.Build(host, createSession));
            root.Subcommands.Add(TopCommand.Build(host, createSession));
            root.Subcommands.Add(StateCommand.Build(host, createSession));
            root.Subcommands.Add(HistoryCommand.Build(host, createSession));
            root.Subcommands.Add(DiffCommand.Build(host, createSession));
            root.Subcommands.Add(BenchCommand.Build(host, createSession));
        }
        root.Subcommands.Add(LatencyCommand.Build(host));
        root.Subcommands.Add(VerifyCommand.Build(host));
        root.Subcommands.Add(RulesCommand.Build(host));
        root.Subcommands.Add(ExplainCommand.Build(host));
        root.Subcommands.Add(RecipeCommand.Build(host));
        root.Subcommands.Add(ScenariosCommand.Build(host));
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help) help.Action = new HelpText(host);
        }
        return root;
    }
}
