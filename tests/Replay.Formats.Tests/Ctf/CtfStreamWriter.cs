using System;
using System.Collections.Generic;
using System.Text;

namespace Replay.Formats.Tests.Ctf;

/// <summary>Packets and events of one file of a made trace.</summary>
internal sealed class CtfStreamWriter(CtfTraceWriter trace, string file, int cpu, ulong instance, byte[] uuid)
{
    private readonly List<byte> _done = [];
    private BitWriter? _packet;
    private int _sizesBit;
    private ulong _clock;

    public string File => file;

    /// <summary>Bytes behind the content of each packet.</summary>
    public int PaddingBytes { get; init; } = 24;

    /// <summary>Ends the packet before and begins one.</summary>
    public CtfStreamWriter Packet(ulong begin, ulong end = 0, ulong sequence = 0, uint discarded = 0,
        uint magic = 0xC1FC1FC1, uint stream = 7)
    {
        Close();
        _clock = begin;
        _packet = new BitWriter(trace.BigEndian);
        U32(magic);
        _packet.Raw(uuid);
        U32(stream);
        U64(instance);
        U64(begin);
        U64(end);
        _packet.Align(trace.AlignOf(64));
        _sizesBit = _packet.Bit;
        U64(0);
        U64(0);
        U64(sequence);
        U32(discarded);
        U32((uint)cpu);
        return this;
    }

    public CtfStreamWriter Entry(ulong time, uint irq, string name = "disk") =>
        Event(CtfTraceWriter.EntryId, time, packet => packet.Number(irq, 32, trace.AlignOf(32)).Text(name));

    public CtfStreamWriter Exit(ulong time, uint irq, uint ret = 1) => Event(CtfTraceWriter.ExitId, time,
        packet => packet.Number(irq, 32, trace.AlignOf(32)).Number(ret, 32, trace.AlignOf(32)));

    /// <summary>Lists of lists, a choice, a number with a point: what has to be passed and is of no use.</summary>
    public CtfStreamWriter Mixed(ulong time, int count, int kind) => Event(CtfTraceWriter.MixedId, time, packet =>
    {
        packet.Number((ulong)kind, 8, 8).Number((ulong)count, 16, trace.AlignOf(16));
        // The structure of an element is aligned to the numbers in it, also where there is no element.
        packet.Align(trace.AlignOf(32));
        for (int i = 0; i < count; i++)
        {
            packet.Align(trace.AlignOf(32)).Number((ulong)i, 8, 8).Align(trace.AlignOf(32));
            for (int j = 0; j < i; j++) packet.Number(0x01010101, 32, trace.AlignOf(32));
            packet.Text($"list {i}");
        }
        if (kind == 4) packet.Number(0x7f000001, 32, 8);
        if (kind == 6) packet.Number(1, 64, trace.AlignOf(64)).Number(2, 64, trace.AlignOf(64));
        packet.Number(BitConverter.DoubleToUInt64Bits(0.5), 64, 8);
        for (int i = 0; i < 2 * count; i++) packet.Number(0xee, 8, 8);
    });

    public CtfStreamWriter Pm(ulong time, string device, string driver, string ops, int value) =>
        Event(CtfTraceWriter.PmId, time, packet => packet.Text(device).Text(driver).Text("parent").Text(ops)
            .Number((uint)value, 32, trace.AlignOf(32)));

    public CtfStreamWriter Bits(ulong time, int small, uint middle, ulong address, ushort other, string comm) =>
        Event(CtfTraceWriter.BitsId, time, packet =>
        {
            packet.Number((uint)small & 7, 3, 1).Number(middle, 14, 1).Number(address, 64, 1).Align(8);
            ushort swapped = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(other);
            packet.Number(swapped, 16, 8).Raw([9, 8, 7, 6]).Raw(Encoding.UTF8.GetBytes(comm.PadRight(6, '\0')));
        });

    public CtfStreamWriter Console(ulong time, string text) => Event(CtfTraceWriter.ConsoleId, time,
        packet => packet.Number((ulong)text.Length, 32, trace.AlignOf(32)).Raw(Encoding.UTF8.GetBytes(text)));

    public CtfStreamWriter Long(ulong time, int bytes) => Event(CtfTraceWriter.LongId, time,
        packet => packet.Number((ulong)bytes, 32, trace.AlignOf(32)).Raw(new byte[bytes]));

    public CtfStreamWriter Event(int id, ulong time, Action<BitWriter> fields)
    {
        BitWriter packet = _packet!;
        switch (trace.Header)
        {
            case MadeHeader.Compact: Split((ulong)id, time, 5, trace.AlignOf(32), 27, 1); break;
            case MadeHeader.Large: Split((ulong)id, time, 16, trace.AlignOf(16), 32, trace.AlignOf(32)); break;
            case MadeHeader.Plain:
                packet.Align(trace.AlignOf(64));
                U32((uint)id);
                U64(time);
                break;
            default:
                // A structure's alignment is that of its fields, which a variant has none of.
                int kind = time == _clock ? 10 : time - _clock < uint.MaxValue ? 1 : 5;
                packet.Number((ulong)kind, 8, 8).Number((ulong)id, 8, 8);
                if (kind == 1) U32((uint)time);
                if (kind == 5) U64(time);
                break;
        }
        _clock = time;
        int align = id is CtfTraceWriter.EntryId or CtfTraceWriter.ExitId or CtfTraceWriter.PmId
            or CtfTraceWriter.ConsoleId or CtfTraceWriter.LongId or CtfTraceWriter.MixedId ? trace.AlignOf(32) : 8;
        packet.Align(align);
        fields(packet);
        return this;
    }

    /// <summary>Whatever bytes.</summary>
    public CtfStreamWriter Raw(ReadOnlySpan<byte> bytes)
    {
        _packet!.Raw(bytes);
        return this;
    }

    public byte[] ToArray()
    {
        Close();
        return [.. _done];
    }

    /// <summary>Ends the packet; sizes in bits may be others than its own.</summary>
    public CtfStreamWriter Close(ulong? content = null, ulong? size = null)
    {
        if (_packet is null) return this;
        ulong bits = (ulong)_packet.Bit;
        _packet.Raw(new byte[PaddingBytes]);
        _packet.Align(64);
        _packet.Patch(_sizesBit, content ?? bits);
        _packet.Patch(_sizesBit + 64, size ?? (ulong)_packet.Bit);
        _done.AddRange(_packet.ToArray());
        _packet = null;
        return this;
    }

    private void Split(ulong id, ulong time, int idBits, int align, int timeBits, int timeAlign)
    {
        ulong escape = (1UL << idBits) - 1;
        _packet!.Align(align);
        if (id < escape && time >= _clock && time - _clock < 1UL << timeBits)
        {
            _packet.Number(id, idBits, 1).Number(time & ((1UL << timeBits) - 1), timeBits, timeAlign);
            return;
        }
        _packet.Number(escape, idBits, 1).Align(trace.AlignOf(64));
        U32((uint)id);
        U64(time);
    }

    private void U32(uint value) => _packet!.Number(value, 32, trace.AlignOf(32));

    private void U64(ulong value) => _packet!.Number(value, 64, trace.AlignOf(64));
}
