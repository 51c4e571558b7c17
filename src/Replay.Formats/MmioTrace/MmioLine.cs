using System;
using Replay.Formats.Bytes;

namespace Replay.Formats.MmioTrace;

/// <summary>Sorts of lines (Linux Documentation/trace/mmiotrace.rst).</summary>
internal enum MmioLineKind
{
    Read,
    Write,
    Map,
    Unmap,
    Unknown,
    Mark,
    Version,
    Lspci,
    PciDevice,

    /// <summary>None of them.</summary>
    Foreign,

    /// <summary>It starts as one of them and does not go on as one.</summary>
    Broken,
}

// W 4 7.146069 2 0xfebc2000 0xfee01004 0x0 0
// MAP 7.144808 2 0xfebc2000 0xffffc9000006d000 0x410 0x0 0
// UNMAP 7.171009 2 0x0 0
// MARK 7.055028 MARK 3 load nvme

/// <summary>One line of the mmiotrace tracer (Linux kernel/trace/trace_mmiotrace.c).</summary>
internal readonly ref struct MmioLine
{
    private const ulong SecondsMax = 10_000_000_000;

    public MmioLineKind Kind { get; private init; }

    public ulong TimeNs { get; private init; }

    /// <summary>Mapping that is made, ended or accessed.</summary>
    public uint Map { get; private init; }

    /// <summary>Physical address.</summary>
    public ulong Address { get; private init; }

    /// <summary>What was read or written; bytes of a mapping.</summary>
    public ulong Value { get; private init; }

    /// <summary>Bytes of an access: 1, 2, 4 or 8.</summary>
    public int Width { get; private init; }

    /// <summary>What follows the first word of a mark, of PCIDEV and of LSPCI.</summary>
    public ReadOnlySpan<byte> Text { get; private init; }

    public static MmioLineKind Parse(ReadOnlySpan<byte> line, out MmioLine result)
    {
        result = default;
        var text = new LineCursor(line);
        MmioLineKind kind = KindOf(ref text);
        bool read = kind switch
        {
            MmioLineKind.Read or MmioLineKind.Write => TryAccess(kind, ref text, out result),
            MmioLineKind.Map => TryMap(ref text, out result),
            MmioLineKind.Unmap => TryUnmap(ref text, out result),
            MmioLineKind.Mark => TryMark(ref text, out result),
            MmioLineKind.Unknown => TryUnknown(ref text, out result),
            MmioLineKind.Version or MmioLineKind.Lspci or MmioLineKind.PciDevice => TryText(kind, ref text, out result),
            _ => true,
        };
        return read ? kind : MmioLineKind.Broken;
    }

    private static MmioLineKind KindOf(scoped ref LineCursor text)
    {
        if (text.Take("R "u8)) return MmioLineKind.Read;
        if (text.Take("W "u8)) return MmioLineKind.Write;
        if (text.Take("MAP "u8)) return MmioLineKind.Map;
        if (text.Take("UNMAP "u8)) return MmioLineKind.Unmap;
        if (text.Take("UNKNOWN "u8)) return MmioLineKind.Unknown;
        if (text.Take("MARK "u8)) return MmioLineKind.Mark;
        if (text.Take("VERSION "u8)) return MmioLineKind.Version;
        if (text.Take("LSPCI "u8)) return MmioLineKind.Lspci;
        return text.Take("PCIDEV "u8) ? MmioLineKind.PciDevice : MmioLineKind.Foreign;
    }

    private static bool TryAccess(MmioLineKind kind, scoped ref LineCursor text, out MmioLine result)
    {
        result = default;
        if (!text.TakeNumber(out ulong width) || width is not (1 or 2 or 4 or 8)
            || !TryTime(ref text, out ulong time) || !text.Take(" "u8, 32, out ulong map)
            || !text.Take(" "u8, 64, out ulong address) || !text.Take(" "u8, (int)width * 8, out ulong value)
            || !TryPlace(ref text))
            return false;
        result = new MmioLine
        {
            Kind = kind,
            TimeNs = time,
            Map = (uint)map,
            Address = address,
            Value = value,
            Width = (int)width,
        };
        return true;
    }

    private static bool TryMap(scoped ref LineCursor text, out MmioLine result)
    {
        result = default;
        if (!TrySeconds(ref text, out ulong time) || !text.Take(" "u8, 32, out ulong map)
            || !text.Take(" "u8, 64, out ulong address) || !text.Take(" "u8, 64, out _)
            || !text.Take(" "u8, 64, out ulong length) || !TryPlace(ref text))
            return false;
        result = new MmioLine
        {
            Kind = MmioLineKind.Map,
            TimeNs = time,
            Map = (uint)map,
            Address = address,
            Value = length,
        };
        return true;
    }

    private static bool TryUnmap(scoped ref LineCursor text, out MmioLine result)
    {
        result = default;
        if (!TrySeconds(ref text, out ulong time) || !text.Take(" "u8, 32, out ulong map) || !TryPlace(ref text))
            return false;
        result = new MmioLine { Kind = MmioLineKind.Unmap, TimeNs = time, Map = (uint)map };
        return true;
    }

    // UNKNOWN 7.146069 2 0xfebc2000 0f,b6,00 0x0 0
    private static bool TryUnknown(scoped ref LineCursor text, out MmioLine result)
    {
        result = default;
        if (!TrySeconds(ref text, out ulong time) || !text.Take(" "u8, 32, out ulong map)
            || !text.Take(" "u8, 64, out ulong address) || !text.Take(" "u8)
            || !text.TakeUntil((byte)' ', out _) || !text.TakeNumber(out _)
            || !text.Take(" "u8) || !text.TakeNumber(out _) || !text.IsAtEnd)
            return false;
        result = new MmioLine { Kind = MmioLineKind.Unknown, TimeNs = time, Map = (uint)map, Address = address };
        return true;
    }

    private static bool TryMark(scoped ref LineCursor text, out MmioLine result)
    {
        result = default;
        if (!TrySeconds(ref text, out ulong time) || !(text.Take(" "u8) || text.IsAtEnd)) return false;
        result = new MmioLine { Kind = MmioLineKind.Mark, TimeNs = time, Text = text.Rest };
        return true;
    }

    private static bool TryText(MmioLineKind kind, scoped ref LineCursor text, out MmioLine result)
    {
        result = new MmioLine { Kind = kind, Text = text.Rest };
        return true;
    }

    /// <summary>Address of the instruction and process: always 0 in today's kernels, and of no use.</summary>
    private static bool TryPlace(scoped ref LineCursor text) =>
        text.Take(" "u8, 64, out _) && text.Take(" "u8, 32, out _) && text.IsAtEnd;

    private static bool TryTime(scoped ref LineCursor text, out ulong timeNs)
    {
        timeNs = 0;
        return text.Take(" "u8) && TrySeconds(ref text, out timeNs);
    }

    /// <summary>Seconds and six digits of microseconds.</summary>
    private static bool TrySeconds(scoped ref LineCursor text, out ulong timeNs)
    {
        timeNs = 0;
        if (!text.TakeNumber(out ulong seconds) || seconds > SecondsMax || !text.Take("."u8)) return false;
        int before = text.Rest.Length;
        if (!text.TakeNumber(out ulong micros) || before - text.Rest.Length != 6) return false;
        timeNs = (seconds * 1_000_000_000) + (micros * 1000);
        return true;
    }
}
