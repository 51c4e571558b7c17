using System;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;
using Replay.Core.State;
using Replay.Core.Systems.Linux;

namespace Replay.Core.Systems.HyperV;

/// <summary>
/// Messages of a device on a virtual PCI bus (Linux drivers/pci/controller/pci-hyperv.c): the host chooses them, and a
/// move is a hypercall made when the chip unmasks.
/// </summary>
internal sealed partial class HyperVRoute : MessageRoute
{
    /// <summary>
    /// Stands for the status of a retarget of a mapping that is gone; which one Hyper-V gives is not known.
    /// </summary>
    private const int StatusNoMapping = 5;

    private readonly HyperVHost _host;

    public HyperVRoute(LinuxSystem system, HyperVHost host)
        : base(system) => _host = host;

    public override int Activate(KernelIrq irq)
    {
        System.WriteMessage(irq, Compose(irq));
        return 0;
    }

    public override void Free(KernelIrq irq)
    {
        if (irq.HostMessage is { } message && IsBase(irq)) Delete(irq, message);
        irq.HostMessage = null;
    }

    /// <summary>hv_set_affinity: the parent's business; the host hears of it when the chip unmasks.</summary>
    public override int SetAffinity(KernelIrq irq, CpuMask mask) => System.Kernel.SetVectorAffinity(irq, mask);

    /// <summary>hv_irq_unmask, as each generation of the driver has it.</summary>
    public override void Unmask(KernelIrq irq)
    {
        if (System.Architecture == MachineArchitecture.Arm64)
        {
            // The target is a register of the GIC: there is no hypercall to fail (d9932b469156).
            base.Unmask(irq);
            return;
        }
        UnmaskOnFailure policy = System.Policy.UnmaskOnFailure;
        bool removing = System.Kernel.Device(irq.Device).Bus == HvBusStateCode.Removing;
        if (policy == UnmaskOnFailure.V2SkipWhenRemoving && removing)
        {
            base.Unmask(irq);
            return;
        }
        int status = Retarget(irq, policy, removing);
        if (status != 0)
        {
            if (policy != UnmaskOnFailure.Merged || !removing)
            {
                System.Show("log", string.Create(CultureInfo.InvariantCulture,
                    $"hv_pci {System.NameOf(irq.Device)}: hv_irq_unmask() failed: 0x{status:x}"));
            }
            if (policy != UnmaskOnFailure.Merged) return;
        }
        base.Unmask(irq);
    }

    public override Destination Resolve(ushort device, int entry, MsiMessage message)
    {
        if (!_host.TryFind(device, message, out int vp, out byte vector)) return Destination.Blocked("no host mapping");
        if (System.Architecture != MachineArchitecture.Arm64) return Destination.At(vp, vector);
        int cpu = System.Kernel.IrqOf(device, entry)?.Cpu ?? vp;
        return Destination.At(cpu, vector);
    }

    public override string DescribeMapping(KernelIrq irq) =>
        _host.IsMapped(irq.Device, irq.HostMessage ?? irq.Message) ? "map=1" : "map=0";

    /// <summary>hv_arch_irq_unmask: the hypercall names the mapping by its message. 0 or a status.</summary>
    private int Retarget(KernelIrq irq, UnmaskOnFailure policy, bool removing)
    {
        if (!System.Kernel.Online[irq.Cpu]) return 1; // no processor is left to name: fails without a hypercall
        MsiMessage? name = policy == UnmaskOnFailure.Merged ? irq.HostMessage : irq.Message;
        if (name is not { } message)
        {
            System.Show("log",
                $"hv_pci {System.NameOf(irq.Device)}: can not unmask irq {LinuxSystem.Text(irq.Number)}");
            return 0;
        }
        if (!System.Faults.TryTake(Injection.RetargetRefused, irq.Device, out int status))
            status = _host.Retarget(irq.Device, message, irq.Cpu, irq.Vector) ? 0 : StatusNoMapping;
        System.Show("hypercall", string.Create(CultureInfo.InvariantCulture,
            $"retarget irq={irq.Number} vp={irq.Cpu} vector=0x{irq.Vector:x2} status=0x{status:x}"));
        if (status == 0) return 0;
        bool expected = removing && policy != UnmaskOnFailure.V2SkipWhenRemoving;
        System.Fail(irq.Device, "HvCallRetargetDeviceInterrupt",
            string.Create(CultureInfo.InvariantCulture, $"0x{status:x}"), expected);
        irq.MappingEvent = irq.MappingEvent < 0 ? System.EventIndex : irq.MappingEvent;
        if (System.Kernel.Device(irq.Device).Bus == HvBusStateCode.Installed)
        {
            System.RaiseOnce(FindingCode.RetargetFailed, irq, irq.MappingEvent,
                string.Create(CultureInfo.InvariantCulture,
                    $"The retarget of irq {irq.Number} to CPU {irq.Cpu} failed with 0x{status:x} while "
                    + $"its bus was installed."));
        }
        return status;
    }

    /// <summary>
    /// hv_compose_msi_msg: a mapping that is remembered is dropped and one is asked for; a block of messages keeps its
    /// own. Zeros when the host cannot be asked or refuses.
    /// </summary>
    private MsiMessage Compose(KernelIrq irq)
    {
        if (irq.Chip == MessageChip.MultiMsi)
        {
            if (!IsBase(irq))
                return irq.HostMessage is { } own && !System.Policy.MultiMsiRecreates ? own : PartOfBlock(irq);
            if (irq.HostMessage is { } block && !System.Policy.MultiMsiRecreates) return block;
        }
        if (irq.HostMessage is { } old)
        {
            Delete(irq, old);
            irq.HostMessage = null;
        }
        if (!_host.IsOpen(irq.Device))
        {
            System.Fail(irq.Device, "CREATE_INTERRUPT", "the channel is closed");
            System.Show("log", $"hv_pci {System.NameOf(irq.Device)}: Sending request for interrupt failed");
            irq.MappingEvent = System.EventIndex;
            return default;
        }
        int vp = System.Architecture == MachineArchitecture.Arm64 ? 0 : Math.Max(irq.Cpu, 0);
        MsiMessage? answer = null;
        if (!System.Faults.TryTake(Injection.CreateRefused, irq.Device, out int status))
            answer = _host.Create(irq.Device, vp, irq.ConfiguredVector, BlockSize(irq));
        System.Show("vpci", string.Create(CultureInfo.InvariantCulture,
            $"CREATE_INTERRUPT irq={irq.Number} vp={vp} vector=0x{irq.ConfiguredVector:x2} status=0x{status:x8}"));
        if (answer is null)
        {
            System.Fail(irq.Device, "CREATE_INTERRUPT", string.Create(CultureInfo.InvariantCulture, $"0x{status:x8}"));
            System.Show("log", string.Create(CultureInfo.InvariantCulture,
                $"hv_pci {System.NameOf(irq.Device)}: Request for interrupt failed: 0x{status:x}"));
            irq.MappingEvent = System.EventIndex;
            return default;
        }
        irq.HostMessage = answer;
        irq.MappingEvent = -1;
        return answer.Value;
    }

    private void Delete(KernelIrq irq, MsiMessage message)
    {
        if (!_host.IsOpen(irq.Device)) return; // the packet cannot be sent, and the host has dropped it already
        bool known = _host.Delete(irq.Device, message, BlockSize(irq));
        System.Show("vpci",
            string.Create(CultureInfo.InvariantCulture, $"DELETE_INTERRUPT irq={irq.Number} data=0x{message.Data:x}"));
        if (known) return;
        bool resuming = System.Kernel.Sleeping;
        System.Fail(irq.Device, "DELETE_INTERRUPT", "unknown mapping", expected: resuming);
        if (!resuming)
        {
            System.RaiseOnce(FindingCode.MappingBalance, irq, System.EventIndex,
                $"irq {LinuxSystem.Text(irq.Number)}: a mapping that the host does not have was "
                + "deleted, and no resume runs.");
        }
    }

    private bool IsBase(KernelIrq irq) => irq.Chip != MessageChip.MultiMsi || BaseOf(irq) == irq;

    /// <summary>The first interrupt of a block, whose mapping serves all.</summary>
    private KernelIrq BaseOf(KernelIrq irq)
    {
        System.Spend(System.Kernel.Irqs.Count);
        foreach (KernelIrq other in System.Kernel.Irqs.Values)
        {
            if (other.Device == irq.Device && other.Chip == MessageChip.MultiMsi) return other;
        }
        return irq;
    }

    private int BlockSize(KernelIrq irq)
    {
        if (irq.Chip != MessageChip.MultiMsi) return 1;
        System.Spend(System.Kernel.Irqs.Count);
        int count = 0;
        foreach (KernelIrq other in System.Kernel.Irqs.Values)
            count += other.Device == irq.Device && other.Chip == MessageChip.MultiMsi ? 1 : 0;
        return Math.Max(count, 1);
    }

    private MsiMessage PartOfBlock(KernelIrq irq)
    {
        KernelIrq first = BaseOf(irq);
        if (first.HostMessage is not { } block) return default;
        irq.HostMessage = block with { Data = block.Data + (uint)(irq.Number - first.Number) };
        return irq.HostMessage.Value;
    }
}
