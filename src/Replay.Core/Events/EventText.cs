using System;
using System.Runtime.InteropServices;

namespace Replay.Core.Events;

/// <summary>
/// Text inside records: the length in <see cref="IrqEvent.Irq"/>, the first 16 bytes in A and B of the record, then 16
/// more in A and B of each extension record. Unused bytes are zero.
/// </summary>
public static class EventText
{
    /// <summary>Text bytes in one record.</summary>
    public const int BytesPerRecord = 16;

    /// <summary>Longest text; longer input is cut there. 64 records at most.</summary>
    public const int LengthMax = 1024;

    /// <summary>Records (the first one included) that a text of <paramref name="length"/> bytes takes.</summary>
    public static int RecordCount(uint length) =>
        length <= BytesPerRecord ? 1 : (int)((Math.Min(length, LengthMax) + BytesPerRecord - 1) / BytesPerRecord);

    /// <summary>
    /// Writes <paramref name="utf8"/> into <paramref name="records"/>, whose first element is the event with time, CPU
    /// and kind set. Returns the records written; 0 when they do not fit.
    /// </summary>
    public static int Write(ReadOnlySpan<byte> utf8, Span<IrqEvent> records)
    {
        if (utf8.Length > LengthMax) utf8 = utf8[..LengthMax];
        int count = RecordCount((uint)utf8.Length);
        if (records.Length < count) return 0;
        records[0].Irq = (uint)utf8.Length;
        for (int i = 0; i < count; i++)
        {
            ref IrqEvent record = ref records[i];
            if (i > 0)
            {
                record.TimeNs = records[0].TimeNs;
                record.Cpu = records[0].Cpu;
                record.Kind = EventKind.Extension;
                record.Irq = IrqEvent.NoIrq;
                record.Vector = 0;
            }
            ReadOnlySpan<byte> part = utf8[(i * BytesPerRecord)..];
            Span<byte> target = MemoryMarshal.AsBytes(records.Slice(i, 1))[BytesPerRecord..];
            target.Clear();
            part[..Math.Min(part.Length, BytesPerRecord)].CopyTo(target);
        }
        return count;
    }

    /// <summary>
    /// Copies the text of the event at the start of <paramref name="records"/> into <paramref name="utf8"/> and returns
    /// its length. Records missing at the end of the span cut the text short.
    /// </summary>
    public static int Read(ReadOnlySpan<IrqEvent> records, Span<byte> utf8)
    {
        int length = (int)Math.Min(records[0].Irq, LengthMax);
        length = Math.Min(length, utf8.Length);
        int done = 0;
        for (int i = 0; done < length && i < records.Length; i++)
        {
            if (i > 0 && records[i].Kind != EventKind.Extension) break;
            ReadOnlySpan<byte> part = MemoryMarshal.AsBytes(records.Slice(i, 1))[BytesPerRecord..];
            int take = Math.Min(BytesPerRecord, length - done);
            part[..take].CopyTo(utf8[done..]);
            done += take;
        }
        return done;
    }
}
