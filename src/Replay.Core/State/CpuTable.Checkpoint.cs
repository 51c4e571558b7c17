using System;
using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring.</content>
public sealed partial class CpuTable
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("cpus", 2);
        archive.Rows(ref _cpus, CpuMax, (ref CpuState cpu) => Transfer(archive, ref cpu));
        if (archive.IsLoading) _arrivals = new CpuArrival[_cpus.Length];
        archive.Rows(_arrivals.AsSpan(), (ref CpuArrival arrival) => Transfer(archive, ref arrival));
        Used = archive.Count(Used, _cpus.Length);
    }

    private static void Transfer(StateArchive archive, ref CpuState cpu)
    {
        cpu.Online = (Online)archive.Value((byte)cpu.Online);
        cpu.Dark = archive.Value(cpu.Dark);
        cpu.Begun = archive.Value(cpu.Begun);
        cpu.WorkedUnseen = archive.Value(cpu.WorkedUnseen);
        cpu.LastEvent = archive.Value(cpu.LastEvent);
        cpu.TakedownBy = archive.Value(cpu.TakedownBy);
        cpu.GoingDown = archive.Value(cpu.GoingDown);
        cpu.TakedownEvent = archive.Value(cpu.TakedownEvent);
        cpu.TakedownStep = archive.Value(cpu.TakedownStep);
        cpu.ProbedIrq = archive.Value(cpu.ProbedIrq);
        cpu.ProbedFreeIrq = archive.Value(cpu.ProbedFreeIrq);
        cpu.ProbedOldVector = archive.Value(cpu.ProbedOldVector);
        cpu.ProbedOldCpu = archive.Value(cpu.ProbedOldCpu);
        cpu.ProbedOldKnown = archive.Value(cpu.ProbedOldKnown);
        cpu.WorkIrq = archive.Value(cpu.WorkIrq);
        cpu.IoApicIrq = archive.Value(cpu.IoApicIrq);
        cpu.AsideMask = archive.Value(cpu.AsideMask);
        cpu.EnablingDevice = archive.Value(cpu.EnablingDevice);
        cpu.OnlineEvent = archive.Value(cpu.OnlineEvent);
        cpu.OfflineEvent = archive.Value(cpu.OfflineEvent);
    }

    private static void Transfer(StateArchive archive, ref CpuArrival arrival)
    {
        arrival.LastIrq = archive.Value(arrival.LastIrq);
        arrival.Arrival = (Arrival)archive.Value((byte)arrival.Arrival);
        arrival.Seen = archive.Value(arrival.Seen);
    }
}
