using System;
using System.Buffers.Binary;
using System.Text;
using Replay.Core.Events;

namespace Replay.Formats.Mapping;

public sealed partial class RecordMapper
{
    /// <summary>Longest name in bytes of UTF-8; a longer one is cut there, and that is noted.</summary>
    internal const int NameLengthMax = 256;

    private int MapText(MapPlan plan, ReadOnlySpan<byte> record, ulong timeNs, ushort cpu, Span<IrqEvent> output,
        long fileOffset)
    {
        output = output[..RecordsMax];
        ReadOnlySpan<byte> text = default;
        foreach (TextOp op in plan.Texts)
        {
            if (!TryLocate(op, record, out text)) return TextOutside(plan, op, record.Length, fileOffset);
        }
        text = UntilNul(text).TrimEnd("\r\n"u8);
        Span<byte> clean = stackalloc byte[EventText.LengthMax];
        int length = TextCleaner.Clean(text, clean, out bool cut);
        if (cut) NoteCut(MarkCut, EventText.LengthMax, text.Length, fileOffset);
        if (plan.Template.Kind == EventKind.Mark
            && _markers.Read(clean[..length], timeNs, cpu, output, fileOffset) is > 0 and int count)
            return count;
        Start(out output[0], ref plan.Template, timeNs, cpu);
        return EventText.Write(clean[..length], output);
    }

    /// <summary>
    /// Bytes of a text field, terminator and what follows included; false when they lie outside the record.
    /// </summary>
    private bool TryLocate(TextOp op, ReadOnlySpan<byte> record, out ReadOnlySpan<byte> text)
    {
        text = default;
        int offset, length;
        switch (op.Source)
        {
            case TextSource.Fixed:
                text = op.Size == 0 ? record[op.Offset..] : record.Slice(op.Offset, op.Size);
                return true;
            case TextSource.DataLoc or TextSource.RelLoc:
                if (op.Size == 2)
                {
                    offset = ReadU16(record[op.Offset..]);
                    length = Math.Max(0, record.Length - offset);
                }
                else
                {
                    uint place = ReadU32(record[op.Offset..]);
                    offset = (int)(place & 0xffff);
                    length = (int)(place >> 16);
                }
                if (op.Source == TextSource.RelLoc) offset += op.Offset + op.Size;
                if (offset + length > record.Length) return false;
                text = record.Slice(offset, length);
                return true;
            case TextSource.Constant:
                text = op.Constant;
                return true;
            default:
                return true;
        }
    }

    /// <summary>Index of the name that the record's field says; the field was located before.</summary>
    private int IndexOf(TextOp op, ReadOnlySpan<byte> record, bool byIrq, uint irq)
    {
        int index;
        switch (op.Source)
        {
            case TextSource.TextPointer or TextSource.FunctionPointer:
                ReadOnlySpan<byte> bytes = record[op.Offset..];
                ulong address = op.Size == 4 ? ReadU32(bytes) : ReadU64(bytes);
                if (op.Cache.TryGet(address, out index)) return index;
                index = InternAddress(op, address);
                op.Cache.Put(address, index);
                return index;
            default:
                TryLocate(op, record, out ReadOnlySpan<byte> text);
                // Names without an irq differ in their ends: dmar0 and dmar1, 0000:00:01.0 and 0000:00:02.0.
                uint hint = byIrq ? irq : text.Length < 4 ? 0u : (uint)(text[^2] + (text[^4] * 8));
                if (op.Cache.TryGet(hint, text, out index)) return index;
                index = InternBytes(UntilNul(text), op.Cache);
                op.Cache.Put(hint, text, index);
                return index;
        }
    }

    private int InternAddress(TextOp op, ulong address)
    {
        string? name = op.Source == TextSource.TextPointer ? _names.FindText(address) : _names.FindSymbol(address);
        Span<byte> utf8 = stackalloc byte[NameLengthMax];
        return InternBytes(utf8[..EncodeCut(name ?? $"0x{address:x}", utf8)], op.Cache);
    }

    /// <summary>
    /// Cleans and interns a name. A probe that could not read its text says <c>(fault)</c>, as text or as nothing; both
    /// are none, because a reader of the kernel's text output cannot tell them apart.
    /// </summary>
    private int InternBytes(ReadOnlySpan<byte> text, NameCache cache)
    {
        if (text.SequenceEqual("(fault)"u8)) return 0;
        Span<byte> clean = stackalloc byte[NameLengthMax];
        int length = TextCleaner.Clean(text, clean, out bool cut);
        if (cut) NoteCut(NameCut, NameLengthMax, text.Length, -1);
        return (cache.ForDevices ? _tables.Devices : _tables.Names).Intern(clean[..length]);
    }

    private static ReadOnlySpan<byte> UntilNul(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)0);
        return end < 0 ? text : text[..end];
    }

    private static int EncodeCut(string text, Span<byte> utf8)
    {
        Encoding.UTF8.GetEncoder().Convert(text, utf8, true, out _, out int length, out _);
        return length;
    }

    private ushort ReadU16(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private uint ReadU32(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private ulong ReadU64(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
