using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Spec;
using Replay.Core.State;
using Replay.Core.Systems.Linux;

namespace Replay.Core.Systems.Remapping;

/// <summary>
/// Messages that hold CPU and vector themselves: bare metal without remapping, and guests whose hypervisor reads the
/// message when it is written. A move rewrites the message (Linux arch/x86/kernel/apic/msi.c msi_set_affinity).
/// </summary>
internal sealed class DirectRoute : MessageRoute
{
    public DirectRoute(LinuxSystem system)
        : base(system)
    {
    }

    public override int Activate(KernelIrq irq)
    {
        System.WriteMessage(irq, MessageOf(irq.Cpu, irq.ConfiguredVector));
        return 0;
    }

    public override int SetAffinity(KernelIrq irq, CpuMask mask)
    {
        (int oldCpu, byte oldVector) = (irq.Cpu, irq.ConfiguredVector);
        int error = System.Kernel.SetVectorAffinity(irq, mask);
        if (error != 0 || (irq.Cpu == oldCpu && irq.Vector == oldVector)) return error;
        MsiMessage message = MessageOf(irq.Cpu, irq.Vector);
        bool bothChange = irq.Cpu != oldCpu && irq.Vector != oldVector;
        bool careful = System.Policy.AffinityProtocol switch
        {
            MsiAffinityProtocol.Careful => true,
            MsiAffinityProtocol.Direct => false,
            _ => irq.CanReserve, // the literal condition of 6.1 and 6.12, against its comment
        };
        if (!bothChange) System.WriteMessage(irq, message);
        else if (irq.Chip == MessageChip.Ims || !careful || !irq.Started) System.WriteTorn(irq, message);
        else MoveCarefully(irq, oldCpu, message);
        return 0;
    }

    public override Destination Resolve(ushort device, int entry, MsiMessage message) =>
        message.IsRemappable
            ? Destination.Blocked("a remappable message without remapping")
            : Destination.At((int)message.Destination, message.Vector);

    /// <summary>
    /// Data first, while the CPU is still the old one, on which this runs with interrupts off; then the address.
    /// Whatever came in between waits in the old CPU's request register under the new vector, and is
    /// sent again to the new CPU.
    /// </summary>
    private void MoveCarefully(KernelIrq irq, int oldCpu, MsiMessage message)
    {
        ref int temporary = ref System.Kernel.Slot(oldCpu, irq.Vector);
        if (temporary == Kernel.Unused) temporary = Kernel.Retriggered;
        System.WriteMessage(irq, MessageOf(oldCpu, irq.Vector));
        int row = System.HoldBetweenWrites(irq, oldCpu);
        System.WriteMessage(irq, message);
        if (row < 0) return;
        System.Retrigger(irq, row);
        System.TakeTemporary(oldCpu, irq.Vector);
    }

    private static MsiMessage MessageOf(int cpu, byte vector) => new(0xFEE0_0000UL | (ulong)(uint)cpu << 12, vector);
}
