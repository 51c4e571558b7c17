using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Threading;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats;
using Replay.Formats.Lanes;

namespace Replay.Bench;

/// <summary>
/// <c>whole FILE [--times N] [--cli PATH]</c>: a given file replayed in this process once it is warm, and by the
/// command-line program from its start, beside a scan with checksum of the same bytes in the same run. Prints a
/// Markdown table.
/// </summary>
internal static class WholeCommand
{
    private const string UsageText = "usage: whole FILE [--times N] [--cli PATH]";
    private const int TimesMax = 1000;
    private const int WarmRuns = 5;
    private static readonly TimeSpan WarmTime = TimeSpan.FromSeconds(1);

    public static int Run(ReadOnlySpan<string> args)
    {
        string? path = null;
        string? cli = null;
        int times = 9;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--times" && i + 1 < args.Length)
            {
                if (!int.TryParse(args[++i], CultureInfo.InvariantCulture, out times) || times is < 1 or > TimesMax)
                    throw new ArgumentException($"--times: expected 1 to {TimesMax}");
            }
            else if (args[i] == "--cli" && i + 1 < args.Length) cli = args[++i];
            else if (path is null) path = args[i];
            else throw new ArgumentException(UsageText);
        }
        Measure(path ?? throw new ArgumentException(UsageText), times, cli ?? FindCli());
        return 0;
    }

    private static void Measure(string path, int times, string? cli)
    {
        long bytes = new FileInfo(path).Length;
        var buffer = new byte[Baseline.BufferBytes];
        Totals totals = Replay(path);
        Baseline.ReadAndChecksum(path, buffer);

        // Tiered compilation needs a few runs of each row and some tenths of a second before the final code is there; until
        // then a run takes twice the CPU time, that of the compiler's thread included.
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmRuns || Stopwatch.GetElapsedTime(start) < WarmTime; i++)
        {
            Replay(path);
            Replay(path, lanes: 2);
        }
        var open = new Series("open, no record read", times);
        var scan = new Series("read and checksum (baseline)", times);
        var warm = new Series("replay, warm process", times);
        var lanes = new Series("replay, warm process, 2 lanes", times);
        var twice = new Series("the file as two machines, 1 lane", times);
        var beside = new Series("the file as two machines, 2 lanes", times);
        var cold = new Series("irqreplay replay, from process start", times);
        for (int i = 0; i < times; i++)
        {
            scan.Time(i, () => Baseline.ReadAndChecksum(path, buffer));
            open.Time(i, () => Open(path).Dispose());
            warm.Time(i, () => Replay(path));
            lanes.Time(i, () => Replay(path, lanes: 2));
            twice.Time(i, () => Twice(path, isBeside: false));
            beside.Time(i, () => Twice(path, isBeside: true));
            if (cli is not null) StartCli(cli, path, cold, i);
        }
        Console.WriteLine($"{Path.GetFileName(path)}: {totals.Format}, {bytes:N0} bytes, {totals.Records:N0} records, "
            + $"{totals.Events:N0} events, {totals.Findings:N0} findings; {times} runs; {MachineName()}");
        Console.WriteLine();
        Console.WriteLine("| what | CPU s: median (min-max) | wall s: median | M events/s: "
            + "median (min-max) | M records/s | MB/s | of baseline |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        double baseline = Samples.Median(scan.CpuSeconds);
        scan.Print(totals, bytes, baseline);
        open.Print(totals, bytes, baseline);
        warm.Print(totals, bytes, baseline);
        lanes.Print(totals, bytes, baseline);
        Totals doubled = totals with { Records = totals.Records * 2, Events = totals.Events * 2 };
        twice.Print(doubled, bytes * 2, baseline * 2);
        beside.Print(doubled, bytes * 2, baseline * 2);
        if (cli is not null) cold.Print(totals, bytes, baseline);
        else
            Console.Error.WriteLine("The command-line program was not found: build it in Release, or give --cli PATH.");
    }

    /// <summary>What <c>replay FILE FILE</c> does, without its report.</summary>
    private static void Twice(string path, bool isBeside)
    {
        var other = new Thread(() => Replay(path));
        if (isBeside) other.Start();
        Replay(path);
        if (isBeside) other.Join();
        else Replay(path);
    }

    private static Totals Replay(string path, int lanes = 1)
    {
        using Recording recording = RecordingLanes.Divide(Open(path), lanes);
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        replayer.Finish();

        // A native file or a text tells how many records its source had; those are not in it.
        bool isOwn = recording.Info.Format.StartsWith("irq", StringComparison.Ordinal);
        long records = isOwn ? replayer.EventCount : recording.Info.RecordCount;
        return new Totals(recording.Info.Format, records, replayer.EventCount, replayer.Findings.Count);
    }

    private static Recording Open(string path) =>
        new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(path);

    private static void StartCli(string cli, string path, Series series, int run)
    {
        var start = new ProcessStartInfo(cli) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("replay");
        start.ArgumentList.Add(path);

        // The first run would make some and the others use them.
        start.ArgumentList.Add("--no-checkpoints");
        double? cpu = ChildrenCpuSeconds();
        long from = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start) ?? throw new IOException($"{cli}: cannot be started");
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        // 1 says that there are findings; what is above is a failure.
        if (process.ExitCode > 1) throw new IOException($"{cli} replay {path}: exit code {process.ExitCode}");
        double wall = Stopwatch.GetElapsedTime(from).TotalSeconds;
        series.Set(run, ChildrenCpuSeconds() - cpu ?? wall, wall);
    }

    /// <summary>
    /// User and system time of all processes that this one has waited for, in steps of 10 ms (proc(5), stat: cutime and
    /// cstime, fields 16 and 17); null where the system has no such file. A process that ended cannot be asked.
    /// </summary>
    private static double? ChildrenCpuSeconds()
    {
        const string Stat = "/proc/self/stat";
        const double TicksPerSecond = 100;
        if (!File.Exists(Stat)) return null;
        string text = File.ReadAllText(Stat);

        // Field 2 is the program's name in parentheses and may hold blanks; the next one is field 3.
        string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[13], CultureInfo.InvariantCulture)
            + long.Parse(fields[14], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static string? FindCli()
    {
        string name = OperatingSystem.IsWindows() ? "irqreplay.exe" : "irqreplay";
        string path = Path.Combine(Workloads.Root, "src", "Replay.Cli", "bin", "Release", "net10.0", name);
        return File.Exists(path) ? path : null;
    }

    /// <summary>The processor as Linux names it.</summary>
    private static string MachineName()
    {
        const string CpuInfo = "/proc/cpuinfo";
        string name = "unknown processor";
        if (File.Exists(CpuInfo))
        {
            foreach (string line in File.ReadLines(CpuInfo))
            {
                if (!line.StartsWith("model name", StringComparison.Ordinal)) continue;
                name = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
                break;
            }
        }
        return $"{name}, {Environment.ProcessorCount} CPUs";
    }

    private sealed record Totals(string Format, long Records, long Events, long Findings);

    /// <summary>Times of one row.</summary>
    private sealed class Series(string name, int runs)
    {
        public double[] CpuSeconds { get; } = new double[runs];

        private readonly double[] _wallSeconds = new double[runs];

        public void Set(int run, double cpuSeconds, double wallSeconds)
        {
            CpuSeconds[run] = cpuSeconds;
            _wallSeconds[run] = wallSeconds;
        }

        public void Time(int run, Action action)
        {
            TimeSpan cpu = Environment.CpuUsage.TotalTime;
            long from = Stopwatch.GetTimestamp();
            action();
            Set(run, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds, Stopwatch.GetElapsedTime(from).TotalSeconds);
        }

        public void Print(Totals totals, long bytes, double baseline)
        {
            double cpu = Samples.Median(CpuSeconds), min = Samples.Smallest(CpuSeconds),
                max = Samples.Largest(CpuSeconds);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {cpu:F4} ({min:F4}-{max:F4}) | {Samples.Median(_wallSeconds):F4} | "
                + $"{totals.Events / cpu / 1e6:F1} ({totals.Events / max / 1e6:F1}-{totals.Events / min / 1e6:F1}) | "
                + $"{totals.Records / cpu / 1e6:F1} | {bytes / cpu / 1e6:F0} | {baseline / cpu:F3} |"));
        }
    }
}
