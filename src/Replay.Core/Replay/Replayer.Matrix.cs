using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>
/// The vector matrix. Each record is one operation of the allocator with the counters after it: the operation
/// is applied by rule, the outcome compared with the recorded counters (I-13 and the counting invariants behind it),
/// and the recorded counters are taken over. </content>
public sealed partial class Replayer<TRules, TProbe>
{
    private void ApplyMatrixAssignSystem(in IrqEvent e)
    {
        VectorMatrix matrix = _machine.Matrix;
        GlobalCounters recorded = GlobalOf(new MatrixCounters(in e));
        if (!matrix.Seen && recorded.OnlineMaps == 0 && recorded.TotalAllocated == 0)
        {
            matrix.Complete = true;
            matrix.GlobalKnown = true;
        }
        matrix.Seen = true;
        matrix.AssignSystem(e.Vector);
        Compare(in e, recorded);
    }

    private void ApplyMatrixOnline(in IrqEvent e)
    {
        VectorMatrix matrix = _machine.Matrix;
        matrix.Seen = true;
        if (matrix[e.Cpu].Online)
        {
            // It went down and nothing told.
            GoDarkUnseen(e.Cpu);
            CloseMap(e.Cpu);
        }
        bool wasDown = _cpus[e.Cpu].Online == Online.No;
        SetCpuOnline(e.Cpu);
        bool known = matrix[e.Cpu].Known || matrix.Complete;
        GlobalCounters recorded = GlobalOf(new MatrixCounters(in e));
        if (matrix.Complete && recorded.OnlineMaps == 1 && matrix[e.Cpu].Managed == 0)
        {
            matrix.LearnWindow(recorded.GlobalAvailable);
        }
        matrix.SetOnline(e.Cpu);
        if (!known || (wasDown && matrix[e.Cpu].Resync)) matrix.GlobalResync = true;
        Compare(in e, recorded);
    }

    private void ApplyMatrixOffline(in IrqEvent e)
    {
        _machine.Matrix.Seen = true;
        _machine.Matrix.SetOffline(e.Cpu);
        Compare(in e, GlobalOf(new MatrixCounters(in e)));
    }

    private void ApplyMatrixReservation(in IrqEvent e, int change)
    {
        VectorMatrix matrix = _machine.Matrix;
        matrix.Seen = true;
        matrix.GlobalReserved += (uint)change;
        Compare(in e, GlobalOf(new MatrixCounters(in e)));
    }

    /// <summary>Operations that name a CPU and a bit; the global counters are in the extension record.</summary>
    private void ApplyMatrixCpuOperation(in IrqEvent e, in IrqEvent extension)
    {
        var operation = new MatrixOperation(in e);
        ushort cpu = operation.Cpu;
        if (!TryCpu(cpu)) return;
        VectorMatrix matrix = _machine.Matrix;
        matrix.Seen = true;
        ref CpuMap map = ref matrix[cpu];
        var recorded = new CpuCounters(operation.Online, operation.Available, operation.Allocated, operation.Managed);
        GlobalCounters global = GlobalOf(new MatrixCounters(in extension));
        bool compare = map.Known && !map.Resync && _hotplugSeen;
        if (!map.Known) map.Online = recorded.Online;
        switch (e.Kind)
        {
            case EventKind.MatrixReserveManaged:
                CheckFirstFree(in e, ref map, cpu, compare);
                matrix.ReserveManaged(cpu, e.Vector);
                if (cpu < CpuMask.Bits) _cpus[e.Cpu].AsideMask |= 1UL << cpu;
                break;
            case EventKind.MatrixRemoveManaged: matrix.RemoveManaged(cpu, e.Vector); break;
            case EventKind.MatrixAssign:
                matrix.Alloc(cpu, e.Vector);
                AssignLegacy(cpu, e.Vector);
                break;
            case EventKind.MatrixAlloc:
                CheckNewBit(in e, ref map, cpu);
                CheckFirstFree(in e, ref map, cpu, compare);
                matrix.Alloc(cpu, e.Vector);

                // Which of the two it was stands only in the record that follows; both are the allocator's rule.
                if (global.GlobalReserved == matrix.GlobalReserved - 1) matrix.GlobalReserved--;
                break;
            case EventKind.MatrixAllocManaged:
                CheckFirstManaged(in e, ref map, cpu, compare);
                matrix.AllocManaged(cpu, e.Vector);
                break;
            default:
                matrix.Free(cpu, e.Vector, IsManagedFree(ref map, e.Vector, recorded, global));
                break;
        }
        if (compare && matrix.Counters(cpu) != recorded)
        {
            CpuCounters model = matrix.Counters(cpu);
            ReportCounters(CodeOf(model, recorded), cpu, e.Vector, string.Create(CultureInfo.InvariantCulture,
                $"CPU {cpu}: recorded online={(recorded.Online ? 1 : 0)} available={recorded.Available} "
                + $"allocated={recorded.Allocated} managed={recorded.Managed}, "
                + $"the operations so far make online={(model.Online ? 1 : 0)} available={model.Available} "
                + $"allocated={model.Allocated} managed={model.Managed}."));
        }
        if (!compare || matrix.Counters(cpu) != recorded) matrix.Adopt(cpu, recorded);
        Compare(in e, global);
    }

    /// <summary>Compares the global counters and takes the recorded ones over.</summary>
    private void Compare(in IrqEvent e, in GlobalCounters recorded)
    {
        VectorMatrix matrix = _machine.Matrix;
        GlobalCounters model = matrix.Global;
        if (model != recorded)
        {
            if (!_hotplugSeen && matrix.GlobalKnown && model.OnlineMaps != recorded.OnlineMaps) ForgetPlacement();
            if (matrix.GlobalKnown && !matrix.GlobalResync && _hotplugSeen)
            {
                ReportCounters(CodeOf(model, recorded), -1, -1, string.Create(CultureInfo.InvariantCulture,
                    $"Recorded online_maps={recorded.OnlineMaps} global_available={recorded.GlobalAvailable} "
                    + $"global_reserved={recorded.GlobalReserved} total_allocated={recorded.TotalAllocated}, "
                    + $"the operations so far make {model.OnlineMaps}, {model.GlobalAvailable}, "
                    + $"{model.GlobalReserved}, {model.TotalAllocated}."));
            }
            matrix.Adopt(recorded);
        }
        matrix.GlobalKnown = true;
        matrix.GlobalResync = false;
        _lastMatrixEvent = _index;
    }

    private long _lastMatrixEvent = -1;

    private static FindingCode CodeOf(in GlobalCounters model, in GlobalCounters recorded)
    {
        if (model.OnlineMaps != recorded.OnlineMaps) return FindingCode.OnlineMapCount;
        if (model.GlobalAvailable != recorded.GlobalAvailable) return FindingCode.GlobalAvailableSum;
        return model.GlobalReserved != recorded.GlobalReserved
            ? FindingCode.ReservationCount
            : FindingCode.TotalAllocatedSum;
    }

    private static FindingCode CodeOf(in CpuCounters model, in CpuCounters recorded)
    {
        if (model.Allocated != recorded.Allocated) return FindingCode.AllocatedCount;
        if (model.Managed != recorded.Managed) return FindingCode.ManagedCount;
        return model.Available != recorded.Available ? FindingCode.AvailableFormula : FindingCode.CounterMismatch;
    }

    private void ReportCounters(FindingCode code, int cpu, int vector, string message) =>
        Report(code, _lastMatrixEvent, -1, cpu, vector, message, Certainty.Proved, Severity.Major);

    private static GlobalCounters GlobalOf(in MatrixCounters counters) => new(
        counters.OnlineMaps, counters.GlobalAvailable, counters.GlobalReserved, counters.TotalAllocated);

    /// <summary>
    /// A managed free leaves "available" as it was; where the bit's kind was not recorded, that tells.
    /// </summary>
    private bool IsManagedFree(ref CpuMap map, byte bit, in CpuCounters recorded, in GlobalCounters global)
    {
        if (map.ManagedMap[bit]) return true;
        if (map.Known) return map.UnseenManaged > 0 && recorded.Available == map.Available;
        return _machine.Matrix.GlobalKnown && global.GlobalAvailable == _machine.Matrix.GlobalAvailable;
    }

    private void CheckNewBit(in IrqEvent e, ref CpuMap map, ushort cpu)
    {
        VectorMatrix matrix = _machine.Matrix;
        if (e.Vector < VectorMatrix.AllocStart || e.Vector >= matrix.AllocEnd)
        {
            Report(FindingCode.VectorOutsideWindow, _index, -1, cpu, e.Vector, string.Create(
                CultureInfo.InvariantCulture,
                $"The allocator took vector {e.Vector} on CPU {cpu}, outside the device window."));
        }
        else if (matrix.SystemMap[e.Vector])
        {
            Report(FindingCode.AllocatedSystemVector, _index, -1, cpu, e.Vector, string.Create(
                CultureInfo.InvariantCulture,
                $"The allocator took system vector {e.Vector} on CPU {cpu} for a device."));
        }
        else if (map.ManagedMap[e.Vector])
        {
            Report(FindingCode.ManagedBitMixed, _index, -1, cpu, e.Vector, string.Create(CultureInfo.InvariantCulture,
                $"An ordinary allocation took vector {e.Vector} on CPU {cpu}, "
                + $"which is set aside for managed interrupts."));
        }
        else if (map.AllocMap[e.Vector] && _hotplugSeen)
        {
            Report(FindingCode.SlotOwner, _index, -1, cpu, e.Vector, string.Create(CultureInfo.InvariantCulture,
                $"The allocator gave vector {e.Vector} on CPU {cpu} away, which is still in use."));
        }
    }

    /// <summary>I-18: first fit over managed, system and allocated bits. Only judged when every bit is known.</summary>
    private void CheckFirstFree(in IrqEvent e, ref CpuMap map, ushort cpu, bool compare)
    {
        VectorMatrix matrix = _machine.Matrix;
        if (!compare || !matrix.Complete || !matrix.KnowsBits(cpu)) return;
        Bits256 taken = map.AllocMap.Or(map.ManagedMap).Or(matrix.SystemMap);
        int first = taken.NextClear(VectorMatrix.AllocStart, matrix.AllocEnd);
        if (first == e.Vector) return;
        Report(FindingCode.AllocationChoice, _lastMatrixEvent, -1, cpu, e.Vector, string.Create(
            CultureInfo.InvariantCulture,
            $"The allocator took vector {e.Vector} on CPU {cpu}; the first free one was {first}."));
    }

    /// <summary>I-05 and I-19: the first bit that is set aside and not in use.</summary>
    private void CheckFirstManaged(in IrqEvent e, ref CpuMap map, ushort cpu, bool compare)
    {
        if (!compare || !_machine.Matrix.Complete || !_machine.Matrix.KnowsBits(cpu)) return;
        if (!map.ManagedMap[e.Vector])
        {
            Report(FindingCode.ManagedBitMixed, _index, -1, cpu, e.Vector, string.Create(CultureInfo.InvariantCulture,
                $"A managed allocation took vector {e.Vector} on CPU {cpu}, which is not set aside."));
            return;
        }
        int first = map.ManagedMap.AndNot(map.AllocMap).NextSet(0);
        if (first == e.Vector) return;
        Report(FindingCode.ManagedAllocationChoice, _lastMatrixEvent, -1, cpu, e.Vector, string.Create(
            CultureInfo.InvariantCulture,
            $"The allocator took managed vector {e.Vector} on CPU {cpu}; the first free one was {first}."));
    }

    /// <summary>
    /// Legacy interrupts get their fixed vectors on the boot CPU before anything else is recorded of them. Only the
    /// slot is taken: whether the interrupt keeps it is told by records of the vector domain, if those are recorded.
    /// </summary>
    private void AssignLegacy(ushort cpu, byte bit)
    {
        int irq = bit - VectorRanges.IsaBase;
        if ((uint)irq < VectorRanges.LegacyIrqCount && TryIrq((uint)irq)) _machine.Slots[cpu, bit] = irq;
    }

    // What a CPU that emits no records did to the matrix, concluded from probes on the functions around it.

    private void InferAlloc(ref IrqDesc desc, ushort cpu, byte vector)
    {
        if (!_machine.Matrix.Seen || !TryCpu(cpu)) return;
        if (!desc.Has(IrqFlags.ManagedKnown)) MarkResync();
        if (desc.Has(IrqFlags.Managed)) _machine.Matrix.AllocManaged(cpu, vector);
        else _machine.Matrix.Alloc(cpu, vector);
    }

    private void InferFreeOldIfGone(ref IrqDesc desc)
    {
        if (!desc.Has(IrqFlags.VectorKnown)) _darkUnseen = true;
        else if (desc.Vector != 0 && _machine.IsOffline(desc.Cpu))
            InferFree(desc.Cpu, desc.Vector, desc.Has(IrqFlags.Managed));
    }

    /// <summary>Frees a bit once: the probes on the functions around it may tell of the same release twice.</summary>
    private void InferFree(ushort cpu, byte vector, bool managed)
    {
        VectorMatrix matrix = _machine.Matrix;
        if (!matrix.Seen || vector == 0 || cpu >= matrix.Count) return;
        if (matrix[cpu].AllocMap[vector]) matrix.Free(cpu, vector, managed);
        else if (matrix[cpu].UnseenAllocated > 0) MarkResync();
    }

    private void ApplyMatrixFreeCall(in IrqEvent e)
    {
        var release = new MatrixRelease(in e);
        if (_cpus[e.Cpu].Dark && release.Cpu < _machine.Matrix.Count)
        {
            InferFree(release.Cpu, e.Vector, release.Managed);
        }
    }

    /// <summary>Books that may be wrong from here on; the next record of each sets it right.</summary>
    private void MarkResync()
    {
        VectorMatrix matrix = _machine.Matrix;
        matrix.GlobalResync = true;
        for (int cpu = 0; cpu < matrix.Count; cpu++) matrix[cpu].Resync = true;
    }
}
