using Replay.Core.Findings;

namespace Replay.Cli.Output;

/// <summary>How severities are called.</summary>
internal static class Severities
{
    public static string Name(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.Major => "major",
        Severity.Minor => "minor",
        _ => "note",
    };
}
