using System;
using System.Buffers.Binary;

namespace Replay.Formats.PerfData;

// header (file)  magic 8 · u64 header size · u64 attr size · attrs, data, event types: u64 offset, u64 size each · 256 bits
// header (pipe)  magic 8 · u64 16
// record         u32 type · u16 misc · u16 size, itself included · body
// (include/uapi/linux/perf_event.h, tools/perf/util/header.h, tools/perf/Documentation/perf.data-file-format.txt, 6.12)

/// <summary>Numbers of the perf.data format.</summary>
internal static class PerfSpec
{
    public const int PipeHeaderBytes = 16;
    public const int FileHeaderBytes = 104;

    /// <summary>Header of version 1, whose features begin where those of version 2 do.</summary>
    public const int AttrsOffset = 24;
    public const int DataOffset = 40;
    public const int FeaturesOffset = 72;
    public const int FeatureBits = 256;

    public const int RecordHeaderBytes = 8;

    /// <summary>Fields that every attribute has had from the first: up to the type of a breakpoint.</summary>
    public const int AttrBytesMin = 64;
    public const int AttrBytesMax = 4096;

    /// <summary>Most attributes: perf makes one an event, a CPU's events share it.</summary>
    public const int AttrsMax = 1 << 16;

    /// <summary>Most sample numbers of all attributes: events times CPUs.</summary>
    public const int IdsMax = 1 << 22;

    public const uint TypeTracepoint = 2;

    /// <summary>Bytes of the record that starts with this header, which count the header.</summary>
    public static int RecordBytes(ReadOnlySpan<byte> header, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(header[6..])
            : BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);

    public static ReadOnlySpan<byte> Magic => "PERFILE2"u8;

    public static ReadOnlySpan<byte> MagicSwapped => "2ELIFREP"u8;

    public static ReadOnlySpan<byte> MagicVersion1 => "PERFFILE"u8;
}

/// <summary>Types of records that are looked at; all others are passed over by their size.</summary>
internal enum PerfRecord : uint
{
    Lost = 2,
    Sample = 9,
    LostSamples = 13,

    /// <summary>The first type that perf makes and the kernel does not.</summary>
    Attr = 64,
    TracingData = 66,
    AuxTrace = 71,
    EventUpdate = 78,
    Feature = 80,
    Compressed = 81,
    Compressed2 = 83,

    /// <summary>No perf has made a type like this: what looks like one is something else.</summary>
    Absurd = 256,
}

/// <summary>Sections behind the data, by number of their bit.</summary>
internal enum PerfFeature
{
    TracingData = 1,
    OsRelease = 4,
    CpuCount = 7,
    EventNames = 12,
    ClockData = 29,
}

/// <summary>What a sample holds, in the order in which it holds it.</summary>
[Flags]
internal enum SampleParts : ulong
{
    Ip = 1 << 0,
    Thread = 1 << 1,
    Time = 1 << 2,
    Address = 1 << 3,
    Read = 1 << 4,
    CallChain = 1 << 5,
    Id = 1 << 6,
    Cpu = 1 << 7,
    Period = 1 << 8,
    StreamId = 1 << 9,
    Raw = 1 << 10,
    Identifier = 1 << 16,
}
