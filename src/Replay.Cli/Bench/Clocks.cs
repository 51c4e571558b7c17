using System;
using System.Diagnostics;

namespace Replay.Cli.Bench;

/// <summary>A length of time by the clock on the wall and by the processor's time of the whole process.</summary>
/// <param name="CpuSeconds">User and system time of all threads.</param>
/// <param name="WallSeconds">Time that passed.</param>
internal readonly record struct Elapsed(double CpuSeconds, double WallSeconds);

/// <summary>Starts both clocks.</summary>
internal readonly struct Clocks
{
    private readonly long _wall;
    private readonly TimeSpan _cpu;

    private Clocks(long wall, TimeSpan cpu)
    {
        _wall = wall;
        _cpu = cpu;
    }

    public static Clocks Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

    public Elapsed Read() =>
        new((Environment.CpuUsage.TotalTime - _cpu).TotalSeconds, Stopwatch.GetElapsedTime(_wall).TotalSeconds);

    public static double Seconds(long ticks) => ticks / (double)Stopwatch.Frequency;
}
