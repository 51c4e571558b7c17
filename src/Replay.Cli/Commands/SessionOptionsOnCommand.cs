using System.CommandLine;

namespace Replay.Cli.Commands;

/// <summary>Options of all commands that drive a machine.</summary>
internal static class SessionOptionsOnCommand
{
    public static Option<bool> Paranoid() => new("--paranoid")
    {
        Description = "Check the machine's own books after each batch; slower. A contradiction there is our bug.",
    };
}
