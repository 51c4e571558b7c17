using System;
using System.Globalization;
using Replay.Core.Replay;
using Replay.Core.Reports;

namespace Replay.Cli.Output;

/// <summary>Says whose records are missing, and what that leaves open.</summary>
internal static class MissingText
{
    private const int Shown = 4;

    public static void Write(ReportConsole console, MissingReport missing)
    {
        for (int i = 0; i < Math.Min(Shown, missing.Stretches.Count); i++)
            console.Line("  " + Describe(missing.Stretches[i]), ReportConsole.Warn);
        if (missing.Count > Shown)
            console.Line($"  … and {PlainText.Count(missing.Count - Shown)} more", ReportConsole.Warn);
        string at = missing.OpenFindings == 0 ? "At"
            : $"{PlainText.Count(missing.OpenFindings, "finding")} until then {Are(missing.OpenFindings)} left open; at";
        console.Line($"  {at} the end the places of {missing.PlacesKnown} of "
            + $"{PlainText.Count(missing.Interrupts, "interrupt")} are known.", ReportConsole.Warn);
    }

    private static string Are(long count) => count == 1 ? "is" : "are";

    private static string Describe(MissingStretch stretch)
    {
        string at = string.Create(CultureInfo.InvariantCulture,
            $"{PlainText.Seconds(stretch.TimeNs)} s (event {stretch.Event})");
        return stretch.From == 0
            ? $"CPU {stretch.Cpu}'s data begin at {at}: the state until then is forgotten."
            : $"Records of CPU {stretch.Cpu} are lost before {at}: the state until then is forgotten.";
    }
}
