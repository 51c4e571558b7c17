using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// H-20 and I-28: a signal on a masked entry must be remembered in its pending bit and sent at the unmask,
/// and a pending bit belongs to a masked entry (PCI specification 6.8.3). Device models of virtual
/// machines have got both wrong.
/// </summary>
internal sealed class PendingLost(HazardContext context)
{
    private const int EntriesMax = 1 << 16;

    // Entries that were read as pending while unmasked, and the event of the first such reading.
    private readonly Dictionary<uint, long> _unmaskedPending = [];

    /// <summary>A pending bit is about to be taken over as read.</summary>
    public void Reading(in IrqEvent e)
    {
        var read = new EntryOperation(in e);
        uint key = ((uint)read.Device << 16) | read.Entry;
        if (context.Machine.Msix.Find(read.Device) is not { } function || read.Entry >= function.Count) return;
        ref MsixEntry entry = ref function[read.Entry];
        bool? masked = function.IsMasked(read.Entry);
        var about = new About
        {
            Irq = entry.Irq < 0 ? null : entry.Irq,
            Device = context.DeviceName(read.Device),
            Entry = read.Entry,
        };
        if (!read.Flag && masked == true && entry.Pending)
        {
            context.Machine.Lost++;
            context.Report(FindingCode.PendingLost, entry.PendingEvent, string.Create(CultureInfo.InvariantCulture,
                $"The device signalled masked entry {read.Entry} and its pending bit is not set: "
                + $"nothing will be sent at the unmask."), about);
        }
        if (!read.Flag || masked != false)
        {
            _unmaskedPending.Remove(key);
            return;
        }
        if (!_unmaskedPending.TryGetValue(key, out long first))
        {
            if (_unmaskedPending.Count < EntriesMax) _unmaskedPending[key] = context.Index;
            return;
        }
        context.Report(FindingCode.PendingUnmasked, first, string.Create(CultureInfo.InvariantCulture,
            $"Entry {read.Entry} is not masked and its pending bit stays set: the message was never sent, "
            + $"or the bit is stale."), about);
    }

    /// <summary>Records are missing: what it remembers may be so no longer.</summary>
    public void Forget() => _unmaskedPending.Clear();

    /// <summary>Saves or restores what it remembers.</summary>
    internal void Transfer(StateArchive archive)
    {
        archive.Lookup(_unmaskedPending, EntriesMax, archive.Value, archive.Value);
    }
}
