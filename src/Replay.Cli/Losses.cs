using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Replay.Formats;

namespace Replay.Cli;

/// <summary>Says what a recording lost, one line a kind, the loudest first.</summary>
internal static class Losses
{
    /// <summary>One sentence for each kind of loss; empty when nothing was lost.</summary>
    public static List<string> Describe(Recording recording)
    {
        var lines = new List<string>();
        if (recording.Info.LostCount > 0)
        {
            lines.Add($"DATA LOSS: the recorder lost {PlainText.Count(recording.Info.LostCount, "record")}; "
                + "what follows from later events is a guess");
        }
        for (LossSeverity severity = LossSeverity.DataLoss; severity >= LossSeverity.Note; severity--)
        {
            foreach (LossEntry entry in recording.Report.Entries)
            {
                if (entry.Severity == severity) lines.Add(Describe(entry));
            }
        }
        return lines;
    }

    /// <summary>
    /// Writes the sentences. Beside results for a program only damage that costs events is told: it is why the exit
    /// code is <see cref="ExitCodes.BadInput"/>.
    /// </summary>
    public static void Write(Recording recording, OutputFormat format, TextWriter error)
    {
        if (format != OutputFormat.Text && !recording.Report.HasDataLoss) return;
        foreach (string line in Describe(recording)) error.WriteLine("irqreplay: " + line);
    }

    /// <summary>The same for one of several machines: each line says whose it is.</summary>
    public static void Write(Recording recording, OutputFormat format, TextWriter error, string machine)
    {
        using var notes = new StringWriter();
        Write(recording, format, notes);
        foreach (string line in notes.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            error.WriteLine(line.Replace("irqreplay: ",
                $"irqreplay: {PlainText.Clean(machine)}: ", StringComparison.Ordinal));
    }

    private static string Describe(LossEntry entry)
    {
        string label = entry.Severity switch
        {
            LossSeverity.DataLoss => "DATA LOSS",
            LossSeverity.Warning => "warning",
            _ => "note",
        };
        string times = entry.Count == 1 ? "" : $" ({PlainText.Count(entry.Count)} times)";
        string place = entry.FirstOffset < 0 ? "" : entry.FirstOffset.ToString(CultureInfo.InvariantCulture);
        string where = place.Length == 0 ? "" : entry.Count == 1 ? $" at {place}" : $", first at {place}";
        string detail = entry.Expected.Length == 0 && entry.Found.Length == 0 ? ""
            : $": expected {entry.Expected}, found {entry.Found}";
        return PlainText.Clean(label + ": " + entry.What + times + where + detail);
    }
}
