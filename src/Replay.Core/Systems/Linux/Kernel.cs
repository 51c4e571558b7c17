using System;
using System.Collections.Generic;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <summary>
/// Everything that a kernel keeps in memory about interrupts: allocator, vector tables, interrupts, devices.
/// That is what a hibernation image holds, so <see cref="Clone"/> is SNAPSHOT and putting a clone back is RESTORE.
/// Hardware and hypervisor are not in here.
/// </summary>
internal sealed partial class Kernel
{
    /// <summary>CPUs that masks tell apart, and so the most that are modelled.</summary>
    public const int CpusMax = CpuMask.Bits;

    /// <summary>Interrupts of one machine at most.</summary>
    public const int IrqsMax = 2048;

    /// <summary>Devices of one machine at most.</summary>
    public const int DevicesMax = 256;

    /// <summary>Nobody's vector (VECTOR_UNUSED).</summary>
    public const int Unused = -1;

    /// <summary>Given up: one late interrupt is no surprise (VECTOR_SHUTDOWN).</summary>
    public const int Shutdown = -2;

    /// <summary>One interrupt here was sent again to its new place (VECTOR_RETRIGGERED).</summary>
    public const int Retriggered = -3;

    private readonly Policy _policy;
    private readonly Dictionary<(ushort Device, int Entry), KernelIrq> _byEntry = [];

    public Kernel(Policy policy, string name)
    {
        _policy = policy;
        Name = name;
    }

    /// <summary>Which kernel of a hibernation it is, K1 or K2.</summary>
    public string Name { get; }

    public VectorMatrix Matrix { get; private init; } = new();

    /// <summary>Owner of each vector: an interrupt number, or one of the constants above. 256 a CPU.</summary>
    public int[] Slots { get; private init; } = [];

    public SortedDictionary<int, KernelIrq> Irqs { get; private init; } = [];

    public SortedDictionary<ushort, KernelDevice> Devices { get; private init; } = [];

    /// <summary>CPUs that are online.</summary>
    public CpuMask Online { get; private set; }

    /// <summary>suspend_device_irqs has run and resume_device_irqs has not.</summary>
    public bool IrqsSuspended { get; set; }

    /// <summary>Drivers that give their interrupts up for hibernation have done so.</summary>
    public bool DriversSuspended { get; set; }

    /// <summary>From the suspend of device interrupts to the thaw of tasks.</summary>
    public bool Sleeping { get; set; }

    /// <summary>
    /// Vectors are shared peripheral interrupts of a GIC: one number on all CPUs, and a move is a write to the GIC.
    /// </summary>
    public bool HasGic { get; init; }

    /// <summary>
    /// A kernel that has booted on <paramref name="cpus"/> CPUs. System vectors inside the window: the compatibility
    /// system call, the PIC's cascade where there is a PIC, and the clean-up vector of kernels that use one; legacy
    /// interrupts keep their vectors on CPU 0.
    /// </summary>
    public static Kernel Boot(Policy policy, string name, int cpus, byte windowEnd, int legacy, bool hasPic,
        bool hasGic = false)
    {
        cpus = Math.Clamp(cpus, 1, CpusMax);
        int[] slots = new int[cpus * 256];
        Array.Fill(slots, Unused);
        var kernel = new Kernel(policy, name) { Slots = slots, HasGic = hasGic };
        VectorMatrix matrix = kernel.Matrix;
        matrix.Complete = true;
        matrix.SetWindow(windowEnd);
        if (windowEnd > VectorRanges.PostedMsiNotification) matrix.AssignSystem(VectorRanges.MoveCleanup);
        matrix.AssignSystem(VectorRanges.Int80);
        if (hasPic) matrix.AssignSystem(VectorRanges.IsaBase + VectorRanges.PicCascadeIrq);
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            matrix.EnsureCpu(cpu);
            matrix.SetOnline(cpu);
            kernel.Online = new CpuMask(kernel.Online.Word | 1UL << cpu);
        }
        for (int irq = 0; irq < VectorRanges.LegacyIrqCount && legacy > 0; irq++)
        {
            if (irq == VectorRanges.PicCascadeIrq) continue;
            matrix.Alloc(0, (byte)(VectorRanges.IsaBase + irq));
            slots[VectorRanges.IsaBase + irq] = irq;
            legacy--;
        }
        return kernel;
    }

    public ref int Slot(int cpu, byte vector) => ref Slots[cpu * 256 + vector];

    public int CpuCount => Slots.Length / 256;

    public KernelDevice Device(ushort device)
    {
        if (!Devices.TryGetValue(device, out KernelDevice? found))
            Devices.Add(device, found = new KernelDevice { Device = device });
        return found;
    }

    /// <summary>The interrupt of a device's entry; null when the kernel has none.</summary>
    public KernelIrq? IrqOf(ushort device, int entry) => _byEntry.GetValueOrDefault((device, entry));

    public void Add(KernelIrq irq)
    {
        Irqs.Add(irq.Number, irq);
        _byEntry[(irq.Device, irq.Entry)] = irq;
    }

    public void Remove(KernelIrq irq)
    {
        Irqs.Remove(irq.Number);
        if (_byEntry.GetValueOrDefault((irq.Device, irq.Entry)) == irq) _byEntry.Remove((irq.Device, irq.Entry));
    }

    /// <summary>True for a device that the kernel has, or still has room for.</summary>
    public bool HasRoomFor(ushort device) => Devices.Count < DevicesMax || Devices.ContainsKey(device);

    public Kernel Clone()
    {
        var copy = new Kernel(_policy, Name)
        {
            Matrix = Matrix.Clone(),
            Slots = (int[])Slots.Clone(),
            Online = Online,
            IrqsSuspended = IrqsSuspended,
            DriversSuspended = DriversSuspended,
            Sleeping = Sleeping,
            HasGic = HasGic,
        };
        foreach (KernelIrq irq in Irqs.Values) copy.Add(irq.Clone());
        foreach ((ushort index, KernelDevice device) in Devices) copy.Devices.Add(index, device.Clone());
        return copy;
    }
}
