using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text.Json;
using Replay.Cli.Tests.Captures;
using Replay.Formats.Tests.TraceDat;
using Xunit;
using Xunit.Abstractions;

namespace Replay.Cli.Tests.Hostile;

/// <summary>Nothing runs beside these tests: they measure what the whole process allocates.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// Thousands of damaged recordings through whole commands. Each command line must end clean, with findings or with "bad
/// input", must say what was lost, and must stay inside a bound of memory. A failure names seed and mutant.
/// </summary>
[Collection("alone")]
public sealed class HostileInputTests(ITestOutputHelper output)
{
    private const long AllocatedBytesMax = 256L << 20;
    private const long KeptBytesMax = 256L << 20;

    // Of the whole process, with what tests before these hold.
    private static readonly long ResidentBefore = ResidentAfterCollection();

    /// <summary>
    /// Recordings of the repository larger than this are tested elsewhere: a mutant should take milliseconds.
    /// </summary>
    private const long SmallBytesMax = 256 << 10;

    private static readonly string[][] Commands =
    [
        ["replay", "--format", "json", "--paranoid"], ["replay", "--all"], ["info"],
        ["state", "--paranoid"], ["state", "--format", "json"], ["info", "--format", "json"], ["events"],
        ["history", "--irq", "40"], ["history", "--vector", "1:33", "--format", "json"], ["replay", "--why", "40"],
    ];

    public static TheoryData<string, int> Inputs()
    {
        var data = new TheoryData<string, int>
        {
            { "trace.dat v6", 600 }, { "trace.dat v7", 600 }, { "native", 800 }, { "sealed text", 800 },
        };
        foreach (string name in Folders.TraceFiles("*-raises.irqs")) data.Add(name, 40);
        foreach (string name in Folders.TraceFiles("*.dat"))
        {
            if (new FileInfo(Path.Combine(Folders.Traces, name)).Length <= SmallBytesMax) data.Add(name, 100);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Damaged_recordings_end_in_a_verdict_or_in_a_report_of_the_damage(string input, int mutants)
    {
        string folder = Directory.CreateTempSubdirectory("irqreplay-hostile-").FullName;
        try
        {
            byte[] original = Make(input, folder);
            int seed = 0;
            foreach (char c in input) seed = (seed * 31) + c;
            Run(original, folder, seed, mutants, checksummed: input == "native");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Run(byte[] original, string folder, int seed, int mutants, bool checksummed)
    {
        output.WriteLine($"seed {seed}, {mutants} mutants of {original.Length} bytes");
        string path = Path.Combine(folder, "mutant");
        var random = new Random(seed);
        var codes = new SortedDictionary<int, int>();
        long most = 0, start = Stopwatch.GetTimestamp();
        string digest = DigestOf(Execute(original, path, Commands[0]).Out);
        Assert.NotEqual("", digest);
        for (int i = 0; i < mutants; i++)
        {
            byte[] mutant = Mutator.Damage(original, random);
            string[] command = Commands[i % Commands.Length];
            long before = GC.GetTotalAllocatedBytes();
            (int code, byte[] text, string error) = Execute(mutant, i % 3 == 0 ? null : path, command);
            most = Math.Max(most, GC.GetTotalAllocatedBytes() - before);
            string where = $"seed {seed}, mutant {i}, {string.Join(' ', command)}: exit {code}: {error}";
            Assert.True(code is ExitCodes.Clean or ExitCodes.Findings or ExitCodes.BadInput, where);
            Assert.True(most < AllocatedBytesMax, $"{where}: {most} bytes allocated");
            codes[code] = codes.GetValueOrDefault(code) + 1;
            if (code == ExitCodes.BadInput) Assert.True(error.Length > 0, where);
            // Checksums leave no change of an event unseen.
            else if (checksummed && command == Commands[0]) Assert.True(digest == DigestOf(text), where);
        }
        // What the collector has not given back yet, of these runs or of any test before them, is nobody's.
        long kept = Environment.WorkingSet - ResidentBefore;
        if (kept > KeptBytesMax) kept = ResidentAfterCollection() - ResidentBefore;
        output.WriteLine($"exits {string.Join(", ", codes)}, at most {most} bytes, kept {kept}, "
            + $"{Stopwatch.GetElapsedTime(start).TotalSeconds:F1} s");
        Assert.True(codes.ContainsKey(ExitCodes.BadInput));
        Assert.InRange(kept, long.MinValue, KeptBytesMax);
    }

    private static long ResidentAfterCollection()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }

    /// <summary>Runs one command on bytes: from a file, or, without a path, from standard input.</summary>
    private static (int Code, byte[] Out, string Error) Execute(byte[] bytes, string? path, string[] command)
    {
        if (path is not null) File.WriteAllBytes(path, bytes);
        using var text = new MemoryStream();
        using var error = new StringWriter();
        CliHost host = RouteComparison.Host(text, error) with { OpenIn = () => new MemoryStream(bytes) };
        int code = Program.Run([command[0], path ?? "-", .. command[1..]], host);
        return (code, text.ToArray(), error.ToString());
    }

    private static string DigestOf(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("digest").GetString() ?? "";
    }

    private static byte[] Make(string input, string folder)
    {
        string text = Path.Combine(Folders.Traces, "hazards", "irq007-raises.irqs");
        switch (input)
        {
            case "trace.dat v6": return MakeTraceDat(6, "none");
            case "trace.dat v7": return MakeTraceDat(7, "zlib");
            case "native": return File.ReadAllBytes(Convert(text, Path.Combine(folder, "a.irqt")));
            case "sealed text":
                string native = Convert(text, Path.Combine(folder, "a.irqt"));
                return File.ReadAllBytes(Convert(native, Path.Combine(folder, "a.irqs")));
            default: return File.ReadAllBytes(Path.Combine(Folders.Traces, input));
        }
    }

    private static string Convert(string from, string to)
    {
        RouteComparison.Convert(from, to);
        return to;
    }

    private static byte[] MakeTraceDat(int version, string compression)
    {
        var writer = new TraceDatWriter { Version = version, Compression = compression, PageSize = 256 };
        var buffer = new MadeBuffer("", "mono");
        for (uint i = 0; i < 8; i++)
        {
            buffer.Add((int)(i & 1), writer.Page(i * 100).Data(1, writer.Entry(i, "disk")).Extend(1UL << 30)
                .Data(2, writer.Exit(i)).Discarded(1, 8).Data(1, writer.Noise(120)));
        }
        writer.Buffers.Add(buffer);
        return writer.Build();
    }
}
