using System;
using System.IO;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Formats.Lanes;
using Replay.Formats.Tests.TraceDat;
using Xunit;

namespace Replay.Formats.Tests.Lanes;

/// <summary>Nothing runs beside these tests: they measure what the whole process allocates.</summary>
[CollectionDefinition("alone", DisableParallelization = true)]
public sealed class Alone;

/// <summary>
/// Lanes allocate nothing once they run, on any thread. The recording is made: the same few kinds of record all along.
/// A first pass warms the code up; of each further pass the part from a third to two thirds counts,
/// and of the passes the least.
/// </summary>
[Collection("alone")]
public sealed class LaneAllocationTests
{
    private const int Pages = 16000;
    private const int RecordsPerPage = 48;

    // Test runner and runtime have threads of their own. A byte an event, or a buffer a batch, would be
    // a thousand times more.
    private const long OthersBytes = 16 << 10;

    // How far lanes run ahead of each other is the scheduler's choice, so a ring's last buffer may be used, and made,
    // for the first time in the part that counts. What is allocated by event or batch is there in every pass.
    private const int PassesMax = 5;

    [Theory]
    [InlineData(6, "none", false, 2)]
    [InlineData(7, "zstd", false, 2)]
    [InlineData(6, "none", false, 4)]
    [InlineData(6, "none", true, 2)]
    public void Lanes_that_run_allocate_nothing(int version, string compression, bool native, int lanes)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Make(version, compression));
            if (native) File.WriteAllBytes(path, LaneRecordingTests.NativeOf(path));
            Read(path, lanes, out _);
            long least = long.MaxValue;
            for (int pass = 0; pass < PassesMax && least > OthersBytes; pass++)
            {
                Read(path, lanes, out long allocated);
                least = Math.Min(least, allocated);
            }
            Assert.InRange(least, 0, OthersBytes);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Read(string path, int lanes, out long allocated)
    {
        const long Events = (long)Pages * RecordsPerPage;
        using Recording recording = RecordingLanes.Divide(LaneRecordingTests.Open(path), lanes,
            new LaneSettings(4, 0, null));
        var replayer = new Replayer<Linux61, NoProbe>(recording.Tables);
        long start = -1, end = -1;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            replayer.Replay(batch);
            if (start < 0 && replayer.EventCount > Events / 3) start = GC.GetTotalAllocatedBytes(precise: true);
            if (replayer.EventCount < Events * 2 / 3) end = GC.GetTotalAllocatedBytes(precise: true);
        }
        Assert.Equal(Events, replayer.EventCount);
        Assert.True(start > 0 && end > start - 1);
        allocated = end - start;
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
            buffer.Add((int)(page % 3), builder);
        }
        writer.Buffers.Add(buffer);
        return writer.Build();
    }
}
