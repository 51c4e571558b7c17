using System;
using System.Collections.Generic;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>
/// Records that are missing. Each CPU records into a buffer of its own: data can begin at another time on each, and
/// records are lost on one while the others' go on. What a CPU did meanwhile may have changed anything, so when it is
/// back the state is not known, and what was found in the meantime is open.
/// </content>
public sealed partial class Replayer<TRules, TProbe>
{
    // Recorders begin on one CPU after the other; so many events may come before the first of each.
    private const int BeginningMax = 128;

    // A recording of so many events is of a whole machine: had a CPU begun with it, it would have recorded something
    // before others changed anything.
    private const int ShortMax = 256;

    // Stretches that are kept; all are counted.
    private const int MissingKept = 64;

    private readonly List<MissingStretch> _missing = [];
    private readonly bool _tellsLosses;
    private long _missingCount;

    // Last event that can have told anything of the state; -1 before the first.
    private long _lastLearned = -1;

    // A CPU's first record came after others' had told of the state, and the recording is short as yet.
    private bool _beganUnsure;

    /// <summary>Where records are missing, or none; the first ones.</summary>
    public IReadOnlyList<MissingStretch> Missing => _missing;

    /// <summary>How many such stretches there are.</summary>
    public long MissingCount => _missingCount;

    /// <summary>
    /// A CPU's first event. Where it has worked unrecorded until now, the state is forgotten. False for a line of the
    /// kernel's log, which no CPU recorded.
    /// </summary>
    private bool Begin(in IrqEvent e)
    {
        ref CpuState cpu = ref _cpus[e.Cpu];
        if (e.Kind == EventKind.LogLine)
        {
            if (cpu.Online == Online.Unknown && _machine.ForgottenEvent < 0) cpu.Online = Online.Yes;
            return false;
        }
        bool late = e.Kind switch
        {
            EventKind.Loss => false, // It tells for itself.
            _ when _tellsLosses => false, // It was idle, or offline.
            EventKind.MatrixOnline => !ComesOnlineFirst(in e),
            _ => _index >= BeginningMax,
        };
        cpu.Begun = true;
        if (!late)
        {
            _beganUnsure |= _lastLearned >= 0 && !_tellsLosses && e.Kind is not (EventKind.Loss or EventKind.MatrixOnline);
            return true;
        }
        _timeNs = e.TimeNs;
        ForgetSince(0, e.Cpu);
        return true;
    }

    /// <summary>A record that is no arrival, nor another as frequent as those, was applied.</summary>
    private void NoteRecord(in IrqEvent e)
    {
        _cpus[e.Cpu].LastEvent = _index;
        if (e.Kind > EventKind.CpuSeen) _lastLearned = _index;
        if (_beganUnsure && _index >= ShortMax) ForgetSince(0, e.Cpu);
    }

    /// <summary>
    /// The CPU comes online for the first time: the allocator's books are as the others' records make them.
    /// </summary>
    private bool ComesOnlineFirst(in IrqEvent e)
    {
        if (_cpus[e.Cpu].WorkedUnseen) return false;
        VectorMatrix matrix = _machine.Matrix;
        if (!matrix.GlobalKnown || matrix.GlobalResync) return matrix.Complete || _index < BeginningMax;
        GlobalCounters recorded = GlobalOf(new MatrixCounters(in e));
        return recorded.OnlineMaps == matrix.OnlineMaps + 1 && recorded.TotalAllocated == matrix.TotalAllocated
            && recorded.GlobalReserved == matrix.GlobalReserved;
    }

    private void ApplyLoss(in IrqEvent e)
    {
        ulong told = new LossCount(in e).Count;
        long count = told == 0 ? 1 : (long)Math.Min(told, long.MaxValue / 2);
        _machine.LostRecords += count;
        ForgetSince(_cpus[e.Cpu].LastEvent + 1, e.Cpu, isTold: true);
    }

    /// <summary>
    /// Records of a CPU between event <paramref name="from"/> and this one are missing.
    /// </summary>
    private void ForgetSince(long from, ushort cpu, bool isTold = false)
    {
        if (_missingCount++ < MissingKept) _missing.Add(new MissingStretch(cpu, from, _index, _timeNs, isTold));
        _beganUnsure &= from > 0;
        _findings.Withdraw(from);
        if (_lastLearned > _machine.ForgottenEvent) ConcludeLeaksBefore(from);
        _machine.ForgetTables(from, _index, _lastLearned > _machine.ForgottenEvent);
        _hazards.Forget(_index, _timeNs);
        _darkUnseen = _machineSlept = false;
        for (int other = 0; other < _machine.Cpus.Used; other++) ForgetCpu(other, cpu);
    }

    /// <summary>
    /// A CPU that was online may have been taken offline by the one whose records are missing; one that was offline
    /// tells by itself when it is back, unless it is that one.
    /// </summary>
    private void ForgetCpu(int cpu, ushort missing)
    {
        ref CpuState state = ref _cpus[cpu];
        ref CpuArrival arrival = ref _machine.Cpus.Arrivals[cpu];
        arrival.Seen = false;
        if (cpu == missing || state.TakedownBy == missing) state.GoingDown = false;
        if (cpu == missing || state.Online == Online.Yes) state.Online = Online.Unknown;
        if (cpu != missing) return;
        arrival.Arrival = Arrival.None;
        arrival.LastIrq = IrqEvent.NoIrq;
        state.Dark = false;
        state.AsideMask = 0;
        state.EnablingDevice = 0;
        state.ProbedIrq = state.ProbedFreeIrq = state.WorkIrq = state.IoApicIrq = IrqEvent.NoIrq;
    }

    /// <summary>A vector that was lost while all records were there is lost for good; the CPU's last one may have had more to tell.</summary>
    private void ConcludeLeaksBefore(long from)
    {
        for (int irq = 0; irq < _irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _irqs[irq];
            if (desc.LeakEvent < from - 1) ConcludeLeak(irq, ref desc);
        }
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
}
