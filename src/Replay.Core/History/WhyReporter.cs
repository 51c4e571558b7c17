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
        List<HistoryEntry> entries = WithFindings(watcher, findings);
        (List<HistoryEntry> chain, int leftOut, int after) = WhyChain.Build(entries, judged.Anchor, judged.End);
        if (!watcher.Seen)
            return new WhyReport(irq, null, null, null, judged.Verdict, null,
                judged.Sentence, null, null, [], [], 0, 0);
        ref IrqDesc desc = ref machine.Irqs[irq];
        string device = machine.Tables.Devices[desc.Device];
        return new WhyReport(irq, StateReporter.NameOf(machine, ref desc), device.Length == 0 ? null : device,
            desc.Entry < 0 ? null : desc.Entry, judged.Verdict, judged.Works, judged.Sentence,
            judged.Parted && judged.Anchor >= 0 ? judged.Anchor : null,
            judged.Parted ? TimeOf(watcher, judged.Anchor) : null,
            Views(historian, machine, watcher, in desc, judged.Verdict), chain, leftOut, after);
    }

    /// <summary>The history, and the findings that no change of it stands for.</summary>
    private static List<HistoryEntry> WithFindings(IrqWatcher watcher, IReadOnlyList<ReportFinding> findings)
    {
        var entries = new List<HistoryEntry>(watcher.Log.Entries);
        foreach (ReportFinding finding in findings)
        {
            if (finding.Irq != (uint)watcher.Subject.Irq || finding.TimeNs is not { } timeNs) continue;
            int at = entries.FindIndex(entry => entry.Event >= finding.Event);
            if (at >= 0 && entries[at].Event == finding.Event) continue;
            entries.Insert(at < 0 ? entries.Count : at, new HistoryEntry
            {
                Event = finding.Event,
                TimeNs = timeNs,
                Cpu = null,
                Change = HistoryChange.Happening,
                Text = $"{finding.Code}: {finding.Message}",
                Blame = finding.Blame,
            });
        }
        return entries;
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

    private static List<ViewRow> Views(Historian historian, MachineState machine, IrqWatcher watcher,
        in IrqDesc desc, Verdict verdict)
    {
        var rows = new List<ViewRow>();
        if (!desc.Has(IrqFlags.Exists)) return rows;
        string started = desc.StartEvent < 0 ? "" : desc.Has(IrqFlags.Started) ? ", started" : ", not started";
        string mask = desc.Has(IrqFlags.MaskedKnown) ? desc.Has(IrqFlags.Masked) ? ", masked" : ", unmasked" : "";
        rows.Add(new ViewRow("kernel", Wording.Place(in desc) + started + mask, null));
        MsixEntry entry = IrqWatcher.EntryOf(machine, in desc);
        if (desc.Device != 0)
        {
            string message = !entry.MessageKnown ? "message not recorded"
                : Wording.MessageMeaning(entry.Address, entry.Data, historian.ApicIds, desc.RemapDevice >= 0);
            string control = !entry.ControlKnown ? "" : (entry.Control & 1) != 0 ? ", masked" : ", unmasked";
            rows.Add(new ViewRow("device",
                Invariant($"{machine.Tables.Devices[desc.Device]} entry {desc.Entry}: {message}{control}"),
                !entry.MessageKnown && (watcher.Parted & Parting.Masked) == 0
                ? null : Agrees(watcher, Parting.Message | Parting.Masked | Parting.NotRestored)));
        }
        Irte irte = IrqWatcher.IrteOf(machine, in desc);
        if (irte.Known)
        {
            string now = Say(historian, machine, desc.RemapDevice, irte.Lo, irte.Hi);
            string copy = Wording.MayUseOld(machine, in irte)
                ? "; the hardware may still use "
                    + $"{Say(historian, machine, desc.RemapDevice, irte.CachedLo, irte.CachedHi)}"
                    + (irte.Stale ? "" : " for the device's alias") : "";
            rows.Add(new ViewRow("remapping", Invariant($"entry {desc.RemapIndex}: {now}{copy}"),
                Agrees(watcher, Parting.Irte | Parting.Cache)));
        }
        if (desc.Has(IrqFlags.VectorKnown) && desc.Vector != 0 && desc.Cpu < machine.Slots.CpuCount)
        {
            string offline = machine.IsOffline(desc.Cpu) ? ", and that CPU is offline" : "";
            rows.Add(new ViewRow("slot",
                $"{Wording.Place(in desc)} belongs to {Wording.Owner(machine.Slots[desc.Cpu, desc.Vector])}{offline}",
                verdict == Verdict.SlotLost ? false : Agrees(watcher, Parting.Slot | Parting.OfflineCpu)));
        }
        if ((watcher.Parted & Parting.HostMapping) != 0) rows.Add(new ViewRow("host", "no mapping", false));
        return rows;
    }

    /// <summary>
    /// Null when the view leads elsewhere and the interrupt arrived all the same: a change is not recorded.
    /// </summary>
    private static bool? Agrees(IrqWatcher watcher, Parting ways) =>
        (watcher.Parted & ways) == 0 ? true : watcher.Lasting(ways) == Parting.None ? null : false;

    private static string Say(Historian historian, MachineState machine, int remapDevice, ulong lo,
        ulong hi) => remapDevice < 0
            ? Wording.Irte(lo, hi, machine, historian.ApicIds)
            : Wording.IrteAmd(lo, hi, historian.ApicIds);
}
