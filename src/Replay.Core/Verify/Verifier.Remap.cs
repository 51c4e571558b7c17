using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Spec;

namespace Replay.Core.Verify;

/// <content>Remapping entries and their invalidation (Linux intel/irq_remapping.c, amd/iommu.c).</content>
public sealed partial class Verifier<TRules>
{
    private const ulong AmdValid = 1;
    private const int AmdModeBit = 6;
    private const int IdShift = 8;

    private bool _irteSeen;

    // Destinations in entries are logical: bit masks, or clusters of them (x2APIC).
    private bool _entriesLogical;
    private ulong _ioApicSource;
    private bool _ioApicSourceKnown;

    /// <summary>
    /// A VT-d entry: made of the hardware configuration of the interrupt that is being worked on, zeroed when it is
    /// deactivated.
    /// </summary>
    private void JudgeIrte(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var store = new IrteStore(in e);
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        _irteSeen = true;
        LearnEntryFormat(at);
        uint deactivated = TakeDeactivated(ref cpu, at, out bool cutOff);
        bool clears = deactivated != IrqEvent.NoIrq;
        if (cutOff && store.Lo == 0 && store.Hi == 0)
        {
            Open(DecisionKind.Irte, OpenReason.Caller);
            return;
        }
        int invalidated = cpu.Dark ? -1 : InvalidatedNext(at[1..], e.Cpu);
        uint number = clears ? deactivated : cpu.EntryDone ? WriterOf(store, invalidated) : cpu.WorkIrq;
        cpu.EntryDone = true;
        if (number >= (uint)_irqsUsed)
        {
            JudgeOwnerless(store, invalidated, ref cpu);
            return;
        }
        ref VerifyIrq irq = ref _irqs[number];
        (int index, int sub, bool indexKnown) = ExpectedIndex(at, number, ref irq, store, invalidated);
        if (!cpu.Dark) cpu.WrittenIndex = index + sub;
        ulong lo = 0, hi = 0;
        bool known = clears;
        if (!clears)
        {
            known = irq.Has(IrqFacts.HardwareKnown) && Extended is not null;
            lo = known ? ComposeIrte(irq.HardwareVector, irq.HardwareDestination) : store.Lo;
            known &= TrySource(at, number, ref irq, store.Hi, out hi);
        }
        if (!indexKnown && OwnerOf(index + sub, -1) is not IrqEvent.NoIrq and var owner)
        {
            Disagree(DecisionKind.Irte, number, $"an entry of its own", $"entry {store.Index}",
                $"entry {store.Index} is that of irq {owner}");
            return;
        }
        if (index != store.Index || sub != store.Sub || lo != store.Lo || hi != store.Hi)
        {
            string why = clears ? "the interrupt is being deactivated" : string.Create(CultureInfo.InvariantCulture,
                $"the interrupt is configured for {PlaceText(irq.HardwareVector, irq.Cpu)}, "
                + $"APIC destination 0x{irq.HardwareDestination:x}");
            string owned = indexKnown ? FormattableString.Invariant($", and entry {index} is its own") : "";
            Disagree(DecisionKind.Irte, number, $"entry {index}{SubText(sub)} = 0x{lo:x} 0x{hi:x}",
                $"entry {store.Index}{SubText(store.Sub)} = 0x{store.Lo:x} 0x{store.Hi:x}", $"{why}{owned}");
        }
        else if (!known)
            Open(DecisionKind.Irte, irq.Has(IrqFacts.HardwareKnown) ? OpenReason.FirstSight : OpenReason.StateBefore);
        else Agree(DecisionKind.Irte);
        irq.RemapSub = (byte)sub;
        Own(number, index, -1);
        if (clears) return;
        irq.SourceBits = hi;
        irq.Set(IrqFacts.SourceKnown);
    }

    /// <summary>
    /// The interrupt whose deactivation this write belongs to: told by the probe before it, or by the vector domain's
    /// record after it.
    /// </summary>
    private static uint TakeDeactivated(ref VerifyCpu cpu, ReadOnlySpan<IrqEvent> at, out bool cutOff)
    {
        uint told = cpu.DeactivatedIrq;
        cpu.DeactivatedIrq = IrqEvent.NoIrq;
        cutOff = false;
        return told != IrqEvent.NoIrq ? told : DeactivatedNext(at[1..], at[0].Cpu, pastEntry: false, out cutOff);
    }

    /// <summary>The interrupt that has the entry: where nothing tells who writes it, the entry does.</summary>
    private uint OwnerOf(int index, int table)
    {
        return _owners.TryGetValue((index, table), out uint owner) && _irqs[owner].RemapIndex == index
            && _irqs[owner].RemapTable == table
            ? owner : IrqEvent.NoIrq;
    }

    private readonly Dictionary<(int Index, int Table), uint> _owners = [];

    private void Own(uint number, int index, int table)
    {
        _irqs[number].RemapIndex = index;
        _irqs[number].RemapTable = table;

        // At most an entry an interrupt is of use; what a damaged recording adds to that is dropped.
        if (_owners.Count >= State.IrqTable.IrqMax) _owners.Clear();
        _owners[(index, table)] = number;
    }

    private static string SubText(int sub) => sub == 0 ? "" : FormattableString.Invariant($"+{sub}");

    /// <summary>
    /// The interrupt's own entry; at first sight the one that two of three name: this write, its invalidation,
    /// the message that is composed next.
    /// </summary>
    private static (int Index, int Sub, bool Known) ExpectedIndex(ReadOnlySpan<IrqEvent> at, uint number,
        ref VerifyIrq irq, IrteStore store, int invalidated)
    {
        if (irq.RemapIndex >= 0 && irq.RemapTable < 0) return (irq.RemapIndex, irq.RemapSub, true);
        int recorded = (int)Math.Min(store.Index + store.Sub, int.MaxValue);
        int message = EntryOfMessage(at[1..], at[0].Cpu, number);
        if (message < 0 && invalidated >= 0 && invalidated != recorded) message = EntryOfSameValue(at);
        int index = invalidated >= 0 && invalidated == message ? invalidated : recorded;
        return (index - store.Sub, store.Sub, message >= 0 || invalidated >= 0);
    }

    private static int EntryOfMessage(ReadOnlySpan<IrqEvent> ahead, int cpu, uint number)
    {
        foreach (ref readonly IrqEvent e in ahead)
        {
            if (e.Kind == EventKind.IrteWrite && e.Cpu == cpu) return -1;
            if (e.Kind != EventKind.MsiWrite || e.Irq != number) continue;
            var message = new MsiMessage(e.A, (uint)e.B);
            return message.IsRemappable ? message.RemapIndex : -1;
        }
        return -1;
    }

    /// <summary>
    /// The entry that the same value is written to again: starting an interrupt repeats what activating it wrote.
    /// </summary>
    private static int EntryOfSameValue(ReadOnlySpan<IrqEvent> at)
    {
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Kind == EventKind.IrteWrite && e.A == at[0].A && e.B == at[0].B)
                return (int)Math.Min((long)e.Irq + e.Vector, int.MaxValue);
        }
        return -1;
    }

    /// <summary>The entry whose cached copy is dropped next on a CPU; -1 when none is before the next write.</summary>
    private static int InvalidatedNext(ReadOnlySpan<IrqEvent> ahead, int cpu)
    {
        foreach (ref readonly IrqEvent e in ahead)
        {
            if (e.Cpu != cpu) continue;
            if (e.Kind == EventKind.IrteWrite) return -1;
            if (e.Kind != EventKind.QiSubmit) continue;
            return QiDescriptor.Type(e.A) == QiDescriptor.InterruptEntryCache && QiDescriptor.IsIndexSelective(e.A)
                ? QiDescriptor.Index(e.A) : -1;
        }
        return -1;
    }

    /// <summary>
    /// Who writes an entry where nothing tells: its owner, or that of the entry that is invalidated,
    /// if the value is its.
    /// </summary>
    private uint WriterOf(IrteStore store, int invalidated)
    {
        int recorded = (int)Math.Min(store.Index + store.Sub, int.MaxValue);
        uint owner = OwnerOf(recorded, -1);
        if (invalidated < 0 || invalidated == recorded) return owner;
        uint other = OwnerOf(invalidated, -1);
        if (other == IrqEvent.NoIrq) return owner;
        ref VerifyIrq irq = ref _irqs[other];
        bool fits = irq.Has(IrqFacts.HardwareKnown | IrqFacts.SourceKnown) && store.Hi == irq.SourceBits
            && store.Lo == ComposeIrte(irq.HardwareVector, irq.HardwareDestination);
        return fits ? other : owner;
    }

    /// <summary>
    /// Nobody is known to have the entry: all that can be told is that what is written is what is invalidated.
    /// </summary>
    private void JudgeOwnerless(IrteStore store, int invalidated, ref VerifyCpu cpu)
    {
        int recorded = (int)Math.Min(store.Index + store.Sub, int.MaxValue);
        if (!cpu.Dark) cpu.WrittenIndex = invalidated >= 0 ? invalidated : recorded;
        if (invalidated < 0 || invalidated == recorded) Open(DecisionKind.Irte, OpenReason.Caller);
        else
        {
            Disagree(DecisionKind.Irte, IrqEvent.NoIrq, $"entry {invalidated}", $"entry {recorded}",
                $"that entry is invalidated right after this write");
        }
    }

    /// <summary>
    /// Present, redirection hint, edge, fixed; logical when CPUs are addressed by bit masks (Linux prepare_irte).
    /// </summary>
    private ulong ComposeIrte(byte vector, uint destination)
    {
        ulong lo = IrteBits.Present | IrteBits.RedirectionHint | (ulong)vector << IrteBits.VectorShift;
        if (_entriesLogical) lo |= IrteBits.LogicalDestination;
        return lo | (ulong)(Extended == true ? destination : destination << IdShift) << IrteBits.DestinationShift;
    }

    /// <summary>
    /// With 8-bit APIC IDs the ID is in bits 15:8 of the destination field: most entries that follow tell.
    /// </summary>
    private void LearnEntryFormat(ReadOnlySpan<IrqEvent> at)
    {
        if (Extended is not null) return;
        int wide = 0, narrow = 0, logical = 0;
        foreach (ref readonly IrqEvent e in at)
        {
            if (e.Kind != EventKind.IrteWrite || !IrteBits.IsPresent(e.A)) continue;
            logical += (e.A & IrteBits.LogicalDestination) != 0 ? 1 : -1;
            uint field = IrteBits.Destination(e.A);
            if (field == 0) continue;
            if ((field & 0xFF) == 0) narrow++;
            else wide++;
        }
        _entriesLogical = logical > 0;
        if (wide + narrow > 0) Extended = wide > narrow;
    }

    /// <summary>
    /// The requester that may use the entry: the device's own id, or that of a bridge or IO-APIC, which
    /// several entries share.
    /// </summary>
    private bool TrySource(ReadOnlySpan<IrqEvent> at, uint number, ref VerifyIrq irq, ulong recorded, out ulong source)
    {
        source = irq.SourceBits;
        if (irq.Has(IrqFacts.SourceKnown)) return true;
        ushort device = irq.Device != 0 ? irq.Device : DeviceAhead(at, number);
        if (device != 0 && PciAddress.TryParse(_tables.Devices[device], out PciAddress address))
        {
            source = (ulong)IrteBits.VerifyBySourceId << IrteBits.SourceValidationShift | address.RequesterId;
            if (source == recorded || !IsShared(at, recorded, device)) return true;
        }
        else if (!_matrix.Complete || at.Length < Ahead)
        {
            // The device may be known from before recording began, or after its end: it need not be one of an IO-APIC.
            source = recorded;
            return TryRepeatedSource(at, out ulong again) && again == recorded;
        }
        else if (_ioApicSourceKnown && IrteBits.SourceValidation(recorded) == IrteBits.VerifyBySourceId)
        {
            source = _ioApicSource;
            if (source == recorded || !IsShared(at, recorded, 0)) return true;
        }
        source = recorded;
        if (device == 0 && IsShared(at, recorded, 0))
        {
            _ioApicSource = recorded;
            _ioApicSourceKnown = true;
            return true;
        }
        if (!TryRepeatedSource(at, out ulong repeated)) return false;
        source = repeated;
        return true;
    }

    /// <summary>The source that the next two writes of the same entry agree on.</summary>
    private static bool TryRepeatedSource(ReadOnlySpan<IrqEvent> at, out ulong source)
    {
        source = 0;
        int seen = 0;
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Kind != EventKind.IrteWrite || e.Irq != at[0].Irq || e.B == 0) continue;
            if (seen++ == 0) source = e.B;
            else return e.B == source;
        }
        return false;
    }

    private static ushort DeviceAhead(ReadOnlySpan<IrqEvent> at, uint number)
    {
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Kind == EventKind.MsiWrite && e.Irq == number) return new MessageWrite(in e).Device;
        }
        return 0;
    }

    /// <summary>
    /// True when an entry of another index, and of the same device if that is known, has the same source: a value that
    /// several share is no slip.
    /// </summary>
    private static bool IsShared(ReadOnlySpan<IrqEvent> at, ulong source, ushort device)
    {
        for (int i = 1; i < at.Length; i++)
        {
            ref readonly IrqEvent e = ref at[i];
            if (e.Kind != EventKind.IrteWrite || e.Irq == at[0].Irq || e.B != source) continue;
            if (device == 0 || DeviceOfEntry(at[i..]) == device) return true;
        }
        return false;
    }

    /// <summary>The device of the message that is composed right after an entry was written.</summary>
    private static ushort DeviceOfEntry(ReadOnlySpan<IrqEvent> at)
    {
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Cpu != at[0].Cpu) continue;
            if (e.Kind == EventKind.IrteWrite) return 0;
            if (e.Kind == EventKind.MsiWrite) return new MessageWrite(in e).Device;
        }
        return 0;
    }

    private ulong ComposeAmdLo(uint destination) =>
        (_mode == AddressMode.Flat ? 1UL << AmdModeBit : 0) | (destination & 0xFF_FFFFUL) << IdShift;

    /// <summary>
    /// An AMD entry: activation first writes what the driver prepared, or had, with the valid bit set, then what is
    /// configured; deactivation clears the valid bit (Linux irte_ga_activate, amd_ir_update_irte, irte_ga_deactivate).
    /// </summary>
    private void JudgeAmdIrte(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        var store = new AmdIrteStore(in e);
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        _irteSeen = true;
        uint deactivated = TakeDeactivated(ref cpu, at, out bool cutOff);
        bool clears = deactivated != IrqEvent.NoIrq;
        if (cutOff && (store.Lo & AmdValid) == 0)
        {
            Open(DecisionKind.Irte, OpenReason.Caller);
            return;
        }
        uint number = clears ? deactivated : cpu.EntryDone ? OwnerOf(store.Index, store.DevId) : cpu.WorkIrq;
        if (number >= (uint)_irqsUsed)
        {
            Open(DecisionKind.Irte, OpenReason.Caller);
            return;
        }
        ref VerifyIrq irq = ref _irqs[number];
        bool first = cpu.AmdIrq == number && !clears;
        cpu.EntryDone = !first;
        cpu.AmdIrq = IrqEvent.NoIrq;
        (int table, int index) = ExpectedAmdEntry(at, number, ref irq, store);
        ulong lo = store.Lo, hi = store.Hi;
        bool known = clears || first ? irq.Has(IrqFacts.ShadowKnown) : irq.Has(IrqFacts.HardwareKnown);

        // Where the activation's begin was not recorded it is not known whether this is its first write.
        known &= clears || first || cpu.OperationSeen || _matrix.Complete;
        if (known)
        {
            lo = clears ? irq.ShadowLo & ~AmdValid : first ? irq.ShadowLo | AmdValid
                : ComposeAmdLo(irq.HardwareDestination) | AmdValid;
            hi = clears || first ? irq.ShadowHi : irq.HardwareVector | (ulong)(irq.HardwareDestination >> 24) << 56;
        }
        if (table != store.DevId || index != store.Index || lo != store.Lo || hi != store.Hi)
        {
            Disagree(DecisionKind.Irte, number, $"entry {index} of {table:x4} = 0x{lo:x} 0x{hi:x}",
                $"entry {store.Index} of {store.DevId:x4} = 0x{store.Lo:x} 0x{store.Hi:x}",
                $"{(clears ? "the interrupt is being deactivated" : first ? "activation makes the entry valid as it is"
                    : $"the interrupt is configured for {PlaceText(irq.HardwareVector, irq.Cpu)}, "
                        + $"APIC destination 0x{irq.HardwareDestination:x}")}");
        }
        else if (!known) Open(DecisionKind.Irte, OpenReason.StateBefore);
        else Agree(DecisionKind.Irte);
        Own(number, index, table);
        irq.ShadowLo = lo;
        irq.ShadowHi = hi;
        irq.Set(IrqFacts.ShadowKnown);
    }

    private (int Table, int Index) ExpectedAmdEntry(ReadOnlySpan<IrqEvent> at, uint number,
        ref VerifyIrq irq, AmdIrteStore store)
    {
        if (irq.RemapTable >= 0) return (irq.RemapTable, irq.RemapIndex);
        int table = store.DevId, index = store.Index;
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Kind == EventKind.IrteWriteAmd && e.Cpu == at[0].Cpu)
            {
                // The next write of the same activation names table and entry again.
                var next = new AmdIrteStore(in e);
                if (index != next.Index && table == next.DevId || index == next.Index && table != next.DevId)
                    (table, index) = AmdTie(at, number, store, next);
                break;
            }
        }
        return (table, index);
    }

    /// <summary>Two writes differ in one of table and entry: the device's message says which is right.</summary>
    private (int Table, int Index) AmdTie(ReadOnlySpan<IrqEvent> at, uint number,
        AmdIrteStore first, AmdIrteStore second)
    {
        foreach (ref readonly IrqEvent e in at[1..])
        {
            if (e.Kind != EventKind.MsiWrite || e.Irq != number) continue;
            var write = new MessageWrite(in e);
            bool isSecond = first.DevId == second.DevId ? write.Data == second.Index
                : PciAddress.TryParse(_tables.Devices[write.Device], out PciAddress address)
                    && address.RequesterId == second.DevId;
            return isSecond ? (second.DevId, second.Index) : (first.DevId, first.Index);
        }
        return (first.DevId, first.Index);
    }

    /// <summary>
    /// After each write of an entry its cached copy is dropped, by index, before anything else is submitted.
    /// </summary>
    private void JudgeInvalidation(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        var invalidation = new Invalidation(in e);
        ulong qw0 = invalidation.Qw0, qw1 = e.B;
        ref readonly IrqEvent rest = ref Second(at);
        bool isEntry = QiDescriptor.Type(qw0) == QiDescriptor.InterruptEntryCache;
        int index = cpu.WrittenIndex;
        cpu.WrittenIndex = -1;
        if (index < 0)
        {
            if (isEntry) JudgeFreedEntry(in e, qw0, qw1, ref cpu);
            return;
        }
        ulong expected = QiDescriptor.ForIndex(index);
        if (qw0 == expected && qw1 == 0 && rest.A == 0 && rest.B == 0) Agree(DecisionKind.Invalidation);
        else
        {
            Disagree(DecisionKind.Invalidation, cpu.WorkIrq, $"0x{expected:x} 0x0 0x0 0x0",
                $"0x{qw0:x} 0x{qw1:x} 0x{rest.A:x} 0x{rest.B:x}",
                $"entry {index} was just written on this CPU");
        }
    }

    /// <summary>
    /// All entries (when remapping is enabled), or those of an interrupt that is freed: what was freed is not recorded.
    /// </summary>
    private void JudgeFreedEntry(in IrqEvent e, ulong qw0, ulong qw1, ref VerifyCpu cpu)
    {
        if (!QiDescriptor.IsIndexSelective(qw0) && qw0 == QiDescriptor.InterruptEntryCache && qw1 == 0)
            Agree(DecisionKind.Invalidation);
        else Open(DecisionKind.Invalidation, OpenReason.Caller);
    }
}
