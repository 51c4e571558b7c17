using System.Collections.Generic;
using Replay.Core.Findings;
using Replay.Core.Reports;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>The verdict on one interrupt: from how its views stand in the end, then from the findings about it.</summary>
internal sealed class WhyJudge
{
    private readonly IrqWatcher _watcher;
    private readonly MachineState _machine;
    private readonly List<ReportFinding> _findings = [];
    private readonly string _who;

    public WhyJudge(IrqWatcher watcher, MachineState machine, IReadOnlyList<ReportFinding> findings)
    {
        _watcher = watcher;
        _machine = machine;
        _who = Invariant($"irq {watcher.Subject.Irq}");
        foreach (ReportFinding finding in findings)
        {
            if (finding.Irq == (uint)watcher.Subject.Irq && finding.Severity >= Severity.Major) _findings.Add(finding);
        }
    }

    /// <summary>What was decided.</summary>
    /// <param name="Verdict">What is the matter.</param>
    /// <param name="Works">Whether the next interrupt arrives.</param>
    /// <param name="Sentence">In one sentence.</param>
    /// <param name="Anchor">Event that the chain is built around; -1 for none.</param>
    /// <param name="Parted">True when the anchor is where the views parted.</param>
    /// <param name="End">Event that the chain ends with.</param>
    public readonly record struct Judgement(Verdict Verdict, bool? Works, string Sentence, long Anchor, bool Parted, long End = long.MaxValue);

    public Judgement Decide()
    {
        if (!_watcher.Seen) return new Judgement(Verdict.Unknown, null, $"Nothing in this recording is about {_who}.", -1, false);
        ref IrqDesc desc = ref _machine.Irqs[_watcher.Subject.Irq];
        if (!desc.Has(IrqFlags.Exists)) return Freed();
        return FromViews(ref desc) ?? FromFindings(ref desc) ?? WithoutFault(ref desc);
    }

    private Judgement Freed()
    {
        foreach (HistoryEntry entry in _watcher.Log.Entries)
        {
            if (entry.Change == HistoryChange.Existence && entry.To == "freed") _freed = entry.Event;
        }
        return FromFindings(ref _machine.Irqs[_watcher.Subject.Irq])
            ?? new Judgement(Verdict.Freed, false, Invariant($"{_who} does not exist any more: the kernel freed it at event {_freed}."), _freed, false);
    }

    private long _freed = -1;

    /// <summary>A disagreement that lasts to the end, and after which the interrupt did not arrive where it belongs.</summary>
    private Judgement? FromViews(ref IrqDesc desc)
    {
        string place = Wording.Place(in desc);
        if (Lasts(Parting.HostMapping) is { } unmapped)
        {
            return Fault(Verdict.NoMapping, FindingCode.NoHostMapping, unmapped,
                $"{_who} cannot arrive: the host dropped its mapping when the device's channel closed (event {{0}}) and was not asked to map it again.");
        }
        if (Lasts(Parting.NotRestored) is { } stale)
        {
            return Fault(Verdict.StaleMessage, FindingCode.StaleMessage, stale,
                $"{_who} cannot arrive: the device lost its message when the machine slept (event {{0}}) and nobody wrote it back.");
        }
        if (Lasts(Parting.Masked) is { } masked)
        {
            return Masked(ref desc, masked);
        }
        if (Lasts(Parting.OfflineCpu) is { } offline)
            return Fault(Verdict.WrongTarget, FindingCode.LeftOnOfflineCpu, offline, $"{_who} cannot arrive: it is directed at CPU {desc.Cpu}, which is offline since event {{0}}.");
        if (Lasts(Parting.Slot) is { } slot)
            return Fault(Verdict.SlotLost, FindingCode.SlotOwner, slot, $"{_who} cannot arrive: its {place} belongs to another interrupt since event {{0}}.");
        if (Lasts(Parting.Irte) is { } irte)
            return Fault(Verdict.WrongTarget, FindingCode.StrayDelivery, irte, $"{_who} goes astray since event {{0}}: the kernel expects it as {place}, and its remapping entry leads elsewhere.");
        if (Lasts(Parting.Message) is { } message)
            return Fault(Verdict.WrongTarget, FindingCode.StrayDelivery, message, $"{_who} goes astray since event {{0}}: the kernel expects it as {place}, and the device's message leads elsewhere.");
        if (Lasts(Parting.Cache) is { } cache)
        {
            return Fault(Verdict.StaleCache, Has(FindingCode.StaleIrtAlias) ? FindingCode.StaleIrtAlias : FindingCode.StaleIec, cache,
                $"{_who} may go astray since event {{0}}: its remapping entry was changed, and the hardware was not told to drop its copy.");
        }
        return null;
    }

    private Judgement Masked(ref IrqDesc desc, long since)
    {
        if (desc.MaskEvent >= 0 && desc.MaskEvent < since)
        {
            return new Judgement(Verdict.StuckMasked, false, Invariant(
                $"{_who} cannot arrive: it was started at event {since} with its entry masked (since event {desc.MaskEvent}), and nothing has unmasked it."), since, true);
        }
        string reason = "";
        foreach (HistoryEntry entry in _watcher.Log.Entries)
        {
            if (entry.Event == since && entry.Change == HistoryChange.Mask && entry.Reason is { } why) reason = $" ({why})";
        }
        return new Judgement(Verdict.StuckMasked, false, Invariant(
            $"{_who} cannot arrive: its entry was masked at event {since}{reason} and nothing has unmasked it since."), since, true);
    }

    private long? Lasts(Parting way) => _watcher.Lasting(way) == Parting.None ? null : _watcher.PartedEvent(way);

    private Judgement Fault(Verdict verdict, FindingCode code, long since, string sentence)
    {
        foreach (ReportFinding finding in _findings)
        {
            if (finding.Code == FindingCatalog.IdOf(code) && finding.Blame is { } blame && blame < since) since = blame;
        }
        return new Judgement(verdict, false, sentence.Replace("{0}", Invariant($"{since}"), System.StringComparison.Ordinal), since, true);
    }

    private bool Has(FindingCode code) => First(code) is not null;

    private ReportFinding? First(FindingCode code)
    {
        foreach (ReportFinding finding in _findings)
        {
            if (finding.Code == FindingCatalog.IdOf(code)) return finding;
        }
        return null;
    }

    private Judgement? FromFindings(ref IrqDesc desc)
    {
        ReportFinding? worst = null;
        foreach (ReportFinding finding in _findings)
        {
            if (worst is null || finding.Severity > worst.Severity) worst = finding;
        }
        if (worst is null) return null;
        bool exists = desc.Has(IrqFlags.Exists);
        bool? works = !exists || _watcher.LastArrival <= worst.Event ? null : true;
        string still = !exists ? $"; it was freed at event {_freed}" : works == true ? $"; it arrived again at event {_watcher.LastArrival}" : "";
        long anchor = Snap(worst.Blame ?? worst.Event);
        if (worst.Code == FindingCatalog.IdOf(FindingCode.VectorLeak)) return Leaked(worst, exists);
        if (worst.Code == FindingCatalog.IdOf(FindingCode.VectorExhausted)) return Refused(worst, ref desc, exists);
        Verdict verdict = worst.Code == FindingCatalog.IdOf(FindingCode.SlotOverwritten) ? Verdict.SlotLost
            : worst.Code == FindingCatalog.IdOf(FindingCode.StrayDelivery) ? Verdict.WrongTarget
            : worst.Code == FindingCatalog.IdOf(FindingCode.StaleIec) || worst.Code == FindingCatalog.IdOf(FindingCode.StaleIrtAlias) ? Verdict.StaleCache
            : Verdict.Fault;
        return new Judgement(verdict, works, $"{worst.Message.TrimEnd('.')}{still}.", anchor, true, works == true ? worst.Event : long.MaxValue);
    }

    /// <summary>
    /// A move is recorded twice or more within a few events; findings may name the last of them, the history has the first.
    /// </summary>
    private long Snap(long blame)
    {
        const int RecordsOfMove = 3;
        long at = blame;
        foreach (HistoryEntry entry in _watcher.Log.Entries)
        {
            if (entry.Event == blame) return blame;
            if (entry.Change == HistoryChange.Place && entry.Event < blame && blame - entry.Event <= RecordsOfMove) at = entry.Event;
        }
        return at;
    }

    private Judgement Leaked(ReportFinding first, bool exists)
    {
        int count = 0;
        foreach (ReportFinding finding in _findings)
        {
            if (finding.Code == first.Code) count++;
        }
        string alive = exists ? "works, but " : "was freed, and ";
        string lost = count == 1
            ? Invariant($"lost vector {first.Vector} of CPU {first.Cpu} at event {first.Event}: its move was completed while that CPU was offline, so that nobody gave it back.")
            : Invariant($"lost {count} vectors, the first (vector {first.Vector} of CPU {first.Cpu}) at event {first.Event}: its move was completed while that CPU was offline, so that nobody gave it back.");
        return new Judgement(Verdict.LeakedVector, exists ? true : null, $"{_who} {alive}{lost}", first.Blame ?? first.Event, true, first.Event);
    }

    private Judgement Refused(ReportFinding first, ref IrqDesc desc, bool exists)
    {
        int count = 0;
        foreach (ReportFinding finding in _findings)
        {
            if (finding.Code == first.Code) count++;
        }
        string times = count == 1 ? "" : Invariant($" (and {count - 1} more {(count == 2 ? "time" : "times")})");
        string refusal = Invariant($"the allocator had no vector for it at event {first.Event}{times}");
        if (!exists)
            return new Judgement(Verdict.Freed, false, Invariant($"{_who} got no vector: {refusal}. It was freed at event {_freed}."), first.Event, true, first.Event);
        if (desc.Vector == 0 && desc.Has(IrqFlags.VectorKnown))
            return new Judgement(Verdict.NoVector, false, $"{_who} has no vector: {refusal}.", first.Event, true, first.Event);
        return new Judgement(Verdict.Refused, true, $"{_who} works, but could not move: {refusal}.", first.Event, true, first.Event);
    }

    private Judgement WithoutFault(ref IrqDesc desc)
    {
        long change = -1;
        foreach (HistoryEntry entry in _watcher.Log.Entries)
        {
            if (entry.Change is HistoryChange.Place or HistoryChange.Started) change = entry.Event;
        }
        if (desc.Has(IrqFlags.ManagedShutdown))
            return new Judgement(Verdict.ShutDown, false, $"{_who} is shut down since event {change}: it is managed and none of its CPUs is online.", change, false);
        if (desc.Has(IrqFlags.VectorKnown) && desc.Vector == 0)
            return new Judgement(Verdict.NoVector, false, $"{_who} has no vector since event {change}: it is not in use.", change, false);
        if (_watcher.LastArrivalHere >= 0)
        {
            string where = desc.Has(IrqFlags.VectorKnown) ? $" at {Wording.Place(in desc)}" : Invariant($" on CPU {_watcher.LastArrivalCpu}");
            string since = change < 0 ? "" : Invariant($" since its last change (event {change})");
            return new Judgement(Verdict.Working, true, Invariant($"{_who} works: it arrives{where}{since}, the last time at event {_watcher.LastArrivalHere}."), change, false);
        }
        if (!desc.Has(IrqFlags.VectorKnown))
            return new Judgement(Verdict.Unknown, null, $"The recording does not tell where {_who} is directed, and it never arrived.", change, false);
        return new Judgement(Verdict.Quiet, null,
            Invariant($"Nothing is wrong with {_who} as far as recorded: it is set to {Wording.Place(in desc)} since event {change}, what is recorded agrees, and no interrupt has arrived since."), change, false);
    }
}
