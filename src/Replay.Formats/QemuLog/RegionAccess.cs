using System;
using Replay.Formats.Bytes;

namespace Replay.Formats.QemuLog;

// cpu 2 mr 0x556bacd987d0 addr 0xfebce000 value 0xfee00238 size 4 name 'msix-table'

/// <summary>
/// Text of memory_region_ops_read and _write (QEMU system/trace-events). The region's name is printed since 6.2; its
/// pointer is not used, so that versions without it are read too.
/// </summary>
internal readonly ref struct RegionAccess
{
    private RegionAccess(int cpu, ulong address, ulong value, uint size, ReadOnlySpan<byte> region)
    {
        Cpu = cpu;
        Address = address;
        Value = value;
        Size = size;
        Region = region;
    }

    /// <summary>Virtual CPU; negative for an access that none made.</summary>
    public int Cpu { get; }

    /// <summary>Guest-physical address.</summary>
    public ulong Address { get; }

    public ulong Value { get; }

    /// <summary>Bytes: 1, 2, 4 or 8.</summary>
    public uint Size { get; }

    /// <summary>Name of the region; empty where the version does not print it.</summary>
    public ReadOnlySpan<byte> Region { get; }

    public static bool TryParse(ReadOnlySpan<byte> line, out RegionAccess access)
    {
        access = default;
        var text = new LineCursor(line);
        if (!text.Take("cpu "u8, 64, out ulong cpu) || (long)cpu is < -1 or > ushort.MaxValue) return false;
        if (text.Take(" mr "u8) && !(text.Take("(nil)"u8) || text.TakeNumber(out _))) return false;
        if (!text.Take(" addr "u8, 64, out ulong address) || !text.Take(" value "u8, 64, out ulong value)
            || !text.Take(" size "u8, 8, out ulong size) || size is not (1 or 2 or 4 or 8))
            return false;
        if (size < 8 && value >> ((int)size * 8) != 0) return false;
        ReadOnlySpan<byte> region = default;
        if (text.Take(" name '"u8) && !text.TakeUntil((byte)'\'', out region)) return false;
        if (!text.IsAtEnd) return false;
        access = new RegionAccess((int)(long)cpu, address, value, (uint)size, region);
        return true;
    }
}
