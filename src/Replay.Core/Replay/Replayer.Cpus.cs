using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>
/// CPUs going down and coming up. A CPU emits no tracepoint from the moment it leaves the online mask until it is back
/// in it; probes still fire there, and what they tell stands in for the records that are missing. </content>
public sealed partial class Replayer<TRules, TProbe>
{
    // True once probes on free_moved_vector, and on the shut-down of managed interrupts, were seen: what a CPU that
    // emits no tracepoints gives back is then recorded.
    private bool _freesSeen;
    private bool _shutdownsSeen;

    // True when the CPU that goes down did something whose effect on its vectors is not known.
    private bool _darkUnseen;

    private void ApplyCpuhpEnter(in IrqEvent e)
    {
        _hotplugSeen = true;
        var step = new HotplugStep(in e);
        if (!TryCpu(step.Cpu)) return;
        if (_machine.Tables.Names[step.Fun] != "takedown_cpu") return;
        ref CpuState cpu = ref _cpus[step.Cpu];
        cpu.GoingDown = true;
        cpu.TakedownStep = step.Step;
        cpu.TakedownEvent = _index;
    }

    private void ApplyCpuhpExit(in IrqEvent e)
    {
        _hotplugSeen = true;
        var result = new HotplugResult(in e);
        ushort target = result.Cpu;
        if (!TryCpu(target)) return;
        ref CpuState cpu = ref _cpus[target];
        if (!cpu.GoingDown || cpu.TakedownStep != result.Step) return;
        cpu.GoingDown = false;
        if (result.Ret == 0)
        {
            if (!cpu.Dark || !_updatesSeen) GoDarkUnseen(target);
            else CheckLeftBehind(target);
            CloseMap(target);
        }
        else if (result.Ret == NoSpace)
        {
            ReportCannotOffline(target);
        }
    }

    /// <summary>A probe on the dying CPU: it is out of the online mask and starts to move its interrupts.</summary>
    private void ApplyGoneDark(in IrqEvent e)
    {
        _hotplugSeen = true;
        GoDark(e.Cpu);
    }

    private void ApplyGoneDarkIfGoingDown(in IrqEvent e)
    {
        if (_cpus[e.Cpu].GoingDown) GoDark(e.Cpu);
    }

    /// <summary>
    /// The last thing that the CPU asks before it leaves the online mask, all within one stop of the machine.
    /// </summary>
    private void ApplyCanUnplugReturn(in IrqEvent e)
    {
        if (new HandlerResult(in e).Ret == 0) ApplyGoneDarkIfGoingDown(in e);
    }

    private void GoDark(int cpu)
    {
        ref CpuState state = ref _cpus[cpu];
        if (state.Dark) return;
        state.Dark = true;
        _machine.Cpus.Arrivals[cpu].Seen = false; // Its next event goes through MeetCpu.

        state.Online = Online.No;
        state.OnlineEvent = _index;
        state.OfflineEvent = _index;
        state.ProbedIrq = IrqEvent.NoIrq;
        state.ProbedFreeIrq = IrqEvent.NoIrq;
        CheckShortage(cpu);
    }

    /// <summary>The CPU went down and no probe watched it: what it did with its interrupts is not recorded.</summary>
    private void GoDarkUnseen(int cpu)
    {
        GoDark(cpu);
        for (int irq = 0; irq < _irqs.Used; irq++)
        {
            if (ShutsDownWith(cpu, ref _irqs[irq])) ShutDownByRule(ref _irqs[irq]);
            else ForgetPlaceOn(cpu, irq);
        }
        ForgetBits(cpu);
    }

    /// <summary>
    /// A managed interrupt none of whose CPUs stays online is shut down, whatever else the dying CPU does (Linux
    /// migrate_one_irq). Where the others go depends on masks that no tracepoint tells.
    /// </summary>
    private bool ShutsDownWith(int cpu, ref IrqDesc desc)
    {
        if (desc.Vector == 0 || desc.Cpu != cpu
            || !desc.Has(IrqFlags.VectorKnown | IrqFlags.Managed | IrqFlags.ManagedKnown | IrqFlags.AffinityKnown))
        {
            return false;
        }
        for (int other = 0; other < CpuMask.Bits; other++)
        {
            if ((desc.Affinity >> other & 1) != 0 && other != cpu && !_machine.IsOffline(other)) return false;
        }
        return true;
    }

    private void ShutDownByRule(ref IrqDesc desc)
    {
        GiveUpInDark(ref desc);
        desc.Clear(IrqFlags.Activated | IrqFlags.Started);
        desc.Set(IrqFlags.ActivatedKnown | IrqFlags.ManagedShutdown | IrqFlags.Inferred);
        if (!_machine.MaskSeen || desc.Device == 0) PutEntryMask(ref desc, true);
    }

    /// <summary>What an interrupt had on a CPU that went down is not known any more.</summary>
    private void ForgetPlaceOn(int cpu, int irq)
    {
        ref IrqDesc desc = ref _irqs[irq];
        if (desc.PreviousVector != 0 && desc.PreviousCpu == cpu)
        {
            desc.PreviousVector = 0; // Given back, unless the kernel lacks the fix a6c11c0a5235.
            desc.Clear(IrqFlags.MoveInProgress | IrqFlags.CleanupPending);
            desc.Set(IrqFlags.PreviousUnknown);
        }
        if (desc.Vector == 0 || desc.Cpu != cpu || !desc.Has(IrqFlags.VectorKnown)) return;
        DropSlot(ref desc, irq);
        desc.Vector = 0;
        desc.Clear(IrqFlags.VectorKnown | IrqFlags.CpuKnown | IrqFlags.MoveInProgress | IrqFlags.CleanupPending);
    }

    /// <summary>
    /// All but leaked vectors of the CPU were given back, where to and which were leaked is not known.
    /// </summary>
    private void ForgetBits(int cpu)
    {
        _machine.Matrix[cpu].AllocMap = default;
        MarkResync();
    }

    private void ApplyLapicOffline(in IrqEvent e)
    {
        _hotplugSeen = true;
        GoDark(e.Cpu);
        CloseMap(e.Cpu);
    }

    /// <summary>The dying CPU's map goes offline; its record is never emitted (Linux irq_matrix_offline).</summary>
    private void CloseMap(int cpu)
    {
        if (_machine.Matrix.Seen) _machine.Matrix.SetOffline(cpu);
    }

    private void SetCpuOnline(int cpu)
    {
        ref CpuState state = ref _cpus[cpu];
        state.Online = Online.Yes;
        state.Dark = false;
        state.GoingDown = false;
        state.OnlineEvent = _index;
        _machine.Slots.Reset(cpu);
        for (int irq = 0; irq < _machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _machine.Irqs[irq];
            if (desc.LeakEvent >= 0 && desc.LeakCpu == cpu) ConcludeLeak(irq, ref desc);

            // Legacy and never-moved interrupts keep their slots (Linux lapic_online, lapic_assign_legacy_vector).
            if (desc.Vector != 0 && desc.Cpu == cpu && desc.Has(IrqFlags.VectorKnown))
            {
                _machine.Slots[cpu, desc.Vector] = irq;
            }
        }
    }

    /// <summary>I-20: the vectors that must move have to fit into what the other CPUs have available.</summary>
    private void CheckShortage(int cpu)
    {
        VectorMatrix matrix = _machine.Matrix;
        if (!matrix.GlobalKnown || matrix.GlobalResync || cpu >= matrix.Count) return;
        ref CpuMap map = ref matrix[cpu];
        if (!map.Online || !matrix.KnowsManagedInUse(cpu)) return;
        uint toMove = map.Allocated - map.ManagedAllocated;
        uint available = matrix.GlobalAvailable - map.Available;
        if (available >= toMove) return;
        Report(FindingCode.OfflineDespiteShortage, _index, -1, cpu, -1, string.Create(CultureInfo.InvariantCulture,
            $"CPU {cpu} goes offline with {toMove} vectors to move and {available} available elsewhere."));
    }

    /// <summary>
    /// I-21: nothing that is started points at the CPU any more. What still does is a finding where the recording has
    /// the probes that would have told of its move or shut-down; else it was moved unseen.
    /// </summary>
    private void CheckLeftBehind(int cpu)
    {
        bool whole = !_darkUnseen;
        for (int irq = 0; irq < _irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _irqs[irq];
            bool isPrevious = desc.PreviousVector != 0 && desc.PreviousCpu == cpu;
            if (isPrevious && !_freesSeen)
            {
                ForgetPlaceOn(cpu, irq);
                whole = false;
            }
            if (desc.Vector == 0 || desc.Cpu != cpu || !desc.Has(IrqFlags.VectorKnown)) continue;
            if (desc.Has(IrqFlags.Started) && (!desc.Has(IrqFlags.Managed) || _shutdownsSeen))
            {
                Report(FindingCode.LeftOnOfflineCpu, _cpus[cpu].OfflineEvent, irq, cpu, desc.Vector, string.Create(
                    CultureInfo.InvariantCulture,
                    $"irq {irq} is still directed at CPU {cpu} vector {desc.Vector}, and that CPU is offline."));
                continue;
            }
            if (_freesSeen || !isPrevious) ForgetPlaceOn(cpu, irq);
            whole = false;
        }
        if (!whole) ForgetBits(cpu);
        _darkUnseen = false;
    }
}
