using System.Collections.Generic;
using Replay.Core.Findings;
using Replay.Core.Reports;
using Replay.Core.State;
using static System.FormattableString;

namespace Replay.Core.History;

/// <summary>
/// The verdict on one interrupt: from how its views stand in the end, then from the findings about it.
/// </summary>
internal sealed class WhyJudge
{
    private readonly IrqWatcher _watcher;
    private readonly MachineState _machine;
    private readonly List<ReportFinding> _findings = [];
    private readonly string _who;
    private long _freed = -1;

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
    public readonly record struct Judgement(
        Verdict Verdict, bool? Works, string Sentence, long Anchor, bool Parted, long End = long.MaxValue);

    /// <summary>Decides; call once.</summary>
    public Judgement Decide()
    {
        if (!_watcher.Seen)
            return new Judgement(Verdict.Unknown, null, $"Nothing in this recording is about {_who}.", -1, false);
        ref IrqDesc desc = ref _machine.Irqs[_watcher.Subject.Irq];
        foreach (HistoryEntry entry in _watcher.Log.Entries)
        {
            if (entry.Change == HistoryChange.Existence && entry.To == "freed") _freed = entry.Event;
        }
        if (!desc.Has(IrqFlags.Exists)) return Freed();
        _findings.RemoveAll(finding => finding.Event < _freed); // Numbers are used again: that was another interrupt.
        return FromViews(ref desc) ?? FromFindings(ref desc) ?? WithoutFault(ref desc);
    }

    private Judgement Freed()
    {
        string when = _freed < 0 ? "" : Invariant($": the kernel freed it at event {_freed}");
        return FromFindings(ref _machine.Irqs[_watcher.Subject.Irq])
            ?? new Judgement(Verdict.Freed, false, $"{_who} does not exist any more{when}.", _freed, false);
    }

    /// <summary>
    /// A disagreement that lasts to the end, and after which the interrupt did not arrive where it belongs.
    /// </summary>
    private Judgement? FromViews(ref IrqDesc desc)
    {
        string place = Wording.Place(in desc);
        if (Lasts(Parting.HostMapping) is { } unmapped)
        {
            return Fault(Verdict.NoMapping, FindingCode.NoHostMapping, unmapped, "cannot arrive: the host dropped its "
                + "mapping when the device's channel closed (event {0}) and was not asked to map it again.");
        }
        if (Lasts(Parting.NotRestored) is { } stale)
        {
            return Fault(Verdict.StaleMessage, FindingCode.StaleMessage, stale,
                "cannot arrive: the device lost its message when the machine slept (event {0}) "
                + "and nobody wrote it back.");
        }
        if (Lasts(Parting.Masked) is { } masked) return Masked(ref desc, masked);
        if (Lasts(Parting.OfflineCpu) is { } offline)
        {
            return Fault(Verdict.WrongTarget, FindingCode.LeftOnOfflineCpu, offline,
                Invariant($"cannot arrive: it is directed at CPU {desc.Cpu}, which is offline since event {{0}}."));
        }
        if (Lasts(Parting.Slot) is { } slot)
        {
            return Fault(Verdict.SlotLost, FindingCode.SlotOwner, slot,
                $"cannot arrive: its {place} belongs to another interrupt since event {{0}}.");
        }
        if (Lasts(Parting.Irte) is { } irte)
        {
            return Fault(Verdict.WrongTarget, FindingCode.StrayDelivery, irte,
                $"goes astray since event {{0}}: the kernel expects it as {place}, "
                + "and its remapping entry leads elsewhere.");
        }
        if (Lasts(Parting.Message) is { } message)
        {
            return Fault(Verdict.WrongTarget, FindingCode.StrayDelivery, message,
                $"goes astray since event {{0}}: the kernel expects it as {place}, "
                + "and the device's message leads elsewhere.");
        }
        if (Lasts(Parting.Cache) is not { } cache) return null;
        FindingCode code = Has(FindingCode.StaleIrtAlias) ? FindingCode.StaleIrtAlias : FindingCode.StaleIec;
        return Fault(Verdict.StaleCache, code, cache, "may go astray since event {0}: its remapping entry was changed, "
            + "and the hardware was not told to drop its copy.");
    }

    private Judgement Masked(ref IrqDesc desc, long since)
    {
        if (desc.MaskEvent >= 0 && desc.MaskEvent < since)
        {
            string before = Invariant($"at event {since} with its entry masked (since event {desc.MaskEvent})");
            return new Judgement(Verdict.StuckMasked, false,
                $"{_who} cannot arrive: it was started {before}, and nothing has unmasked it.", since, true);
        }
        string reason = "";
        foreach (HistoryEntry entry in _watcher.Log.Entries)
        {
            if (entry.Event == since && entry.Change == HistoryChange.Mask && entry.Reason is { } why)
                reason = $" ({why})";
        }
        return new Judgement(Verdict.StuckMasked, false, Invariant(
            $"{_who} cannot arrive: its entry was masked at event {since}{reason} and nothing has unmasked it since."),
            since, true);
    }

    private long? Lasts(Parting way) => _watcher.Lasting(way) == Parting.None ? null : _watcher.PartedEvent(way);

    /// <summary>
    /// A verdict from the views; a finding about the same disagreement may know an earlier event to blame.
    /// </summary>
    private Judgement Fault(Verdict verdict, FindingCode code, long since, string what)
    {
        long first = since;
        foreach (ReportFinding finding in _findings)
        {
            if (Is(finding, code) && finding.Event >= since && finding.Blame is { } blame && blame < first)
                first = blame;
        }
        string sentence = $"{_who} {what.Replace("{0}", Invariant($"{first}"), System.StringComparison.Ordinal)}";
        return new Judgement(verdict, false, sentence, first, true);
    }

    private bool Has(FindingCode code) => _findings.Exists(finding => Is(finding, code));

    private static bool Is(ReportFinding finding, FindingCode code) => finding.Code == FindingCatalog.IdOf(code);

    private Judgement? FromFindings(ref IrqDesc desc)
    {
        ReportFinding? worst = null;
        foreach (ReportFinding finding in _findings)
        {
            if (worst is null || finding.Severity > worst.Severity) worst = finding;
        }
        if (worst is null) return null;
        bool exists = desc.Has(IrqFlags.Exists);
        long anchor = Snap(worst.Blame ?? worst.Event);
        if (Is(worst, FindingCode.VectorLeak)) return Leaked(worst, exists);
        if (Is(worst, FindingCode.VectorExhausted)) return Refused(worst, ref desc, exists);
        Verdict verdict = Is(worst, FindingCode.SlotOverwritten) ? Verdict.SlotLost
            : Is(worst, FindingCode.StrayDelivery) ? Verdict.WrongTarget
            : Is(worst, FindingCode.StaleIec) || Is(worst, FindingCode.StaleIrtAlias) ? Verdict.StaleCache
            : Verdict.Fault;

        // An arrival cures what kept it away; what another finding says of arrivals themselves it does not.
        bool? works = exists && verdict != Verdict.Fault && _watcher.LastArrival > worst.Event ? true : null;
        string still = !exists ? $"; it was freed at event {_freed}"
            : works == true ? $"; it arrived again at event {_watcher.LastArrival}" : "";
        return new Judgement(verdict, works, $"{worst.Message.TrimEnd('.')}{still}.", anchor, true,
            works == true ? worst.Event : long.MaxValue);
    }

    /// <summary>
    /// A move is recorded twice or more within a few events; findings may name the last of them,
    /// the history has the first.
    /// </summary>
    private long Snap(long blame)
    {
        const int RecordsOfMove = 3;
        long at = blame;
        foreach (HistoryEntry entry in _watcher.Log.Entries)
        {
            if (entry.Event == blame) return blame;
            if (entry.Change == HistoryChange.Place && entry.Event < blame && blame - entry.Event <= RecordsOfMove)
                at = entry.Event;
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
        string place = Invariant($"vector {first.Vector} of CPU {first.Cpu}");
        string lost = count == 1 ? $"lost {place}" : $"lost {count} vectors, the first ({place})";
        return new Judgement(Verdict.LeakedVector, exists ? true : null,
            Invariant($"{_who} {alive}{lost} at event {first.Event}: ")
            + "its move was completed while that CPU was offline, so that nobody gave it back.",
            first.Blame ?? first.Event, true, first.Event);
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
        {
            return new Judgement(Verdict.Freed, false,
                $"{_who} got no vector: {refusal}. It was freed at event {_freed}.", first.Event, true, first.Event);
        }
        if (desc.Vector == 0 && desc.Has(IrqFlags.VectorKnown))
            return new Judgement(Verdict.NoVector, false, $"{_who} has no vector: {refusal}.",
                first.Event, true, first.Event);
        return new Judgement(Verdict.Refused, true, $"{_who} works, but could not move: {refusal}.",
            first.Event, true, first.Event);
    }

    private Judgement WithoutFault(ref IrqDesc desc)
    {
        long change = -1;
        foreach (HistoryEntry entry in _watcher.Log.Entries)
        {
            if (entry.Change is HistoryChange.Place or HistoryChange.Started) change = entry.Event;
        }
        if (desc.Has(IrqFlags.ManagedShutdown))
            return Plain(Verdict.ShutDown, false, change,
                "is shut down since event {0}: it is managed and none of its CPUs is online.");
        if (desc.Has(IrqFlags.VectorKnown) && desc.Vector == 0)
            return Plain(Verdict.NoVector, false, change, "has no vector since event {0}: it is not in use.");
        if (_watcher.LastArrivalHere >= 0)
        {
            string where = desc.Has(IrqFlags.VectorKnown)
                ? $"at {Wording.Place(in desc)}" : Invariant($"on CPU {_watcher.LastArrivalCpu}");
            string since = change < 0 ? "" : " since its last change (event {0})";
            return Plain(Verdict.Working, true, change,
                Invariant($"works: it arrives {where}{since}, the last time at event {_watcher.LastArrivalHere}."));
        }
        if (!desc.Has(IrqFlags.VectorKnown))
            return Plain(Verdict.Unknown, null, change,
                "is directed at a place that the recording does not tell, and never arrived.");
        return Plain(Verdict.Quiet, null, change,
            $"has no fault in what is recorded: it is set to {Wording.Place(in desc)} since "
            + "event {0}, its views agree, and no interrupt has arrived since.");
    }

    private Judgement Plain(Verdict verdict, bool? works, long change, string what) => new(verdict, works,
        $"{_who} {what.Replace("{0}", Invariant($"{change}"), System.StringComparison.Ordinal)}", change, false);
}
