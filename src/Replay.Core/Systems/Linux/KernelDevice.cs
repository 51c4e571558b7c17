using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Events;

namespace Replay.Core.Systems.Linux;

/// <summary>
/// A device as a modelled kernel sees it (pci_dev, and hv_pcibus_device where it lies on a virtual bus).
/// </summary>
internal sealed class KernelDevice
{
    public required ushort Device { get; init; }

    /// <summary>Messages are enabled, as the kernel believes.</summary>
    public bool Enabled { get; set; }

    /// <summary>pci_dev.current_state is not D0: message writes reach the cache only.</summary>
    public bool PowerUnknown { get; set; }

    /// <summary>State of the virtual bus; null for a device that is not on one.</summary>
    public HvBusStateCode? Bus { get; set; }

    /// <summary>Event that restored the device before its bus was back; -1 when none did.</summary>
    public long RestoredEarly { get; set; } = -1;

    /// <summary>Interrupts that the driver gave up for hibernation and will ask for again.</summary>
    public List<KernelIrq> GivenUp { get; private init; } = [];

    public KernelDevice Clone()
    {
        var copy = new KernelDevice
        {
            Device = Device,
            Enabled = Enabled,
            PowerUnknown = PowerUnknown,
            Bus = Bus,
            RestoredEarly = RestoredEarly,
        };
        foreach (KernelIrq irq in GivenUp) copy.GivenUp.Add(irq.Clone());
        return copy;
    }

    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static KernelDevice Transfer(StateArchive archive, KernelDevice? device)
    {
        ushort number = archive.Value(device?.Device ?? 0);
        device ??= new KernelDevice { Device = number };
        device.Enabled = archive.Value(device.Enabled);
        device.PowerUnknown = archive.Value(device.PowerUnknown);
        device.Bus = (HvBusStateCode?)archive.Value((byte?)device.Bus);
        device.RestoredEarly = archive.Value(device.RestoredEarly);
        archive.List(device.GivenUp, Kernel.IrqsMax, irq => KernelIrq.Transfer(archive, irq));
        return device;
    }
}
