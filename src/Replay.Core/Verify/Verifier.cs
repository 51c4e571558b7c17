using System;
using System.Numerics;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <summary>
/// Takes each decision of the recorded kernel again: from the state just before and by the rules alone, and compares.
/// The state is that of a second, rule-driven kernel; the recording corrects it only where it is sure of itself:
/// a record that contradicts the rules while the records around it follow them is reported and not believed,
/// and one that the records around it confirm is reported and believed. So one wrong record is one disagreement,
/// and so is one wrong rule.
/// </summary>
/// <remarks>
/// Records that follow are looked at, <see cref="Ahead"/> of them at most, only where a decision differs.
/// Events are held back until that many follow, so that the result does not depend on how they come in batches.
/// Single writer; call <see cref="Finish"/> after the last event.
/// </remarks>
public sealed partial class Verifier<TRules>
    where TRules : struct, IKernelRules
{
    /// <summary>Records that are looked at beyond the one being judged.</summary>
    public const int Ahead = 2048;

    private readonly TRules _rules;
    private readonly EventTables _tables;
    private readonly VectorMatrix _matrix = new();
    private readonly VerifyTally _tally = new();
    private readonly IrqEvent[] _held = new IrqEvent[3 * Ahead];
    private VerifyIrq[] _irqs = new VerifyIrq[256];
    private VerifyCpu[] _cpus = new VerifyCpu[8];
    private int _irqsUsed;
    private int _cpusUsed;
    private int _heldCount;
    private long _index = -1;
    private ulong _timeNs;
    private int _cpu;

    private long _deliveriesAgreed;

    public Verifier(EventTables tables, TRules rules = default)
    {
        _tables = tables;
        _rules = rules;
        InitializeIrqs(0, _irqs.Length);
        Array.Fill(_cpus, VerifyCpu.Idle);
    }

    public VerifyTally Tally => _tally;

    /// <summary>Events judged so far. Extension records are not counted.</summary>
    public long EventCount => _index + 1;

    /// <summary>Events taken so far: those judged, and those held back.</summary>
    public long EventsTaken
    {
        get
        {
            long count = EventCount;
            foreach (ref readonly IrqEvent e in _held.AsSpan(0, _heldCount))
            {
                if (e.Kind != EventKind.Extension) count++;
            }
            return count;
        }
    }

    /// <summary>Takes a batch; it must not end inside an event's extension records.</summary>
    public void Verify(ReadOnlySpan<IrqEvent> events)
    {
        if (_heldCount > 0)
        {
            // What was held back is judged with the head of this batch after it.
            int head = EventEnd(events, Math.Min(events.Length, 2 * Ahead - 2));
            events[..head].CopyTo(_held.AsSpan(_heldCount));
            ReadOnlySpan<IrqEvent> joined = _held.AsSpan(0, _heldCount + head);
            bool small = head == events.Length;
            int count = small ? EventEnd(joined, Math.Max(0, joined.Length - Ahead)) : _heldCount;
            Judge(joined, count);
            if (small)
            {
                joined[count..].CopyTo(_held);
                _heldCount = joined.Length - count;
                return;
            }
            _heldCount = 0;
        }
        int body = EventEnd(events, Math.Max(0, events.Length - Ahead));
        Judge(events, body);
        events[body..].CopyTo(_held);
        _heldCount = events.Length - body;
    }

    /// <summary>Judges what was held back, and closes the counts.</summary>
    public void Finish()
    {
        Judge(_held.AsSpan(0, _heldCount), _heldCount);
        _heldCount = 0;
        _tally.Agree(DecisionKind.DeliveryCpu, _deliveriesAgreed);
        _deliveriesAgreed = 0;
    }

    /// <summary>
    /// The end of the event that record <paramref name="at"/> belongs to, or <paramref name="at"/> between two.
    /// </summary>
    private static int EventEnd(ReadOnlySpan<IrqEvent> events, int at)
    {
        while (at > 0 && at < events.Length && events[at].Kind == EventKind.Extension) at--;
        return at;
    }

    private void Judge(ReadOnlySpan<IrqEvent> events, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (PlainRule.ByKind[(byte)events[i].Kind].MayApply) i = PassPlain(events, i, count);
            if (i == count) break;
            ref readonly IrqEvent e = ref events[i];
            switch (e.Kind)
            {
                case EventKind.Extension: continue;
                case EventKind.HandlerEntry:
                    _index++;
                    NoteRecord(in e);
                    if (IsStray(in e)) JudgeStray(AheadOf(events, i));
                    break;
                case EventKind.HandlerExit or EventKind.SystemEntry or EventKind.SystemExit or EventKind.AckIrq
                    or EventKind.FlowHandler:
                    _index++;
                    NoteRecord(in e);
                    break;
                default:
                    _index++;
                    if (e.Cpu >= CpuTable.CpuMax) break;
                    if (e.Kind == EventKind.Loss) JudgeLoss(in e);
                    if (e.Kind != EventKind.LogLine) NoteRecord(in e);
                    _timeNs = e.TimeNs;
                    _cpu = e.Cpu;
                    EnsureCpu(e.Cpu);
                    if (!_cpus[e.Cpu].OnlineKnown || _cpus[e.Cpu].Dark) MeetCpu(in e);
                    JudgeRare(AheadOf(events, i));
                    if (_tally.LastDisagreement == _index) Reconsider(AheadOf(events, i));
                    break;
            }
        }
    }

    /// <summary>A record and those that are looked at beyond it.</summary>
    private static ReadOnlySpan<IrqEvent> AheadOf(ReadOnlySpan<IrqEvent> events, int at) =>
        events.Slice(at, Math.Min(events.Length - at, Ahead));

    /// <summary>What a CPU records shows that it is online; a dying one has probes only.</summary>
    private void MeetCpu(in IrqEvent e)
    {
        ref VerifyCpu cpu = ref _cpus[e.Cpu];
        if (!EventKinds.NeedOnlineCpu(e.Kind) || (cpu.Dark && e.Kind == EventKind.MatrixOnline)) return;
        if (cpu.Dark) ForgetBits();
        cpu.Dark = cpu.GoingDown = false;
        cpu.Online = cpu.OnlineKnown = true;
    }

    /// <summary>
    /// An interrupt arrives where it was sent: at its place, or at the old one while that is not given back. True when
    /// this one did not.
    /// </summary>
    private bool IsStray(in IrqEvent e)
    {
        if (e.Irq >= (uint)_irqs.Length) return false;
        ref VerifyIrq irq = ref _irqs[e.Irq];
        if (irq.Vector == 0) return false;
        if (irq.Cpu != e.Cpu && (irq.PreviousVector == 0 || irq.PreviousCpu != e.Cpu)) return true;
        _deliveriesAgreed++;
        return false;
    }

    private void JudgeStray(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        ref VerifyIrq irq = ref _irqs[e.Irq];
        if (!TryCpu(e.Cpu)) return;
        if (!irq.Has(IrqFacts.PlaceKnown | IrqFacts.PreviousKnown))
        {
            Open(DecisionKind.DeliveryCpu, OpenReason.BlindSpot);
            return;
        }
        _timeNs = e.TimeNs;
        _cpu = e.Cpu;
        Disagree(DecisionKind.DeliveryCpu, e.Irq, $"CPU {irq.Cpu}", $"CPU {e.Cpu}",
            $"irq {e.Irq} has vector {irq.Vector} on CPU {irq.Cpu} since event {irq.PlaceEvent}, and no old place");
        if (_tally.LastDisagreement == _index) Reconsider(at);
    }

    private void JudgeRare(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        if (!_matrix.Seen && e.Kind is >= EventKind.MatrixReserve and <= EventKind.MatrixFree) BeginMidway(at);
        switch (e.Kind)
        {
            case EventKind.VectorSetup: JudgeSetup(in e); break;
            case EventKind.VectorReserve: JudgeReserve(in e); break;
            case EventKind.VectorReserveManaged: JudgeReserveManaged(in e); break;
            case EventKind.X86VectorActivate: JudgeActivateProbe(in e); break;
            case EventKind.VectorActivate: JudgeActivate(in e); break;
            case EventKind.X86VectorDeactivate: JudgeDeactivateProbe(in e); break;
            case EventKind.VectorDeactivate: JudgeDeactivate(in e); break;
            case EventKind.VectorAlloc or EventKind.VectorAllocManaged: JudgeVectorAlloc(in e); break;
            case EventKind.ApicUpdateVector: JudgeAssignmentProbe(at); break;
            case EventKind.VectorUpdate: JudgeAssignment(at); break;
            case EventKind.VectorConfig: JudgeConfig(at); break;
            case EventKind.VectorClear: JudgeClear(at); break;
            case EventKind.VectorFreeMoved: JudgeFreeMoved(at); break;
            case EventKind.SendCleanupVector: JudgeSendCleanup(in e); break;
            case EventKind.FreeMovedVector: JudgeFreeMovedProbe(in e); break;
            case EventKind.VectorTeardown: JudgeTeardown(in e); break;

            case EventKind.MatrixOnline: JudgeMatrixOnline(at); break;
            case EventKind.MatrixOffline: JudgeMatrixOffline(in e); break;
            case EventKind.MatrixAssignSystem: JudgeAssignSystem(in e); break;
            case EventKind.MatrixAssign: JudgeAssignLegacy(at); break;
            case EventKind.MatrixReserve: JudgeReservation(in e, 1); break;
            case EventKind.MatrixRemoveReserved: JudgeReservation(in e, -1); break;
            case EventKind.MatrixReserveManaged: JudgeSetAside(at); break;
            case EventKind.MatrixRemoveManaged: JudgeRemoveManaged(at); break;
            case EventKind.MatrixAlloc: JudgeMatrixAlloc(at, managed: false); break;
            case EventKind.MatrixAllocManaged: JudgeMatrixAlloc(at, managed: true); break;
            case EventKind.MatrixFree: JudgeMatrixFree(at); break;
            case EventKind.MatrixFreeCall: JudgeMatrixFreeCall(in e); break;

            case EventKind.CpuhpEnter: JudgeHotplugStep(in e); break;
            case EventKind.CpuhpExit: JudgeHotplugResult(in e); break;
            case EventKind.LapicCanUnplugReturn: JudgeOfflineCheck(in e); break;
            case EventKind.FixupIrqs or EventKind.MigrateAllOff: GoDark(e.Cpu, probed: true); break;
            case EventKind.ForceCompleteMove: JudgeForceComplete(at); break;
            case EventKind.LapicOffline: JudgeLapicOffline(in e); break;

            case EventKind.IrqSetAffinity: JudgeRequest(in e); break;
            case EventKind.IrqDoSetAffinity: JudgeDoSetAffinity(at); break;
            case EventKind.MsiSetAffinity: JudgeMsiSetAffinity(in e); break;
            case EventKind.IrSetAffinity or EventKind.IoApicSetAffinity: JudgeChipMask(in e); break;
            case EventKind.ApicSetAffinity: JudgeApicSetAffinity(in e); break;
            case EventKind.ApicSetAffinityReturn: JudgeAnswer(in e); break;
            case EventKind.IrqStartup: JudgeStartup(in e); break;
            case EventKind.IrqShutdown: JudgeShutdown(in e); break;
            case EventKind.IrqShutdownDeactivate: JudgeManagedShutdown(in e); break;

            case EventKind.IrteWrite: JudgeIrte(at); break;
            case EventKind.IrteWriteAmd: JudgeAmdIrte(at); break;
            case EventKind.QiSubmit: JudgeInvalidation(at); break;
            case EventKind.IrDeactivate: _cpus[e.Cpu].DeactivatedIrq = e.Irq; break;

            case EventKind.MsiWrite: JudgeMessage(at); break;
            case EventKind.MsiMask: JudgeMask(at, masked: true); break;
            case EventKind.MsiUnmask: JudgeMask(at, masked: false); break;
        }
    }

    /// <summary>The interrupt, made when it is new; false when its number is beyond the model.</summary>
    private bool TryIrq(uint irq)
    {
        if (irq >= IrqTable.IrqMax) return false;
        if (irq >= (uint)_irqsUsed) _irqsUsed = (int)irq + 1;
        int from = _irqs.Length;
        if (irq < (uint)from) return true;
        Array.Resize(ref _irqs, (int)BitOperations.RoundUpToPowerOf2(irq + 1));
        InitializeIrqs(from, _irqs.Length);
        return true;
    }

    private void InitializeIrqs(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            _irqs[i].RemapIndex = _irqs[i].RemapTable = _irqs[i].Entry = -1;
            _irqs[i].PlaceEvent = -1;
        }
    }

    private void EnsureCpu(int cpu)
    {
        if (cpu < _cpusUsed) return;
        int from = _cpus.Length;
        if (cpu >= from)
        {
            Array.Resize(ref _cpus, (int)BitOperations.RoundUpToPowerOf2((uint)cpu + 1));
            Array.Fill(_cpus, VerifyCpu.Idle, from, _cpus.Length - from);
        }
        _matrix.EnsureCpu(cpu);
        _cpusUsed = cpu + 1;
    }

    private bool TryCpu(int cpu)
    {
        if (cpu >= CpuTable.CpuMax) return false;
        EnsureCpu(cpu);
        return true;
    }

    /// <summary>Records were lost: whatever happened meanwhile, the next records tell.</summary>
    private void ForgetAll()
    {
        Array.Clear(_irqs, 0, _irqsUsed);
        InitializeIrqs(0, _irqsUsed);
        _owners.Clear();
        Array.Clear(_claims);
        _globalClaim = default;
        for (int cpu = 0; cpu < _cpusUsed; cpu++)
        {
            _cpus[cpu] = VerifyCpu.Idle;
            _matrix[cpu].AllocMap = _matrix[cpu].ManagedMap = default;
        }
        ForgetBits();

        // The system's vectors are still those that were seen; they were all taken before the first CPU came online.
        _systemAssumed |= _matrix.Complete && _matrix.OnlineMaps > 0;
        _matrix.Complete = _matrix.GlobalKnown = false;
    }

    /// <summary>
    /// Whether the rules are believed where nothing else decides: until they were wrong about this
    /// kind of decision once.
    /// </summary>
    private bool Trusts(DecisionKind kind) => _tally.DisagreedOf(kind) == 0;

    private void Agree(DecisionKind kind) => _tally.Agree(kind);

    private void Open(DecisionKind kind, OpenReason reason) => _tally.Open(_index, kind, reason);

    private void Disagree(DecisionKind kind, uint irq, FormattableString expected,
        FormattableString actual, FormattableString because)
    {
        if (_cpus[_cpu].Dark && !_cpus[_cpu].DarkProbed)
        {
            // Where the interrupts of a dying CPU went was concluded by rule: what differs may be that conclusion.
            Open(kind, OpenReason.BlindSpot);
            return;
        }
        if (!_tally.KeepsDisagreements)
        {
            _tally.CountDisagreement(kind);
            return;
        }
        _tally.Disagree(new Disagreement(_index, _timeNs, _cpu, kind, irq < IrqTable.IrqMax ? (int)irq : null,
            FormattableString.Invariant(expected), FormattableString.Invariant(actual),
            FormattableString.Invariant(because)));
    }

    private static string PlaceText(byte vector, ushort cpu) =>
        vector == 0 ? "no vector" : FormattableString.Invariant($"vector {vector} on CPU {cpu}");
}
