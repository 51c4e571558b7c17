using System;
using System.Collections.Generic;
using System.Linq;
using Replay.Formats.Tests.TraceDat;

namespace Replay.Formats.Tests.PerfData;

/// <summary>
/// Writes small perf.data files in either byte order, as a file, as a pipe, and with compressed records:
/// two tracepoints (those of <see cref="TraceDatWriter"/>) and a counter, each with a number of its own.
/// </summary>
internal sealed class PerfDataWriter
{
    public const ulong EntryId = 1001;
    public const ulong ExitId = 1002;
    public const ulong CyclesId = 1003;

    public const ulong Ip = 1, Thread = 2, Time = 4, Address = 8, ReadCounter = 0x10,
        CallChain = 0x20, Id = 0x40, Cpu = 0x80,
        Period = 0x100, StreamId = 0x200, RawRecord = 0x400, Identifier = 0x10000;

    /// <summary>What perf record -a keeps of a tracepoint.</summary>
    public const ulong Usual = Identifier | Ip | Thread | Time | Cpu | Period | RawRecord;

    private const int CpuhpId = 103;

    private const string CpuhpFields = "\tfield:unsigned int cpu;\toffset:8;\tsize:4;\tsigned:0;\n"
        + "\tfield:int target;\toffset:12;\tsize:4;\tsigned:1;\n"
        + "\tfield:int idx;\toffset:16;\tsize:4;\tsigned:1;\n"
        + "\tfield:void * fun;\toffset:24;\tsize:8;\tsigned:0;\n";

    private readonly List<byte[]> _records = [];

    public bool BigEndian { get; init; }

    /// <summary>What the samples of tracepoints hold.</summary>
    public ulong SampleType { get; init; } = Usual;

    /// <summary>Shape of what <see cref="ReadCounter"/> adds: 8 is a group.</summary>
    public ulong ReadFormat { get; init; }

    /// <summary>Bytes of each attribute; a newer kernel has more than anybody knows.</summary>
    public int AttrBytes { get; init; } = 128;

    public int? ClockId { get; init; } = 1;

    public string Kernel { get; init; } = "6.1.0-made";

    public TraceDatWriter Formats
    {
        get
        {
            var formats = new TraceDatWriter { BigEndian = BigEndian };
            formats.Events.Add(("cpuhp", "cpuhp_enter", CpuhpId, CpuhpFields));
            return formats;
        }
    }

    public PerfDataWriter Entry(int cpu, ulong timeNs, uint irq) =>
        Sample(EntryId, cpu, timeNs, Formats.Entry(irq, "disk"));

    public PerfDataWriter Exit(int cpu, ulong timeNs, uint irq) => Sample(ExitId, cpu, timeNs, Formats.Exit(irq));

    /// <summary>
    /// A sample of a tracepoint; its record is filled up as the kernel does: length and record are 8 bytes times n.
    /// </summary>
    public PerfDataWriter Sample(ulong id, int cpu, ulong timeNs, byte[] record)
    {
        OrderedBytes body = Fixed(id, cpu, timeNs, SampleType);
        if ((SampleType & RawRecord) != 0)
        {
            int padded = ((record.Length + 4 + 7) & ~7) - 4;
            body.U32((uint)padded).Raw(record).Raw(new byte[padded - record.Length]);
        }
        return Record(9, body.ToArray());
    }

    /// <summary>The CPU starts a step of its own way down (or up).</summary>
    public PerfDataWriter HotplugStep(int cpu, ulong timeNs, uint target, uint step) => Sample(EntryId, cpu, timeNs,
        Formats.Record(CpuhpId).U32((uint)cpu).U32(target).U32(step).U32(0).U64(0xffffffff81000000).ToArray());

    /// <summary>A sample of a counter.</summary>
    public PerfDataWriter Cycles(int cpu, ulong timeNs) =>
        Record(9, Fixed(CyclesId, cpu, timeNs, SampleType & ~RawRecord).ToArray());

    /// <summary>The kernel had no room for some records.</summary>
    public PerfDataWriter Lost(int cpu, ulong timeNs, ulong count) =>
        Record(2, New().U64(EntryId).U64(count).Raw(Trailer(EntryId, cpu, timeNs)).ToArray());

    public PerfDataWriter Record(int type, byte[] body)
    {
        _records.Add(New().U32((uint)type).Raw(MiscAndSize(8 + body.Length)).Raw(body).ToArray());
        return this;
    }

    public byte[] BuildFile()
    {
        byte[] data = [.. _records.SelectMany(static record => record)];
        byte[][] ids = [.. Attrs().Select(attr => New().U64(attr.Id).ToArray())];
        int attrsAt = 104 + ids.Sum(static id => id.Length);
        int dataAt = attrsAt + (Attrs().Length * (AttrBytes + 16));
        (int Bit, byte[] Content)[] features =
        [
            (1, Formats.BuildTracingData()), (4, Text(Kernel)), (7, New().U32(4).U32(4).ToArray()), (12, Names()),
            (29, New().U32(1).U32(1).U64(5_000_000_100).U64(100).ToArray()),
        ];
        OrderedBytes file = New().U64(BigEndianMagic()).U64(104).U64((ulong)(AttrBytes + 16));
        file.U64((ulong)attrsAt).U64((ulong)(dataAt - attrsAt)).U64((ulong)dataAt)
            .U64((ulong)data.Length).U64(0).U64(0);
        ulong bits = 0;
        foreach ((int bit, _) in features) bits |= 1UL << bit;
        file.U64(bits).U64(0).U64(0).U64(0);
        int at = 104;
        foreach (byte[] id in ids) file.Raw(id);
        for (int i = 0; i < ids.Length; i++)
        {
            file.Raw(Attr(Attrs()[i])).U64((ulong)at).U64((ulong)ids[i].Length);
            at += ids[i].Length;
        }
        file.Raw(data);
        ulong content = (ulong)(file.Length + (features.Length * 16));
        foreach ((_, byte[] bytes) in features)
        {
            file.U64(content).U64((ulong)bytes.Length);
            content += (ulong)bytes.Length;
        }
        foreach ((_, byte[] bytes) in features) file.Raw(bytes);
        return file.ToArray();
    }

    public byte[] BuildPipe() => [.. PipeStart(), .. _records.SelectMany(static record => record)];

    /// <summary>
    /// All records inside of compressed ones of some bytes each, so that inner ones lie across their borders.
    /// </summary>
    /// <param name="type">81, or 83 with a length of its own and zeros behind.</param>
    /// <param name="pieceBytes">Bytes of the zstd stream in each.</param>
    public byte[] BuildCompressedPipe(int type, int pieceBytes)
    {
        byte[] packed = ZstdFrame.Store([.. _records.SelectMany(static record => record)]);
        OrderedBytes file = New().Raw(PipeStart());
        foreach (byte[] piece in packed.Chunk(pieceBytes))
        {
            byte[] body = type == 81 ? piece
                : New().U64((ulong)piece.Length).Raw(piece).Raw(new byte[(8 - (piece.Length % 8)) % 8]).ToArray();
            file.U32((uint)type).Raw(MiscAndSize(8 + body.Length)).Raw(body);
        }
        return file.ToArray();
    }

    private (ulong Id, uint Type, ulong Config, ulong SampleType, string Name)[] Attrs() =>
    [
        (EntryId, 2, TraceDatWriter.EntryId, SampleType, "irq:irq_handler_entry"),
        (ExitId, 2, TraceDatWriter.ExitId, SampleType, "irq:irq_handler_exit"),
        (CyclesId, 0, 0, SampleType & ~RawRecord, "cycles:P"),
    ];

    private byte[] PipeStart()
    {
        OrderedBytes file = New().U64(BigEndianMagic()).U64(16);
        foreach ((ulong Id, uint, ulong, ulong, string) attr in Attrs())
        {
            file.U32(64).Raw(MiscAndSize(8 + AttrBytes + 8)).Raw(Attr(attr)).U64(attr.Id);
        }
        // Behind the record, which has an odd place and says nothing of it in its own length.
        byte[] tracing = Formats.BuildTracingData("0.5");
        file.U32(66).Raw(MiscAndSize(12)).U32((uint)tracing.Length).Raw(tracing)
            .Raw(new byte[(8 - (tracing.Length % 8)) % 8]);
        byte[] kernel = Text(Kernel);
        file.U32(80).Raw(MiscAndSize(16 + kernel.Length)).U64(4).Raw(kernel);
        byte[] name = New().U64(2).U64(CyclesId).Name("cycles:P").Align(8).ToArray();
        return file.U32(78).Raw(MiscAndSize(8 + name.Length)).Raw(name).ToArray();
    }

    private byte[] Attr((ulong Id, uint Type, ulong Config, ulong SampleType, string Name) attr)
    {
        // sample_id_all, use_clockid
        ulong flags = Flag(18) | (ClockId is null ? 0 : Flag(25));
        OrderedBytes bytes = New().U32(attr.Type).U32((uint)AttrBytes).U64(attr.Config).U64(1).U64(attr.SampleType);
        bytes.U64(ReadFormat).U64(flags).U32(1).U32(0).U64(0).U64(0).U64(0).U64(0).U32(0).U32((uint)(ClockId ?? 0));
        return bytes.Raw(new byte[AttrBytes - bytes.Length]).ToArray();
    }

    private OrderedBytes Fixed(ulong id, int cpu, ulong timeNs, ulong parts)
    {
        OrderedBytes body = New();
        if ((parts & Identifier) != 0) body.U64(id);
        if ((parts & Ip) != 0) body.U64(0xffffffff81000000);
        if ((parts & Thread) != 0) body.U32(7).U32(8);
        if ((parts & Time) != 0) body.U64(timeNs);
        if ((parts & Address) != 0) body.U64(1);
        if ((parts & Id) != 0) body.U64(id);
        if ((parts & StreamId) != 0) body.U64(id);
        if ((parts & Cpu) != 0) body.U32((uint)cpu).U32(0);
        if ((parts & Period) != 0) body.U64(1);
        if ((parts & ReadCounter) != 0 && (ReadFormat & 8) != 0) body.U64(2).U64(5).U64(6).U64(7).U64(8);
        else if ((parts & ReadCounter) != 0) body.U64(5);
        if ((parts & CallChain) != 0) body.U64(3).U64(1).U64(2).U64(3);
        return body;
    }

    private byte[] Trailer(ulong id, int cpu, ulong timeNs)
    {
        OrderedBytes bytes = New();
        if ((SampleType & Thread) != 0) bytes.U32(7).U32(8);
        if ((SampleType & Time) != 0) bytes.U64(timeNs);
        if ((SampleType & Id) != 0) bytes.U64(id);
        if ((SampleType & StreamId) != 0) bytes.U64(id);
        if ((SampleType & Cpu) != 0) bytes.U32((uint)cpu).U32(0);
        if ((SampleType & Identifier) != 0) bytes.U64(id);
        return bytes.ToArray();
    }

    private byte[] Names()
    {
        OrderedBytes bytes = New().U32((uint)Attrs().Length).U32((uint)AttrBytes);
        foreach ((ulong Id, uint, ulong, ulong, string Name) attr in Attrs())
            bytes.Raw(Attr(attr)).U32(1).Raw(Text(attr.Name)).U64(attr.Id);
        return bytes.ToArray();
    }

    private byte[] Text(string text) => New().U32(64).Name(text).Raw(new byte[63 - text.Length]).ToArray();

    private byte[] MiscAndSize(int size) => New().U16(0).U16(size).ToArray();

    private ulong Flag(int bit) => 1UL << (BigEndian ? 63 - bit : bit);

    /// <summary>The same number in either order of bytes, which tells the order.</summary>
    private static ulong BigEndianMagic() => BitConverter.ToUInt64("PERFILE2"u8);

    private OrderedBytes New() => new(BigEndian);
}
