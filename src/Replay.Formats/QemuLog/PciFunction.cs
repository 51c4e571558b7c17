using System;

namespace Replay.Formats.QemuLog;

/// <summary>One entry of an MSI-X table, as the stores into it left it.</summary>
internal struct TableEntry // mutable struct: never readonly
{
    public ulong Address;
    public uint Data;

    /// <summary>Which of the four words were stored: bits 0 to 3.</summary>
    public byte Stored;

    public bool Masked;

    /// <summary>The device said that it raises this entry, and the message did not leave yet.</summary>
    public bool Owed;
}

/// <summary>A PCI function as config-space writes and its MSI-X table tell of it.</summary>
internal sealed class PciFunction
{
    private const int Bars = 6, BarsOfBridge = 2;
    private const uint IsIo = 1, Is64Bit = 4, FlagBits = 0xF, AllOnes = 0xFFFF_FFF0;

    private readonly uint[] _bars = new uint[Bars];
    private readonly bool[] _set = new bool[Bars];
    private TableEntry[] _table = [];

    /// <summary>Index of the name under which events speak of it.</summary>
    public required ushort Device { get; init; }

    /// <summary>Index of the name that QEMU prints of its model (<c>nvme</c>).</summary>
    public int Model { get; set; }

    /// <summary>Type 1 header: two BARs, then bus numbers and windows (PCI-to-PCI bridge specification 3.2).</summary>
    public bool IsBridge { get; set; }

    /// <summary>MSI-X enabled, the function masked; null until its control word was written.</summary>
    public bool? Enabled { get; set; }

    public bool FunctionMask { get; set; }

    /// <summary>Offset of the MSI-X capability; 0 until the write of its control word showed it.</summary>
    public int Capability { get; set; }

    /// <summary>Start of the table from its BAR on; null until a store or a read of the capability showed it.</summary>
    public ulong? TableStart { get; set; }

    /// <summary>The capability told it.</summary>
    public bool CapabilityRead { get; set; }

    /// <summary>Entries that were stored into or raised: 0 to this, exclusive.</summary>
    public int Entries { get; private set; }

    public ref TableEntry this[int entry] => ref _table[entry];

    /// <summary>Makes room for an entry, and returns by how many places the table grew.</summary>
    public int Ensure(int entry)
    {
        int grown = 0;
        if (entry >= _table.Length)
        {
            grown = Math.Max(entry + 1, Math.Max(8, _table.Length * 2)) - _table.Length;
            Array.Resize(ref _table, _table.Length + grown);
        }
        Entries = Math.Max(Entries, entry + 1);
        return grown;
    }

    /// <summary>
    /// A word of the header is written. All ones ask for the size of a BAR and are no address.
    /// </summary>
    public void SetBar(int index, uint value)
    {
        _set[index] = (value & AllOnes) != AllOnes;
        _bars[index] = value;
    }

    /// <summary>
    /// True when a BAR begins below an address and nearer than <paramref name="distance"/>, which then is the distance.
    /// </summary>
    public bool Approach(ulong address, ref ulong distance)
    {
        bool found = false;
        for (int i = 0; i < (IsBridge ? BarsOfBridge : Bars); i++)
        {
            if (!_set[i] || (_bars[i] & IsIo) != 0 || !TryBase(i, address, out ulong start)) continue;
            if (start == 0 || start > address || address - start >= distance) continue;
            distance = address - start;
            found = true;
        }
        return found;
    }

    /// <summary>
    /// Base of a BAR, whose type bits firmware does not always write: for an address above 4 GB the next word must be
    /// its upper half, for one below there must be none.
    /// </summary>
    private bool TryBase(int index, ulong address, out ulong start)
    {
        uint low = _bars[index] & ~FlagBits, high = (uint)(address >> 32);
        start = ((ulong)high << 32) | low;
        bool hasNext = index + 1 < Bars && _set[index + 1];
        if (high != 0) return hasNext && _bars[index + 1] == high;
        return (_bars[index] & Is64Bit) == 0 || !hasNext || _bars[index + 1] == 0;
    }
}
