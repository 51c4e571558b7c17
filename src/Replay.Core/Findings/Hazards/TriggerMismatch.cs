using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// I-46: an entry that its guest has unmasked is signalled to KVM, a masked one to the VMM, which keeps it pending (QEMU
/// vfio_msix_vector_use, vfio_msix_vector_release). Asked when the device signals and when the recording is over: the two
/// change one after the other.
/// </summary>
internal sealed class TriggerMismatch(HazardContext context)
{
    private const int EntriesMax = 1 << 16;
    private const byte Vmm = 1, Kvm = 2;

    private readonly Dictionary<uint, Entry> _entries = [];

    public void Masked(in IrqEvent e)
    {
        var change = new EntryOperation(in e);
        if (!TryGet(in e, out uint key, out Entry entry)) return;
        entry.Masked = change.Flag;
        entry.MaskEvent = context.Index;
        _entries[key] = entry;
    }

    public void Owned(in IrqEvent e)
    {
        var change = new EntryOperation(in e);
        if (!TryGet(in e, out uint key, out Entry entry)) return;
        entry.Owner = change.Choice;
        entry.OwnerEvent = context.Index;
        _entries[key] = entry;
    }

    public void Raised(in IrqEvent e)
    {
        var raise = new EntryOperation(in e);
        uint key = Key(raise.Device, raise.Entry);
        if (_entries.TryGetValue(key, out Entry entry)) Check(key, in entry);
    }

    public void CheckAll()
    {
        foreach ((uint key, Entry entry) in _entries) Check(key, in entry);
    }

    private void Check(uint key, in Entry entry)
    {
        if (entry.MaskEvent < 0 || entry.OwnerEvent < 0) return;
        bool wrong = entry.Masked ? entry.Owner == Kvm : entry.Owner == Vmm;
        if (!wrong || !context.Wants(FindingCode.TriggerMismatch)) return;
        context.Report(FindingCode.TriggerMismatch, long.Max(entry.MaskEvent, entry.OwnerEvent), string.Create(
            CultureInfo.InvariantCulture,
            $"The guest has entry {key & 0xFFFF} {(entry.Masked ? "masked and KVM still injects its interrupts" : "unmasked and its interrupts still go to the VMM")}."),
            new About { Device = context.DeviceName((ushort)(key >> 16)), Entry = (int)(key & 0xFFFF) });
    }

    private bool TryGet(in IrqEvent e, out uint key, out Entry entry)
    {
        var operation = new EntryOperation(in e);
        key = Key(operation.Device, operation.Entry);
        if (_entries.TryGetValue(key, out entry)) return true;
        entry = new Entry { MaskEvent = -1, OwnerEvent = -1 };
        return _entries.Count < EntriesMax;
    }

    private static uint Key(ushort device, ushort entry) => ((uint)device << 16) | entry;

    private struct Entry
    {
        public bool Masked;
        public byte Owner;
        public long MaskEvent;
        public long OwnerEvent;
    }
}
