using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;

namespace Replay.Core.Replay;

/// <content>
/// CPUs going down and coming up. A CPU emits no tracepoint from the moment it leaves the online mask until it is back in
/// it; probes still fire there, and what they tell stands in for the records that are missing.
/// </content>
public sealed partial class Replayer<TProbe>
{
    private void ApplyCpuhpEnter(in IrqEvent e)
    {
        var step = new HotplugStep(in e);
        if (!_machine.TryEnsureCpu(step.Cpu)) return;
        _cpus = _machine.Cpus.Cpus;
        if (_machine.Tables.Names[step.Fun] != "takedown_cpu") return;
        ref CpuState cpu = ref _cpus[step.Cpu];
        cpu.GoingDown = true;
        cpu.TakedownStep = step.Step;
        cpu.TakedownEvent = _index;
    }

    private void ApplyCpuhpExit(in IrqEvent e)
    {
        var result = new HotplugResult(in e);
        ushort target = result.Cpu;
        if (!_machine.TryEnsureCpu(target)) return;
        _cpus = _machine.Cpus.Cpus;
        ref CpuState cpu = ref _cpus[target];
        if (!cpu.GoingDown || cpu.TakedownStep != result.Step) return;
        cpu.GoingDown = false;
        if (result.Ret == 0)
        {
            if (!cpu.Dark) GoDarkUnseen(target);
            CloseMap(target);
            CheckLeftBehind(target);
        }
        else if (result.Ret == NoSpace)
        {
            ReportCannotOffline(target);
        }
    }

    /// <summary>A probe on the dying CPU: it is out of the online mask and starts to move its interrupts.</summary>
    private void ApplyGoneDark(in IrqEvent e)
    {
        if (!_cpus[e.Cpu].Dark) GoDark(e.Cpu);
    }

    private void GoDark(int cpu)
    {
        ref CpuState state = ref _cpus[cpu];
        state.Dark = true;
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
        for (int irq = 0; irq < _machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _machine.Irqs[irq];
            if (desc.PreviousVector != 0 && desc.PreviousCpu == cpu)
            {
                desc.PreviousVector = 0;
                desc.Clear(IrqFlags.MoveInProgress | IrqFlags.CleanupPending);
            }
            if (desc.Vector == 0 || desc.Cpu != cpu || !desc.Has(IrqFlags.VectorKnown)) continue;
            DropSlot(ref desc, irq);
            desc.Vector = 0;
            desc.Clear(IrqFlags.VectorKnown | IrqFlags.CpuKnown | IrqFlags.MoveInProgress | IrqFlags.CleanupPending);
        }
        _machine.Matrix[cpu].AllocMap = default; // All but leaked vectors were given back; which were leaked is not known.
        MarkResync();
    }

    private void ApplyLapicOffline(in IrqEvent e)
    {
        if (!_cpus[e.Cpu].Dark) GoDark(e.Cpu);
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

    private void ReportCannotOffline(int cpu)
    {
        VectorMatrix matrix = _machine.Matrix;
        ref CpuMap map = ref matrix[cpu];
        string counters = matrix.KnowsManagedInUse(cpu)
            ? string.Create(CultureInfo.InvariantCulture,
                $"it has {map.Allocated - map.ManagedAllocated} vectors to move, {matrix.GlobalAvailable - map.Available} are available elsewhere")
            : "how many vectors it would have to move was not recorded";
        Report(FindingCode.VectorExhausted, _cpus[cpu].TakedownEvent, -1, cpu, -1, string.Create(
            CultureInfo.InvariantCulture, $"CPU {cpu} could not be taken offline: {counters}."));
    }

    /// <summary>I-21: nothing that is started points at the CPU any more; managed interrupts may be shut down.</summary>
    private void CheckLeftBehind(int cpu)
    {
        for (int irq = 0; irq < _machine.Irqs.Used; irq++)
        {
            ref IrqDesc desc = ref _machine.Irqs[irq];
            if (desc.Vector == 0 || desc.Cpu != cpu || !desc.Has(IrqFlags.VectorKnown | IrqFlags.Started)) continue;
            Report(FindingCode.LeftOnOfflineCpu, _cpus[cpu].OfflineEvent, irq, cpu, desc.Vector, string.Create(
                CultureInfo.InvariantCulture,
                $"irq {irq} is still directed at CPU {cpu} vector {desc.Vector}, and that CPU is offline."));
        }
    }
}
