using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using Replay.Core.Events;
using Replay.Formats.Bytes;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Formats.Tests.Native;

public class NativeDamageTests
{
    private readonly EventTables _tables = new();
    private readonly IrqEvent[] _records;
    private readonly byte[] _file;
    private readonly List<(int Offset, BlockHeader Header)> _blocks;

    public NativeDamageTests()
    {
        _records = NativeFiles.Events(11, 100, _tables);
        _file = NativeFiles.Make(_records, _tables, 80);
        _blocks = NativeFiles.Blocks(_file);
    }

    // The file is cut byte by byte from its end and opened each time. What must come back is known without the reader:
    // the records of the blocks that end at or before the cut.
    [Fact]
    public void Every_truncation_serves_the_blocks_before_the_tear_and_says_so()
    {
        string path = NativeFiles.TempPath();
        File.WriteAllBytes(path, _file);
        try
        {
            using FileStream cutter = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            for (int length = _file.Length - 1; length >= 0; length--)
            {
                cutter.SetLength(length);
                if (length < NativeSpec.FileHeaderBytes)
                {
                    Assert.Throws<BadInputException>(() => NativeRecording.Open(path));
                    continue;
                }
                using NativeRecording recording = NativeRecording.Open(path);
                CheckTruncated(recording, length);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    // A stream knows its end only when it gets there; borders of blocks and their neighbours are enough here.
    [Fact]
    public void Truncated_streams_serve_the_blocks_before_the_tear_and_say_so()
    {
        foreach ((int offset, BlockHeader header) in _blocks)
        {
            foreach (int distance in (int[])[-1, 0, 1, 63, 64, 65, 191, 192, 193, (int)header.TotalBytes - 1])
            {
                int length = offset + distance;
                if (length < NativeSpec.FileHeaderBytes) continue;
                using NativeRecording recording = NativeRecording.Open(new MemoryStream(_file, 0, length), "pipe");
                CheckTruncated(recording, length);
            }
        }
    }

    private void CheckTruncated(NativeRecording recording, int length)
    {
        int expected = 0;
        int whole = NativeSpec.FileHeaderBytes;
        foreach ((int offset, BlockHeader header) in _blocks)
        {
            if (offset + header.TotalBytes > length) break;
            whole = offset + (int)header.TotalBytes;
            if (header.Type == BlockType.Records) expected += (int)header.RecordCount;
        }
        List<IrqEvent> read = NativeFiles.ReadAll(recording);
        Assert.True(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(read))
            .SequenceEqual(MemoryMarshal.AsBytes(_records.AsSpan(0, expected))),
            $"cut at {length}: {read.Count} records, expected {expected}");
        Assert.True(recording.Report.HasDataLoss, $"cut at {length}: silent");
        Assert.False(recording.IsComplete);
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.NoFooter, LossSeverity.DataLoss));
        bool isTorn = length > whole && length < _file.Length - NativeSpec.FooterBytes;
        Assert.Equal(isTorn, NativeFiles.Has(recording.Report, NativeTexts.TornBlock, LossSeverity.DataLoss));
        foreach (LossEntry entry in recording.Report.Entries)
        {
            if (entry.What == NativeTexts.TornBlock) Assert.Equal(whole, entry.FirstOffset);
        }

        // Each name that the records use is there, though the sidecar at the end is not.
        foreach (IrqEvent record in read)
        {
            if (record.Kind == EventKind.HandlerEntry)
                Assert.Equal(_tables.Names[(int)record.A], recording.Tables.Names[(int)record.A]);
            if (record.Kind == EventKind.PcieFlr)
                Assert.Equal(_tables.Devices[(int)record.A], recording.Tables.Devices[(int)record.A]);
        }
    }

    // Flips one to three bytes, or overwrites a stretch with zeros or with another part of the file.
    // Whatever comes back must be whole blocks as they were written, in their order, and what is missing must be told.
    [Theory]
    [InlineData(1, 1200)]
    [InlineData(20261121, 1200)]
    public void Mutants_never_crash_and_never_serve_a_block_that_fails_its_checksum(int seed, int mutants)
    {
        var random = new Random(seed);
        string path = NativeFiles.TempPath();
        try
        {
            for (int i = 0; i < mutants; i++)
            {
                byte[] mutant = Mutate(random);
                try
                {
                    if (i % 5 == 0)
                    {
                        using NativeRecording recording = NativeRecording.Open(new MemoryStream(mutant), "mutant");
                        CheckMutant(recording, mutant, seed, i);
                    }
                    else
                    {
                        File.WriteAllBytes(path, mutant);
                        using NativeRecording recording = NativeRecording.Open(path);
                        CheckMutant(recording, mutant, seed, i);
                    }
                }
                catch (BadInputException)
                {
                    Assert.False(mutant.AsSpan(0, NativeSpec.FileHeaderBytes).SequenceEqual(_file.AsSpan(0,
                        NativeSpec.FileHeaderBytes)));
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    private byte[] Mutate(Random random)
    {
        byte[] mutant = [.. _file];
        switch (random.Next(0, 4))
        {
            case 0:
                int length = random.Next(1, 6000);
                int at = random.Next(0, mutant.Length);
                mutant.AsSpan(at, Math.Min(length, mutant.Length - at)).Clear();
                break;
            case 1:
                int from = random.Next(0, mutant.Length / 4096) * 4096;
                int to = random.Next(0, mutant.Length / 4096) * 4096;
                _file.AsSpan(from, Math.Min(4096, mutant.Length - Math.Max(from, to))).CopyTo(mutant.AsSpan(to));
                break;
            default:
                // Headers are a small part of the file and the most interesting one: half of the flips go there.
                for (int flips = random.Next(1, 4); flips > 0; flips--)
                {
                    int where = random.Next(0, 2) == 0
                        ? random.Next(0, mutant.Length)
                        : _blocks[random.Next(0, _blocks.Count)].Offset + random.Next(0, NativeSpec.BlockHeaderBytes);
                    mutant[where] ^= (byte)(1 << random.Next(0, 8));
                }
                break;
        }
        return mutant;
    }

    private void CheckMutant(NativeRecording recording, byte[] mutant, int seed, int number)
    {
        string label = $"seed {seed}, mutant {number}";
        int lastStart = -1;
        int served = 0;
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            Assert.False(batch.IsEmpty, label);
            int start = StartOf(batch);
            Assert.True(start > lastStart, label + ": a block that was never written, or out of order");
            lastStart = start;
            served += batch.Length;
        }
        if (served < _records.Length) Assert.True(recording.Report.HasDataLoss, label + ": silent loss");
        if (mutant.AsSpan().SequenceEqual(_file)) Assert.Empty(recording.Report.Entries);
        recording.TrySeekEvent(50);
        recording.TrySeekTime(_records[60].TimeNs);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            Assert.True(StartOf(batch) >= 0, label);
    }

    // Index of the first record of the written block that a batch is, or -1.
    private int StartOf(ReadOnlySpan<IrqEvent> batch)
    {
        int start = 0;
        foreach ((_, BlockHeader header) in _blocks)
        {
            if (header.Type != BlockType.Records) continue;
            ReadOnlySpan<IrqEvent> block = _records.AsSpan(start, (int)header.RecordCount);
            if (MemoryMarshal.AsBytes(block).SequenceEqual(MemoryMarshal.AsBytes(batch))) return start;
            start += block.Length;
        }
        return -1;
    }

    [Fact]
    public void A_damaged_block_is_skipped_and_the_events_after_it_keep_their_numbers()
    {
        byte[] file = [.. _file];
        List<(int Offset, BlockHeader Header)> records = _blocks.FindAll(static b =>
            b.Header.Type == BlockType.Records);
        Assert.True(records.Count >= 3);
        file[records[1].Offset + NativeSpec.BlockHeaderBytes + 5] ^= 1;
        using NativeRecording recording = NativeRecording.Open(new MemoryStream(file), "memory");
        Assert.True(recording.TryReadBatch(out _));
        Assert.True(recording.TryReadBatch(out _));
        Assert.Equal((long)records[2].Header.FirstEvent, recording.BatchEventIndex);
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.BadPayload, LossSeverity.DataLoss));
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.EventsMissing, LossSeverity.DataLoss));
        Assert.Equal(records[1].Offset, recording.Report.Entries[0].FirstOffset);
    }

    // Headers with a valid checksum and contents that cannot be true: made by a hostile or broken writer.
    [Theory]
    [InlineData(16, 4, 0L)]
    [InlineData(16, 4, 0xFFFFF000L)]
    [InlineData(16, 4, 4097L)]
    [InlineData(20, 4, 0x7FFFFFFFL)]
    [InlineData(28, 4, 0x08000001L)]
    [InlineData(32, 4, 0xFFFFFFFFL)]
    [InlineData(40, 8, -1L)]
    [InlineData(48, 8, -1L)]
    [InlineData(48, 8, 0L)]
    [InlineData(12, 2, 9L)]
    [InlineData(24, 4, 0L)]
    public void Headers_that_lie_under_a_valid_checksum_are_not_believed(int field, int width, long value)
    {
        byte[] file = [.. _file];
        int offset = _blocks.FindAll(static b => b.Header.Type == BlockType.Records)[1].Offset;
        byte[] bytes = BitConverter.GetBytes(value);
        bytes.AsSpan(0, width).CopyTo(file.AsSpan(offset + field));
        BlockHeader.Seal(file.AsSpan(offset));
        using NativeRecording recording = NativeRecording.Open(new MemoryStream(file), "memory");
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
            Assert.True(StartOf(batch) >= 0);
        Assert.True(recording.Report.HasDataLoss);
    }

    [Fact]
    public void An_event_without_its_extension_at_the_end_of_a_block_is_dropped_and_told()
    {
        byte[] file = [.. _file];
        (int offset, BlockHeader header) = _blocks.Find(static b => b.Header.Type == BlockType.Records);
        Span<byte> payload = file.AsSpan(offset + NativeSpec.BlockHeaderBytes, (int)header.PayloadBytes);
        Span<IrqEvent> records = MemoryMarshal.Cast<byte, IrqEvent>(payload);
        records[^1] = new IrqEvent { Kind = EventKind.QiSubmit };
        MemoryMarshal.AsRef<BlockHeader>(file.AsSpan(offset)).PayloadCrc = Crc32C.Compute(payload);
        BlockHeader.Seal(file.AsSpan(offset));
        using NativeRecording recording = NativeRecording.Open(new MemoryStream(file), "memory");
        Assert.True(recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch));
        Assert.Equal((int)header.RecordCount - 1, batch.Length);
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.TornEvent, LossSeverity.DataLoss));
    }

    [Fact]
    public void Blocks_of_unknown_types_are_skipped()
    {
        byte[] file = [.. _file];
        int offset = _blocks[0].Offset; // The sidecar at the front.
        MemoryMarshal.AsRef<BlockHeader>(file.AsSpan(offset)).Type = (BlockType)0x8123;
        BlockHeader.Seal(file.AsSpan(offset));
        using NativeRecording recording = NativeRecording.Open(new MemoryStream(file), "memory");
        Assert.Equal(_records.Length, NativeFiles.ReadAll(recording).Count);
        Assert.Empty(recording.Report.Entries);
    }

    [Theory]
    [InlineData(0, 1, 0x88, "offset 0: expected 89 49 52 51 54 0D 0A 1A")]
    [InlineData(8, 2, 2, "offset 8: expected major version 1")]
    [InlineData(12, 2, 7, "offset 12: expected a file that readers of version 1.1 can read, "
        + "found a file that needs a reader of version 1.7")]
    [InlineData(14, 2, 24, "offset 14: expected records of 32 bytes, found 24")]
    [InlineData(20, 4, 8192, "offset 20: expected header size 4096")]
    [InlineData(24, 4, 512, "offset 24: expected block alignment 4096")]
    [InlineData(28, 4, 1 << 30, "offset 28: expected blocks of 4096 to 1048576 bytes")]
    [InlineData(32, 1, 4, "offset 32: expected no required features")]
    public void File_headers_of_other_formats_and_versions_are_refused_with_a_reason(int field,
        int width, int value, string message)
    {
        byte[] file = [.. _file];
        BitConverter.GetBytes(value).AsSpan(0, width).CopyTo(file.AsSpan(field));
        MemoryMarshal.Write(file.AsSpan(FileHeader.CrcOffset), Crc32C.Compute(file.AsSpan(0, FileHeader.CrcOffset)));
        var bad = Assert.Throws<BadInputException>(() => NativeRecording.Open(new MemoryStream(file), "x.irqt"));
        Assert.StartsWith("x.irqt: " + message, bad.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_after_the_footer_are_told()
    {
        byte[] file = [.. _file, .. new byte[100]];
        using NativeRecording recording = NativeRecording.Open(new MemoryStream(file), "memory");
        Assert.Equal(_records.Length, NativeFiles.ReadAll(recording).Count);
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.AfterFooter, LossSeverity.Warning));
    }

    [Fact]
    public void A_writer_that_dies_leaves_its_closed_blocks()
    {
        var target = new MemoryStream();
        using (NativeWriter writer = NativeWriter.Create(target, NativeFiles.Info()))
        {
            writer.Write(_records, _tables);
            writer.Flush();
            byte[] atTheTime = target.ToArray();
            using NativeRecording recording = NativeRecording.Open(new MemoryStream(atTheTime), "memory");
            Assert.Equal(_records.Length, NativeFiles.ReadAll(recording).Count);
            Assert.Equal("mono", recording.Info.Clock);
            Assert.Equal(100, recording.Info.EventCount);
            Assert.True(recording.Report.HasDataLoss);
        }
    }

    [Fact]
    public void Only_the_magic_looks_like_the_format()
    {
        Assert.True(NativeRecording.LooksLike(_file));
        Assert.True(NativeRecording.LooksLike(_file.AsSpan(0, 8)));
        Assert.False(NativeRecording.LooksLike(_file.AsSpan(0, 7)));
        Assert.False(NativeRecording.LooksLike(_file.AsSpan(4096)));
    }
}
