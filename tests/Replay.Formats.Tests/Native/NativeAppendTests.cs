using System;
using System.Collections.Generic;
using System.IO;
using Replay.Core.Events;
using Replay.Formats.Native;
using Xunit;

namespace Replay.Formats.Tests.Native;

public sealed class NativeAppendTests : IDisposable
{
    private static readonly NativeWriterOptions Small = new() { RecordsPerBlock = 80 };

    private readonly string _path = NativeFiles.TempPath();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_complete_file_goes_on_without_a_gap()
    {
        var tables = new EventTables();
        IrqEvent[] first = NativeFiles.Events(31, 200, tables);
        byte[] file = NativeFiles.Make(first, tables, 80);
        File.WriteAllBytes(_path, file);
        IrqEvent[] second;
        using (NativeWriter writer = NativeWriter.Append(_path, Small))
        {
            Assert.Equal(200, writer.EventCount);
            writer.Tables.Names.Intern("a name of the second half");
            second = NativeFiles.Events(32, 150, writer.Tables);
            writer.Write(second, writer.Tables);
            writer.Complete(writer.Info, writer.Tables, writer.Report);
        }
        using NativeRecording recording = NativeRecording.Open(_path);
        Assert.Equal(NativeFiles.Bytes([.. first, .. second]), NativeFiles.Bytes(NativeFiles.ReadAll(recording)));
        Assert.Empty(recording.Report.Entries);
        Assert.Equal(350, recording.Info.EventCount);
        Assert.True(recording.Tables.Names.Find("a name of the second half") > 0);
        Assert.Equal(NativeFiles.Info().Sources, recording.Info.Sources);
        CheckSequence(File.ReadAllBytes(_path));
        long tail = NativeFiles.Blocks(file).Find(static b => (b.Header.Flags & BlockFlags.Tail) != 0).Offset;
        Assert.Equal(file.AsSpan(0, (int)tail), File.ReadAllBytes(_path).AsSpan(0, (int)tail));
    }

    [Fact]
    public void Appending_in_two_steps_gives_the_bytes_of_one_when_blocks_fall_alike()
    {
        var tables = new EventTables();
        IrqEvent[] all = new IrqEvent[240];
        for (int i = 0; i < all.Length; i++)
            all[i] = new IrqEvent { TimeNs = (ulong)i, Kind = EventKind.FlowHandler, Irq = (uint)i };
        byte[] atOnce = NativeFiles.Make(all, tables, 80);
        File.WriteAllBytes(_path, NativeFiles.Make(all[..160], tables, 80));
        using (NativeWriter writer = NativeWriter.Append(_path, Small))
        {
            writer.Write(all.AsSpan(160), writer.Tables);
            writer.Complete(writer.Info, writer.Tables, writer.Report);
        }
        Assert.Equal(atOnce, File.ReadAllBytes(_path));
    }

    // Every place where a file can be torn is the end of a block, inside a header, a payload, or the padding.
    [Fact]
    public void A_torn_file_goes_on_after_its_last_good_block_and_the_gap_is_told()
    {
        var tables = new EventTables();
        IrqEvent[] first = NativeFiles.Events(33, 300, tables);
        byte[] file = NativeFiles.Make(first, tables, 80);
        foreach ((int offset, BlockHeader header) in NativeFiles.Blocks(file))
        {
            foreach (int distance in (int[])[0, 1, 100, 192, 250, (int)header.TotalBytes - 1])
            {
                bool isInTail = (header.Flags & BlockFlags.Tail) != 0
                    && (offset + distance) > TailStart(file) + NativeFiles.Blocks(file)
                        .Find(static b => (b.Header.Flags & BlockFlags.Tail) != 0).Header.TotalBytes - 1;
                File.WriteAllBytes(_path, file[..(offset + distance)]);
                CheckContinues(first, expectGap: !isInTail);
            }
        }
    }

    private void CheckContinues(IrqEvent[] first, bool expectGap)
    {
        int kept;
        using (NativeRecording torn = NativeRecording.Open(_path))
            kept = NativeFiles.ReadAll(torn).Count;
        IrqEvent[] second;
        using (NativeWriter writer = NativeWriter.Append(_path, Small))
        {
            second = NativeFiles.Events(34, 100, writer.Tables);
            writer.Write(second, writer.Tables);
            writer.Complete(writer.Info, writer.Tables, writer.Report);
        }
        using NativeRecording recording = NativeRecording.Open(_path);
        List<IrqEvent> read = NativeFiles.ReadAll(recording);
        Assert.Equal(NativeFiles.Bytes([.. first.AsSpan(0, kept), .. second]), NativeFiles.Bytes(read));
        Assert.True(recording.IsComplete);
        Assert.Equal(expectGap, NativeFiles.Has(recording.Report, NativeTexts.Gap, LossSeverity.DataLoss));
        CheckSequence(File.ReadAllBytes(_path));
        foreach (IrqEvent record in second)
        {
            if (record.Kind != EventKind.HandlerEntry) continue;
            Assert.StartsWith("action", recording.Tables.Names[(int)record.A], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Good_blocks_after_a_damaged_one_are_kept()
    {
        var tables = new EventTables();
        byte[] file = NativeFiles.Make(NativeFiles.Events(35, 300, tables), tables, 80);
        List<(int Offset, BlockHeader Header)> records = NativeFiles.Blocks(file).FindAll(static b =>
            b.Header.Type == BlockType.Records);
        file[records[1].Offset + 200] ^= 1;
        file[records[2].Offset + 3] ^= 1;
        File.WriteAllBytes(_path, file[..^100]);
        using (NativeWriter writer = NativeWriter.Append(_path, Small))
            writer.Complete(writer.Info, writer.Tables, writer.Report);
        using NativeRecording recording = NativeRecording.Open(_path);
        NativeFiles.ReadAll(recording);
        Assert.Equal(300, recording.NextEventIndex);
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.BadPayload, LossSeverity.DataLoss));
        Assert.True(NativeFiles.Has(recording.Report, NativeTexts.NoBlockHeader, LossSeverity.DataLoss));
    }

    private static int TailStart(byte[] file) =>
        NativeFiles.Blocks(file).Find(static b => (b.Header.Flags & BlockFlags.Tail) != 0).Offset;

    private static void CheckSequence(byte[] file)
    {
        List<(int Offset, BlockHeader Header)> blocks = NativeFiles.Blocks(file);
        for (int i = 0; i < blocks.Count; i++)
            Assert.Equal((ulong)i, blocks[i].Header.Sequence);
    }
}
