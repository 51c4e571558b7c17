using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using Replay.Core.Statistics;

namespace Replay.Cli.Bench;

/// <summary>
/// Two builds of this program on one recording, in turns and as whole processes, the other one first, then this one, then
/// this one, then the other one: what disturbs the machine for longer than a run disturbs both alike.
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
        (string own, string[] prefix) = Self();
        var otherRuns = new List<Elapsed>();
        var ownRuns = new List<Elapsed>();
        string otherDigest = Start(other, [], file).Digest, ownDigest = Start(own, prefix, file).Digest;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < options.Times; i++)
        {
            if (i >= BenchOptions.TimesLeast && Stopwatch.GetElapsedTime(start).TotalSeconds > options.Seconds) break;
            note($"pair {i + 1} of {options.Times}");
            if (i % 2 == 0) otherRuns.Add(Start(other, [], file).Elapsed);
            ownRuns.Add(Start(own, prefix, file).Elapsed);
            if (i % 2 == 1) otherRuns.Add(Start(other, [], file).Elapsed);
        }
        SampleSet left = Cpu(otherRuns), right = Cpu(ownRuns);
        return new Duel(other, left, right, Wall(otherRuns), Wall(ownRuns), Comparison.Of(left, right, options.Thresholds), otherDigest, ownDigest);
    }

    private static SampleSet Cpu(List<Elapsed> runs) => SampleSet.Of(runs.ConvertAll(static run => run.CpuSeconds).ToArray());

    private static SampleSet Wall(List<Elapsed> runs) => SampleSet.Of(runs.ConvertAll(static run => run.WallSeconds).ToArray());

    private static (string Program, string[] Prefix) Self()
    {
        string program = Environment.ProcessPath ?? throw new UsageException("--against: this program cannot find its own file");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? (program, [Path.Combine(AppContext.BaseDirectory, "irqreplay.dll")])
            : (program, []);
    }

    private static (Elapsed Elapsed, string Digest) Start(string program, string[] prefix, string file)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])[.. prefix, "replay", file, "--format", "json"]) start.ArgumentList.Add(argument);
        double? cpu = ChildTime.Seconds();
        long from = Stopwatch.GetTimestamp();
        try
        {
            using Process process = Process.Start(start) ?? throw new UsageException($"--against {program}: cannot be started");
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginErrorReadLine();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            double wall = Stopwatch.GetElapsedTime(from).TotalSeconds;
            if (process.ExitCode is not (ExitCodes.Clean or ExitCodes.Findings or ExitCodes.BadInput))
                throw new UsageException($"--against {program}: \"replay {file} --format json\" ended with exit code {process.ExitCode}");
            using JsonDocument report = JsonDocument.Parse(output);
            return (new Elapsed(ChildTime.Seconds() - cpu ?? wall, wall), report.RootElement.GetProperty("digest").GetString() ?? "");
        }
        catch (Win32Exception e)
        {
            throw new UsageException($"--against {program}: cannot be started: {e.Message}", e);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UsageException($"--against {program}: \"replay {file} --format json\" did not print the JSON of a replay", e);
        }
    }
}
