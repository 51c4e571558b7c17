using System;
using System.Runtime.CompilerServices;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Findings.Hazards;
using Replay.Core.Rules;
using Replay.Core.State;
using Replay.Core.Systems;

namespace Replay.Core.Replay;

/// <summary>
/// Replays events into a machine: the recording is right about itself, and where it contradicts itself there is a
/// finding with the event to blame. Single writer; call <see cref="Finish"/> once after the last event.
/// </summary>
public sealed partial class Replayer<TRules, TProbe>
    where TRules : struct, IKernelRules
    where TProbe : struct, IProbe
{
    private readonly TRules _rules;
    private readonly MachineState _machine;
    private readonly IrqTable _irqs;
    private readonly FindingTable _findings = new();
    private readonly SystemSet _systems;
    private TProbe _probe; // mutable struct: never readonly
    private CpuState[] _cpus;
    private readonly HazardSet _hazards;
    private long _index = -1;
    private long _applied;
    private ulong _timeNs;

    // True once the recording has shown that it records CPU hotplug. Without that a CPU may have gone down and come
    // back unseen, and taken interrupts with it: a contradiction in places is then the recording's gap, not a finding.
    private bool _hotplugSeen;

    /// <param name="tables">Names of the recording.</param>
    /// <param name="rules">What the kernel's part of the machine follows.</param>
    /// <param name="probe">Called after each event.</param>
    /// <param name="choice">All rules, for the systems beside the machine; null for those of linux-6.1.</param>
    public Replayer(EventTables tables, TRules rules = default, TProbe probe = default, RuleChoice? choice = null)
    {
        _rules = rules;
        _machine = new MachineState(tables);
        _irqs = _machine.Irqs;
        _hazards = new HazardSet(_machine, _findings, _rules.SlotRecheck);
        _probe = probe;
        _systems = new SystemSet(_machine, _findings, choice ?? RuleChoice.For(RuleCatalog.Linux61Name));
        _cpus = _machine.Cpus.Cpus;
    }

    /// <summary>The machine after the events replayed so far.</summary>
    public MachineState Machine => _machine;

    public FindingTable Findings => _findings;

    /// <summary>Systems beside the machine that the recording has events of.</summary>
    public SystemSet Systems => _systems;

    /// <summary>Index of the last event replayed, -1 before the first. Extension records are not counted.</summary>
    public long EventIndex => _index;

    /// <summary>Events replayed.</summary>
    public long EventCount => _index + 1;

    /// <summary>Events that the machine has a rule for.</summary>
    public long AppliedCount => _applied;

    /// <summary>Time of the last event replayed.</summary>
    public ulong TimeNs => _timeNs;

    /// <summary>Replays a batch; it must not end inside an event's extension records.</summary>
    public void Replay(ReadOnlySpan<IrqEvent> events)
    {
        // Index of an event = its place in the batch + this: extension records have none.
        long first = _index + 1;
        for (int i = 0; i < events.Length; i++)
        {
            // Whoever looks at the machine after each event needs it complete then.
            if (typeof(TProbe) == typeof(NoProbe) && PlainRule.ByKind[(byte)events[i].Kind].MayApply)
            {
                i = ApplyPlain(events, i);
                if (i == events.Length) break;
            }
            ref readonly IrqEvent e = ref events[i];
            if (e.Kind == EventKind.Extension)
            {
                first--;
                continue;
            }
            _index = first + i;
            bool isKnownCpu = IsOfKnownCpu(in e);
            if (!isKnownCpu || !ApplyOne(events[i..])) _unknown++;
            if (isKnownCpu) _probe.AfterEvent(_machine, in e, _index);
        }
        if (events.Length > 0) _timeNs = events[^1].TimeNs;
        _index = first + events.Length - 1;
        _applied = EventCount - _unknown;
    }

    private long _unknown;

    /// <summary>
    /// Applies the first of <paramref name="at"/>, whatever it is; false when the machine has no rule for it.
    /// </summary>
    private bool ApplyOne(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        switch (e.Kind)
        {
            case EventKind.HandlerEntry: ApplyHandlerEntry(in e); return true;
            case EventKind.HandlerExit: ApplyHandlerExit(in e); return true;
            case EventKind.SystemEntry: ApplySystemEntry(in e); return true;
            case EventKind.SystemExit: return true;
            case EventKind.AckIrq or EventKind.FlowHandler: return false; // Frequent, and tell nothing new.
        }
        _timeNs = e.TimeNs;
        bool applied = ApplyAndJudge(at);
        return (SystemSet.Wants(e.Kind) && _systems.Apply(at, _index)) || applied;
    }

    /// <summary>Applies an event that is no delivery; detections of their own look at it before and after.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ApplyAndJudge(ReadOnlySpan<IrqEvent> at)
    {
        if (!HazardSet.LooksAt(at[0].Kind)) return ApplyRare(at);
        _hazards.Before(in at[0], _index);
        bool applied = ApplyRare(at);
        return _hazards.After(at) || applied;
    }

    /// <summary>
    /// Everything that is not a delivery: a few per cent of a recording. False for a kind without a rule.
    /// </summary>
    private bool ApplyRare(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        switch (e.Kind)
        {
            case EventKind.Mark: break;
            case EventKind.CpuSeen: break;
            case EventKind.Loss: ApplyLoss(in e); break;

            case EventKind.VectorSetup: ApplyVectorSetup(in e); break;
            case EventKind.VectorReserve: ApplyVectorReserve(in e); break;
            case EventKind.VectorReserveManaged: ApplyVectorReserveManaged(in e); break;
            case EventKind.VectorActivate: ApplyVectorActivate(in e); break;
            case EventKind.VectorDeactivate: ApplyVectorDeactivate(in e); break;
            case EventKind.VectorAlloc: ApplyVectorAlloc(in e); break;
            case EventKind.VectorAllocManaged: ApplyVectorAlloc(in e); break;
            case EventKind.VectorUpdate: ApplyVectorUpdate(in e); break;
            case EventKind.VectorConfig: ApplyVectorConfig(in e); break;
            case EventKind.VectorClear: ApplyVectorClear(in e); break;
            case EventKind.VectorFreeMoved: ApplyVectorFreeMoved(in e); break;
            case EventKind.VectorTeardown: ApplyVectorTeardown(in e); break;

            case EventKind.MatrixOnline: ApplyMatrixOnline(in e); break;
            case EventKind.MatrixOffline: ApplyMatrixOffline(in e); break;
            case EventKind.MatrixAssignSystem: ApplyMatrixAssignSystem(in e); break;
            case EventKind.MatrixReserve: ApplyMatrixReservation(in e, 1); break;
            case EventKind.MatrixRemoveReserved: ApplyMatrixReservation(in e, -1); break;
            case EventKind.MatrixReserveManaged:
            case EventKind.MatrixRemoveManaged:
            case EventKind.MatrixAssign:
            case EventKind.MatrixAlloc:
            case EventKind.MatrixAllocManaged:
            case EventKind.MatrixFree: ApplyMatrixCpuOperation(in e, at.Length > 1 ? at[1] : default); break;

            case EventKind.CpuhpEnter: ApplyCpuhpEnter(in e); break;
            case EventKind.CpuhpMultiEnter: _hotplugSeen = true; break;
            case EventKind.CpuhpExit: ApplyCpuhpExit(in e); break;
            case EventKind.LapicCanUnplug: break;
            case EventKind.LapicCanUnplugReturn: ApplyCanUnplugReturn(in e); break;
            case EventKind.ForceCompleteMove: ApplyGoneDarkIfGoingDown(in e); break;
            case EventKind.FixupIrqs: ApplyGoneDark(in e); break;
            case EventKind.MigrateAllOff: ApplyGoneDark(in e); break;
            case EventKind.LapicOffline: ApplyLapicOffline(in e); break;
            case EventKind.LapicOnline: break;

            case EventKind.IrteWrite: ApplyIrteWrite(in e); break;
            case EventKind.IrteWriteAmd: ApplyIrteWriteAmd(in e); break;
            case EventKind.QiSubmit: ApplyQiSubmit(in e); break;
            case EventKind.AmdInvalidate: ApplyAmdInvalidate(in e); break;
            case EventKind.DeviceAlias: ApplyDeviceAlias(in e); break;

            case EventKind.MsiWrite: ApplyMsiWrite(in e); break;
            case EventKind.MsiMask: ApplyMsiMask(in e, true); break;
            case EventKind.MsiUnmask: ApplyMsiMask(in e, false); break;
            case EventKind.MsixEnable: ApplyMsixEnable(in e); break;
            case EventKind.MsixEnableReturn: ApplyMsixEnableReturn(in e); break;
            case EventKind.MsiEnable: ApplyMsiEnable(in e); break;
            case EventKind.MsixDisable: ApplyMsixDisable(in e); break;
            case EventKind.FreeIrqVectors: ApplyMsixDisable(in e); break;
            case EventKind.PciRestoreMsiState: ApplyPciRestoreMsiState(in e); break;

            case EventKind.IrqSetAffinity: ApplyAffinity(in e); break;
            case EventKind.IrqDoSetAffinity: ApplyAffinity(in e); break;
            case EventKind.IrSetAffinity: ApplyWorkOn(in e); break;
            case EventKind.MsiSetAffinity: ApplyWorkOn(in e); break;
            case EventKind.IoApicSetAffinity: ApplyIoApicSetAffinity(in e); break;
            case EventKind.IrqStartup: ApplyIrqStartup(in e); break;
            case EventKind.IrqShutdown: ApplyIrqShutdown(in e); break;
            case EventKind.IrqShutdownDeactivate: ApplyIrqShutdownDeactivate(in e); break;
            case EventKind.SetupIrq: ApplySetupIrq(in e); break;
            case EventKind.FreeIrq: ApplyFreeIrq(in e); break;
            case EventKind.ApicUpdateVector: ApplyApicUpdateVector(in e); break;
            case EventKind.SendCleanupVector: ApplySendCleanup(in e); break;
            case EventKind.FreeMovedVector: ApplyFreeMovedProbe(in e); break;
            case EventKind.MatrixFreeCall: ApplyMatrixFreeCall(in e); break;
            case EventKind.X86VectorActivate: ApplyX86Activate(in e); break;
            case EventKind.X86VectorDeactivate: ApplyX86Deactivate(in e); break;
            case EventKind.IrAlloc: ApplyIrAlloc(in e); break;
            case EventKind.IrFree: ApplyIrFree(in e); break;
            case EventKind.IrActivate: ApplyWorkOn(in e); break;
            case EventKind.IrDeactivate: ApplyWorkOn(in e); break;

            case EventKind.SuspendResume: ApplySuspendResume(in e); break;
            case EventKind.VpciChannel: ApplyVpciChannel(in e); break;
            case EventKind.VpciCreateInterrupt: ApplyVpciCreate(in e); break;
            case EventKind.VpciDeleteInterrupt: break;

            case EventKind.DeviceRaise: return ApplyDeviceRaise(in e);
            case EventKind.MsixStore: ApplyMsixStore(in e); break;
            case EventKind.MsixPending: ApplyMsixPending(in e); break;
            case EventKind.MsixSeen: ApplyMsixSeen(in e); break;
            case EventKind.IrteHalf: ApplyIrteHalf(in e); break;
            case EventKind.MsixControl: ApplyMsixControl(in e); break;
            case EventKind.RemapControl: ApplyRemapControl(in e); break;
            case EventKind.IrteRead: ApplyIrteRead(in e); break;
            case EventKind.IrteReadAmd: ApplyIrteReadAmd(in e); break;
            case EventKind.LapicAccept: ApplyLapicAccept(in e); break;
            case EventKind.LapicService: ApplyLapicService(in e); break;
            case EventKind.LapicEoi: ApplyLapicEoi(in e); break;
            default: return false;
        }
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsOfKnownCpu(in IrqEvent e)
    {
        CpuArrival[] cpus = _machine.Cpus.Arrivals;
        return (e.Cpu < (uint)cpus.Length && cpus[e.Cpu].Seen) || MeetCpu(in e);
    }

    /// <summary>
    /// First event of a CPU, or one of a CPU that is going down or offline. False when its number is beyond the model.
    /// </summary>
    private bool MeetCpu(in IrqEvent e)
    {
        if (!TryCpu(e.Cpu)) return false;
        ref CpuState cpu = ref _cpus[e.Cpu];

        // A probe also fires on a CPU that is not online; what else is recorded comes from an online one.
        bool provesOnline = EventKinds.NeedOnlineCpu(e.Kind);
        if (cpu.Dark)
        {
            // matrix_online tells for itself; where the allocator is not recorded, any tracepoint of the CPU does.
            if (!provesOnline || e.Kind == EventKind.MatrixOnline) return true;
            _timeNs = e.TimeNs;
            SetCpuOnline(e.Cpu);
            MarkResync();
        }
        _machine.Cpus.Arrivals[e.Cpu].Seen = true;
        if (cpu.Online == Online.Unknown) cpu.Online = Online.Yes;
        return true;
    }

    /// <summary>Makes room for a CPU everywhere; false when its number is beyond the model.</summary>
    private bool TryCpu(int cpu) => (uint)cpu < (uint)_machine.Cpus.Used || TryNewCpu(cpu);

    private bool TryNewCpu(int cpu)
    {
        bool hasRoom = _machine.TryEnsureCpu(cpu);
        _cpus = _machine.Cpus.Cpus;
        return hasRoom;
    }

    /// <summary>The interrupt of an event, made when it is new; false when its number is beyond the model.</summary>
    private bool TryIrq(uint irq) => _machine.Irqs.TryEnsure(irq);

    private void ApplyLoss(in IrqEvent e)
    {
        ulong told = new LossCount(in e).Count;
        long count = told == 0 ? 1 : (long)Math.Min(told, long.MaxValue / 2);
        _machine.LostRecords += count;
        _hazards.Context.AfterLoss = true;

        ForgetPlacement();
    }

    /// <summary>
    /// Anything may have happened to vectors unseen: which interrupt has which is unknown until the next record tells,
    /// the books are set right by the next records, and that is no finding.
    /// </summary>
    private void ForgetPlacement()
    {
        for (int irq = 0; irq < _irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _irqs[irq];
            DropSlot(ref desc, irq);
            desc.Vector = desc.PreviousVector = 0;
            desc.Clear(IrqFlags.VectorKnown | IrqFlags.CpuKnown | IrqFlags.MoveInProgress | IrqFlags.CleanupPending);
        }
        for (int cpu = 0; cpu < _machine.Matrix.Count; cpu++) _machine.Matrix[cpu].AllocMap = default;
        MarkResync();
    }

    /// <summary>Adds a finding; its text is made only while findings of this code are still kept.</summary>
    private void Report(FindingCode code, long? blame, int irq, int cpu, int vector, string message,
        Certainty certainty = Certainty.Proved, Severity? severity = null)
    {
        HazardContext context = _hazards.Context;
        context.Index = _index;
        context.TimeNs = _timeNs;
        context.Report(code, blame, message, new About
        {
            Irq = irq < 0 ? null : irq,
            Cpu = cpu < 0 ? null : cpu,
            Vector = vector < 0 ? null : vector,
        }, certainty, severity);
    }
}
