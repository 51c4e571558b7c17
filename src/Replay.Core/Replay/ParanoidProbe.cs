using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Low;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <summary>
/// Recounts the machine's books from its bitmaps and tables after every event that can change them. What fails here is
/// an error of this program (<see cref="InvariantException"/>), not a finding about the recording.
/// </summary>
public readonly struct ParanoidProbe : IProbe
{
    public void AfterEvent(MachineState machine, in IrqEvent record, long eventIndex)
    {
        if (record.Kind is EventKind.HandlerEntry or EventKind.HandlerExit or EventKind.SystemEntry
            or EventKind.SystemExit)
        {
            return;
        }
        RecountMatrix(machine.Matrix, eventIndex);
        RecountSlots(machine, eventIndex);
    }

    private static void RecountMatrix(VectorMatrix matrix, long eventIndex)
    {
        ulong available = 0;
        uint online = 0;
        bool all = matrix.GlobalKnown && !matrix.GlobalResync && matrix.Complete && !matrix.Irregular;
        for (int cpu = 0; cpu < matrix.Count; cpu++)
        {
            ref CpuMap map = ref matrix[cpu];
            if (map.Known && !map.Resync)
            {
                Check(map.AllocMap.Count + map.UnseenAllocated == (int)map.Allocated, "allocated", cpu, eventIndex);
                Check(map.ManagedMap.Count + map.UnseenManaged == (int)map.Managed, "managed", cpu, eventIndex);
            }
            all &= !map.Online || (map.Known && !map.Resync);
            if (!map.Online) continue;
            available += map.Available;
            online++;
        }
        if (!all) return;
        Check(online == matrix.OnlineMaps, "online maps", -1, eventIndex);
        Check((uint)available == matrix.GlobalAvailable, "global available", -1, eventIndex);
    }

    private static void RecountSlots(MachineState machine, long eventIndex)
    {
        for (int irq = 0; irq < machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref machine.Irqs[irq];
            Check(!desc.Has(IrqFlags.MoveInProgress) || desc.PreviousVector != 0, "move in progress", irq, eventIndex);
            Check(!desc.Has(IrqFlags.HasReserved) || desc.Vector == 0, "reservation", irq, eventIndex);
        }
    }

    private static void Check(bool holds, string what, int number, long eventIndex)
    {
        if (!holds)
        {
            Invariant.Check(false, string.Create(CultureInfo.InvariantCulture,
                $"after event {eventIndex}: {what} of {number} is not what a recount gives"));
        }
    }
}
