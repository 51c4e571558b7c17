using System;
using System.Buffers.Binary;
using System.Globalization;

namespace Replay.Formats.PerfData;

/// <summary>
/// One recorded event: what its samples hold, and where. Compiled once, so that a sample's time and CPU are two loads
/// at known places; only what has a length of its own is walked.
/// </summary>
internal sealed class PerfAttr
{
    private const int FlagSampleIdAll = 18;
    private const int FlagUseClockId = 25;

    // enum perf_hw_id, perf_sw_ids
    private static readonly string[] HardwareNames =
    [
        "cycles", "instructions", "cache-references", "cache-misses", "branches", "branch-misses", "bus-cycles",
        "stalled-cycles-frontend", "stalled-cycles-backend", "ref-cycles",
    ];

    private static readonly string[] SoftwareNames =
    [
        "cpu-clock", "task-clock", "page-faults", "context-switches", "cpu-migrations", "minor-faults", "major-faults",
        "alignment-faults", "emulation-faults", "dummy", "bpf-output", "cgroup-switches",
    ];

    private readonly SampleParts _parts;
    private readonly ReadFormat _readFormat;

    private PerfAttr(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        Type = U32(bytes, bigEndian);
        Config = U64(bytes[8..], bigEndian);
        _parts = (SampleParts)U64(bytes[24..], bigEndian);
        _readFormat = (ReadFormat)U64(bytes[32..], bigEndian);
        ulong flags = U64(bytes[40..], bigEndian);
        HasTrailer = IsSet(flags, FlagSampleIdAll, bigEndian);
        if (IsSet(flags, FlagUseClockId, bigEndian) && bytes.Length >= 96)
            Clock = ClockName((int)U32(bytes[92..], bigEndian));
        Name = DefaultName(Type, Config);

        int at = 0;
        IdOffset = Take(SampleParts.Identifier, ref at);
        Take(SampleParts.Ip, ref at);
        Take(SampleParts.Thread, ref at);
        TimeOffset = Take(SampleParts.Time, ref at);
        Take(SampleParts.Address, ref at);
        int id = Take(SampleParts.Id, ref at);
        if (IdOffset < 0) IdOffset = id;
        Take(SampleParts.StreamId, ref at);
        CpuOffset = Take(SampleParts.Cpu, ref at);
        Take(SampleParts.Period, ref at);
        FixedBytes = at;

        // The trailer of other records, told from their end: thread, time, id, stream, CPU, identifier.
        at = 0;
        TrailerIdFromEnd = TakeFromEnd(SampleParts.Identifier, ref at);
        TrailerCpuFromEnd = TakeFromEnd(SampleParts.Cpu, ref at);
        TakeFromEnd(SampleParts.StreamId, ref at);
        id = TakeFromEnd(SampleParts.Id, ref at);
        if (TrailerIdFromEnd < 0) TrailerIdFromEnd = id;
        TrailerTimeFromEnd = TakeFromEnd(SampleParts.Time, ref at);
    }

    [Flags]
    private enum ReadFormat : ulong
    {
        TimeEnabled = 1,
        TimeRunning = 2,
        Id = 4,
        Group = 8,
        Lost = 16,
    }

    /// <summary>Kind of event source; <see cref="PerfSpec.TypeTracepoint"/> is the one that matters.</summary>
    public uint Type { get; }

    /// <summary>Which event of that source.</summary>
    public ulong Config { get; }

    /// <summary>What perf calls it. For a tracepoint the format's own name counts.</summary>
    public string Name { get; set; }

    /// <summary>Clock that it was told to use; empty for perf's own.</summary>
    public string Clock { get; } = "";

    /// <summary>Samples of it, met so far.</summary>
    public long Count { get; set; }

    /// <summary>True when records that are no samples end with time and CPU too.</summary>
    public bool HasTrailer { get; }

    public bool IsTracepoint => Type == PerfSpec.TypeTracepoint;

    public bool HasRaw => (_parts & SampleParts.Raw) != 0;

    /// <summary>True when samples of several attributes can be told apart without knowing which one it is.</summary>
    public bool HasIdentifier => (_parts & SampleParts.Identifier) != 0;

    /// <summary>Places in a sample's body, in a trailer counted back from its end; -1 for what is not there.</summary>
    public int IdOffset { get; }
    public int TimeOffset { get; }
    public int CpuOffset { get; }
    public int TrailerIdFromEnd { get; }
    public int TrailerTimeFromEnd { get; }
    public int TrailerCpuFromEnd { get; }

    /// <summary>Bytes of a sample before what has a length of its own.</summary>
    public int FixedBytes { get; }

    /// <summary>Where a sample keeps what places it; null where it does not keep it all.</summary>
    public SampleShape? Shape => IdOffset < 0 || TimeOffset < 0 || CpuOffset < 0 ? null
        : new SampleShape(IdOffset, TimeOffset, CpuOffset);

    /// <param name="bytes">As many bytes as its maker knew; more than are known here are no harm.</param>
    /// <param name="bigEndian">Byte order of the file.</param>
    public static PerfAttr? Parse(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bytes.Length < PerfSpec.AttrBytesMin ? null : new PerfAttr(bytes, bigEndian);

    /// <summary>The tracepoint's record in a sample, common fields first; false when the sample is damaged.</summary>
    public bool TryFindRaw(ReadOnlySpan<byte> body, bool bigEndian, out int start, out int length)
    {
        start = length = 0;
        long at = FixedBytes;
        if ((_parts & SampleParts.Read) != 0 && !TryPassRead(body, bigEndian, ref at)) return false;
        if ((_parts & SampleParts.CallChain) != 0)
        {
            if (!TryCount(body, bigEndian, ref at, out ulong frames)) return false;
            at += (long)frames * 8;
        }
        if (at + 4 > body.Length) return false;
        uint size = U32(body[(int)at..], bigEndian);
        at += 4;
        if (size > body.Length - at) return false;
        start = (int)at;
        length = (int)size;
        return true;
    }

    internal static uint U32(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    internal static ulong U64(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    internal static string ClockName(int id) => id switch
    {
        0 => "realtime",
        1 => "mono",
        4 => "mono_raw",
        7 => "boot",
        11 => "tai",
        _ => string.Create(CultureInfo.InvariantCulture, $"clock-{id}"),
    };

    private static string DefaultName(uint type, ulong config) => type switch
    {
        0 when config < (ulong)HardwareNames.Length => HardwareNames[config],
        1 when config < (ulong)SoftwareNames.Length => SoftwareNames[config],
        _ => string.Create(CultureInfo.InvariantCulture, $"pmu-{type}/config=0x{config:x}/"),
    };

    /// <summary>
    /// Flags are a bit field of C: machines of the other byte order fill the word from its other end.
    /// </summary>
    private static bool IsSet(ulong flags, int bit, bool bigEndian) => (flags >> (bigEndian ? 63 - bit : bit) & 1) != 0;

    private int Take(SampleParts part, ref int at)
    {
        if ((_parts & part) == 0) return -1;
        at += 8;
        return at - 8;
    }

    private int TakeFromEnd(SampleParts part, ref int at)
    {
        if ((_parts & part) == 0) return -1;
        at += 8;
        return at;
    }

    private bool TryPassRead(ReadOnlySpan<byte> body, bool bigEndian, ref long at)
    {
        int times = Bit(ReadFormat.TimeEnabled) + Bit(ReadFormat.TimeRunning);
        int value = 1 + Bit(ReadFormat.Id) + Bit(ReadFormat.Lost);
        ulong values = 1;
        if ((_readFormat & ReadFormat.Group) != 0 && !TryCount(body, bigEndian, ref at, out values)) return false;
        at += (times * 8) + ((long)values * value * 8);
        return true;
    }

    private int Bit(ReadFormat bit) => (_readFormat & bit) != 0 ? 1 : 0;

    /// <summary>A count of 8-byte words that have to fit into the sample.</summary>
    private static bool TryCount(ReadOnlySpan<byte> body, bool bigEndian, ref long at, out ulong count)
    {
        count = 0;
        if (at + 8 > body.Length) return false;
        count = U64(body[(int)at..], bigEndian);
        at += 8;
        return count <= (ulong)body.Length / 8;
    }
}

/// <summary>Places in the body of a sample.</summary>
/// <param name="IdOffset">Number of its event.</param>
/// <param name="TimeOffset">Time.</param>
/// <param name="CpuOffset">CPU.</param>
internal sealed record SampleShape(int IdOffset, int TimeOffset, int CpuOffset)
{
    /// <summary>Bytes that have all of them.</summary>
    public int Bytes { get; } = Math.Max(IdOffset, Math.Max(TimeOffset, CpuOffset)) + 8;
}
