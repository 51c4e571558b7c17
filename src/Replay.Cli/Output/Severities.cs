using Replay.Core.Reports;

namespace Replay.Cli.Output;

/// <summary>How severities are called.</summary>
internal static class Severities
{
    public static string Name(ReportSeverity severity) => severity switch
    {
        ReportSeverity.Critical => "critical",
        ReportSeverity.Major => "major",
        ReportSeverity.Minor => "minor",
        _ => "info",
    };
}
