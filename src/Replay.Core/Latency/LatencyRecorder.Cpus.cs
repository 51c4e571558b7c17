using System;
using System.Numerics;
using Replay.Core.Events;

namespace Replay.Core.Latency;

/// <content>What begins and ends on one CPU, for one device or for the whole machine.</content>
public sealed partial class LatencyRecorder
{
    // As in the machine: CPU numbers of a recording fit 16 bits, and few machines have more.
    private const int CpusMax = 4096;

    private const int Offline = 0;
    private const int Online = 1;

    private readonly byte[] _classOfVector = new byte[256];
    private readonly ulong[]?[] _pending = new ulong[CpusMax][];
    private CpuTimes[] _cpus = new CpuTimes[8];
    private CpuTimes _cpuBeyond;
    private ulong[] _powerSince = new ulong[64];
    private DeviceTimes[] _devices = new DeviceTimes[64];

    private struct CpuTimes
    {
        /// <summary>A handler runs: its interrupt and 1 more; 0 for none.</summary>
        public uint Handler;
        public ulong HandlerSince;

        /// <summary>Interrupt whose handler ended last here, with nothing since, and 1 more.</summary>
        public uint Chain;
        public ulong SystemSince;
        public ulong HypercallSince;

        /// <summary>Interrupt that the vector domain, or the remapping chip, works on here, and 1 more.</summary>
        public uint WorksOn;
        public uint Moves;
        public uint Invalidations;

        public byte SystemVector;

        /// <summary>A step of taking this CPU down or up is running.</summary>
        public ulong StepSince;
        public int Step;
        public ushort StepName;

        /// <summary>
        /// This CPU is on its way to a target: since when, until when so far, and in which phase that began.
        /// </summary>
        public ulong WaySince;
        public ulong WayUntil;
        public long WayEvent;
        public int WayTarget;
        public int WayPhase;
        public bool WayDown;
    }

    private struct DeviceTimes
    {
        public ulong PowerSince;
        public ulong ResetSince;
    }

    private ref CpuTimes Cpu(int cpu)
    {
        if (cpu < _cpus.Length) return ref _cpus[cpu];
        if (cpu >= CpusMax)
        {
            _cpuBeyond = default;
            return ref _cpuBeyond;
        }
        Array.Resize(ref _cpus, (int)BitOperations.RoundUpToPowerOf2((uint)cpu + 1));
        return ref _cpus[cpu];
    }

    private void EnterHandler(in IrqEvent e)
    {
        ref CpuTimes cpu = ref Cpu(e.Cpu);
        cpu.Handler = e.Irq + 1;
        cpu.HandlerSince = Since(in e);

        // A shared interrupt runs one handler after the other; it arrived once.
        bool continues = cpu.Chain == e.Irq + 1 && cpu.Chain != 0 && new HandlerRun(in e).Name != Irq(in e).Name;
        cpu.Chain = 0;
        if (!continues) Arrive(in e);
    }

    private void ExitHandler(in IrqEvent e)
    {
        ref CpuTimes cpu = ref Cpu(e.Cpu);
        if (cpu.Handler == e.Irq + 1 && cpu.Handler != 0 && e.Irq < (uint)_irqs.Length)
            Sample(LatencyMeasure.Handler, (int)e.Irq, cpu.HandlerSince, in e);
        cpu.Handler = 0;
        cpu.Chain = e.Irq + 1;
    }

    private void EnterSystem(in IrqEvent e)
    {
        ref CpuTimes cpu = ref Cpu(e.Cpu);
        cpu.Chain = 0;
        cpu.SystemVector = e.Vector;
        cpu.SystemSince = Since(in e);
        _classOfVector[e.Vector] = (byte)e.A;
    }

    private void ExitSystem(in IrqEvent e)
    {
        ref CpuTimes cpu = ref Cpu(e.Cpu);
        if (cpu.SystemVector == e.Vector) Sample(LatencyMeasure.SystemHandler, e.Vector, cpu.SystemSince, in e);
        cpu.SystemSince = 0;
    }

    private void BeginHypercall(in IrqEvent e) => Begin(in e, ref Cpu(e.Cpu).HypercallSince);

    private void EndHypercall(in IrqEvent e)
    {
        ref CpuTimes cpu = ref Cpu(e.Cpu);
        Sample(LatencyMeasure.Hypercall, 0, cpu.HypercallSince, in e);
        cpu.HypercallSince = 0;
    }

    private void AcceptVector(in IrqEvent e)
    {
        int cpu = new VectorPlace(in e).Cpu;
        if (cpu >= CpusMax) return;
        ref ulong since = ref (_pending[cpu] ??= new ulong[256])[e.Vector];

        // A second message while the bit is set waits for nothing of its own.
        if (since == 0) since = Since(in e);
    }

    private void ServiceVector(in IrqEvent e)
    {
        int cpu = new VectorPlace(in e).Cpu;
        if (cpu >= CpusMax || _pending[cpu] is not { } pending) return;
        Sample(LatencyMeasure.Pending, 0, pending[e.Vector], in e);
        pending[e.Vector] = 0;
    }

    private void EnterStep(in IrqEvent e)
    {
        var step = new HotplugStep(in e);
        ref CpuTimes cpu = ref Cpu(step.Cpu);
        cpu.StepSince = Since(in e);
        cpu.Step = step.Step;
        cpu.StepName = step.Fun;
        int target = (int)e.B;
        if (cpu.WaySince != 0 && cpu.WayTarget == target) return;
        EndWay(ref cpu);
        cpu.WaySince = Since(in e);
        cpu.WayTarget = target;
        cpu.WayDown = target < step.Step;
        cpu.WayPhase = _book.Current;
    }

    private void ExitStep(in IrqEvent e)
    {
        var result = new HotplugResult(in e);
        ref CpuTimes cpu = ref Cpu(result.Cpu);
        if (cpu.Step == result.Step && cpu.StepSince != 0)
            Sample(LatencyMeasure.HotplugStep, cpu.StepName, cpu.StepSince, in e);
        cpu.StepSince = 0;
        cpu.WayUntil = e.TimeNs;
        cpu.WayEvent = _index;
    }

    private void EndWay(ref CpuTimes cpu)
    {
        if (cpu.WaySince != 0 && cpu.WayUntil > cpu.WaySince)
            _book.Add(cpu.WayPhase, LatencyMeasure.HotplugWhole, cpu.WayDown ? Offline : Online,
                cpu.WayUntil - cpu.WaySince, cpu.WayEvent);
        cpu.WaySince = 0;
    }

    private void FinishHotplug()
    {
        foreach (ref CpuTimes cpu in _cpus.AsSpan()) EndWay(ref cpu);
    }

    private void PowerPhase(in IrqEvent e)
    {
        var phase = new SuspendPhase(in e);
        ref ulong since = ref Slot(ref _powerSince, phase.Action);
        if (phase.Start)
        {
            since = Since(in e);
            return;
        }
        Sample(LatencyMeasure.PowerPhase, phase.Action, since, in e);
        since = 0;
    }

    private void BeginDevicePower(in IrqEvent e) =>
        Begin(in e, ref Slot(ref _devices, new DeviceOperation(in e).Device).PowerSince);

    private void EndDevicePower(in IrqEvent e)
    {
        int device = new DeviceOperation(in e).Device;
        ref ulong since = ref Slot(ref _devices, device).PowerSince;
        Sample(LatencyMeasure.DevicePower, device, since, in e);
        since = 0;
    }

    /// <summary>A reset may go through several functions; it begins with the first.</summary>
    private void BeginReset(in IrqEvent e)
    {
        ref ulong since = ref Slot(ref _devices, new DeviceOperation(in e).Device).ResetSince;
        if (since == 0) since = Since(in e);
    }

    private void EndReset(in IrqEvent e)
    {
        int device = new DeviceOperation(in e).Device;
        ref ulong since = ref Slot(ref _devices, device).ResetSince;
        Sample(LatencyMeasure.Reset, device, since, in e);
        since = 0;
    }

    private static ref T Slot<T>(ref T[] slots, int number)
    {
        if (number >= slots.Length) Array.Resize(ref slots, (int)BitOperations.RoundUpToPowerOf2((uint)number + 1));
        return ref slots[number];
    }

    /// <summary>Name of a measure's subject.</summary>
    private string Label(LatencyMeasure measure, int subject) => LatencyMeasures.Get(measure).Subject switch
    {
        LatencySubject.Irq => IrqLabel(subject),
        LatencySubject.SystemVector => EventSchema.SystemClassName(_classOfVector[subject], (byte)subject),
        LatencySubject.HotplugStep when measure == LatencyMeasure.HotplugWhole =>
            subject == Offline ? "offline" : "online",
        LatencySubject.HotplugStep or LatencySubject.PowerAction => _tables.Names[subject],
        LatencySubject.Device => _tables.Devices[subject],
        _ => "",
    };
}
