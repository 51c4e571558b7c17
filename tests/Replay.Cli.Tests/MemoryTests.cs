using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using Replay.Cli.Tests.Captures;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Events;
using Replay.Formats;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Cli.Tests;

/// <summary>
/// Memory is flat in the length of a recording: the peak of a real process (VmHWM) is the same for a file of any size,
/// with and without checkpoints. <c>IRQREPLAY_TEST_GIGABYTES=4</c> makes the long file that long.
/// </summary>
/// <remarks>The file is a real recording, and after it its arrivals again and again.</remarks>
[Collection("alone")]
public sealed class MemoryTests
{
    private const long ShortBytes = 32L << 20;
    private const long LongBytes = 352L << 20; // Long enough for checkpoints unasked.
    private const long PeakMax = 200L << 20;
    private const long GrowthMax = 16L << 20;

    [Fact]
    public void Peak_memory_does_not_grow_with_the_recording()
    {
        if (!OperatingSystem.IsLinux()) return;
        string? gigabytes = Environment.GetEnvironmentVariable("IRQREPLAY_TEST_GIGABYTES");
        long bytes = gigabytes is null ? LongBytes : long.Parse(gigabytes, CultureInfo.InvariantCulture) << 30;
        string folder = Directory.CreateTempSubdirectory("irqreplay-memory-").FullName;
        try
        {
            string brief = Path.Combine(folder, "short.irqt"), lasting = Path.Combine(folder, "long.irqt");
            Make(brief, ShortBytes);
            Make(lasting, bytes);
            foreach (string option in new[] { "--no-checkpoints", "--checkpoints" })
            {
                long small = PeakOf("replay", brief, option), large = PeakOf("replay", lasting, option);
                Assert.InRange(large, 1, PeakMax);
                Assert.True(large - small < GrowthMax,
                    $"{option}: {small >> 10} KiB for {ShortBytes >> 20} MiB, {large >> 10} KiB for {bytes >> 20} MiB");
            }
            Assert.True(new FileInfo(lasting + ".irqc").Length is > 0 and < 32 << 20);
            Assert.InRange(PeakOf("state", lasting, "--at=end"), 1, PeakMax);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Make(string path, long bytes)
    {
        using Recording recording = TraceReplay.Open(Path.Combine(Folders.Traces, "leak-pre", "trace.dat"));
        using NativeWriter writer = NativeWriter.Create(path, recording.Info);
        var arrivals = new List<IrqEvent>();
        ulong last = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            writer.Write(batch, recording.Tables);
            foreach (IrqEvent e in batch)
            {
                if (e.Kind is EventKind.SystemEntry or EventKind.SystemExit) arrivals.Add(e);
                last = Math.Max(last, e.TimeNs);
            }
        }
        IrqEvent[] again = [.. arrivals];
        ulong first = again[0].TimeNs, step = last + 1 - first;
        while (writer.BytesWritten < bytes)
        {
            for (int i = 0; i < again.Length; i++) again[i].TimeNs += step;
            writer.Write(again, recording.Tables);
        }
        writer.Complete(recording.Info, recording.Tables, recording.Report);
    }

    /// <summary>Runs the program that users run; the system keeps the peak of its resident memory as it goes.</summary>
    private static long PeakOf(params string[] args)
    {
        using Process process = RealProcess.Start(args);
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        long peak = 0;
        while (!process.WaitForExit(2)) peak = Math.Max(peak, ReadPeak(process.Id));
        Assert.InRange(process.ExitCode, ExitCodes.Clean, ExitCodes.Findings);
        return peak;
    }

    private static long ReadPeak(int id)
    {
        try
        {
            foreach (string line in File.ReadLines($"/proc/{id}/status"))
            {
                if (!line.StartsWith("VmHWM:", StringComparison.Ordinal)) continue;
                return long.Parse(line.AsSpan("VmHWM:".Length).Trim(" \tkB"), CultureInfo.InvariantCulture) << 10;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has just ended.
        }
        return 0;
    }
}
