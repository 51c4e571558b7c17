using System;
using System.Globalization;
using System.IO;
using Replay.Cli.Machines;
using Replay.Formats;
using Replay.Formats.KernelLog;

namespace Replay.Cli;

/// <summary><c>--log</c>: a file with the recorded machine's kernel log.</summary>
internal static class LogOption
{
    /// <summary>Trace clocks that start with the machine, within a second or so of the log's.</summary>
    private static readonly string[] SinceBoot = ["mono", "mono_raw", "boot"];

    /// <summary>The recording with the log's lines among its events.</summary>
    /// <param name="recording">As it was opened.</param>
    /// <param name="choice">Which it is, and its log.</param>
    /// <param name="openAgain">Opens it once more, to tie the clocks.</param>
    /// <exception cref="UsageException">The log cannot be read, or its clock cannot be tied to the
    /// recording's.</exception>
    public static Recording Merge(Recording recording, RecordingChoice choice, Func<Recording> openAgain)
    {
        string log = $"{choice.LogOption} {choice.Log}", path = choice.Name.File;
        try
        {
            if (!RecognisedRules.CanReadAgain(path))
            {
                throw new UsageException(
                    $"{log}: the recording is read twice, to tie the clocks, and {path} is no file; "
                    + "write it to one first");
            }
            KernelLog lines = Read(choice.Log!, log);
            using Recording first = openAgain();
            ClockTie tie = ClockTie.Make(lines, first);
            string clock = recording.Info.Clock.Length > 0 ? recording.Info.Clock : first.Info.Clock;
            if (tie.Count == 0 && Array.IndexOf(SinceBoot, clock) < 0)
            {
                throw new UsageException($"{log}: its clock cannot be tied to the trace clock "
                    + $"{(clock.Length == 0 ? "of the recording, which is not known" : $"\"{clock}\"")}: "
                    + "nothing is in both (a line of the log, a CPU that goes offline); "
                    + "record with trace-cmd record -C mono, or the event console:console");
            }
            recording.Report.Add(LossSeverity.Note, Describe(lines, tie), -1, "", "");
            return new LogMergedRecording(recording, lines, tie);
        }
        catch
        {
            recording.Dispose();
            throw;
        }
    }

    private static KernelLog Read(string path, string name)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > KernelLog.BytesMax } large)
            {
                throw new UsageException(
                    $"{name}: {large.Length} bytes; {KernelLog.BytesMax} is the most that is read");
            }
            using StreamReader reader = File.OpenText(path);
            return KernelLog.Read(reader, name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{name}: cannot be read: {e.Message}", e);
        }
    }

    private static string Describe(KernelLog log, ClockTie tie)
    {
        string lines = $"kernel log: {PlainText.Count(log.Lines.Count, "line")}";
        if (log.OfEarlierBoots > 0)
            lines += $" of the last boot in it, {PlainText.Count(log.OfEarlierBoots)} of earlier ones left out";
        if (log.Others > 0)
            lines += $", {PlainText.Count(log.Others)} left out that are not the kernel's or have no time";
        return tie.Count == 0
            ? lines + "; nothing ties the two clocks, so they are taken as one: lines may be a second off"
            : lines + string.Create(CultureInfo.InvariantCulture,
                $"; clocks tied at {tie.Count} places, first {tie.FirstOffsetNs / 1e9:+0.000000;-0.000000} s");
    }
}
