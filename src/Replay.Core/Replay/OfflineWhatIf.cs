using System;
using System.Collections.Generic;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <summary>A place that the rules keep though the recorded kernel gave it back.</summary>
/// <param name="Irq">Interrupt whose old place it is.</param>
/// <param name="Cpu">CPU that went offline.</param>
/// <param name="Vector">Vector there.</param>
/// <param name="Managed">It belongs to those set aside.</param>
/// <param name="Event">Event at which the recorded kernel gave it back.</param>
/// <param name="TimeNs">Its time.</param>
/// <param name="Delivered">Handler runs of the interrupt until then.</param>
internal readonly record struct KeptPlace(int Irq, ushort Cpu, byte Vector, bool Managed, long Event, ulong TimeNs, long Delivered);

/// <summary>
/// cpu.forceCompleteFirst as the user chose it, against a recording whose kernel may have done otherwise: old places of
/// pending moves on a CPU that goes offline. Remembers in what the machine's books differ from the recorded ones, so that
/// recorded counters can still be checked and taken over.
/// </summary>
public sealed partial class OfflineWhatIf
{
    private const int KeptMax = 4096;

    private readonly List<KeptPlace> _kept = [];
    private CpuBooks[] _books = [];

    public OfflineWhatIf(bool givesBack) => GivesBack = givesBack;

    /// <summary>The chosen alternative is <c>yes</c>: the dying CPU gives the old place back.</summary>
    public bool GivesBack { get; }

    /// <summary>Event at which the rules first decided otherwise than the recorded kernel; -1 when never.</summary>
    public long FirstEvent { get; private set; } = -1;

    public ulong FirstTimeNs { get; private set; }

    public int FirstIrq { get; private set; }

    public int FirstCpu { get; private set; }

    public int FirstVector { get; private set; }

    /// <summary>Places decided otherwise: given back though the recorded kernel kept them, or the other way round.</summary>
    public long Decisions { get; private set; }

    /// <summary>Places on CPUs that went offline with nothing recorded of what they did: not decided otherwise.</summary>
    public long Undecided { get; internal set; }

    /// <summary>Recorded events that belong to places which the rules had given back before.</summary>
    public long Ignored { get; internal set; }

    /// <summary>Recorded refusals (-ENOSPC) that vectors given back would have spared.</summary>
    public long Spared { get; internal set; }

    /// <summary>Recorded allocations for which the rules would have left no vector.</summary>
    public long Refused { get; private set; }

    /// <summary>True when the CPU's books differ from the recorded ones.</summary>
    internal bool Differs(int cpu) => cpu < _books.Length && (_books[cpu].Allocated != 0 || _books[cpu].Available != 0);

    /// <summary>Vectors that the machine has available on a CPU beyond what is recorded.</summary>
    internal int MoreAvailable(int cpu) => cpu < _books.Length ? _books[cpu].Available : 0;

    /// <summary>Vectors in use on a CPU beyond what is recorded, without a number.</summary>
    internal int KeptOn(int cpu) => cpu < _books.Length ? Math.Max(0, -_books[cpu].Allocated) : 0;

    /// <summary>True when the rules gave the place back and the recorded kernel still has it.</summary>
    internal bool HasFreed(int cpu, byte vector) => cpu < _books.Length && _books[cpu].Freed[vector];

    /// <summary>The rules give a place back that the recorded kernel keeps.</summary>
    internal void Free(in KeptPlace place)
    {
        Decide(in place);
        ref CpuBooks books = ref BooksOf(place.Cpu);
        books.Freed[place.Vector] = true;
        Shift(ref books, place.Managed, 1);
        _total++;
        if (place.Managed) books.FreedManaged[place.Vector] = true;
    }

    /// <summary>The recorded kernel gives a place back too, at last: the books agree on it again.</summary>
    internal bool MeetFree(int cpu, byte vector, bool mapOnline)
    {
        if (!HasFreed(cpu, vector)) return false;
        ref CpuBooks books = ref _books[cpu];
        books.Freed[vector] = false;
        Shift(ref books, books.FreedManaged[vector], -1);
        books.FreedManaged[vector] = false;
        if (mapOnline) _total--;
        Ignored++;
        return true;
    }

    /// <summary>The rules keep a place that the recorded kernel gives back; false when too many are kept already.</summary>
    internal bool TryKeep(in KeptPlace place)
    {
        if (_kept.Count == KeptMax) return false;
        Decide(in place);
        _kept.Add(place);
        Shift(ref BooksOf(place.Cpu), place.Managed, -1);
        _total--;
        return true;
    }

    /// <summary>A kept place is given back after all.</summary>
    internal void Release(in KeptPlace place, bool mapOnline)
    {
        Shift(ref BooksOf(place.Cpu), place.Managed, 1);
        if (mapOnline) _total++;
    }

    /// <summary>A recorded allocation finds no vector: one kept place less is counted, its vector stands for the refused one.</summary>
    internal void Refuse(int cpu, bool mapOnline)
    {
        Refused++;
        Shift(ref BooksOf(cpu), managed: false, 1);
        if (mapOnline) _total++;
    }

    /// <summary>Takes one kept place out that fits; of an interrupt or CPU when not negative.</summary>
    internal bool TryTakeKept(int irq, int cpu, out KeptPlace place)
    {
        for (int i = 0; i < _kept.Count; i++)
        {
            place = _kept[i];
            if ((irq >= 0 && place.Irq != irq) || (cpu >= 0 && place.Cpu != cpu)) continue;
            _kept.RemoveAt(i);
            return true;
        }
        place = default;
        return false;
    }

    /// <summary>Recorded counters of a CPU as they would be.</summary>
    internal CpuCounters Translate(int cpu, in CpuCounters recorded)
    {
        if (!Differs(cpu)) return recorded;
        ref CpuBooks books = ref _books[cpu];
        return recorded with
        {
            Available = (uint)(recorded.Available + books.Available),
            Allocated = (uint)(recorded.Allocated - books.Allocated),
        };
    }

    /// <summary>Recorded global counters as they would be.</summary>
    internal GlobalCounters Translate(VectorMatrix matrix, in GlobalCounters recorded)
    {
        int available = 0;
        for (int cpu = 0; cpu < Math.Min(_books.Length, matrix.Count); cpu++)
        {
            if (matrix[cpu].Online) available += _books[cpu].Available;
        }
        return recorded with
        {
            GlobalAvailable = (uint)(recorded.GlobalAvailable + available),
            TotalAllocated = (uint)(recorded.TotalAllocated - _total),
        };
    }

    private int _total;

    private void Decide(in KeptPlace place)
    {
        if (Decisions++ > 0) return;
        FirstEvent = place.Event;
        FirstTimeNs = place.TimeNs;
        FirstIrq = place.Irq;
        FirstCpu = place.Cpu;
        FirstVector = place.Vector;
    }

    private ref CpuBooks BooksOf(int cpu)
    {
        if (cpu >= _books.Length) Array.Resize(ref _books, cpu + 1);
        return ref _books[cpu];
    }

    private static void Shift(ref CpuBooks books, bool managed, int by)
    {
        books.Allocated += by;
        if (!managed) books.Available += by;
    }

    /// <summary>What one CPU's books have that the recorded ones have not: fewer allocated, more available.</summary>
    private struct CpuBooks
    {
        public Bits256 Freed;
        public Bits256 FreedManaged;
        public int Allocated;
        public int Available;
    }
}
