using System;
using System.Globalization;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Replay.Cli.Bench;

/// <summary>Where a measurement was made: without it a number of seconds says nothing.</summary>
/// <param name="Cpu">Model of the processor as Linux names it.</param>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="Os">System and version.</param>
/// <param name="Runtime">Runtime and version, and how the program was compiled.</param>
/// <param name="Load">Load average of the last minute when the measurement began; null where the
/// system has none.</param>
internal sealed record MachineDescription(string Cpu, int Cores, string Os, string Runtime, double? Load)
{
    public static MachineDescription Now() => new(
        CpuModel(), Environment.ProcessorCount, RuntimeInformation.OSDescription.Trim(),
        RuntimeInformation.FrameworkDescription
        + (RuntimeFeature.IsDynamicCodeCompiled ? ", compiled at run time" : ", compiled ahead of time"), LoadNow());

    /// <summary>One line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Cpu}, {Cores} core{(Cores == 1 ? "" : "s")} · {Os} · "
        + $"{Runtime}{(Load is { } load ? $" · load {load:F1}" : "")}");

    private static string CpuModel()
    {
        const string CpuInfo = "/proc/cpuinfo";
        if (!File.Exists(CpuInfo)) return RuntimeInformation.ProcessArchitecture.ToString();
        foreach (string line in File.ReadLines(CpuInfo))
        {
            if (line.StartsWith("model name", StringComparison.Ordinal))
                return line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }
        return RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static double? LoadNow()
    {
        const string LoadAverage = "/proc/loadavg";
        if (!File.Exists(LoadAverage)) return null;
        string first = File.ReadAllText(LoadAverage).Split(' ')[0];
        return double.TryParse(first, NumberStyles.Float, CultureInfo.InvariantCulture, out double load) ? load : null;
    }
}
