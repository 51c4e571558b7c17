using System.Collections.Generic;
using Replay.Core.Rules;
using Replay.Core.Spec;
using Replay.Core.State;

namespace Replay.Core.Systems.Linux;

/// <content>The x86 vector domain (Linux arch/x86/kernel/apic/vector.c): one interrupt's way to a
/// vector and back.</content>
internal sealed partial class Kernel
{
    /// <summary>First number that virtual PCI may use on a GIC (HV_PCI_MSI_SPI_START).</summary>
    private const int FirstSpi = 64;

    /// <summary>
    /// assign_irq_vector_policy: managed interrupts set bits aside on every CPU of their mask; those that can be masked
    /// only reserve; all others get a vector at once. 0 or -ENOSPC, and then nothing is changed.
    /// </summary>
    public int AllocateVector(KernelIrq irq, bool explicitMask)
    {
        irq.Cpu = Online.First;
        if (HasGic) return AllocateSpi(irq);
        if (irq.Managed) return ReserveManaged(irq.Affinity);
        if (irq.Chip == Events.MessageChip.IoApic) return 0; // gets its vector when it is activated
        if (!_policy.Reservation || !irq.CanMask || irq.Chip == Events.MessageChip.MultiMsi || explicitMask)
            return AssignAny(irq);
        irq.CanReserve = true;
        Reserve(irq);
        return 0;
    }

    /// <summary>
    /// x86_vector_activate: with <paramref name="reserve"/> only the placeholder is configured, else the interrupt gets
    /// its vector.
    /// </summary>
    public int ActivateVector(KernelIrq irq, bool reserve)
    {
        if (HasGic) return SetVectorAffinity(irq, irq.Affinity);
        if (!irq.CanReserve && !irq.Managed)
        {
            int error = AssignAny(irq);
            return irq.Vector != 0 ? 0 : error;
        }
        if (irq.Vector != 0) return 0;
        if (reserve) return 0;
        if (irq.Managed) return AssignManaged(irq, irq.Affinity);
        int result = AssignAny(irq);
        if (result == 0) irq.HasReserved = false;
        return result;
    }

    /// <summary>x86_vector_deactivate: the vector goes back, and reservation mode reserves again.</summary>
    public void DeactivateVector(KernelIrq irq)
    {
        if (HasGic || (!irq.CanReserve && !irq.Managed) || irq.HasReserved) return;
        ClearVector(irq);
        if (irq.CanReserve) Reserve(irq);
    }

    /// <summary>x86_vector_free_irqs: the interrupt leaves the vector domain.</summary>
    public void FreeVector(KernelIrq irq)
    {
        if (HasGic)
        {
            SetSpiOwner(irq.Vector, Unused);
            return;
        }
        ClearVector(irq);
        if (irq.HasReserved) Matrix.GlobalReserved--;
        irq.HasReserved = false;
        if (irq.Managed) RemoveManaged(irq.Affinity, CpuCount);
    }

    /// <summary>apic_set_affinity: 0, -EBUSY while an old vector is still held, -EINVAL or -ENOSPC.</summary>
    public int SetVectorAffinity(KernelIrq irq, CpuMask mask)
    {
        CpuMask search = mask.And(Online);
        if (HasGic)
        {
            if (search.IsEmpty) return Errno.Inval;
            irq.Cpu = search.First;
            return 0;
        }
        return irq.Managed ? AssignManaged(irq, search) : AssignVector(irq, search);
    }

    /// <summary>free_moved_vector: the old place of a completed move is given up.</summary>
    public void FreePrevious(KernelIrq irq)
    {
        if (irq.PreviousVector == 0) return;
        Matrix.Free(irq.PreviousCpu, irq.PreviousVector, irq.Managed);
        Slot(irq.PreviousCpu, irq.PreviousVector) = Unused;
        irq.PreviousVector = 0;
        irq.MoveInProgress = irq.CleanupPending = false;
    }

    /// <summary>
    /// A move that a parent refused after the vector was taken: the new vector goes back, the old one counts again.
    /// </summary>
    public void UndoMove(KernelIrq irq, KernelIrq before)
    {
        if (irq.Cpu == before.Cpu && irq.Vector == before.Vector) return;
        Matrix.Free(irq.Cpu, irq.Vector, irq.Managed);
        Slot(irq.Cpu, irq.Vector) = Unused;
        irq.Cpu = before.Cpu;
        irq.Vector = irq.ConfiguredVector = before.Vector;
        irq.PreviousVector = 0;
        irq.MoveInProgress = false;
    }

    /// <summary>assign_vector_locked: the allocator is asked for one CPU only.</summary>
    private int AssignVector(KernelIrq irq, CpuMask mask)
    {
        if (irq.Vector != 0 && Online[irq.Cpu] && mask[irq.Cpu]) return 0;
        if (irq.MoveInProgress || irq.CleanupPending) return Errno.Busy;
        if (mask.IsEmpty) return Errno.Inval;
        int cpu = Allocator.FindBestCpu(Matrix, mask);
        int bit = cpu == Allocator.None ? Allocator.None : Allocator.FindFreeBit(Matrix, cpu);
        if (bit == Allocator.None) return Errno.NoSpace;
        Matrix.Alloc(cpu, (byte)bit);
        if (irq.HasReserved) Matrix.GlobalReserved--;
        Update(irq, (byte)bit, cpu);
        return 0;
    }

    /// <summary>assign_irq_vector_any_locked, where no node is known: the mask first, then any online CPU.</summary>
    private int AssignAny(KernelIrq irq) =>
        AssignVector(irq, irq.Affinity.And(Online)) == 0 ? 0 : AssignVector(irq, Online);

    /// <summary>assign_managed_vector.</summary>
    private int AssignManaged(KernelIrq irq, CpuMask mask)
    {
        CpuMask search = mask.And(irq.Affinity).And(Online);
        if (irq.Vector != 0 && search[irq.Cpu]) return 0;
        if (search.IsEmpty) return Errno.Inval;
        int cpu = Allocator.FindBestCpuManaged(Matrix, search);
        int bit = cpu == Allocator.None ? Allocator.None : Allocator.FindManagedBit(Matrix, cpu);
        if (bit == Allocator.None) return Errno.NoSpace;
        Matrix.AllocManaged(cpu, (byte)bit);
        Update(irq, (byte)bit, cpu);
        return 0;
    }

    /// <summary>
    /// apic_update_vector: an old place on a CPU that is gone is freed at once, any other waits for its clean-up.
    /// </summary>
    private void Update(KernelIrq irq, byte vector, int cpu)
    {
        irq.PreviousVector = 0;
        if (irq.Vector != 0)
        {
            if (Online[irq.Cpu])
            {
                irq.MoveInProgress = true;
                irq.PreviousCpu = irq.Cpu;
                irq.PreviousVector = irq.Vector;
            }
            else
            {
                Matrix.Free(irq.Cpu, irq.Vector, irq.Managed);
            }
        }
        irq.Cpu = cpu;
        irq.Vector = irq.ConfiguredVector = vector;
        Slot(cpu, vector) = irq.Number;
    }

    /// <summary>clear_irq_vector: current and old vector are freed; a late interrupt finds VECTOR_SHUTDOWN.</summary>
    private void ClearVector(KernelIrq irq)
    {
        if (irq.Vector != 0)
        {
            Matrix.Free(irq.Cpu, irq.Vector, irq.Managed);
            Slot(irq.Cpu, irq.Vector) = Shutdown;
            irq.Vector = 0;
            if (irq.PreviousVector != 0)
            {
                Matrix.Free(irq.PreviousCpu, irq.PreviousVector, irq.Managed);
                Slot(irq.PreviousCpu, irq.PreviousVector) = Shutdown;
                irq.PreviousVector = 0;
            }
            irq.MoveInProgress = irq.CleanupPending = false;
        }
        irq.ConfiguredVector = VectorRanges.ManagedShutdown;
    }

    private void Reserve(KernelIrq irq)
    {
        Matrix.GlobalReserved++;
        irq.HasReserved = true;
        irq.Cpu = Online.First;
    }

    /// <summary>irq_matrix_reserve_managed: one bit on each CPU of the mask, offline ones too, or none.</summary>
    private int ReserveManaged(CpuMask mask)
    {
        for (int cpu = 0; cpu < CpuCount; cpu++)
        {
            if (!mask[cpu]) continue;
            int bit = Allocator.FindFreeBit(Matrix, cpu);
            if (bit == Allocator.None)
            {
                RemoveManaged(mask, cpu);
                return Errno.NoSpace;
            }
            Matrix.ReserveManaged(cpu, (byte)bit);
        }
        return 0;
    }

    /// <summary>irq_matrix_remove_managed on the CPUs of the mask below <paramref name="end"/>.</summary>
    private void RemoveManaged(CpuMask mask, int end)
    {
        for (int cpu = 0; cpu < end; cpu++)
        {
            int bit = mask[cpu] ? Allocator.FindManagedBit(Matrix, cpu) : Allocator.None;
            if (bit != Allocator.None) Matrix.RemoveManaged(cpu, (byte)bit);
        }
    }

    /// <summary>
    /// The lowest free interrupt number of the GIC from 64 on, as hv_pci_vec_irq_domain hands them out.
    /// </summary>
    private int AllocateSpi(KernelIrq irq)
    {
        for (int spi = FirstSpi; spi < 256; spi++)
        {
            if (Slot(0, (byte)spi) != Unused) continue;
            irq.Vector = irq.ConfiguredVector = (byte)spi;
            SetSpiOwner(irq.Vector, irq.Number);
            return 0;
        }
        return Errno.NoSpace;
    }

    private void SetSpiOwner(byte spi, int owner)
    {
        for (int cpu = 0; cpu < CpuCount; cpu++) Slot(cpu, spi) = owner;
    }

    /// <summary>The CPU leaves the online mask; its vectors stay in the matrix until <see cref="RetireCpu"/>.</summary>
    public void HideCpu(int cpu) => Online = new CpuMask(Online.Word & ~(1UL << cpu));

    /// <summary>End of fixup_irqs and lapic_offline: the vector table is emptied and the map goes offline.</summary>
    public void RetireCpu(int cpu)
    {
        for (int vector = 0; vector < 256 && !HasGic; vector++) Slot(cpu, (byte)vector) = Unused;
        Matrix.SetOffline(cpu);
    }

    /// <summary>lapic_online.</summary>
    public void BringCpu(int cpu)
    {
        Online = new CpuMask(Online.Word | 1UL << cpu);
        Matrix.SetOnline(cpu);
    }

    /// <summary>Interrupts whose old vector waits for its clean-up on a CPU, in the order of their numbers.</summary>
    public List<KernelIrq> CleanupsOn(int cpu)
    {
        var found = new List<KernelIrq>();
        foreach (KernelIrq irq in Irqs.Values)
        {
            if (irq.CleanupPending && irq.PreviousCpu == cpu) found.Add(irq);
        }
        return found;
    }
}
