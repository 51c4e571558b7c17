using Replay.Formats;

namespace Replay.Cli;

/// <summary>What the process says to scripts; a contract.</summary>
internal static class ExitCodes
{
    public const int Clean = 0;

    /// <summary>Findings, or differences.</summary>
    public const int Findings = 1;

    /// <summary>The command line must change.</summary>
    public const int Usage = 2;

    /// <summary>The input cannot be read, or part of it was lost to damage.</summary>
    public const int BadInput = 3;

    /// <summary>Our bug.</summary>
    public const int InternalError = 4;

    /// <summary>
    /// The code of a command that ran to its end. Damage wins over findings: what follows lost events is a guess, so a
    /// script must not take it for a verdict.
    /// </summary>
    public static int For(ImportReport report, bool hasFindings = false)
    {
        if (report.HasDataLoss) return BadInput;
        return hasFindings ? Findings : Clean;
    }
}
