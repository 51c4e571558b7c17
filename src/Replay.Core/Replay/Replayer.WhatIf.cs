using System.Globalization;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>
/// The rules decide, not the recorded kernel, what a CPU that goes offline does with old places of pending moves (Linux
/// migrate_one_irq before and after a6c11c0a5235). What the recording shows of such a place afterwards is left out.
/// </content>
public sealed partial class Replayer<TRules, TProbe>
{
    /// <summary>What differs from the recording because the user chose the rules; null follows the recording.</summary>
    public OfflineWhatIf? WhatIf { get; init; }

    /// <summary>The dying CPU is done: with the fix no old place is left there, whatever the recorded kernel left.</summary>
    private void CompleteMovesByRule(int cpu)
    {
        if (WhatIf is not { GivesBack: true } whatIf) return;
        for (int irq = 0; irq < _irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _irqs[irq];
            if (desc.PreviousVector == 0 || desc.PreviousCpu != cpu) continue;
            var place = PlaceOf(irq, ref desc, desc.PreviousCpu, desc.PreviousVector);
            InferFree(place.Cpu, place.Vector, place.Managed);
            whatIf.Free(in place);
            SetSlot(place.Cpu, place.Vector, VectorTable.Unused);
            desc.PreviousVector = 0;
            desc.Clear(IrqFlags.MoveInProgress | IrqFlags.CleanupPending | IrqFlags.PreviousUnknown);
        }
    }

    /// <summary>The CPU went offline unwatched: which old places it had is known, what became of them is not.</summary>
    private void CountUndecided(int cpu)
    {
        if (WhatIf is not { } whatIf) return;
        for (int irq = 0; irq < _irqs.Used; irq++)
        {
            if (_irqs[irq].PreviousVector != 0 && _irqs[irq].PreviousCpu == cpu) whatIf.Undecided++;
        }
    }

    /// <summary>
    /// The recorded kernel gives an old place back on the dying CPU. Without the fix only an interrupt that is still
    /// directed at this CPU would be asked for it; true when the place is kept.
    /// </summary>
    private bool KeepByRule(int irq, int dyingCpu, ushort oldCpu, byte oldVector)
    {
        if (WhatIf is not { GivesBack: false } whatIf || !_cpus[dyingCpu].Dark || oldCpu != dyingCpu || oldVector == 0) return false;
        ref IrqDesc desc = ref _irqs[irq];
        if (!desc.Has(IrqFlags.VectorKnown) || desc.Vector == 0 || desc.Cpu == oldCpu) return false;
        if (!whatIf.TryKeep(PlaceOf(irq, ref desc, oldCpu, oldVector))) return false;
        ref CpuMap map = ref _machine.Matrix[oldCpu];
        if (map.AllocMap[oldVector])
        {
            // In use for ever, but the recording gives its number away again: counted without a number.
            map.AllocMap[oldVector] = false;
            map.UnseenAllocated++;
        }
        return true;
    }

    /// <summary>
    /// The recorded kernel takes a vector of a CPU on which the kept ones leave none: the request would be refused. The
    /// recording is followed all the same, with one kept vector less.
    /// </summary>
    private void RefuseByRule(OfflineWhatIf whatIf, int cpu, byte vector)
    {
        ref CpuMap map = ref _machine.Matrix[cpu];
        if (!map.Known || map.Available > 0 || map.UnseenAllocated == 0 || whatIf.KeptOn(cpu) == 0) return;
        Report(FindingCode.VectorExhausted, whatIf.FirstEvent, -1, cpu, vector, string.Create(CultureInfo.InvariantCulture,
            $"No vector would be free on CPU {cpu}, where the recorded kernel takes vector {vector}: {whatIf.KeptOn(cpu)} are lost there."),
            Certainty.Inferred);
        whatIf.Refuse(cpu, map.Online);
        map.UnseenAllocated--;
        map.Allocated--;
        map.Available++;
        if (!map.Online) return;
        _machine.Matrix.TotalAllocated--;
        _machine.Matrix.GlobalAvailable++;
    }

    /// <summary>
    /// The CPU is back, the interrupt is gone or the recording is over: a kept place whose interrupt ran meanwhile is lost,
    /// because its clean-up found the CPU offline; another one is given back in the ordinary way.
    /// </summary>
    private void ConcludeKept(int irq, int cpu)
    {
        if (WhatIf is not { } whatIf) return;
        while (whatIf.TryTakeKept(irq, cpu, out KeptPlace place))
        {
            if (DeliveredOf(place.Irq) > place.Delivered)
            {
                ReportKept(in place);
                continue;
            }
            if (irq < 0 && cpu < 0) continue; // The move is still pending when the recording ends.
            // A CPU that is back has its map online by the time of the clean-up, though it is not yet recorded as online.
            bool counted = cpu >= 0 || _machine.Matrix[place.Cpu].Online;
            whatIf.Release(in place, counted);
            if (counted && !_machine.Matrix[place.Cpu].Online) _machine.Matrix.TotalAllocated--;
            _machine.Matrix.Free(place.Cpu, place.Vector, place.Managed);
        }
    }

    private void ReportKept(in KeptPlace place)
    {
        long index = _index;
        ulong timeNs = _timeNs;
        _index = place.Event;
        _timeNs = place.TimeNs;
        Report(FindingCode.VectorLeak, _cpus[place.Cpu].OfflineEvent, place.Irq, place.Cpu, place.Vector, string.Create(
            CultureInfo.InvariantCulture,
            $"irq {place.Irq} completed its move while CPU {place.Cpu} was offline: vector {place.Vector} there stays allocated and nobody owns it."),
            Certainty.Inferred);
        _index = index;
        _timeNs = timeNs;
    }

    /// <summary>True when a recorded refusal would not have come: the rules gave vectors back that it lacked.</summary>
    private bool IsSpared(CpuMask search)
    {
        if (WhatIf is not { Decisions: > 0 } whatIf) return false;
        VectorMatrix matrix = _machine.Matrix;
        for (int cpu = 0; cpu < matrix.Count; cpu++)
        {
            if (!search[cpu] || !matrix[cpu].Online || matrix[cpu].Available == 0 || whatIf.MoreAvailable(cpu) <= 0) continue;
            whatIf.Spared++;
            return true;
        }
        return false;
    }

    /// <summary>As <see cref="IsSpared"/>, for a CPU that could not be taken offline for want of vectors elsewhere.</summary>
    private bool IsOfflineSpared(int cpu)
    {
        VectorMatrix matrix = _machine.Matrix;
        if (WhatIf is not { Decisions: > 0 } whatIf || !matrix.KnowsManagedInUse(cpu)) return false;
        ref CpuMap map = ref matrix[cpu];
        if (map.Allocated - map.ManagedAllocated > matrix.GlobalAvailable - map.Available) return false;
        whatIf.Spared++;
        return true;
    }

    private KeptPlace PlaceOf(int irq, ref IrqDesc desc, ushort cpu, byte vector) =>
        new(irq, cpu, vector, desc.Has(IrqFlags.Managed), _index, _timeNs, DeliveredOf(irq));

    private long DeliveredOf(int irq)
    {
        long runs = 0;
        for (int cpu = 0; cpu < _machine.Cpus.Used; cpu++) runs += _machine.Irqs.Delivered(irq, cpu);
        return runs;
    }
}
