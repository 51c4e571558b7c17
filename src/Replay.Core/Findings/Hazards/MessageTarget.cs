using System;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-24: where an unmasked entry's message leads is where its interrupt is. Through remapping: a present entry with the
/// interrupt's vector; without: the interrupt's vector, or its old one during a move. Asked when the recording
/// is over and when the device signals.
/// </summary>
/// <remarks>
/// Only a move that the message did not follow counts, and only in a recording where those of other moves did: else the
/// writes are not recorded. A message or entry that is newer than the last recorded move tells of a move that was not
/// recorded.
/// </remarks>
internal sealed class MessageTarget(HazardContext context)
{
    // The writes that belong to a move follow it within microseconds; a recording may end between.
    private const ulong SettledNs = 1_000_000;

    private Told[] _told = [];

    // True once a message, or a remapping entry, was seen to follow a move.
    private bool _messagesFollow;
    private bool _entriesFollow;

    /// <summary>An interrupt was given a vector.</summary>
    public void Moved(uint irq)
    {
        if (TryGrow(irq)) _told[irq].MovedNs = context.TimeNs;
    }

    /// <summary>A message is about to be written.</summary>
    public void Writing(in IrqEvent e)
    {
        if (_messagesFollow || e.Irq >= (uint)context.Machine.Irqs.Used) return;
        ref IrqDesc desc = ref context.Machine.Irqs[(int)e.Irq];
        var write = new MessageWrite(in e);
        if (!desc.Has(IrqFlags.MessageKnown) || desc.MessageData == 0 || write.Data == 0) return;
        _messagesFollow = desc.MessageData != write.Data && (byte)write.Data == desc.Vector;
    }

    /// <summary>A remapping entry is about to be written.</summary>
    public void EntryWriting(in IrqEvent e)
    {
        var store = new IrteStore(in e);
        long index = (long)store.Index + store.Sub;
        if (_entriesFollow || context.Machine.Remap is not { } table || index >= table.Used) return;
        ref Irte entry = ref table[(int)index];
        _entriesFollow = entry.Known && IrteBits.IsPresent(entry.Lo) && IrteBits.IsPresent(store.Lo)
            && IrteBits.Vector(entry.Lo) != IrteBits.Vector(store.Lo);
    }

    /// <summary>The same with AMD.</summary>
    public void AmdEntryWriting(in IrqEvent e)
    {
        var store = new AmdIrteStore(in e);
        if (_entriesFollow || context.Machine.AmdTables.Length == 0) return;
        if (context.Machine.AmdTables[store.DevId] is not { } table || store.Index >= table.Used) return;
        ref Irte entry = ref table[store.Index];
        _entriesFollow = entry.Known && AmdIrteBits.IsEnabled(entry.Lo) && AmdIrteBits.IsEnabled(store.Lo)
            && AmdIrteBits.Vector(entry.Hi) != AmdIrteBits.Vector(store.Hi);
    }

    /// <summary>A message was written.</summary>
    public void Written(in IrqEvent e)
    {
        if (!TryGrow(e.Irq)) return;
        ref IrqDesc desc = ref context.Machine.Irqs[(int)e.Irq];
        var message = new MsiMessage(desc.MessageAddress, desc.MessageData);
        _told[e.Irq].IsDirect |= message.IsInterrupt && !message.IsRemappable && message.Destination != 0
            && message.Destination == desc.ApicDestination && message.Vector == desc.ConfiguredVector;
    }

    /// <summary>The recording is over.</summary>
    public void CheckAll()
    {
        for (int irq = 0; irq < context.Machine.Irqs.Used; irq++) Check(irq);
    }

    /// <summary>A device signals an entry.</summary>
    public void Raised(ushort device, int entry)
    {
        if (context.Machine.Msix.Find(device) is not { } function || entry >= function.Count) return;
        if (function[entry].Irq >= 0) Check(function[entry].Irq);
    }

    private void Check(int irq)
    {
        MachineState machine = context.Machine;
        ref IrqDesc desc = ref machine.Irqs[irq];
        const IrqFlags Needed = IrqFlags.Started | IrqFlags.VectorKnown | IrqFlags.MessageKnown | IrqFlags.MaskedKnown;
        if (!desc.Has(Needed) || desc.Has(IrqFlags.Masked) || desc.Vector == 0) return;
        if (machine.FunctionOf(in desc) is not { } function || desc.Entry < 0 || function.IsMasked(desc.Entry) != false)
            return;
        if (irq >= _told.Length || context.TimeNs - _told[irq].MovedNs < SettledNs) return;
        ref MsixEntry entry = ref function[desc.Entry];
        var message = new MsiMessage(entry.Address, entry.Data);
        if (!entry.MessageKnown || !message.IsInterrupt) return;
        if (message.IsRemappable) CheckRemapped(irq, in desc, message.RemapIndex);
        else if (desc.RemapDevice >= 0) CheckAmd(irq, in desc);
        else if (_told[irq].IsDirect && !machine.RemapEnabled) CheckDirect(irq, in desc, message, entry.MessageEvent);
    }

    private void CheckRemapped(int irq, in IrqDesc desc, int index)
    {
        if (context.Machine.Remap is not { } table || index >= table.Used || !table[index].Known) return;
        ref Irte entry = ref table[index];
        if (IrteBits.IsPresent(entry.Lo))
        {
            if (!IrteBits.IsPosted(entry.Lo))
                CheckVector(irq, in desc, index, IrteBits.Vector(entry.Lo), entry.WriteEvent);
            return;
        }
        if (entry.WriteEvent > desc.StartEvent) return;
        Report(irq, in desc, entry.WriteEvent, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} is started and its message names remapping entry {index}, which is not present."));
    }

    private void CheckAmd(int irq, in IrqDesc desc)
    {
        if (context.Machine.AmdTables[desc.RemapDevice] is not { } table || desc.RemapIndex >= table.Used) return;
        ref Irte entry = ref table[desc.RemapIndex];
        if (!entry.Known || AmdIrteBits.IsGuestMode(entry.Lo)) return;
        CheckVector(irq, in desc, desc.RemapIndex, AmdIrteBits.Vector(entry.Hi), entry.WriteEvent);
    }

    private void CheckVector(int irq, in IrqDesc desc, int index, byte vector, long writeEvent)
    {
        if (!_entriesFollow || vector == desc.Vector || writeEvent > desc.VectorEvent) return;
        Report(irq, in desc, desc.VectorEvent, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} was moved to CPU {desc.Cpu} vector {desc.Vector}, and its remapping entry "
            + $"{index} still leads to vector {vector}."));
    }

    private void CheckDirect(int irq, in IrqDesc desc, in MsiMessage message, long messageEvent)
    {
        if (!_messagesFollow || messageEvent > desc.VectorEvent) return;
        if (message.Vector == desc.Vector || message.Vector == desc.PreviousVector) return;
        Report(irq, in desc, desc.VectorEvent, string.Create(CultureInfo.InvariantCulture,
            $"irq {irq} was moved to CPU {desc.Cpu} vector {desc.Vector}, "
            + $"and its message still leads to vector {message.Vector}."));
    }

    private void Report(int irq, in IrqDesc desc, long blame, string message) =>
        context.Report(FindingCode.MessageTarget,
            blame, message, new About { Irq = irq, Cpu = desc.Cpu, Vector = desc.Vector });

    private bool TryGrow(uint irq)
    {
        if (irq >= (uint)context.Machine.Irqs.Count) return false;
        if (irq >= (uint)_told.Length) Array.Resize(ref _told, context.Machine.Irqs.Count);
        return true;
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => Array.Clear(_told);

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Rows(ref _told, IrqTable.IrqMax, (ref Told told) => told = new Told
        {
            MovedNs = archive.Value(told.MovedNs),
            IsDirect = archive.Value(told.IsDirect),
        });
        _messagesFollow = archive.Value(_messagesFollow);
        _entriesFollow = archive.Value(_entriesFollow);
    }

    private struct Told
    {
        public ulong MovedNs;

        /// <summary>
        /// The message had its interrupt's own destination and vector once. One that AMD remaps looks
        /// the same and never has.
        /// </summary>
        public bool IsDirect;
    }
}
