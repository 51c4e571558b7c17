using System;
using System.IO;
using Replay.Cli.Tests.Captures;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Cli.Tests.Hostile;

/// <summary>
/// Reading and replaying allocates nothing once names, formats, tables and code are there. The recording is made: the
/// same few kinds of record all along, so that its later half meets nothing for the first time. A first pass warms the
/// code up; of the second pass the later half counts.
/// </summary>
[Collection("alone")]
public sealed class AllocationTests
{
    private const int Pages = 4000;
    private const int RecordsPerPage = 48;

    [Theory]
    [InlineData(6, "none", false)]
    [InlineData(7, "none", false)]
    [InlineData(7, "zstd", false)]
    [InlineData(6, "none", true)]
    public void A_warm_loop_allocates_nothing(int version, string compression, bool native)
    {
        string folder = Directory.CreateTempSubdirectory("irqreplay-alloc-").FullName;
        try
        {
            string path = Path.Combine(folder, "a.dat");
            File.WriteAllBytes(path, Make(version, compression));
            if (native)
            {
                RouteComparison.Convert(path, Path.Combine(folder, "a.irqt"));
                path = Path.Combine(folder, "a.irqt");
            }
            Read(path, out _, out _);
            Read(path, out long batches, out long allocated);
            Assert.True(batches > 4, $"{batches} batches");
            Assert.Equal(0, allocated);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Read(string path, out long batches, out long allocated)
    {
        using Recording recording = TraceReplay.Open(path);
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        long start = -1;
        long last = 0;
        batches = allocated = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            replayer.Replay(batch);
            batches++;
            // Up to the last batch but one: facts of the whole recording are made once, with the last batch.
            allocated = last;
            if (start >= 0) last = GC.GetAllocatedBytesForCurrentThread() - start;
            else if (recording.Progress > 0.5) start = GC.GetAllocatedBytesForCurrentThread();
        }
        Assert.True(start > 0);
        Assert.Equal((long)RecordsPerPage * Pages, replayer.EventCount);
    }

    private static byte[] Make(int version, string compression)
    {
        var writer = new TraceDatWriter { Version = version, Compression = compression };
        var buffer = new MadeBuffer("", "mono");
        for (uint page = 0; page < Pages; page++)
        {
            PageBuilder builder = writer.Page(page * 1000);
            for (uint i = 0; i < RecordsPerPage / 2; i++)
                builder.Data(1, writer.Entry(i & 7, "disk")).Data(2, writer.Exit(i & 7));
            buffer.Add((int)(page & 1), builder);
        }
        writer.Buffers.Add(buffer);
        return writer.Build();
    }
}
