using System;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Formats.Tests.Native;

[Collection("alone")] // What others keep in memory meanwhile would count.
public sealed class NativeSteadyStateTests : IDisposable
{
    private const int Blocks = 40;

    private readonly string _path = NativeFiles.TempPath();
    private readonly EventTables _tables = new();
    private readonly IrqEvent[] _block = new IrqEvent[NativeSpec.RecordsPerBlockMax];

    public NativeSteadyStateTests()
    {
        int action = _tables.Names.Intern("nvme0q1");
        for (int i = 0; i < _block.Length; i++)
            _block[i] = new IrqEvent
            {
                TimeNs = (ulong)i,
                Kind = EventKind.HandlerEntry,
                A = (ulong)action,
                Cpu = (ushort)(i & 7),
            };
        using NativeWriter writer = NativeWriter.Create(_path, new RecordingInfo());
        for (int i = 0; i < Blocks; i++)
            writer.Write(_block, _tables);
        writer.Complete(new RecordingInfo(), _tables, new ImportReport());
    }

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Reading_many_blocks_allocates_nothing()
    {
        Assert.Equal(0, AllocatedBytes.Least(ReadMeasured));
    }

    [Fact]
    public void Writing_many_blocks_allocates_nothing()
    {
        Assert.Equal(0, AllocatedBytes.Least(WriteMeasured));
    }

    // The file is 40 MiB; the recording may keep one block and the names of it.
    [Fact]
    public void A_recording_keeps_no_more_than_one_block_in_memory()
    {
        ReadMeasured();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        using NativeRecording recording = NativeRecording.Open(_path);
        Assert.True(recording.TryReadBatch(out _));
        while (recording.TryReadBatch(out _))
        {
        }
        long after = GC.GetTotalMemory(forceFullCollection: true);
        Assert.InRange(after - before, long.MinValue, 3 << 20);
    }

    private long ReadMeasured()
    {
        using NativeRecording recording = NativeRecording.Open(_path);
        Assert.True(recording.TryReadBatch(out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        long records = 0;
        for (int i = 1; i < Blocks; i++)
        {
            recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch);
            records += batch.Length;
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((Blocks - 1L) * _block.Length, records);
        return allocated;
    }

    private long WriteMeasured()
    {
        using NativeWriter writer = NativeWriter.Create(Stream.Null, new RecordingInfo());
        writer.Write(_block, _tables);
        writer.Write(_block, _tables);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Blocks; i++)
            writer.Write(_block, _tables);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
