using System.Collections.Generic;
using Replay.Core.Checkpoints;

namespace Replay.Core.Systems.Linux;

/// <content>Saving and restoring.</content>
internal sealed partial class Kernel
{
    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static Kernel Transfer(StateArchive archive, Kernel? saved, Policy policy)
    {
        archive.Section("kernel", 1);
        string name = archive.Value(saved?.Name ?? "");
        int[] slots = saved?.Slots ?? [];
        archive.Numbers(ref slots, CpusMax * 256);
        if (slots.Length == 0 || slots.Length % 256 != 0)
            throw new CheckpointException($"expected 256 slots a CPU, found {slots.Length} in all");
        bool hasGic = archive.Value(saved?.HasGic ?? false);
        Kernel kernel = saved ?? new Kernel(policy, name) { Slots = slots, HasGic = hasGic };
        kernel.Matrix.Transfer(archive);
        kernel.Online = archive.Value(kernel.Online);
        kernel.IrqsSuspended = archive.Value(kernel.IrqsSuspended);
        kernel.DriversSuspended = archive.Value(kernel.DriversSuspended);
        kernel.Sleeping = archive.Value(kernel.Sleeping);
        archive.Map(kernel.Irqs, IrqsMax, archive.Value, irq => KernelIrq.Transfer(archive, irq));
        kernel.TransferOwners(archive);
        archive.Map(kernel.Devices, DevicesMax, archive.Value, device => KernelDevice.Transfer(archive, device));
        return kernel;
    }

    /// <summary>
    /// Which interrupt is the last one of its entry: usually every one, and then only their number is saved.
    /// </summary>
    private void TransferOwners(StateArchive archive)
    {
        var owners = new List<int>();
        foreach (KernelIrq irq in _byEntry.Values) owners.Add(irq.Number);
        owners.Sort();
        archive.List(owners, IrqsMax, archive.Value);
        if (!archive.IsLoading) return;
        foreach (int number in owners)
        {
            if (!Irqs.TryGetValue(number, out KernelIrq? irq))
                throw new CheckpointException($"expected irq {number}, found none");
            _byEntry[(irq.Device, irq.Entry)] = irq;
        }
    }
}
