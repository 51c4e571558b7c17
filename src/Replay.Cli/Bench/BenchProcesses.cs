using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;

namespace Replay.Cli.Bench;

/// <summary>
/// One session of several processes. Where a process has its memory is luck, and it keeps it: on a quiet machine one in
/// sixteen was 4 % slower than the others from its first run to its last. Runs of one process say nothing of that;
/// those of five bear it as one fifth.
/// </summary>
internal static class BenchProcesses
{
    /// <summary>How many where results are kept and compared.</summary>
    public const int Usual = 5;

    public const int Max = 100;

    /// <summary>What one of them measures: its share of the runs, and of the time.</summary>
    public static BenchOptions Share(BenchOptions whole, int process, int processes)
    {
        int times = (whole.Times / processes) + (process < whole.Times % processes ? 1 : 0);
        return whole with { Times = times, Seconds = whole.Seconds / processes };
    }

    /// <summary>Adds the runs of further processes to those of this one.</summary>
    /// <param name="own">What this process measured.</param>
    /// <param name="arguments">Recording and rules, as the user gave them.</param>
    /// <param name="options">The whole session.</param>
    /// <param name="processes">Of how many this is the first.</param>
    /// <param name="note">Told where the measuring is.</param>
    /// <exception cref="UsageException">A process fails, or measures something else.</exception>
    public static BenchResult Add(
        BenchResult own, IReadOnlyList<string> arguments, BenchOptions options, int processes, Action<string> note)
    {
        const string Option = "--processes";
        (string program, string[] prefix) = OwnProgram.Find(Option);
        List<BenchSample> samples = [.. own.Samples];
        for (int process = 1; process < processes; process++)
        {
            note($"process {process + 1} of {processes}");
            BenchOptions share = Share(options, process, processes);
            string[] limits = ["--times", Text(share.Times), "--lanes", Text(share.Lanes), "--processes", "1",
                "--samples-only", "--format", "json"];
            string[] time = share.Seconds is { } seconds
                ? ["--seconds", seconds.ToString(CultureInfo.InvariantCulture)] : [];
            (int code, string output) = OwnProgram.Run(Option, program,
                [.. prefix, "bench", .. limits, .. time, .. arguments]);
            if (code is not (ExitCodes.Clean or ExitCodes.BadInput))
                throw new UsageException($"{Option}: process {process + 1} of {processes} ended with exit code {code}");
            BenchResult other = Read(output, $"process {process + 1}");
            if (other.Digest != own.Digest || other.File.Crc != own.File.Crc)
                throw new UsageException($"{Option}: the recording changed while it was measured");
            samples.AddRange(other.Samples);
        }
        return own with { Samples = samples, Processes = processes };
    }

    private static BenchResult Read(string output, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(output);
            return SavedBench.Read(document.RootElement, name);
        }
        catch (JsonException e)
        {
            throw new UsageException($"--processes: {name} did not print the JSON of a session", e);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
