using Replay.Core.Events;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>One interrupt: its place, its masks, its message and remapping entry, and where it arrived.</summary>
internal sealed partial class IrqWatcher : Watcher
{
    private readonly int _irq;
    private IrqDesc _before = Nothing;
    private MsixEntry _entryBefore;
    private Irte _irteBefore = new() { WriteEvent = -1 };
    private Online _onlineBefore;
    private Online _oldOnlineBefore;

    public IrqWatcher(HistorySubject subject)
        : base(subject)
    {
        _irq = subject.Irq;
        CauseIrq = (uint)subject.Irq;
    }

    protected override void Compare(in Moment at)
    {
        if (_irq >= at.Machine.Irqs.Used) return;
        ref IrqDesc now = ref at.Machine.Irqs[_irq];
        if (now.Device != 0) CauseDevice = now.Device;
        if (now.Has(IrqFlags.Exists)) Seen = true;
        if (at.Arrived && at.Record.Irq == (uint)_irq) NoteArrival(in at, in now);
        MsixEntry entry = EntryOf(at.Machine, in now);
        Irte irte = IrteOf(at.Machine, in now);
        if (_before.Has(IrqFlags.Exists) && !now.Has(IrqFlags.Exists))
        {
            Note(in at, HistoryChange.Existence, "set up", "freed", "freed: the kernel forgets the interrupt");
        }
        else
        {
            if (now.Has(IrqFlags.Born) && !_before.Has(IrqFlags.Born) && !_before.Has(IrqFlags.Exists))
                Note(in at, HistoryChange.Existence, null, "set up", "set up");
            NoteHappening(in at, in now);
            NoteRequests(in at, in now);
            NoteLife(in at, in now);
            NoteMessage(in at, in now, in entry);
            NoteIrte(in at, in now, in irte);
        }
        NotePlace(in at, in now);
        NoteCpus(in at, in now);
        NoteMask(in at, in now, in entry);
        _before = now;
        _entryBefore = entry;
        _irteBefore = irte;
        Judge(in at, in now, in entry, in irte);
    }

    public override string DescribeNow(MachineState machine, ApicIds apicIds)
    {
        if (!_before.Has(IrqFlags.Exists)) return "freed";
        string mask = !_before.Has(IrqFlags.MaskedKnown) ? ""
            : _before.Has(IrqFlags.Masked) ? ", masked" : ", unmasked";
        string old = _before.PreviousVector == 0 ? ""
            : $"; its old place {Wording.Place(_before.PreviousVector, _before.PreviousCpu)} is not given back yet";
        return Wording.Place(in _before) + mask + old;
    }

    private static IrqDesc Nothing =>
        new() { Entry = IrqDesc.None, RemapIndex = IrqDesc.None, RemapDevice = IrqDesc.None, LeakEvent = -1 };

    protected override void Forget()
    {
        IrqFlags exists = _before.Flags & IrqFlags.Exists;
        _before = Nothing;
        _before.Flags = exists;
        _entryBefore = default;
        _irteBefore = new Irte { WriteEvent = -1 };
        _onlineBefore = _oldOnlineBefore = Online.Unknown;
    }

    internal static MsixEntry EntryOf(MachineState machine, in IrqDesc desc) =>
        machine.FunctionOf(in desc) is { } function && desc.Entry >= 0 && desc.Entry < function.Count
            ? function[desc.Entry] : default;

    internal static Irte IrteOf(MachineState machine, in IrqDesc desc)
    {
        IrteTable? table = desc.RemapIndex < 0 ? null : desc.RemapDevice < 0 ? machine.Remap
            : machine.AmdTables[desc.RemapDevice];
        return table is not null && desc.RemapIndex < table.Count
            ? table[desc.RemapIndex]
            : new Irte { WriteEvent = -1, Irq = IrqDesc.None };
    }

    private void NoteArrival(in Moment at, in IrqDesc now)
    {
        ushort cpu = at.Record.Cpu;
        bool stray = now.Has(IrqFlags.VectorKnown) && now.Vector != 0 && now.Cpu != cpu
            && !now.Has(IrqFlags.PreviousUnknown)
            && (now.PreviousVector == 0 || now.PreviousCpu != cpu);
        CountArrival(in at, (uint)_irq, stray);
        LastArrival = at.Index;
        LastArrivalCpu = at.Record.Cpu;
        if (!now.Has(IrqFlags.CpuKnown) || now.Cpu == at.Record.Cpu) LastArrivalHere = at.Index;
    }

    private void NoteHappening(in Moment at, in IrqDesc now)
    {
        if (!Seen || at.Record.Kind == EventKind.PciRestoreMsiState) return;
        if (Happenings.Describe(in at, now.Device) is { } happening)
            Note(in at, HistoryChange.Happening, null, happening, happening, Cause.None);
    }

    /// <summary>What was asked for, and refused.</summary>
    private void NoteRequests(in Moment at, in IrqDesc now)
    {
        ref readonly IrqEvent e = ref at.Record;
        bool asked = e.Kind == EventKind.IrqSetAffinity && e.Irq == (uint)_irq;
        bool changed = now.Has(IrqFlags.AffinityKnown)
            && (!_before.Has(IrqFlags.AffinityKnown) || now.Affinity != _before.Affinity);
        if (asked || changed)
        {
            string? from = _before.Has(IrqFlags.AffinityKnown) ? Wording.Cpus(_before.Affinity) : null;
            string to = Wording.Cpus(now.Affinity);
            Note(in at, HistoryChange.Affinity, from, to, (asked ? "affinity request: " : "affinity becomes ") + to,
                asked ? Cause.None : null);
        }
        if (e.Irq != (uint)_irq) return;
        if (e.Kind is EventKind.VectorAlloc or EventKind.VectorAllocManaged or EventKind.VectorReserve
            or EventKind.VectorReserveManaged
            && new VectorResult(in e).Ret < 0)
        {
            Note(in at, HistoryChange.Refused, null, null,
                Invariant($"no vector: the allocator answers {new VectorResult(in e).Ret}"));
        }
    }

    private void NoteLife(in Moment at, in IrqDesc now)
    {
        if (Flipped(in now, IrqFlags.ActivatedKnown, IrqFlags.Activated))
        {
            bool on = now.Has(IrqFlags.Activated);
            Note(in at, HistoryChange.Activation, null, on ? "activated" : "deactivated", on
                ? "activated" : "deactivated");
        }
        if (Flipped(in now, IrqFlags.None, IrqFlags.Started))
        {
            bool on = now.Has(IrqFlags.Started);
            string text = on ? "started" : at.Record.Kind == EventKind.IrqShutdownDeactivate
                ? "stopped: managed, and none of its CPUs stays online" : "stopped";
            Note(in at, HistoryChange.Started, on ? "stopped" : "started", on ? "started" : "stopped", text);
        }
        if (Flipped(in now, IrqFlags.None, IrqFlags.HostMappingGone))
        {
            bool gone = now.Has(IrqFlags.HostMappingGone);
            Note(in at, HistoryChange.HostMapping, gone ? "mapped" : "not mapped", gone ? "not mapped" : "mapped",
                gone ? "the host drops its mapping of the interrupt" : "the host maps the interrupt again");
        }
    }

    /// <summary>True when a flag has another value than before, or has become known.</summary>
    private bool Flipped(in IrqDesc now, IrqFlags known, IrqFlags flag) =>
        now.Has(known) && (now.Has(flag) != _before.Has(flag) || (known != IrqFlags.None && !_before.Has(known)));

    private void NotePlace(in Moment at, in IrqDesc now)
    {
        NoteOldPlace(in at, in now);
        bool known = now.Has(IrqFlags.VectorKnown), wasKnown = _before.Has(IrqFlags.VectorKnown);
        if (known == wasKnown && now.Vector == _before.Vector && (now.Vector == 0 || now.Cpu == _before.Cpu)) return;
        if (!known && (!wasKnown || !now.Has(IrqFlags.Exists))) return;
        LastArrivalHere = -1;
        string from = Wording.Place(in _before), to = Wording.Place(in now);
        if (now.Vector == 0 && known && now.Has(IrqFlags.HasReserved)) to += " (one is reserved)";
        string text = wasKnown ? $"{from} → {to}" : to;
        if (wasKnown && _before.Vector != 0 && now.Vector != 0)
        {
            if (now.PreviousVector != 0) text += "; the old place is kept until the move is cleaned up";
            else if (at.Machine.IsOffline(_before.Cpu)) text += "; the old place is given up with its CPU";
        }
        Note(in at, HistoryChange.Place, wasKnown ? from : null, known ? to : null, text);
    }

    /// <summary>
    /// The old place of a move that was open before this event: completed, given back, lost, or named late.
    /// </summary>
    private void NoteOldPlace(in Moment at, in IrqDesc now)
    {
        string old = Wording.Place(_before.PreviousVector, _before.PreviousCpu);
        if (now.LeakEvent >= 0 && _before.LeakEvent < 0)
        {
            Note(in at, HistoryChange.OldPlace, Wording.Place(now.LeakVector, now.LeakCpu), "lost",
                $"old place {Wording.Place(now.LeakVector, now.LeakCpu)} is forgotten while that CPU is offline: "
                + "it stays allocated and nobody owns it");
            return;
        }
        if (_before.PreviousVector == 0)
        {
            bool moved = now.Vector != _before.Vector || now.Cpu != _before.Cpu;
            if (now.PreviousVector == 0 || moved) return;
            string late = Wording.Place(now.PreviousVector, now.PreviousCpu);
            Note(in at, HistoryChange.OldPlace, null, late, $"it still has its old place {late}");
            return;
        }
        if (now.PreviousVector == _before.PreviousVector && now.PreviousCpu == _before.PreviousCpu)
        {
            if (now.Has(IrqFlags.CleanupPending) && !_before.Has(IrqFlags.CleanupPending))
            {
                Note(in at, HistoryChange.OldPlace, old, old,
                    $"the move is complete: CPU {_before.PreviousCpu} is told to give {old} back");
            }
            return;
        }
        string end = at.Record.Kind switch
        {
            EventKind.CpuhpExit => "what became of it is not recorded",
            _ => "given back",
        };
        Note(in at, HistoryChange.OldPlace, old, end == "given back" ? "free" : null, $"old place {old}: {end}");
    }

    private void NoteCpus(in Moment at, in IrqDesc now)
    {
        Online online = now.Has(IrqFlags.VectorKnown) && now.Vector != 0
            ? OnlineOf(at.Machine, now.Cpu) : Online.Unknown;
        Online old = now.PreviousVector != 0 ? OnlineOf(at.Machine, now.PreviousCpu) : Online.Unknown;
        if (now.Cpu == _before.Cpu && now.Vector == _before.Vector)
            NoteCpu(in at, now.Cpu, _onlineBefore, online, "its CPU");
        if (now.PreviousCpu == _before.PreviousCpu && now.PreviousVector == _before.PreviousVector)
            NoteCpu(in at, now.PreviousCpu, _oldOnlineBefore, old, "the CPU of its old place");
        _onlineBefore = online;
        _oldOnlineBefore = old;
    }

    /// <summary>A damaged recording may name CPUs as old places that the machine does not have.</summary>
    private static Online OnlineOf(MachineState machine, int cpu) => cpu < machine.Cpus.Used
        ? machine.Cpus[cpu].Online : Online.Unknown;

    private void NoteCpu(in Moment at, int cpu, Online before, Online now, string whose)
    {
        if (before == now || before == Online.Unknown || now == Online.Unknown) return;
        string from = before == Online.Yes ? "online" : "offline", to = now == Online.Yes ? "online" : "offline";
        string name = Invariant($"CPU {cpu}");
        Note(in at, HistoryChange.Cpu, $"{name} {from}", $"{name} {to}",
            $"{whose} ({name}) {(now == Online.No ? "goes offline" : "is back online")}");
    }

    private void NoteMask(in Moment at, in IrqDesc now, in MsixEntry entry)
    {
        if (Flipped(in now, IrqFlags.MaskedKnown, IrqFlags.Masked))
        {
            string? from = _before.Has(IrqFlags.MaskedKnown) ? Say(_before.Has(IrqFlags.Masked)) : null;
            string to = Say(now.Has(IrqFlags.Masked));
            Note(in at, HistoryChange.Mask, from, to, to);
        }
        else if (entry.ControlKnown && _entryBefore.ControlKnown && ((entry.Control ^ _entryBefore.Control) & 1) != 0)
        {
            string to = Say((entry.Control & 1) != 0);
            Note(in at, HistoryChange.Mask, null, to, $"the device's entry is {to}");
        }
    }

    private static string Say(bool masked) => masked ? "masked" : "unmasked";

    private void NoteMessage(in Moment at, in IrqDesc now, in MsixEntry entry)
    {
        string place = now.Device == 0
            ? "" : Invariant($" in {at.Machine.Tables.Devices[now.Device]} entry {now.Entry}");
        if (now.Has(IrqFlags.MessageKnown) && (!_before.Has(IrqFlags.MessageKnown)
            || now.MessageAddress != _before.MessageAddress || now.MessageData != _before.MessageData))
        {
            string? from = _before.Has(IrqFlags.MessageKnown)
                ? Wording.MessageMeaning(_before.MessageAddress, _before.MessageData, at.ApicIds,
                    _before.RemapDevice >= 0) : null;
            string to = Wording.MessageMeaning(now.MessageAddress, now.MessageData, at.ApicIds, now.RemapDevice >= 0);
            Note(in at, HistoryChange.Message, from, to,
                (from is null ? $"message := {to}" : $"message {from} → {to}") + place);
        }
        else if (at.Record.Kind == EventKind.PciRestoreMsiState && entry.WriteEvent == at.Index && entry.MessageKnown)
        {
            string to = Wording.MessageMeaning(entry.Address, entry.Data, at.ApicIds, now.RemapDevice >= 0);
            Note(in at, HistoryChange.Message, null, to, $"message and mask written back to the device: {to}{place}");
        }
    }

    private void NoteIrte(in Moment at, in IrqDesc now, in Irte irte)
    {
        if (now.RemapIndex < 0)
        {
            if (_before.RemapIndex >= 0)
                Note(in at, HistoryChange.Irte, Say(in at, in _before, in _irteBefore), null,
                    Name(in _before) + " is freed");
            return;
        }
        bool same = now.RemapIndex == _before.RemapIndex && now.RemapDevice == _before.RemapDevice;
        if (!irte.Known) return;
        if (!same || irte.Lo != _irteBefore.Lo || irte.Hi != _irteBefore.Hi)
        {
            string? from = same ? Say(in at, in _before, in _irteBefore) : null;
            string to = Say(in at, in now, in irte);
            string stale = Wording.MayUseOld(at.Machine, in irte) ? "; the hardware may still use the old one" : "";
            Note(in at, HistoryChange.Irte, from, to,
                $"{Name(in now)} := {to}{(from is null ? "" : $" (was {from})")}{stale}");
        }
        else if (((_irteBefore.Stale && !irte.Stale) || (_irteBefore.StaleAlias && !irte.StaleAlias))
            && (irte.Lo != irte.CachedLo || irte.Hi != irte.CachedHi))
        {
            string whose = _irteBefore.StaleAlias && !irte.StaleAlias ? " for the device's alias" : "";
            Note(in at, HistoryChange.Cache, null, "invalidated",
                $"{Name(in now)} is invalidated{whose}: the hardware drops its copy");
        }
    }

    private static string Name(in IrqDesc desc) => desc.RemapDevice < 0
        ? Invariant($"IRTE {desc.RemapIndex}")
        : Invariant($"IRTE {Wording.Requester(desc.RemapDevice)}:{desc.RemapIndex}");

    private static string Say(in Moment at, in IrqDesc desc, in Irte irte) => desc.RemapDevice < 0
        ? Wording.Irte(irte.Lo, irte.Hi, at.Machine, at.ApicIds)
        : Wording.IrteAmd(irte.Lo, irte.Hi, at.ApicIds);
}
