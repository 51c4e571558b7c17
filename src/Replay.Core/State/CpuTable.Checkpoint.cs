using Replay.Core.Checkpoints;

namespace Replay.Core.State;

/// <content>Saving and restoring.</content>
public sealed partial class CpuTable
{
    internal void Transfer(StateArchive archive)
    {
        archive.Section("cpus", 1);
        archive.Rows(ref _cpus, CpuMax, (ref CpuState cpu) => Transfer(archive, ref cpu));
        Used = archive.Count(Used, _cpus.Length);
    }

    private static void Transfer(StateArchive archive, ref CpuState cpu)
    {
        cpu.Online = (Online)archive.Value((byte)cpu.Online);
        cpu.Dark = archive.Value(cpu.Dark);
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
        cpu.LastHandlerIrq = archive.Value(cpu.LastHandlerIrq);
        cpu.Arrival = (Arrival)archive.Value((byte)cpu.Arrival);
        cpu.AsideMask = archive.Value(cpu.AsideMask);
        cpu.EnablingDevice = archive.Value(cpu.EnablingDevice);
        cpu.Seen = archive.Value(cpu.Seen);
        cpu.OnlineEvent = archive.Value(cpu.OnlineEvent);
        cpu.OfflineEvent = archive.Value(cpu.OfflineEvent);
    }
}
