using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Formats.Tests.Native;

public sealed class NativeSeekTests : IDisposable
{
    private readonly string _path = NativeFiles.TempPath();
    private readonly EventTables _tables = new();
    private readonly List<(long FirstEvent, IrqEvent[] Records)> _batches = [];
    private readonly byte[] _file;
    private readonly long _events;

    public NativeSeekTests()
    {
        IrqEvent[] records = NativeFiles.Events(21, 2000, _tables);
        _file = NativeFiles.Make(records, _tables, 150);
        using NativeRecording scan = NativeRecording.Open(new MemoryStream(_file), "memory");
        while (scan.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            _batches.Add((scan.BatchEventIndex, batch.ToArray()));
        _events = scan.NextEventIndex;
    }

    public void Dispose() => File.Delete(_path);

    // Complete: through the index. Index damaged, and footer missing: by walking headers. All must agree with a scan.
    [Theory]
    [InlineData("complete")]
    [InlineData("index damaged")]
    [InlineData("footer missing")]
    public void Seeking_by_event_is_the_same_as_scanning(string state)
    {
        using NativeRecording recording = Open(state);
        for (long target = 0; target < _events; target += 7)
        {
            Assert.True(recording.TrySeekEvent(target));
            int expected = _batches.FindLastIndex(b => b.FirstEvent <= target);
            CheckAt(recording, expected);
        }
        Assert.False(recording.TrySeekEvent(_events));
        Assert.False(recording.TrySeekEvent(-1));
        Assert.False(recording.TrySeekEvent(long.MaxValue));
        Assert.True(recording.TrySeekEvent(0));
        CheckAt(recording, 0);
        Assert.Equal(state == "index damaged",
            NativeFiles.Has(recording.Report, NativeTexts.BadIndex, LossSeverity.Warning));
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("index damaged")]
    [InlineData("footer missing")]
    public void Seeking_by_time_is_the_same_as_scanning(string state)
    {
        using NativeRecording recording = Open(state);
        ulong last = _batches[^1].Records[^1].TimeNs;
        for (ulong time = 0; time <= last; time += last / 300)
        {
            Assert.True(recording.TrySeekTime(time));
            CheckAt(recording, _batches.FindIndex(b => Array.Exists(b.Records, r => r.TimeNs >= time)));
        }
        Assert.True(recording.TrySeekTime(last));
        Assert.False(recording.TrySeekTime(last + 1));
        Assert.False(recording.TrySeekTime(ulong.MaxValue));
    }

    [Fact]
    public void After_a_seek_reading_goes_on_to_the_end_and_can_start_again()
    {
        using NativeRecording recording = Open("complete");
        while (recording.TryReadBatch(out _))
        {
        }
        Assert.True(recording.TrySeekEvent(_batches[3].FirstEvent));
        for (int i = 3; i < _batches.Count; i++)
            CheckAt(recording, i);
        Assert.False(recording.TryReadBatch(out _));
        Assert.Empty(recording.Report.Entries);
    }

    [Fact]
    public void A_seek_that_fails_changes_nothing()
    {
        using NativeRecording recording = Open("complete");
        CheckAt(recording, 0);
        Assert.False(recording.TrySeekEvent(_events));
        Assert.False(recording.TrySeekTime(ulong.MaxValue));
        CheckAt(recording, 1);
    }

    [Fact]
    public void An_index_that_lies_under_a_valid_checksum_is_not_believed()
    {
        byte[] file = [.. _file];
        (int offset, BlockHeader header) = NativeFiles.Blocks(file).Find(static b => b.Header.Type == BlockType.Index);
        Span<byte> payload = file.AsSpan(offset + NativeSpec.BlockHeaderBytes, (int)header.PayloadBytes);
        Span<IndexEntry> entries = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, IndexEntry>(payload);
        entries[0].Offset = entries[1].Offset;
        entries[1].Offset = ulong.MaxValue;
        entries[2].Offset += 1;
        System.Runtime.InteropServices.MemoryMarshal.AsRef<BlockHeader>(file.AsSpan(offset)).PayloadCrc =
            Replay.Formats.Bytes.Crc32C.Compute(payload);
        BlockHeader.Seal(file.AsSpan(offset));
        File.WriteAllBytes(_path, file);
        using NativeRecording recording = NativeRecording.Open(_path);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(recording.TrySeekEvent(_batches[i].FirstEvent));
            CheckAt(recording, i);
        }
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.BadIndex, LossSeverity.Warning));
    }

    private void CheckAt(NativeRecording recording, int expected)
    {
        Assert.Equal(_batches[expected].FirstEvent, recording.NextEventIndex);
        Assert.True(recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch));
        Assert.Equal(_batches[expected].FirstEvent, recording.BatchEventIndex);
        Assert.Equal(NativeFiles.Bytes(_batches[expected].Records), NativeFiles.Bytes(batch.ToArray()));
        foreach (ref readonly IrqEvent record in batch)
        {
            if (record.Kind == EventKind.HandlerEntry)
                Assert.Equal(_tables.Names[(int)record.A], recording.Tables.Names[(int)record.A]);
        }
    }

    private NativeRecording Open(string state)
    {
        byte[] file = [.. _file];
        if (state == "index damaged")
            file[NativeFiles.Blocks(file).Find(static b => b.Header.Type == BlockType.Index).Offset + 300] ^= 8;
        if (state == "footer missing") file = file[..^NativeSpec.FooterBytes];
        File.WriteAllBytes(_path, file);
        return NativeRecording.Open(_path);
    }
}
