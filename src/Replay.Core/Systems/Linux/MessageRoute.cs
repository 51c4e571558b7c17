using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <summary>Where a message leads: a CPU and vector, or nowhere and why.</summary>
/// <param name="Cpu">CPU that it reaches.</param>
/// <param name="Vector">Vector there.</param>
/// <param name="Fault">Why it is blocked; null when it is not.</param>
internal readonly record struct Destination(int Cpu, byte Vector, string? Fault)
{
    public static Destination At(int cpu, byte vector) => new(cpu, vector, null);

    public static Destination Blocked(string fault) => new(-1, 0, fault);
}

/// <summary>
/// What lies between a device's message and a CPU: the chips and domains above the vector domain in the kernel, and the
/// hardware or hypervisor that they program.
/// </summary>
internal abstract class MessageRoute
{
    protected MessageRoute(LinuxSystem system) => System = system;

    protected LinuxSystem System { get; }

    /// <summary>The affinity may change at any time, not only inside an interrupt (IRQ_MOVE_PCNTXT).</summary>
    public virtual bool MovesAnytime => false;

    /// <summary>Takes what the route needs for one interrupt; 0 or an error.</summary>
    public virtual int Allocate(KernelIrq irq) => 0;

    /// <summary>Gives it back.</summary>
    public virtual void Free(KernelIrq irq)
    {
    }

    /// <summary>Composes the message for the configured CPU and vector, and writes it; 0 or an error.</summary>
    public abstract int Activate(KernelIrq irq);

    /// <summary>msi_domain_deactivate: the message becomes zeros.</summary>
    public virtual void Deactivate(KernelIrq irq) => System.WriteMessage(irq, default);

    /// <summary>The chip's irq_set_affinity: 0 or an error.</summary>
    public abstract int SetAffinity(KernelIrq irq, CpuMask mask);

    /// <summary>The chip's irq_mask.</summary>
    public virtual void Mask(KernelIrq irq) => System.SetEntryMask(irq, true);

    /// <summary>The chip's irq_unmask.</summary>
    public virtual void Unmask(KernelIrq irq) => System.SetEntryMask(irq, false);

    /// <summary>Where a message of a device's entry leads.</summary>
    public abstract Destination Resolve(ushort device, int entry, MsiMessage message);

    /// <summary>
    /// What is mapped for the interrupt, as a word for states; empty where the route has no such thing.
    /// </summary>
    public virtual string DescribeMapping(KernelIrq irq) => "";
}
