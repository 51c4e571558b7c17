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
/// <param name="Result">This one against the other one.</param>
/// <param name="OtherDigest">State at the end, as the other program says.</param>
/// <param name="OwnDigest">State at the end, as this one says.</param>
internal sealed record Duel(
    string Other, SampleSet OtherCpu, SampleSet OwnCpu, Comparison Result, string OtherDigest, string OwnDigest)
{
    /// <summary>True when a script must stop: slower, or another state.</summary>
    public bool IsRegression => Result.Verdict == Verdict.Slower || OtherDigest != OwnDigest;

    /// <exception cref="UsageException">The other program cannot be run, or fails.</exception>
    public static Duel Run(string other, string file, BenchOptions options, Action<string> note)
    {
        (string own, string[] prefix) = Self();
        var otherCpu = new List<double>();
        var ownCpu = new List<double>();
        string otherDigest = Start(other, [], file).Digest, ownDigest = Start(own, prefix, file).Digest;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < options.Times; i++)
        {
            if (i >= BenchOptions.TimesLeast && Stopwatch.GetElapsedTime(start).TotalSeconds > options.Seconds) break;
            note($"pair {i + 1} of {options.Times}");
            if (i % 2 == 0) otherCpu.Add(Start(other, [], file).Seconds);
            ownCpu.Add(Start(own, prefix, file).Seconds);
            if (i % 2 == 1) otherCpu.Add(Start(other, [], file).Seconds);
        }
        SampleSet left = SampleSet.Of([.. otherCpu]), right = SampleSet.Of([.. ownCpu]);
        return new Duel(other, left, right, Comparison.Of(left, right, options.Thresholds), otherDigest, ownDigest);
    }

    private static (string Program, string[] Prefix) Self()
    {
        string program = Environment.ProcessPath ?? throw new UsageException("--against: this program cannot find its own file");
        return Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? (program, [Path.Combine(AppContext.BaseDirectory, "irqreplay.dll")])
            : (program, []);
    }

    private static (double Seconds, string Digest) Start(string program, string[] prefix, string file)
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
            return (ChildTime.Seconds() - cpu ?? wall, report.RootElement.GetProperty("digest").GetString() ?? "");
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
