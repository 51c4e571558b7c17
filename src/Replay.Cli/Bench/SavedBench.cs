using System;
using System.Collections.Generic;
using System.Text.Json;
using Replay.Cli.Output;

namespace Replay.Cli.Bench;

/// <summary>Reads what <c>bench --save</c> wrote.</summary>
internal static class SavedBench
{
    /// <exception cref="UsageException">It is none, or damaged.</exception>
    public static BenchResult Read(string path)
    {
        using JsonDocument document = SavedFile.Read(path, BenchJson.Kind);
        return Read(document.RootElement, path);
    }

    /// <summary>What the JSON of <c>bench</c> says; <paramref name="path"/> is for messages.</summary>
    /// <exception cref="UsageException">It says something else.</exception>
    public static BenchResult Read(JsonElement root, string path)
    {
        try
        {
            JsonElement file = root.GetProperty("file"), machine = root.GetProperty("machine");
            return new BenchResult
            {
                Machine = new MachineDescription(Text(machine, "cpu"), machine.GetProperty("cores").GetInt32(),
                    Text(machine, "os"), Text(machine, "runtime"), null),
                File = new BenchFile(Text(file, "name"), Text(file, "format"), file.GetProperty("bytes").GetInt64(),
                    file.GetProperty("crc32c").GetUInt32(), file.GetProperty("events").GetInt64(),
                    file.GetProperty("records").GetInt64()),
                Digest = Text(root, "digest"),
                MeasuredAt = Text(root, "measuredAt"),
                Lanes = root.GetProperty("lanes").GetInt32(),
                Processes = root.TryGetProperty("processes", out JsonElement processes) ? processes.GetInt32() : 1,
                WarmUps = root.GetProperty("warmUps").GetInt32(),
                Samples = Samples(root.GetProperty("samples")),
            };
        }
        catch (Exception e) when (SavedFile.IsMalformed(e))
        {
            throw new UsageException($"--baseline {path}: a damaged result of bench: {e.Message}", e);
        }
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    private static List<BenchSample> Samples(JsonElement element)
    {
        double[] cpu = Series(element, "cpuSeconds"), wall = Series(element, "wallSeconds"),
            scan = Series(element, "scanSeconds"),
            dispatch = Series(element, "dispatchSeconds");
        if (cpu.Length == 0 || wall.Length != cpu.Length || scan.Length != cpu.Length || dispatch.Length != cpu.Length)
            throw new FormatException("samples: four series of one length are needed");
        var samples = new List<BenchSample>(cpu.Length);
        for (int i = 0; i < cpu.Length; i++) samples.Add(new BenchSample(cpu[i], wall[i], scan[i], dispatch[i]));
        return samples;
    }

    private static double[] Series(JsonElement element, string name)
    {
        JsonElement array = element.GetProperty(name);
        if (array.GetArrayLength() > BenchOptions.TimesMax) throw new FormatException($"{name}: too many samples");
        var values = new double[array.GetArrayLength()];
        int used = 0;
        foreach (JsonElement value in array.EnumerateArray())
        {
            double seconds = value.GetDouble();
            if (!(seconds > 0) || !double.IsFinite(seconds))
                throw new FormatException($"{name}: {value.GetRawText()} is no time");
            values[used++] = seconds;
        }
        return values;
    }
}
