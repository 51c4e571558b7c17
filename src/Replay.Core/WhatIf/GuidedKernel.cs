using System;
using System.Numerics;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Findings.Hazards;
using Replay.Core.State;

namespace Replay.Core.WhatIf;

/// <summary>
/// The kernel of a recording under other rules. It watches the machine that follows the recording and keeps only what
/// is different: interrupts that have departed from it, and by how much each CPU's books differ. Where its rules decide
/// otherwise, an interrupt departs; from there on its own state and rules decide about it, and what is recorded of it
/// is left out. An interrupt that has not departed follows the recording, unless a choice that was recorded for it
/// would come out differently with the books as they are here. One that is again as recorded comes back.
/// </summary>
/// <remarks>
/// Stimuli are requests, arrivals, allocations and CPU steps as recorded. An allocation takes the recorded vector
/// number wherever it is free, so that numbers differ only where they must. Single writer.
/// </remarks>
public sealed partial class GuidedKernel
{
    // A timer of the next jiffy; HZ is 250 with all kernels that distributions build.
    private const ulong JiffyNs = 4_000_000;

    private readonly WhatIfRules _rules;
    private readonly FindingTable _findings = new();
    private MachineState _machine = null!; // Known from the first event on.
    private HazardContext _context = null!;
    private GuidedIrq[] _irqs = new GuidedIrq[256];
    private GuidedCpu[] _cpus = new GuidedCpu[8];
    private int _irqsUsed;
    private int _cpusUsed;
    private long _index = -1;
    private ulong _timeNs;
    private int _cpu;
    private ulong _nextDueNs = ulong.MaxValue;
    private int _reserved;

    // Probes that this recording has: where they are missing, the results stand for the requests.
    private bool _masksSeen;
    private bool _requestsSeen;
    private bool _remappingSeen;
    private bool _schedulesSeen;
    private bool _suspended;

    // True once anything departed: before that all books are as recorded.
    private bool _touched;

    // A modelled Linux decides everything itself, by the same rules.
    private bool _modelled;

    public GuidedKernel(WhatIfRules rules)
    {
        _rules = rules;
        for (int cpu = 0; cpu < _cpus.Length; cpu++) _cpus[cpu] = NewCpu();
    }

    /// <summary>Findings of this kernel's own, beside those of the recording that still hold.</summary>
    public FindingTable Findings => _findings;

    /// <summary>The machine has just applied an event of the recording.</summary>
    public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex)
    {
        if (record.TimeNs >= _nextDueNs) RunTimers(record.TimeNs, eventIndex);
        if (machine.ForgottenEvent == eventIndex) ForgetAll(machine);
        switch (record.Kind)
        {
            case EventKind.HandlerEntry:
                if (record.Irq < (uint)_irqs.Length && _irqs[record.Irq].Has(GuidedFlags.Departed))
                    Arrive(in record, eventIndex);
                break;
            case EventKind.HandlerExit or EventKind.SystemEntry or EventKind.SystemExit
                or EventKind.AckIrq or EventKind.FlowHandler:
                break;
            default:
                AfterRare(machine, in record, eventIndex);
                break;
        }
    }

    private void AfterRare(MachineState machine, in IrqEvent e, long eventIndex)
    {
        Know(machine);
        _index = eventIndex;
        _timeNs = e.TimeNs;
        _cpu = e.Cpu;
        if (_modelled || e.Cpu >= machine.Cpus.Used) return;
        EnsureCpus(machine.Cpus.Used);
        if (!_cpus[e.Cpu].WasOnline) FollowCpu(e.Cpu);
        if (_cpus[e.Cpu].RefusedIrq != IrqEvent.NoIrq && e.Irq != _cpus[e.Cpu].RefusedIrq) EndRefusal(e.Cpu);
        switch (e.Kind)
        {
            case EventKind.Machine or EventKind.IrqAlloc or EventKind.IrqRequest: _modelled = true; break;
            case EventKind.SuspendResume: ChangePhase(in e); break;

            case EventKind.LapicCanUnplugReturn: CheckUnplug(e.Cpu, (int)e.A); break;
            case EventKind.CpuhpExit: EndHotplugStep(in e); break;
            case EventKind.LapicOffline or EventKind.MatrixOffline: FollowCpu(e.Cpu); break;
            case EventKind.MatrixOnline: CompareWindow(e.Cpu); break;
            case EventKind.MatrixReserveManaged or EventKind.MatrixAlloc or EventKind.MatrixFree:
                CompareWindow(new MatrixOperation(in e).Cpu);
                break;

            case EventKind.IrAlloc or EventKind.IrSetAffinity or EventKind.IrActivate: _remappingSeen = true; break;

            case >= EventKind.VectorSetup and <= EventKind.VectorTeardown:
            case EventKind.IrqSetAffinity or EventKind.ApicSetAffinity or EventKind.IrqStartup
                or EventKind.ApicUpdateVector or EventKind.SendCleanupVector or EventKind.FreeMovedVector
                or EventKind.X86VectorDeactivate or EventKind.FreeIrq:
                if (TryIrq(e.Irq)) FollowIrq((int)e.Irq, in e);
                break;
            case EventKind.ApicSetAffinityReturn: EndAsking(in e); break;
        }
    }

    /// <summary>An event that names an interrupt of the vector domain.</summary>
    private void FollowIrq(int irq, in IrqEvent e)
    {
        ref GuidedIrq own = ref _irqs[irq];
        ref GuidedCpu cpu = ref _cpus[e.Cpu];
        RecordedIrq before = own.Recorded;
        Refresh(ref own, irq);
        switch (e.Kind)
        {
            case EventKind.VectorTeardown: Leave(irq, ref own); return;
            case EventKind.IrqSetAffinity: Request(irq, ref own, in e); break;
            case EventKind.ApicSetAffinity:
                _masksSeen = true;
                cpu.AskedIrq = e.Irq;
                cpu.AskedMask = new AffinityRequest(in e).Mask;
                break;
            case EventKind.IrqStartup: cpu.StartIrq = e.Irq; break;
            case EventKind.VectorReserve: Reserve(irq, ref own, in before); break;
            case EventKind.VectorReserveManaged: ReserveManaged(irq, ref own); break;
            case EventKind.VectorDeactivate or EventKind.X86VectorDeactivate:
                Deactivate(irq, ref own, in before, in e);
                break;
            case EventKind.VectorAlloc or EventKind.VectorAllocManaged:
                if (new VectorResult(in e).Ret == Systems.Linux.Errno.NoSpace) Refuse(irq, ref own, in e);
                break;
            case EventKind.VectorConfig: CompareDestination(irq, in e); break;
            case EventKind.SendCleanupVector: ScheduleRecorded(irq, ref own, in before); break;
        }
        bool moved = own.Recorded.Vector != before.Vector || own.Recorded.Cpu != before.Cpu;
        if (e.Kind is EventKind.VectorUpdate or EventKind.ApicUpdateVector && own.Recorded.Vector != 0 && moved)
            Assign(irq, ref own, in before, in e);
        else if (own.Recorded.Vector == 0 && before.Vector != 0) Clear(irq, ref own, in before, in e);
        else if (own.Recorded.Previous == 0 && before.Previous != 0) FreePrevious(irq, ref own, in before, in e);
        Rejoin(ref own);
    }

    /// <summary>Takes over what the recording now has of an interrupt; the books follow.</summary>
    private void Refresh(ref GuidedIrq own, int irq)
    {
        if (own.Has(GuidedFlags.Departed)) Account(in own, -1);
        own.Recorded = RecordedIrq.Of(in _machine.Irqs[irq]);
        if (own.Has(GuidedFlags.Departed)) Account(in own, 1);
    }

    /// <summary>The interrupt is different from here on; it starts with the place that it had.</summary>
    private void Depart(ref GuidedIrq own, in RecordedIrq from)
    {
        if (own.Has(GuidedFlags.Departed)) return;
        _touched = true;
        own.Flags = (own.Flags & (GuidedFlags.Deactivating | GuidedFlags.Requested)) | GuidedFlags.Departed;
        if (from.Previous != 0)
            own.Flags |= from.Has(IrqFlags.CleanupPending) ? GuidedFlags.CleanupPending : GuidedFlags.MoveInProgress;
        own.Cpu = from.Cpu;
        own.Vector = from.Vector;
        own.PreviousCpu = from.PreviousCpu;
        own.Previous = from.Previous;
        own.Event = _index;
        own.EventNs = _timeNs;
        // Recorded as pending too.
        if (own.Has(GuidedFlags.Requested) && !OwnRemapping) own.Set(GuidedFlags.MovePending);
        Account(in own, 1);
    }

    /// <summary>
    /// Follows the recording again where nothing differs any more, or where the recording knows no more.
    /// </summary>
    private void Rejoin(ref GuidedIrq own)
    {
        if (!own.Has(GuidedFlags.Departed)) return;
        bool lost = !own.Recorded.Has(IrqFlags.VectorKnown)
            && (own.Flags & (GuidedFlags.NotAllocated | GuidedFlags.NotStarted)) == 0;
        if (own.IsAsRecorded || lost) Return(ref own);
    }

    private void Return(ref GuidedIrq own)
    {
        Account(in own, -1);
        own.Flags &= GuidedFlags.Deactivating | GuidedFlags.Requested;
        own.Vector = own.Previous = 0;
    }

    private void Leave(int irq, ref GuidedIrq own)
    {
        if (own.Has(GuidedFlags.Departed)) Return(ref own);
        own = default;
        own.Recorded = RecordedIrq.Of(in _machine.Irqs[irq]);
    }

    private void Know(MachineState machine)
    {
        if (_machine is not null) return;
        _machine = machine;
        _context = new HazardContext(machine, _findings);
    }

    /// <summary>
    /// Records are missing: the recording is followed until the rules decide otherwise again, and what was decided
    /// meanwhile is open.
    /// </summary>
    private void ForgetAll(MachineState machine)
    {
        Know(machine);
        _context.AfterLoss = true;
        TakeBack(machine.MissingFrom);
        EnsureCpus(machine.Cpus.Used);
        for (int irq = 0; irq < _irqsUsed; irq++)
        {
            Refresh(ref _irqs[irq], irq);
            Rejoin(ref _irqs[irq]);
        }
        for (int cpu = 0; cpu < _cpusUsed; cpu++)
        {
            _cpus[cpu].AskedIrq = _cpus[cpu].StartIrq = _cpus[cpu].RefusedIrq = IrqEvent.NoIrq;
            _cpus[cpu].WasOnline = IsRecordedOnline(cpu);
        }
    }

    private bool OwnRemapping => _rules.HostRemapping ?? RecordedRemapping;

    private bool RecordedRemapping => _remappingSeen || _machine.RemapEnabled || _machine.AmdTables.Length > 0;

    private bool TryIrq(uint irq)
    {
        if (irq >= (uint)_machine.Irqs.Used) return false;
        if (irq >= (uint)_irqs.Length) Array.Resize(ref _irqs, (int)BitOperations.RoundUpToPowerOf2(irq + 1));
        if (irq >= (uint)_irqsUsed) _irqsUsed = (int)irq + 1;
        return true;
    }

    private void EnsureCpus(int count)
    {
        if (count <= _cpusUsed) return;
        int from = _cpus.Length;
        if (count > from)
        {
            Array.Resize(ref _cpus, (int)BitOperations.RoundUpToPowerOf2((uint)count));
            for (int cpu = from; cpu < _cpus.Length; cpu++) _cpus[cpu] = NewCpu();
        }
        for (int cpu = _cpusUsed; cpu < count; cpu++) _cpus[cpu].WasOnline = IsRecordedOnline(cpu);
        _cpusUsed = count;
    }

    private static GuidedCpu NewCpu() => new()
    {
        AskedIrq = IrqEvent.NoIrq,
        StartIrq = IrqEvent.NoIrq,
        RefusedIrq = IrqEvent.NoIrq,
    };
}
