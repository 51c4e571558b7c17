using System;
using System.Numerics;
using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring.</content>
public sealed partial class IrqTable
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("irqs", 2);
        int count = archive.Count(Count, IrqMax);
        if (archive.IsLoading) _descs = NewTable(count);
        archive.Rows(_descs.AsSpan(1), (ref IrqDesc desc) => Transfer(archive, ref desc));
        Used = archive.Count(Used, count);
        _cpuShift = archive.Count(_cpuShift, BitOperations.Log2(CpuTable.CpuMax));
        long cells = (long)count << _cpuShift;
        if (cells > DeliveryCellsMax)
            throw new CheckpointException($"expected up to {DeliveryCellsMax} counts of deliveries, found {cells}");
        if (archive.IsLoading)
        {
            foreach (ref readonly IrqDesc desc in _descs.AsSpan(1))
            {
                if (desc.CountedCpu >> _cpuShift != 0)
                    throw new CheckpointException($"expected a CPU below {1 << _cpuShift}, found {desc.CountedCpu}");
            }
            _delivered = new uint[cells];
        }
        archive.Numbers(_delivered.AsSpan());
    }

    private static void Transfer(StateArchive archive, ref IrqDesc desc)
    {
        desc.Flags = (IrqFlags)archive.Value((uint)desc.Flags);
        desc.CountedCpu = archive.Value(desc.CountedCpu);
        desc.Arrivals = archive.Value(desc.Arrivals);
        desc.Cpu = archive.Value(desc.Cpu);
        desc.PreviousCpu = archive.Value(desc.PreviousCpu);
        desc.Vector = archive.Value(desc.Vector);
        desc.PreviousVector = archive.Value(desc.PreviousVector);
        desc.ConfiguredVector = archive.Value(desc.ConfiguredVector);
        desc.HeadName = archive.Value(desc.HeadName);
        desc.SetupName = archive.Value(desc.SetupName);
        desc.Chip = archive.Value(desc.Chip);
        desc.Device = archive.Value(desc.Device);
        desc.Entry = archive.Value(desc.Entry);
        desc.RemapIndex = archive.Value(desc.RemapIndex);
        desc.RemapDevice = archive.Value(desc.RemapDevice);
        desc.ApicDestination = archive.Value(desc.ApicDestination);
        desc.MessageData = archive.Value(desc.MessageData);
        desc.MessageAddress = archive.Value(desc.MessageAddress);
        desc.Affinity = archive.Value(desc.Affinity);
        desc.VectorEvent = archive.Value(desc.VectorEvent);
        desc.StartEvent = archive.Value(desc.StartEvent);
        desc.MaskEvent = archive.Value(desc.MaskEvent);
        desc.LeakEvent = archive.Value(desc.LeakEvent);
        desc.LeakTimeNs = archive.Value(desc.LeakTimeNs);
        desc.LeakCpu = archive.Value(desc.LeakCpu);
        desc.LeakVector = archive.Value(desc.LeakVector);
    }
}
