using System;
using Replay.Core.Events;
using Xunit;

namespace Replay.Core.Tests.Events;

public class EventTextTests
{
    [Fact]
    public void Text_of_every_length_comes_back()
    {
        byte[] text = new byte[EventText.LengthMax];
        new Random(1).NextBytes(text);
        var records = new IrqEvent[EventText.RecordCount(EventText.LengthMax)];
        byte[] back = new byte[EventText.LengthMax];
        for (int length = 0; length <= text.Length; length++)
        {
            Array.Fill(records, new IrqEvent { A = ulong.MaxValue, B = ulong.MaxValue, Vector = 9 });
            records[0] = new IrqEvent { TimeNs = 7, Cpu = 3, Kind = EventKind.Mark };
            int count = EventText.Write(text.AsSpan(0, length), records);
            Assert.Equal(Math.Max(1, (length + 15) / 16), count);
            Assert.Equal(count, EventText.RecordCount((uint)length));
            Assert.Equal(length, EventText.Read(records.AsSpan(0, count), back));
            Assert.True(back.AsSpan(0, length).SequenceEqual(text.AsSpan(0, length)));
            for (int i = 1; i < count; i++)
            {
                Assert.Equal((7UL, (ushort)3, EventKind.Extension, IrqEvent.NoIrq, (byte)0),
                    (records[i].TimeNs, records[i].Cpu, records[i].Kind, records[i].Irq, records[i].Vector));
            }
        }
    }

    [Fact]
    public void Unused_bytes_are_zero()
    {
        IrqEvent[] records = [new() { A = ulong.MaxValue, B = ulong.MaxValue }];
        Assert.Equal(1, EventText.Write("ab"u8, records));
        Assert.Equal((2u, 0x6261UL, 0UL), (records[0].Irq, records[0].A, records[0].B));
    }

    [Fact]
    public void Longer_text_is_cut_and_short_room_refused()
    {
        var records = new IrqEvent[65];
        Assert.Equal(64, EventText.Write(new byte[2000], records));
        Assert.Equal(1024u, records[0].Irq);
        Assert.Equal(0, EventText.Write(new byte[17], records.AsSpan(0, 1)));
    }

    [Fact]
    public void Missing_and_foreign_records_cut_the_text_short()
    {
        var records = new IrqEvent[4];
        Assert.Equal(4, EventText.Write(new byte[64], records));
        byte[] back = new byte[64];
        Assert.Equal(32, EventText.Read(records.AsSpan(0, 2), back));
        records[2].Kind = EventKind.Mark;
        Assert.Equal(32, EventText.Read(records, back));
        Assert.Equal(5, EventText.Read(records, back.AsSpan(0, 5)));
        records[0].Irq = uint.MaxValue;
        Assert.Equal(32, EventText.Read(records, back));
        Assert.Equal(64, EventText.RecordCount(uint.MaxValue));
    }
}
