using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-18, I-38, I-39: posted interrupts (VT-d specification 5.2; Linux vmx/posted_intr.c). A descriptor says on which
/// CPU its virtual CPU runs and which vector tells it; an entry that is posted must stay so until it is taken back.
/// </summary>
internal sealed class PostedInterrupts(HazardContext context)
{
    private const int DescriptorsMax = 1 << 16;
    private const int PostedMax = 1 << 16;

    /// <summary>POSTED_INTR_VECTOR and POSTED_INTR_WAKEUP_VECTOR.</summary>
    private const byte RunningVector = 0xF2, WakeupVector = 0xF1;

    private readonly Dictionary<ulong, Descriptor> _descriptors = [];

    // Interrupts that were posted, and the event that said so.
    private readonly Dictionary<uint, long> _posted = [];

    public void Seen(in IrqEvent e)
    {
        var state = new DescriptorState(in e);
        if (!TryGet(state.Address, out Descriptor descriptor)) return;
        bool idle = state is { Pir: true, On: false, Sn: false };
        if (idle && descriptor.IdleEvent >= 0)
        {
            context.Report(FindingCode.PostedDescriptor, descriptor.IdleEvent,
                string.Create(CultureInfo.InvariantCulture,
                    $"Descriptor 0x{state.Address:x} has requests and no notification outstanding: "
                    + $"they wait for an unrelated exit."));
        }
        if (!idle) descriptor.IdleEvent = -1;
        else if (descriptor.IdleEvent < 0) descriptor.IdleEvent = context.Index;
        CheckPlace(state, in descriptor);
        _descriptors[state.Address] = descriptor;
    }

    public void VcpuMoved(in IrqEvent e)
    {
        var move = new VcpuMove(in e);
        if (!TryGet(move.Address, out Descriptor descriptor)) return;
        descriptor.State = move.State;
        descriptor.Apic = move.Apic;
        descriptor.PlaceEvent = context.Index;
        _descriptors[move.Address] = descriptor;
    }

    public void Updated(in IrqEvent e)
    {
        if (!new PostedUpdate(in e).Set) _posted.Remove(e.Irq);
        else if (_posted.Count < PostedMax) _posted[e.Irq] = context.Index;
    }

    /// <summary>A remapping entry is about to be written.</summary>
    public void Writing(in IrqEvent e)
    {
        var store = new IrteStore(in e);
        long index = (long)store.Index + store.Sub;
        if (_posted.Count == 0 || context.Machine.Remap is not { } table || index >= table.Used) return;
        ref Irte entry = ref table[(int)index];
        if (!entry.Known || !IrteBits.IsPresent(entry.Lo) || !IrteBits.IsPosted(entry.Lo)) return;
        if (!IrteBits.IsPresent(store.Lo) || IrteBits.IsPosted(store.Lo)) return;
        if (entry.Irq < 0 || !_posted.ContainsKey((uint)entry.Irq)) return;
        context.Report(FindingCode.PostedInterruptLost, context.Index, string.Create(CultureInfo.InvariantCulture,
            $"Remapping entry {index} of irq {entry.Irq} was posted to a virtual CPU and is overwritten for the host: "
            + $"the guest loses its interrupts."), new About { Irq = entry.Irq });
    }

    private void CheckPlace(in DescriptorState state, in Descriptor descriptor)
    {
        if (descriptor.PlaceEvent < 0) return;
        bool runs = descriptor.State == VcpuMove.Running, blocked = descriptor.State == VcpuMove.Blocked;
        bool wrongVector = (runs && state.Nv != RunningVector) || (blocked && state.Nv != WakeupVector);
        bool wrongCpu = runs && state.Ndst != descriptor.Apic && state.Ndst != descriptor.Apic << 8;
        if (!wrongVector && !wrongCpu) return;
        string what = wrongCpu ? "names another CPU than the one that its virtual CPU runs on"
            : runs ? "does not notify its running virtual CPU" : "does not wake its blocked virtual CPU";
        context.Report(FindingCode.PostedDescriptorOwner, descriptor.PlaceEvent,
            string.Create(CultureInfo.InvariantCulture,
                $"Descriptor 0x{state.Address:x} {what}."), new About { Vector = state.Nv });
    }

    private bool TryGet(ulong address, out Descriptor descriptor)
    {
        if (_descriptors.TryGetValue(address, out descriptor)) return true;
        descriptor = new Descriptor { IdleEvent = -1, PlaceEvent = -1 };
        return _descriptors.Count < DescriptorsMax;
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget()
    {
        _descriptors.Clear();
        _posted.Clear();
    }

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Lookup(_descriptors, DescriptorsMax, archive.Value, descriptor => new Descriptor
        {
            State = archive.Value(descriptor.State),
            Apic = archive.Value(descriptor.Apic),
            PlaceEvent = archive.Value(descriptor.PlaceEvent),
            IdleEvent = archive.Value(descriptor.IdleEvent),
        });
        archive.Lookup(_posted, PostedMax, archive.Value, archive.Value);
    }

    private struct Descriptor
    {
        public byte State;
        public uint Apic;
        public long PlaceEvent;
        public long IdleEvent;
    }
}
