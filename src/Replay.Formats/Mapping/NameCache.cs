using System;
using Replay.Core.Checkpoints;

namespace Replay.Formats.Mapping;

/// <summary>
/// Recently met names of one operand: the bytes as recorded, and the index that they were interned to. A slot is picked
/// by the event's irq, because an irq keeps its name; the bytes decide, so a shared slot costs time and never truth.
/// </summary>
internal sealed class NameCache
{
    /// <summary>Longest text that is kept; longer ones are interned each time.</summary>
    private const int LengthMax = 64;

    /// <summary>Length of a slot that holds an address instead of text.</summary>
    private const ushort AddressMark = ushort.MaxValue;

    /// <summary>
    /// Slots that an address may be in; two functions that the recording alternates between must both stay.
    /// </summary>
    private const int AddressWays = 8;

    private readonly int _mask;
    private readonly byte[] _bytes;
    private readonly ushort[] _lengths;
    private readonly ushort[] _indexes;
    private readonly ulong[] _addresses;
    private int _addressCount;

    /// <param name="slots">A power of two.</param>
    /// <param name="forDevices">Which of the two name tables the indexes belong to.</param>
    public NameCache(int slots, bool forDevices)
    {
        _mask = slots - 1;
        _bytes = new byte[slots * LengthMax];
        _lengths = new ushort[slots];
        _indexes = new ushort[slots];
        _addresses = new ulong[slots];
        ForDevices = forDevices;
    }

    public bool ForDevices { get; }

    /// <summary>Finds a text; a slot's length is stored plus one, so that an empty slot matches nothing.</summary>
    public bool TryGet(uint hint, ReadOnlySpan<byte> text, out int index)
    {
        int slot = (int)hint & _mask;
        index = _indexes[slot];
        return _lengths[slot] == text.Length + 1 && text.SequenceEqual(_bytes.AsSpan(slot * LengthMax, text.Length));
    }

    public void Put(uint hint, ReadOnlySpan<byte> text, int index)
    {
        if (text.Length > LengthMax) return;
        int slot = (int)hint & _mask;
        if (_lengths[slot] == AddressMark) _addressCount--;
        text.CopyTo(_bytes.AsSpan(slot * LengthMax));
        _lengths[slot] = (ushort)(text.Length + 1);
        _indexes[slot] = (ushort)index;
    }

    public bool TryGet(ulong address, out int index)
    {
        int first = SlotOf(address);
        for (int way = 0; way < AddressWays; way++)
        {
            int slot = (first + way) & _mask;
            if (_lengths[slot] != AddressMark || _addresses[slot] != address) continue;
            index = _indexes[slot];
            return true;
        }
        index = 0;
        return false;
    }

    public void Put(ulong address, int index)
    {
        int first = SlotOf(address), way = 0;
        while (way < AddressWays && _lengths[(first + way) & _mask] == AddressMark) way++;
        PutAt(way < AddressWays ? (first + way) & _mask : first, address, index);
    }

    /// <summary>
    /// Saves or restores the addresses; texts are found again at the price of a look-up. An address would cost
    /// the reading of all symbols, and who goes to a saved place is in a hurry.
    /// </summary>
    public void Transfer(StateArchive archive)
    {
        int count = archive.Count(_addressCount, _lengths.Length);
        for (int slot = 0; count > 0; slot++)
        {
            if (!archive.IsLoading && _lengths[slot] != AddressMark) continue;
            slot = archive.Count(slot, _mask);
            ulong address = archive.Value(_addresses[slot]);
            int index = archive.Value(_indexes[slot]);
            if (archive.IsLoading) PutAt(slot, address, index);
            count--;
        }
    }

    private void PutAt(int slot, ulong address, int index)
    {
        if (_lengths[slot] != AddressMark) _addressCount++;
        _lengths[slot] = AddressMark;
        _addresses[slot] = address;
        _indexes[slot] = (ushort)index;
    }

    // Functions are aligned to 16 bytes, texts are not: both shifts spread both.
    private int SlotOf(ulong address) => (int)(address ^ (address >> 4) ^ (address >> 11)) & _mask;
}
