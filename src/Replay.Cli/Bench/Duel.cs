using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Text.Json;
using Replay.Cli.Checkpoints;
using Replay.Core.Statistics;

namespace Replay.Cli.Bench;

/// <summary>
/// Two builds of this program on one recording, in turns and as whole processes, the other one first, then this one,
/// then this one, then the other one: what disturbs the machine for longer than a run disturbs both alike.
/// </summary>
/// <param name="Other">The other program.</param>
/// <param name="OtherCpu">CPU seconds of its runs.</param>
/// <param name="OwnCpu">CPU seconds of this program's runs.</param>
/// <param name="OtherWall">Seconds on the wall of its runs.</param>
/// <param name="OwnWall">Seconds on the wall of this program's runs.</param>
/// <param name="Result">This one against the other one.</param>
/// <param name="OtherDigest">State at the end, as the other program says.</param>
/// <param name="OwnDigest">State at the end, as this one says.</param>
internal sealed record Duel(
    string Other, SampleSet OtherCpu, SampleSet OwnCpu, SampleSet OtherWall, SampleSet OwnWall, Comparison Result,
    string OtherDigest, string OwnDigest)
{
    /// <summary>True when a script must stop: slower, or another state.</summary>
    public bool IsRegression => Result.Verdict == Verdict.Slower || OtherDigest != OwnDigest;

    /// <exception cref="UsageException">The other program cannot be run, or fails.</exception>
    public static Duel Run(string other, string file, BenchOptions options, Action<string> note)
    {
        (string own, string[] prefix) = OwnProgram.Find("--against");
        var otherRuns = new List<Elapsed>();
        var ownRuns = new List<Elapsed>();
        string[] otherOptions = Options(other), ownOptions = ["--format", "json", CheckpointOptions.OffName];
        string otherDigest = Start(other, [], file, otherOptions).Digest;
        string ownDigest = Start(own, prefix, file, ownOptions).Digest;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < options.Times; i++)
        {
            if (i >= BenchOptions.TimesLeast && Stopwatch.GetElapsedTime(start).TotalSeconds > options.Seconds) break;
            note($"pair {i + 1} of {options.Times}");
            if (i % 2 == 0) otherRuns.Add(Start(other, [], file, otherOptions).Elapsed);
            ownRuns.Add(Start(own, prefix, file, ownOptions).Elapsed);
            if (i % 2 == 1) otherRuns.Add(Start(other, [], file, otherOptions).Elapsed);
        }
        SampleSet left = Cpu(otherRuns), right = Cpu(ownRuns);
        return new Duel(other, left, right, Wall(otherRuns), Wall(ownRuns),
            Comparison.Of(left, right, options.Thresholds), otherDigest, ownDigest);
    }

    private static SampleSet Cpu(List<Elapsed> runs) =>
        SampleSet.Of(runs.ConvertAll(static run => run.CpuSeconds).ToArray());

    private static SampleSet Wall(List<Elapsed> runs) =>
        SampleSet.Of(runs.ConvertAll(static run => run.WallSeconds).ToArray());

    /// <summary>
    /// Saved states belong to a build: each of two builds would throw away what the other made, and make its own. One that
    /// has no word for them makes none.
    /// </summary>
    private static string[] Options(string program)
    {
        (_, string help) = OwnProgram.Run("--against", program, ["replay", "--help"]);
        bool isOff = help.Contains(CheckpointOptions.OffName, StringComparison.Ordinal);
        return isOff ? ["--format", "json", CheckpointOptions.OffName] : ["--format", "json"];
    }

    private static (Elapsed Elapsed, string Digest) Start(
        string program, string[] prefix, string file, string[] options)
    {
        double? cpu = ChildTime.Seconds();
        long from = Stopwatch.GetTimestamp();
        (int code, string output) = OwnProgram.Run("--against", program,
            [.. prefix, "replay", file, .. options]);
        double wall = Stopwatch.GetElapsedTime(from).TotalSeconds;
        if (code is not (ExitCodes.Clean or ExitCodes.Findings or ExitCodes.BadInput))
            throw new UsageException(
                $"--against {program}: \"replay {file} --format json\" ended with exit code {code}");
        try
        {
            using JsonDocument report = JsonDocument.Parse(output);
            return (new Elapsed(ChildTime.Seconds() - cpu ?? wall, wall),
                report.RootElement.GetProperty("digest").GetString() ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UsageException(
                $"--against {program}: \"replay {file} --format json\" did not print the JSON of a replay", e);
        }
    }
}
