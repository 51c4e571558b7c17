using System.Collections.Generic;
using Replay.Core.Reports;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>Makes a <see cref="WhyReport"/> of a finished replay.</summary>
public static class WhyReporter
{
    /// <summary>
    /// The report on subject <paramref name="subject"/> of a historian, which must be an interrupt; call after
    /// <see cref="Historian.Finish"/>. Null when the recording had no event at all.
    /// </summary>
    public static WhyReport? Build(Historian historian, int subject, IReadOnlyList<ReportFinding> findings)
    {
        if (historian.Machine is not { } machine) return null;
        var watcher = (IrqWatcher)historian.Watchers[subject];
        int irq = watcher.Subject.Irq;
        WhyJudge.Judgement judged = new WhyJudge(watcher, machine, findings).Decide();
        (List<HistoryEntry> chain, int leftOut, int after) = WhyChain.Build(watcher.Log.Entries, judged.Anchor, judged.End);
        if (!watcher.Seen) return new WhyReport(irq, null, null, null, judged.Verdict, null, judged.Sentence, null, null, [], [], 0, 0);
        ref IrqDesc desc = ref machine.Irqs[irq];
        string device = machine.Tables.Devices[desc.Device];
        return new WhyReport(irq, StateReporter.NameOf(machine, ref desc), device.Length == 0 ? null : device,
            desc.Entry < 0 ? null : desc.Entry, judged.Verdict, judged.Works, judged.Sentence,
            judged.Parted && judged.Anchor >= 0 ? judged.Anchor : null, judged.Parted ? TimeOf(watcher, judged.Anchor) : null,
            Views(historian, machine, watcher, in desc), chain, leftOut, after);
    }

    /// <summary>Time of an event that changed the interrupt; null for one that did not.</summary>
    private static ulong? TimeOf(IrqWatcher watcher, long eventIndex)
    {
        foreach (HistoryEntry entry in watcher.Log.Entries)
        {
            if (entry.Event == eventIndex) return entry.TimeNs;
        }
        for (int way = 1; way <= (int)Parting.NotRestored; way <<= 1)
        {
            if (watcher.PartedEvent((Parting)way) == eventIndex) return watcher.PartedTimeNs((Parting)way);
        }
        return null;
    }

    private static List<ViewRow> Views(Historian historian, MachineState machine, IrqWatcher watcher, in IrqDesc desc)
    {
        var rows = new List<ViewRow>();
        if (!desc.Has(IrqFlags.Exists)) return rows;
        string started = !machine.StartSeen ? "" : desc.Has(IrqFlags.Started) ? ", started" : ", not started";
        string mask = desc.Has(IrqFlags.MaskedKnown) ? desc.Has(IrqFlags.Masked) ? ", masked" : ", unmasked" : "";
        rows.Add(new ViewRow("kernel", Wording.Place(in desc) + started + mask, null));
        MsixEntry entry = IrqWatcher.EntryOf(machine, in desc);
        if (desc.Device != 0)
        {
            string message = entry.MessageKnown ? Wording.MessageMeaning(entry.Address, entry.Data, historian.ApicIds) : "message not recorded";
            string control = !entry.ControlKnown ? "" : (entry.Control & 1) != 0 ? ", masked" : ", unmasked";
            rows.Add(new ViewRow("device", Invariant($"{machine.Tables.Devices[desc.Device]} entry {desc.Entry}: {message}{control}"),
                !entry.MessageKnown && (watcher.Parted & Parting.Masked) == 0 ? null
                    : (watcher.Parted & (Parting.Message | Parting.Masked | Parting.NotRestored)) == 0));
        }
        Irte irte = IrqWatcher.IrteOf(machine, in desc);
        if (irte.Known)
        {
            string now = Say(historian, machine, desc.RemapDevice, irte.Lo, irte.Hi);
            string copy = irte.Stale || irte.StaleAlias
                ? $"; the hardware may still use {Say(historian, machine, desc.RemapDevice, irte.CachedLo, irte.CachedHi)}{(irte.Stale ? "" : " for the device's alias")}" : "";
            rows.Add(new ViewRow("remapping", Invariant($"entry {desc.RemapIndex}: {now}{copy}"),
                (watcher.Parted & (Parting.Irte | Parting.Cache)) == 0));
        }
        if (desc.Has(IrqFlags.VectorKnown) && desc.Vector != 0)
        {
            string offline = machine.IsOffline(desc.Cpu) ? ", and that CPU is offline" : "";
            rows.Add(new ViewRow("slot", $"{Wording.Place(in desc)} belongs to {Wording.Owner(machine.Slots[desc.Cpu, desc.Vector])}{offline}",
                (watcher.Parted & (Parting.Slot | Parting.OfflineCpu)) == 0));
        }
        if ((watcher.Parted & Parting.HostMapping) != 0) rows.Add(new ViewRow("host", "no mapping", false));
        return rows;
    }

    private static string Say(Historian historian, MachineState machine, int remapDevice, ulong lo, ulong hi) => remapDevice < 0
        ? Wording.Irte(lo, hi, machine, historian.ApicIds)
        : Wording.IrteAmd(lo, hi, historian.ApicIds);
}
