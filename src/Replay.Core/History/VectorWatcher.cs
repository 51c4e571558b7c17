using Replay.Core.Events;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>One vector of one CPU: who owns the slot, and whether the allocator has given it out.</summary>
internal sealed class VectorWatcher : Watcher
{
    private readonly int _cpu;
    private readonly byte _vector;
    private readonly Snapshot _none = new(VectorTable.Unknown, Hold.None, false, false, false, Online.Unknown);
    private Snapshot _before;

    // The last interrupt that had the vector: what a leak is told of.
    private int _lastOwner = IrqDesc.None;

    public VectorWatcher(HistorySubject subject)
        : base(subject)
    {
        _cpu = subject.Cpu;
        _vector = subject.Vector;
        _before = _none;
    }

    /// <summary>What the vector is to the interrupt in its slot.</summary>
    private enum Hold : byte
    {
        None,
        Current,

        /// <summary>Its old place: kept until its clean-up.</summary>
        Old,

        /// <summary>Forgotten with its CPU offline: allocated, and nobody's.</summary>
        Lost,
    }

    protected override void Compare(in Moment at)
    {
        Snapshot now = Take(at.Machine);
        if (at.Arrived) CountOwnArrival(in at);
        if (now == _before) return;
        if (at.Record.Kind is >= EventKind.MatrixOnline and <= EventKind.MatrixAllocReserved) CauseIrq = IrqEvent.NoIrq;
        else if (now.Slot >= 0) CauseIrq = (uint)now.Slot;
        else if (_before.Slot >= 0) CauseIrq = (uint)_before.Slot;
        NoteOwner(in at, now);
        NoteAllocation(in at, now);
        if (now.Online != _before.Online && _before.Online != Online.Unknown
            && _before.Hold is Hold.Current or Hold.Old)
        {
            Note(in at, HistoryChange.Cpu, Say(_before.Online), Say(now.Online),
                Invariant($"CPU {_cpu} is {Say(now.Online)}"));
        }
        _before = now;
    }

    protected override void Forget()
    {
        _before = _none;
        _lastOwner = IrqDesc.None;
    }

    public override string DescribeNow(MachineState machine, ApicIds apicIds)
    {
        string cpu = machine.IsOffline(_cpu) ? Invariant($"; CPU {_cpu} is offline") : "";
        string whose = _before switch
        {
            { Hold: Hold.Lost } =>
                Invariant($"lost by irq {_lastOwner}: {(_before.Allocated ? "still allocated, " : "")}owned by nobody"),
            { Hold: Hold.Current } => $"belongs to {Wording.Owner(_before.Slot)}",
            { Hold: Hold.Old } => $"old place of {Wording.Owner(_before.Slot)}, not given back yet",
            { Slot: >= 0 } => $"slot of {Wording.Owner(_before.Slot)}",
            { System: true } => "a vector of the system",
            { Allocated: true } => "allocated, its owner is not known",
            { Managed: true } => "set aside for managed interrupts",
            _ => "free, as far as recorded",
        };
        return whose + cpu;
    }

    private static string Say(Online online) => online == Online.Yes ? "online" : "offline";

    private Snapshot Take(MachineState machine)
    {
        if (_cpu >= machine.Slots.CpuCount || _cpu >= machine.Matrix.Count || _cpu >= machine.Cpus.Used) return _none;
        int slot = machine.Slots[_cpu, _vector];
        ref CpuMap map = ref machine.Matrix[_cpu];
        if (slot >= 0) _lastOwner = slot;
        return new Snapshot(slot, HoldOf(machine, slot >= 0 ? slot : _lastOwner, slot), map.AllocMap[_vector],
            map.ManagedMap[_vector], machine.Matrix.SystemMap[_vector], machine.Cpus[_cpu].Online);
    }

    private Hold HoldOf(MachineState machine, int irq, int slot)
    {
        if (irq < 0 || irq >= machine.Irqs.Used) return Hold.None;
        ref IrqDesc desc = ref machine.Irqs[irq];
        if (desc.LeakEvent >= 0 && desc.LeakCpu == _cpu && desc.LeakVector == _vector) return Hold.Lost;
        if (slot < 0) return _before.Hold == Hold.Lost ? Hold.Lost : Hold.None;
        if (desc.Vector == _vector && desc.Cpu == _cpu) return Hold.Current;
        if (desc.PreviousVector == _vector && desc.PreviousCpu == _cpu) return Hold.Old;
        return _before.Hold == Hold.Lost && _before.Slot == slot ? Hold.Lost : Hold.None;
    }

    private void NoteOwner(in Moment at, in Snapshot now)
    {
        if (now.Hold == Hold.Lost)
        {
            if (_before.Hold != Hold.Lost)
            {
                Note(in at, HistoryChange.Owner, Wording.Owner(_lastOwner), "nobody",
                    Invariant($"lost: irq {_lastOwner} forgets it because CPU {_cpu} is offline")
                    + "; it stays allocated and nobody owns it");
            }
            return;
        }
        if (now.Slot == _before.Slot)
        {
            if (now.Slot < 0 || now.Hold == _before.Hold) return;
            string irq = Wording.Owner(now.Slot);
            if (now.Hold == Hold.Old)
            {
                Note(in at, HistoryChange.Owner, irq, irq,
                    Invariant($"{irq} moves away to {Place(at.Machine, now.Slot)}; this is its old place now"));
            }
            else if (now.Hold == Hold.Current) Note(in at, HistoryChange.Owner, irq, irq, irq + " is back here");
            return;
        }
        bool wasOwned = _before.Slot >= 0, owned = now.Slot >= 0;
        if (!wasOwned && !owned && !Seen) return;
        if (!wasOwned && !owned && now.Slot is VectorTable.Unused or VectorTable.Unknown
            && _before.Slot is VectorTable.Unused or VectorTable.Unknown)
        {
            return;
        }
        string from = Wording.Owner(_before.Slot), to = Wording.Owner(now.Slot);
        string system = now.System && owned ? ", although the vector is the system's" : "";
        Note(in at, HistoryChange.Owner, _before.Slot == VectorTable.Unknown ? null : from, to,
            owned && !wasOwned ? Invariant($"given to {to}{system}")
            : !owned && wasOwned && now.Slot is VectorTable.Unused or VectorTable.Unknown
                ? Invariant($"{(_before.Hold == Hold.Old
                    ? "given back: it was the old place of " + from : from + " leaves it")}")
            : Invariant($"owner {from} → {to}{system}"));
    }

    private void NoteAllocation(in Moment at, in Snapshot now)
    {
        if (now.System && !_before.System)
            Note(in at, HistoryChange.Allocation, null, "system", "taken out of the allocator for the system");
        if (now.Managed != _before.Managed)
        {
            Note(in at, HistoryChange.Allocation, _before.Managed ? "managed" : null, now.Managed ? "managed" : "free",
                now.Managed ? "set aside for managed interrupts" : "no longer set aside for managed interrupts");
        }
        if (now.Allocated == _before.Allocated) return;
        string concluded = at.Machine.Cpus[at.Record.Cpu].Dark && at.Record.Kind < EventKind.IrqSetAffinity
            ? " (concluded)" : "";
        if (now.Allocated) Note(in at, HistoryChange.Allocation, "free", "allocated", "allocated" + concluded);
        else if (Told(in at)) Note(in at, HistoryChange.Allocation, "allocated", "free", "free again" + concluded);
        else Note(in at, HistoryChange.Allocation, "allocated", null, "whether it is still allocated is not recorded");
    }

    /// <summary>True when the event itself gives the vector back; else its CPU's books were only forgotten.</summary>
    private bool Told(in Moment at) => at.Record.Kind switch
    {
        EventKind.MatrixFree or EventKind.MatrixFreeCall or EventKind.FreeMovedVector or EventKind.X86VectorDeactivate
            or EventKind.ApicUpdateVector or EventKind.MatrixAssignSystem => true,
        _ => at.Machine.Matrix.KnowsBits(_cpu),
    };

    private void CountOwnArrival(in Moment at)
    {
        ref readonly IrqEvent e = ref at.Record;
        if (e.Cpu != _cpu || e.Irq >= (uint)at.Machine.Irqs.Used) return;
        ref IrqDesc desc = ref at.Machine.Irqs[(int)e.Irq];
        bool here = desc.Vector == _vector && desc.Cpu == _cpu;
        bool old = desc.PreviousVector == _vector && desc.PreviousCpu == _cpu && desc.Cpu != _cpu;
        if (here || old) CountArrival(in at, e.Irq);
    }

    private static string Place(MachineState machine, int irq) => Wording.Place(in machine.Irqs[irq]);

    private readonly record struct Snapshot(int Slot, Hold Hold, bool Allocated, bool Managed,
        bool System, Online Online);
}
