using System;
using System.Collections.Generic;
using System.IO;
using Replay.Cli.Bench;
using Replay.Cli.Output;
using Replay.Core.Statistics;
using Xunit;

namespace Replay.Cli.Tests.Bench;

/// <summary>
/// Sessions whose truth is known: the code is as fast as before or is not, on a machine that is or is not.
/// </summary>
public sealed class BenchComparisonTests
{
    private static readonly Thresholds Usual = BenchOptions.UsualThresholds;

    [Theory]
    [InlineData(1, 1, 1, Verdict.Same)]
    [InlineData(1.06, 1, 1, Verdict.Slower)]
    [InlineData(0.9, 1, 1, Verdict.Faster)]
    [InlineData(1, 2, 2, Verdict.Same)]
    [InlineData(1, 1, 3, Verdict.Same)] // The kernel keeps the file in smaller pages now.
    [InlineData(1.3, 0.5, 0.5, Verdict.Slower)]
    [InlineData(1.06, 2, 2, Verdict.Same)] // So much was corrected that this may be a mistake of it.
    [InlineData(1.5, 2, 1, Verdict.Slower)]
    public void The_machine_is_told_from_the_code(double code, double jumps, double reading, Verdict verdict)
    {
        BenchResult then = Session(1, 1, 1, seed: 1), now = Session(code, jumps, reading, seed: 2);
        BenchComparison comparison = BenchComparison.Of(then, now, "then.json", Usual);
        Assert.Equal(verdict, comparison.Result.Verdict);
        Assert.Equal(verdict == Verdict.Slower, comparison.IsRegression);
        Assert.InRange(comparison.DispatchRatio, jumps * 0.98, jumps * 1.02);
        Assert.InRange(comparison.ScanRatio, reading * 0.98, reading * 1.02);
    }

    /// <summary>
    /// Where a process has its memory makes one in sixteen 4 % slower, from its first run to its last.
    /// </summary>
    [Fact]
    public void An_unlucky_process_is_no_regression()
    {
        int alarms = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            BenchResult then = Processes(seed), now = Processes(seed + 1000);
            if (BenchComparison.Of(then, now, "", Usual).Result.Verdict is Verdict.Slower or Verdict.Faster) alarms++;
        }
        Assert.InRange(alarms, 0, 4);
    }

    [Theory]
    [InlineData(15, 5, 3, 3)]
    [InlineData(6, 5, 2, 1)]
    [InlineData(7, 1, 7, 7)]
    public void Runs_are_divided_among_processes(int times, int processes, int first, int last)
    {
        var options = new BenchOptions(times, 10, Usual);
        int sum = 0;
        for (int i = 0; i < processes; i++) sum += BenchProcesses.Share(options, i, processes).Times;
        Assert.Equal(times, sum);
        Assert.Equal(first, BenchProcesses.Share(options, 0, processes).Times);
        Assert.Equal(last, BenchProcesses.Share(options, processes - 1, processes).Times);
        Assert.Equal(10.0 / processes, BenchProcesses.Share(options, 0, processes).Seconds);
    }

    /// <summary>Half of the runs of one session fall into a minute in which the machine is half as fast.</summary>
    [Fact]
    public void A_slow_minute_is_no_regression()
    {
        int alarms = 0;
        for (int seed = 0; seed < 200; seed++)
        {
            BenchResult then = Session(1, 1, 1, seed), now = Session(1, 1, 1, seed + 1000, slowHalf: 2);
            if (BenchComparison.Of(then, now, "", Usual).IsRegression) alarms++;
        }
        Assert.InRange(alarms, 0, 6);
    }

    [Fact]
    public void Another_state_is_a_regression_however_fast()
    {
        BenchResult then = Session(1, 1, 1, 1), now = Session(0.5, 1, 1, 2) with { Digest = "0x2" };
        BenchComparison comparison = BenchComparison.Of(then, now, "", Usual);
        Assert.Equal(Verdict.Faster, comparison.Result.Verdict);
        Assert.True(comparison.IsRegression);
    }

    [Fact]
    public void A_baseline_of_another_recording_is_refused()
    {
        BenchResult then = Session(1, 1, 1, 1);
        UsageException e = Assert.Throws<UsageException>(() =>
            BenchComparison.Of(then with { File = then.File with { Crc = 5 } }, then, "then.json", Usual));
        Assert.Contains("another file", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lanes_are_compared_by_the_wall_and_only_with_as_many()
    {
        BenchResult one = Session(1, 1, 1, 1), two = Session(1, 1, 1, 2) with { Lanes = 2 };
        Assert.Equal((one.Samples[0].Cpu, two.Samples[0].Wall), (one.Time(one.Samples[0]), two.Time(two.Samples[0])));
        UsageException e = Assert.Throws<UsageException>(() => BenchComparison.Of(one, two, "one.json", Usual));
        Assert.Contains("--lanes 1; this is 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_saved_is_read_again()
    {
        string path = Path.GetTempFileName();
        try
        {
            BenchResult saved = Session(1, 1, 1, 3);
            SavedFile.Write(path, stream => BenchJson.Write(saved, null, stream));
            Assert.True(SavedFile.IsOne(path));
            BenchResult read = SavedBench.Read(path);
            Assert.Equal(saved.Samples, read.Samples);
            Assert.Equal((saved.File, saved.Digest, saved.MeasuredAt), (read.File, read.Digest, read.MeasuredAt));
            Assert.Equal(saved.Machine with { Load = null }, read.Machine);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"schema\":1}")]
    [InlineData("{\"schema\":1,\"kind\":\"latency\"}")]
    [InlineData("{\"schema\":99,\"kind\":\"bench\"}")]
    [InlineData("{\"schema\":1,\"kind\":\"bench\",\"file\":7}")]
    [InlineData("irqs 1\n")]
    public void What_is_no_baseline_is_refused(string text)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, text);
            Assert.StartsWith("--baseline " + path, Assert.Throws<UsageException>(() => SavedBench.Read(path)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static BenchResult Processes(int seed)
    {
        var random = new Random(seed);
        List<BenchSample> samples = [];
        for (int process = 0; process < BenchProcesses.Usual; process++)
            samples.AddRange(Session(random.Next(16) == 0 ? 1.04 : 1, 1, 1, random.Next()).Samples);
        return Session(1, 1, 1, seed) with { Samples = samples, Processes = BenchProcesses.Usual };
    }

    private static BenchResult Session(double code, double jumps, double reading, int seed, double slowHalf = 1)
    {
        const int Runs = 20;
        var random = new Random(seed);
        var samples = new List<BenchSample>();
        for (int i = 0; i < Runs; i++)
        {
            double hour = i < Runs / 2 ? slowHalf : 1;
            double read = 0.01 * reading * hour * Noise(random), rest = 0.03 * jumps * hour * Noise(random);
            samples.Add(new BenchSample(
                (read + rest) * code, 0.05 * hour, read * Noise(random), 0.007 * jumps * hour * Noise(random)));
        }
        return new BenchResult
        {
            Machine = new MachineDescription("a processor", 2, "an OS", "a runtime", 1.5),
            File = new BenchFile("capture.dat", "trace.dat v7", 1000, 42, 4_000_000, 5_000_000),
            Digest = "0x1",
            MeasuredAt = "2026-11-28T00:00:00Z",
            WarmUps = 3,
            Samples = samples,
        };
    }

    private static double Noise(Random random) => Math.Exp(0.01 * (random.NextDouble() + random.NextDouble() - 1));
}
