using Replay.Core.Events;
using Replay.Core.Systems.Linux;

namespace Replay.Core.Systems.HyperV;

/// <content>The bus: hv_pci_probe, hv_pci_suspend, hv_pci_resume, hv_pci_remove.</content>
internal sealed partial class HyperVRoute
{
    /// <summary>False for a step that this machine does not take.</summary>
    public bool ApplyStep(ushort name, HvBusStepCode step)
    {
        if (name == 0 || !System.Kernel.HasRoomFor(name)) return false;
        KernelDevice device = System.Kernel.Device(name);
        switch (step)
        {
            case HvBusStepCode.Probe: Probe(device); break;
            case HvBusStepCode.Suspend: Suspend(device); break;
            case HvBusStepCode.Resume: Resume(device); break;
            case HvBusStepCode.Remove: Remove(device); break;
            default: return false;
        }
        return true;
    }

    /// <summary>
    /// The channel alone opens or closes, whatever the driver believes; false for a device without one.
    /// </summary>
    public bool ApplyChannel(ushort name, bool open)
    {
        if (!System.Kernel.Devices.TryGetValue(name, out KernelDevice? device) || device.Bus is null) return false;
        if (open) _host.Open(name);
        else if (_host.IsOpen(name))
        {
            _host.Close(name);
            NoteMappingsGone(device);
        }
        return true;
    }

    private void Probe(KernelDevice device)
    {
        Open(device, "QUERY_PROTOCOL_VERSION");
        device.Bus = HvBusStateCode.Installed; // init and probed are passed inside the call
    }

    /// <summary>
    /// Only an installed bus suspends. The host takes the device back and drops its mappings, then the channel closes;
    /// a host that does not answer the D0 exit leaves the channel open.
    /// </summary>
    private void Suspend(KernelDevice device)
    {
        if (device.Bus is null)
            System.Note($"{System.NameOf(device.Device)} is on no virtual PCI bus; "
                + "hv_bus_step step=probe puts it there");
        if (device.Bus != HvBusStateCode.Installed)
        {
            System.Fail(device.Device, "hv_pci_suspend", Errno.Name(Errno.Inval));
            return;
        }
        device.Bus = HvBusStateCode.Removing;
        Show(device, "RESOURCES_RELEASED");
        _host.Release(device.Device);
        NoteMappingsGone(device);
        System.PowerDevice(device.Device, on: false);
        Show(device, "BUS_D0EXIT");
        if (System.Faults.TryTake(Injection.D0ExitUnanswered, device.Device, out _))
        {
            System.Fail(device.Device, "hv_pci_suspend", Errno.Name(Errno.TimedOut));
            return;
        }
        _host.Close(device.Device);
    }

    /// <summary>
    /// A new channel, the version of before, and the device back in D0. Fixed kernels then compose the message of every
    /// interrupt anew (hv_pci_restore_msi_state).
    /// </summary>
    private void Resume(KernelDevice device)
    {
        if (device.Bus is null) return;
        device.Bus = HvBusStateCode.Init;
        _host.Open(device.Device);
        Show(device, "QUERY_PROTOCOL_VERSION");
        if (System.Faults.TryTake(Injection.VersionRefused, device.Device, out _))
        {
            _host.Close(device.Device);
            System.Fail(device.Device, "hv_pci_resume", Errno.Name(Errno.Proto));
            return;
        }
        Enter(device);
        if (System.Policy.ResumeRecreates && System.Policy.Paravirtual && device.Enabled)
        {
            foreach (KernelIrq irq in System.Kernel.Irqs.Values)
            {
                if (irq.Device != device.Device) continue;
                irq.Message = Compose(irq); // into the cache: the device gets it when its config space is restored

                // A block is created with one target; like MSI-X, each of its messages would have to get its own.
                if (irq.Chip == MessageChip.MultiMsi)
                    _host.Retarget(irq.Device, irq.Message, irq.Cpu, irq.ConfiguredVector);
            }
        }
        device.Bus = HvBusStateCode.Installed;
    }

    private void Remove(KernelDevice device)
    {
        if (device.Bus is null) return;
        device.Bus = HvBusStateCode.Removing;
        Show(device, "RESOURCES_RELEASED");
        Show(device, "BUS_D0EXIT");
        _host.Close(device.Device);
        NoteMappingsGone(device);
        System.PowerDevice(device.Device, on: false);
    }

    private void Open(KernelDevice device, string first)
    {
        _host.Open(device.Device);
        Show(device, first);
        Enter(device);
    }

    private void Enter(KernelDevice device)
    {
        Show(device, "QUERY_BUS_RELATIONS");
        Show(device, "BUS_D0ENTRY");
        System.PowerDevice(device.Device, on: true);
        Show(device, "RESOURCES_ASSIGNED");
    }

    private void NoteMappingsGone(KernelDevice device)
    {
        foreach (KernelIrq irq in System.Kernel.Irqs.Values)
        {
            if (irq.Device == device.Device && irq.MappingEvent < 0) irq.MappingEvent = System.EventIndex;
        }
    }

    private void Show(KernelDevice device, string packet) =>
        System.Show("vpci", $"{packet} {System.NameOf(device.Device)}");

    /// <summary>State of the bus and its channel, as a line of states.</summary>
    public string DescribeBus(KernelDevice device) =>
        $"{HvBusStates.Names[(int)device.Bus!.Value]}, {(_host.IsOpen(device.Device) ? "open" : "closed")}";
}
