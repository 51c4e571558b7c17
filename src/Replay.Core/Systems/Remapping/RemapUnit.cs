using Replay.Core.Checkpoints;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Systems.Remapping;

/// <summary>
/// A VT-d unit: the table in memory, the copy that the hardware may hold of each entry, and who takes entries. Built on
/// the same table as recorded machines.
/// </summary>
internal sealed class RemapUnit
{
    private readonly IrteTable _table = new(IrteTable.IntelEntries);
    private int _limit = IrteTable.IntelEntries;
    private int _taken;

    /// <summary>Entries written.</summary>
    public int Used => _table.Used;

    /// <summary>Entry-cache invalidations.</summary>
    public int Invalidations { get; private set; }

    /// <summary>Only this many entries are still free.</summary>
    public void Limit(uint free) => _limit = (int)uint.Min((uint)_taken + free, IrteTable.IntelEntries);

    /// <summary>alloc_irte: the lowest free index, or -1.</summary>
    public int Take(int irq)
    {
        if (_taken >= _limit) return -1;
        for (int index = 0; _table.TryEnsure(index); index++)
        {
            if (_table[index].Irq >= 0) continue;
            _table[index].Irq = irq;
            _taken++;
            return index;
        }
        return -1;
    }

    public void Give(int index)
    {
        _table[index].Irq = IrqDesc.None;
        _taken--;
    }

    /// <summary>
    /// modify_irte: what is written becomes visible with the invalidation; without one the old value may stay.
    /// </summary>
    public void Write(int index, int cpu, byte vector, bool present, bool invalidate, long eventIndex)
    {
        ulong lo = present ? (ulong)(uint)cpu << 32 | (ulong)vector << 16 | IrteBits.Present : 0;
        _table.Write(index, lo, 0, eventIndex);
        if (!invalidate) return;
        _table.Invalidate(index, 1);
        Invalidations++;
    }

    /// <summary>What the hardware answers: its copy where that was not invalidated.</summary>
    public ulong Look(int index)
    {
        if (index >= _table.Count) return 0;
        ref Irte entry = ref _table[index];
        return entry.Stale ? entry.CachedLo : entry.Lo;
    }

    /// <summary>Entry as it lies in memory.</summary>
    public ulong InMemory(int index) => _table[index].Lo;

    public bool IsStale(int index) => _table[index].Stale;

    public long WriteEvent(int index) => _table[index].WriteEvent;

    /// <summary>Saves or restores the table.</summary>
    public void Transfer(StateArchive archive)
    {
        _table.Transfer(archive);
        _limit = archive.Count(_limit, IrteTable.IntelEntries);
        _taken = archive.Value(_taken);
        Invalidations = archive.Value(Invalidations);
    }
}
