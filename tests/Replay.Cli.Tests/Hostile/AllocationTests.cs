using System;
using System.IO;
using Replay.Cli.Tests.Captures;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Formats;
using Xunit;

namespace Replay.Cli.Tests.Hostile;

/// <summary>
/// Reading and replaying allocates nothing once names, tables and code are there. The recording is replayed once to warm
/// up; the second time the machine is the same, so only the loop itself could allocate.
/// </summary>
[Collection("alone")]
public sealed class AllocationTests
{
    [CaptureFact]
    public void The_native_route_allocates_nothing_once_warm()
    {
        string folder = Directory.CreateTempSubdirectory("irqreplay-alloc-").FullName;
        try
        {
            string native = Path.Combine(folder, "a.irqt");
            RouteComparison.Convert(Path.Combine(Folders.Captures!, "hotplug-ir", "trace.dat"), native);
            Check(native);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [CaptureFact]
    public void The_trace_dat_route_allocates_nothing_once_warm() =>
        Check(Path.Combine(Folders.Captures!, "hotplug-ir", "trace.dat"));

    private static void Check(string path)
    {
        using Recording first = TraceReplay.Open(path);
        var replayer = new Replayer<NoProbe>(first.Tables);
        Read(first, replayer, out _, out _);

        using Recording second = TraceReplay.Open(path);
        Read(second, replayer, out long batches, out long allocated);
        Assert.True(batches > 10, $"{batches} batches");
        Assert.Equal(0, allocated);
    }

    /// <summary>Bytes allocated in the second half of the batches: the first may still meet new names.</summary>
    private static void Read(Recording recording, Replayer<NoProbe> replayer, out long batches, out long allocated)
    {
        long start = -1;
        batches = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            replayer.Replay(batch);
            batches++;
            if (start < 0 && recording.Progress > 0.5) start = GC.GetAllocatedBytesForCurrentThread();
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - start;
    }
}
