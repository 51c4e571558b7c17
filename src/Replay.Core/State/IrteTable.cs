using System;
using System.Numerics;

namespace Replay.Core.State;

/// <summary>One 128-bit remapping entry in memory, what the hardware may have cached of it, and who wrote it.</summary>
public struct Irte // mutable struct: never readonly
{
    public ulong Lo;
    public ulong Hi;

    /// <summary>
    /// Value before the last write: a legal answer of the hardware until an invalidation covers the index.
    /// </summary>
    public ulong CachedLo;
    public ulong CachedHi;

    /// <summary>Event of the last write; -1 when the entry was never written in the recording.</summary>
    public long WriteEvent;

    /// <summary>Interrupt that the entry belongs to; <see cref="IrqDesc.None"/> when not known.</summary>
    public int Irq;

    /// <summary>False until the entry's content is known.</summary>
    public bool Known;

    /// <summary>
    /// Known only because a unit read it: what it holds after the next invalidation is known when it is read again.
    /// </summary>
    public bool OnlyRead;

    /// <summary>True while the hardware may still use the cached value.</summary>
    public bool Stale;

    /// <summary>The same for an alias id of the device that shares the table (AMD).</summary>
    public bool StaleAlias;
}

/// <summary>
/// A remapping table: 65536 entries for VT-d (Linux always sets size 15), fewer for a device's AMD table. Grows by
/// doubling with the highest entry written.
/// </summary>
public sealed partial class IrteTable
{
    /// <summary>Entries of a VT-d table (INTR_REMAP_TABLE_ENTRIES).</summary>
    public const int IntelEntries = 65536;

    /// <summary>Entries of an AMD device table at most: 11 index bits.</summary>
    public const int AmdEntries = 2048;

    private Irte[] _entries = [];

    /// <param name="limit">Entries that the table can have.</param>
    public IrteTable(int limit) => Limit = limit;

    /// <summary>Entries that the table can have.</summary>
    public int Limit { get; }

    /// <summary>Entries with storage: 0 to this, exclusive.</summary>
    public int Count => _entries.Length;

    /// <summary>Entries written: 0 to this, exclusive.</summary>
    public int Used { get; private set; }

    /// <summary>Makes room for an entry; false when the table cannot have it.</summary>
    public bool TryEnsure(int index)
    {
        if ((uint)index >= (uint)Limit) return false;
        int from = _entries.Length;
        if (index < from) return true;
        Array.Resize(ref _entries, (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(index + 1, 64)));
        for (int i = from; i < _entries.Length; i++)
        {
            _entries[i].WriteEvent = -1;
            _entries[i].Irq = IrqDesc.None;
        }
        return true;
    }

    public ref Irte this[int index] => ref _entries[index];

    /// <summary>
    /// Stores both halves; the value before stays possible until <see cref="Invalidate"/>. The entry must have been
    /// ensured.
    /// </summary>
    public void Write(int index, ulong lo, ulong hi, long eventIndex)
    {
        ref Irte entry = ref _entries[index];
        entry.CachedLo = entry.Lo;
        entry.CachedHi = entry.Hi;
        entry.Stale = entry.Known;
        entry.Lo = lo;
        entry.Hi = hi;
        entry.Known = true;
        entry.OnlyRead = false;
        entry.WriteEvent = eventIndex;
        if (index >= Used) Used = index + 1;
    }

    /// <summary>
    /// A unit reads both halves. What was recorded of writes is believed; else it is what the entry holds. The entry
    /// must have been ensured.
    /// </summary>
    public void Read(int index, ulong lo, ulong hi)
    {
        ref Irte entry = ref _entries[index];
        if (entry.Known && !entry.OnlyRead) return;
        entry.Lo = lo;
        entry.Hi = hi;
        entry.Known = entry.OnlyRead = true;
        if (index >= Used) Used = index + 1;
    }

    /// <summary>
    /// The hardware drops its copy of entries [first, first + count): who asks for that has changed them, so what was
    /// only read of them is not known any more.
    /// </summary>
    public void Invalidate(int first, int count)
    {
        int end = first + count < Used ? first + count : Used;
        for (int i = first; i < end; i++)
        {
            _entries[i].Stale = false;
            if (_entries[i].OnlyRead) Forget(ref _entries[i]);
        }
    }

    /// <summary>Another table: what was only read belongs to the old one.</summary>
    public void ForgetRead()
    {
        for (int i = 0; i < Used; i++)
        {
            if (_entries[i].OnlyRead) Forget(ref _entries[i]);
        }
    }

    private static void Forget(ref Irte entry)
    {
        entry.Lo = entry.Hi = 0;
        entry.Known = entry.OnlyRead = false;
    }
}
