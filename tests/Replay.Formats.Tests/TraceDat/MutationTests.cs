using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.TraceDat;
using Xunit;
using Xunit.Abstractions;

namespace Replay.Formats.Tests.TraceDat;

/// <summary>
/// Thousands of damaged files: bytes flipped, cut out, put in, numbers made huge. Each one must be read to an end or be
/// refused with <see cref="BadInputException"/>, within a bound of memory. A failure names seed and mutant.
/// </summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int MutantsEach = 2000;

    /// <summary>
    /// Most one mutant may allocate: the fixed buffers, the budget for chunks of a lying file, and metadata.
    /// </summary>
    private const long AllocationMax = 512L << 20;

    public static TheoryData<int, string, bool> Files() => new()
    {
        { 6, "none", false }, { 6, "none", true }, { 7, "none", false }, { 7, "zlib", true }, { 7, "zstd", false },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Mutants_end_in_events_or_in_a_refusal(int version, string compression, bool bigEndian)
    {
        var writer = new TraceDatWriter
        {
            Version = version,
            Compression = compression,
            BigEndian = bigEndian,
            LongSize = bigEndian ? 4 : 8,
            PageSize = 256,
        };
        writer.Options.Add((12, writer.New().U64(7).U32(1).U32(1).U32(1).U64(0).U64(5).U64(1).ToArray()));
        foreach (string name in new[] { "", "second" })
        {
            var buffer = new MadeBuffer(name, "mono");
            for (uint i = 0; i < 8; i++)
            {
                buffer.Add((int)(i & 1),
                    writer.Page(i * 100).Lost(i & 3).Data(1, writer.Entry(i, "disk")).Extend(1UL << 30)
                        .Data(2, writer.Exit(i)).Discarded(1, 8).Data(1, writer.Noise(120)));
            }
            writer.Buffers.Add(buffer);
        }
        Run(writer.Build(), seed: (version * 100) + compression[0] + (compression[1] % 10) + (bigEndian ? 1 : 0));
    }

    [CaptureFact]
    public void Mutants_of_a_real_capture_end_in_events_or_in_a_refusal()
    {
        string path = Path.Combine(CaptureFolder.Root!, "public", "trace-dat", "derived-v7-zstd-hebel23-irq.dat");
        Run(File.ReadAllBytes(path), seed: 23, mutants: 150);
    }

    private void Run(byte[] original, int seed, int mutants = MutantsEach)
    {
        output.WriteLine($"seed {seed}, {mutants} mutants of {original.Length} bytes");
        var random = new Random(seed);
        int refused = 0;
        long most = 0;
        long watch = Stopwatch.GetTimestamp();
        for (int i = 0; i < mutants; i++)
        {
            byte[] mutant = Mutate(original, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                using TraceDatRecording recording = MadeFile.Open(mutant, new TraceDatOptions { HostTime = true });
                while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) Assert.NotEqual(0, batch.Length);
                Assert.InRange(recording.Report.Entries.Count, 0, ImportReport.KindsMax + 1);
            }
            catch (BadInputException)
            {
                refused++;
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}, mutant {i}: {e}");
            }
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.InRange(most, 0, AllocationMax);
        }
        output.WriteLine(
            $"{refused} refused, at most {most} bytes, {Stopwatch.GetElapsedTime(watch).TotalSeconds:F1} s");
        Assert.InRange(refused, 0, mutants - 1);
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int changes = random.Next(1, 6); changes > 0 && bytes.Count > 16; changes--)
        {
            // Every second change hits the CPU data at the end, which is small beside the metadata.
            int at = random.Next(random.Next(2) * bytes.Count * 3 / 4, bytes.Count);
            int run = random.Next(1, 9);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, Math.Min(run, bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, new byte[run]); break;
                case 4:
                    // A number becomes huge or zero.
                    byte fill = (byte)(random.Next(2) * 0xFF);
                    for (int i = at; i < Math.Min(at + run, bytes.Count); i++) bytes[i] = fill;
                    break;
                default:
                    if (random.Next(4) == 0) bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
