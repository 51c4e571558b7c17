using System;
using System.Globalization;
using Replay.Formats.Bytes;

namespace Replay.Formats.MmioTrace;

// PCIDEV 0008 1b360010 a febc0004 0 0 0 0 0 0 4000 0 0 0 0 0 0 nvme

/// <summary>A function as /proc/bus/pci/devices shows it: where it is, and its memory.</summary>
internal sealed class PciDevice
{
    private const int Resources = 7, Bars = 6;
    private const ulong IoFlag = 1, FlagBits = 0xF;

    private readonly ulong[] _start = new ulong[Bars];
    private readonly ulong[] _length = new ulong[Bars];

    private PciDevice(ushort address) => Name = string.Create(CultureInfo.InvariantCulture,
        $"0000:{address >> 8:x2}:{address >> 3 & 31:x2}.{address & 7}");

    /// <summary>As the kernel prints it (<c>0000:00:01.0</c>).</summary>
    public string Name { get; }

    /// <summary>Index of the name for events.</summary>
    public ushort Device { get; set; }

    /// <summary>Entries of the MSI-X table, and where it lies, where LSPCI lines say so; 0 when they do not.</summary>
    public ulong TableBytes { get; set; }

    public ulong TableStart { get; set; }

    /// <summary>Reads the text of a PCIDEV line; null when it is none.</summary>
    public static PciDevice? Parse(ReadOnlySpan<byte> line)
    {
        var text = new LineCursor(line);
        if (!text.TakeHex(out ulong address) || address > ushort.MaxValue || !text.Take(" "u8)
            || !text.TakeHex(out ulong ids) || ids > uint.MaxValue || !text.Take(" "u8) || !text.TakeHex(out _))
            return null;
        var device = new PciDevice((ushort)address);
        Span<ulong> starts = stackalloc ulong[Resources], lengths = stackalloc ulong[Resources];
        if (!TryRow(ref text, starts) || !TryRow(ref text, lengths) || !text.Take(" "u8)) return null;
        for (int i = 0; i < Bars; i++)
        {
            if ((starts[i] & IoFlag) != 0) continue;
            device._start[i] = starts[i] & ~FlagBits;
            device._length[i] = lengths[i];
        }
        return device;
    }

    /// <summary>True when a range lies in one of its memory resources.</summary>
    public bool Holds(ulong address, ulong length)
    {
        for (int i = 0; i < Bars; i++)
        {
            if (address >= _start[i] && length <= _length[i] && address - _start[i] <= _length[i] - length) return true;
        }
        return false;
    }

    /// <summary>The MSI-X table as lspci shows it: entries, BAR and offset.</summary>
    public void SetTable(uint entries, int bar, ulong offset)
    {
        const int EntryBytes = 16;
        if (bar >= Bars || offset > _length[bar] || entries * EntryBytes > _length[bar] - offset) return;
        TableStart = _start[bar] + offset;
        TableBytes = entries * EntryBytes;
    }

    private static bool TryRow(ref LineCursor text, scoped Span<ulong> row)
    {
        foreach (ref ulong value in row)
        {
            if (!text.Take(" "u8) || !text.TakeHex(out value)) return false;
        }
        return true;
    }
}
