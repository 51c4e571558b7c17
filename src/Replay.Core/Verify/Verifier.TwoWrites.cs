using Replay.Core.Events;
using Replay.Core.Rules;
using Replay.Core.Spec;

namespace Replay.Core.Verify;

/// <content>
/// Without remapping a new CPU with a new vector takes two writes, so that no half-changed message leads astray: first
/// the vector, then the CPU (Linux msi_set_affinity; which interrupts get them is a rule of its own).
/// </content>
public sealed partial class Verifier<TRules>
{
    private void PlanMessage(ref VerifyCpu cpu, ref VerifyIrq irq)
    {
        uint number = cpu.MsiIrq;
        cpu.MsiIrq = IrqEvent.NoIrq;
        bool sure = cpu.MsiOldKnown;
        if (irq.RemapIndex >= 0) return;
        if (sure && (irq.HardwareVector == cpu.MsiOldVector || irq.HardwareDestination == cpu.MsiOldDestination
            || cpu.MsiOldVector == VectorRanges.ManagedShutdown))
        {
            return;
        }
        if (cpu.StartIrq == number || (irq.Has(IrqFacts.StartKnown) && !irq.Has(IrqFacts.Started))) return;
        bool? careful = IsCareful(irq);
        if (careful == false) return;
        int oldCpu = sure ? CpuOfDestination(cpu.MsiOldDestination) : -1;
        if (oldCpu >= 0 && oldCpu != _cpu) return;
        cpu.TwoStepIrq = number;
        cpu.TwoStepVector = irq.HardwareVector;
        cpu.TwoStepDestination = cpu.MsiOldDestination;
        cpu.TwoStepUnsure = oldCpu < 0 || careful is null || !(irq.Has(IrqFacts.StartKnown) || _matrix.Complete);
    }

    /// <summary>
    /// Whether the interrupt's messages change in two writes; null when what that hangs on was not recorded.
    /// </summary>
    private bool? IsCareful(in VerifyIrq irq)
    {
        switch (_rules.AffinityProtocol)
        {
            case MsiAffinityProtocol.Careful: return true;
            case MsiAffinityProtocol.Direct: return false;
        }
        if (irq.Has(IrqFacts.WritesKnown)) return irq.Has(IrqFacts.TwoWrites);
        if (!irq.Has(IrqFacts.ModeKnown)) return null;
        if (!irq.Has(IrqFacts.CanReserve)) return false;
        if (irq.Has(IrqFacts.ActivatedEarly) || !_activationsSeen) return true;
        return irq.Has(IrqFacts.Born) ? false : null;
    }

    /// <summary>
    /// Where it was not known before, the message itself tells: the new vector at another destination is the first of
    /// two writes. That it is the only one shows the kind of the interrupt where nothing else could be the reason.
    /// </summary>
    private bool TakesTwoWrites(ref VerifyIrq irq, ref VerifyCpu cpu, MsiMessage recorded)
    {
        if (!irq.Has(IrqFacts.HardwareKnown)) return false; // Nor does it tell where it is to go in the end.
        bool two = recorded.Vector == irq.HardwareVector && recorded.Destination != (irq.HardwareDestination & 0xFF)
            && (!cpu.MsiOldKnown || recorded.Destination == (cpu.TwoStepDestination & 0xFF));
        bool other = !cpu.MsiOldKnown || CpuOfDestination(cpu.TwoStepDestination) != _cpu
            || !irq.Has(IrqFacts.StartKnown);
        if (two)
        {
            cpu.TwoStepDestination = recorded.Destination;
            irq.Set(IrqFacts.WritesKnown | IrqFacts.TwoWrites);
            irq.Set(IrqFacts.Started | IrqFacts.StartKnown);
        }
        else if (!other) irq.Set(IrqFacts.WritesKnown);
        return two;
    }
}
