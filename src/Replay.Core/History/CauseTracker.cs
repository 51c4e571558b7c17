using System;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.History;

/// <summary>
/// Keeps, per CPU, the stimulus that is being worked on, so that a change can be put down to it.
/// Records of one operation come from one CPU one after the other; what opens an operation (a request,
/// a hotplug step) ranks above what it calls.
/// </summary>
internal sealed class CauseTracker
{
    /// <summary>
    /// An operation on an interrupt is over by then; the slowest seen, freeing a NIC's interrupt, took 7 ms.
    /// </summary>
    private const ulong WindowNs = 100_000_000;

    /// <summary>
    /// Switching MSI-X on for the largest device seen took 60 ms; beyond this the record of its end is missing.
    /// </summary>
    private const ulong ScopeWindowNs = 500_000_000;

    private CpuContext[] _cpus = new CpuContext[8];
    private IrqContext[] _irqs = [];
    private Cause _sleep = Cause.None;

    private enum Rank : byte
    {
        Request,
        Step,
        Detail,
    }

    /// <summary>Start of the suspend that the machine has not come back from whole, or none.</summary>
    public Cause Sleep => _sleep;

    /// <summary>Takes note of an event that is no delivery. The machine has already applied it.</summary>
    public void Observe(MachineState machine, in IrqEvent e, long index)
    {
        ref CpuContext cpu = ref At(e.Cpu);
        switch (e.Kind)
        {
            case EventKind.IrqSetAffinity:
                var request = new Cause(CauseKind.AffinityRequest, index, e.TimeNs, e.Irq,
                    Detail: new AffinityRequest(in e).Mask);
                Remember(e.Irq, request);
                Set(ref cpu, request, Rank.Request);
                break;
            case EventKind.MsiMask:
                // In interrupt context the entry is masked before a pending affinity is carried out
                // (irq_move_masked_irq).
                if (Pending(e.Irq) is { Kind: not CauseKind.None } first)
                    Set(ref cpu, OnArrival(first, e.TimeNs), Rank.Step);
                break;
            case EventKind.IrqDoSetAffinity:
                Cause pending = Pending(e.Irq);
                Set(ref cpu, pending.Kind == CauseKind.None
                    ? ByKernel(in e, index)
                    : OnArrival(pending, e.TimeNs), Rank.Step);
                Remember(e.Irq, Cause.None);
                break;
            case EventKind.IrSetAffinity or EventKind.MsiSetAffinity or EventKind.ApicSetAffinity:
                Set(ref cpu, ByKernel(in e, index), Rank.Detail);
                break;
            case EventKind.ApicUpdateVector or EventKind.VectorUpdate:
                RememberMove(e.Irq, e.Vector, new VectorPlace(in e).Cpu, index);
                break;
            case EventKind.SetupIrq: Set(ref cpu, CauseKind.SetupIrq, in e, index, Rank.Request); break;
            case EventKind.FreeIrq: Set(ref cpu, CauseKind.FreeIrq, in e, index, Rank.Request); break;
            case EventKind.IrqStartup: Set(ref cpu, CauseKind.Startup, in e, index, Rank.Step); break;
            case EventKind.IrqShutdown: Set(ref cpu, CauseKind.Shutdown, in e, index, Rank.Step); break;
            case EventKind.IrqShutdownDeactivate:
                Set(ref cpu, CauseKind.ManagedShutdown, in e, index, Rank.Step);
                break;
            case EventKind.VectorActivate or EventKind.X86VectorActivate or EventKind.IrActivate:
                Set(ref cpu, CauseKind.Activation, in e, index, Rank.Detail);
                break;
            case EventKind.VectorDeactivate or EventKind.X86VectorDeactivate or EventKind.IrDeactivate:
                Set(ref cpu, CauseKind.Deactivation, in e, index, Rank.Detail);
                break;
            case EventKind.VectorTeardown: Set(ref cpu, CauseKind.Teardown, in e, index, Rank.Detail); break;
            case EventKind.IrAlloc: Set(ref cpu, CauseKind.RemapSetup, in e, index, Rank.Detail); break;
            case EventKind.IrFree: Set(ref cpu, CauseKind.RemapFree, in e, index, Rank.Detail); break;
            case EventKind.SendCleanupVector or EventKind.FreeMovedVector or EventKind.VectorFreeMoved:
                Set(ref cpu, new Cause(CauseKind.MoveCleanup, MoveOf(e.Irq), e.TimeNs, e.Irq), Rank.Request);
                break;

            case EventKind.MsixEnable: Open(ref cpu, DeviceCause(CauseKind.MsixEnable, in e, index)); break;
            case EventKind.MsixEnableReturn: cpu.ScopeEnd = index; break;
            case EventKind.MsiEnable: SetDevice(ref cpu, CauseKind.MsiEnable, in e, index); break;
            case EventKind.MsixDisable: SetDevice(ref cpu, CauseKind.MsixDisable, in e, index); break;
            case EventKind.FreeIrqVectors: SetDevice(ref cpu, CauseKind.FreeVectors, in e, index); break;
            case EventKind.PciRestoreMsiState: SetDevice(ref cpu, CauseKind.Restore, in e, index); break;
            case EventKind.PcieFlr: SetDevice(ref cpu, CauseKind.Flr, in e, index); break;
            case EventKind.PciResetFunction: SetDevice(ref cpu, CauseKind.Reset, in e, index); break;
            case EventKind.PciSecondaryBusReset: SetDevice(ref cpu, CauseKind.BusReset, in e, index); break;
            case EventKind.VpciChannel: SetDevice(ref cpu, CauseKind.Channel, in e, index); break;
            case EventKind.DevicePmStart: Open(ref cpu, DeviceCause(CauseKind.DevicePower, in e, index)); break;
            case EventKind.DevicePmEnd: cpu.ScopeEnd = index; break;

            case EventKind.CpuhpEnter or EventKind.CpuhpMultiEnter:
                var step = new HotplugStep(in e);
                Open(ref cpu, new Cause(CauseKind.HotplugStep, index, e.TimeNs, Cpu: step.Cpu, Detail: step.Fun));
                break;
            case EventKind.CpuhpExit: cpu.ScopeEnd = index; break;
            case EventKind.SuspendResume: ObserveSleep(machine, in e, index); break;
        }
    }

    /// <summary>
    /// What led to a change that the event has just made to an interrupt (<see cref="IrqEvent.NoIrq"/> when it is not
    /// known whose) or device (0 when none).
    /// </summary>
    public Cause Find(MachineState machine, in IrqEvent e, long index, uint irq, ushort device)
    {
        if (machine.ForgottenEvent == index) return new Cause(CauseKind.Loss, index, e.TimeNs);
        if (e.Kind == EventKind.HandlerEntry && machine.Cpus[e.Cpu].OnlineEvent != index)
            return new Cause(CauseKind.Arrival, index, e.TimeNs, e.Irq, Cpu: e.Cpu);
        if (e.Kind == EventKind.CpuhpExit)
        {
            ushort gone = new HotplugResult(in e).Cpu;
            if (gone < machine.Cpus.Used && machine.Cpus[gone].Dark)
                return new Cause(CauseKind.CpuDownUnseen, DownEvent(machine, gone), e.TimeNs, Cpu: gone);
        }
        if (e.Cpu < machine.Cpus.Used)
        {
            ref CpuState cpu = ref machine.Cpus[e.Cpu];
            if (cpu.Dark || cpu.GoingDown)
                return new Cause(CauseKind.CpuDown, DownEvent(machine, e.Cpu), e.TimeNs, Cpu: e.Cpu);
            if (cpu.OnlineEvent == index) return new Cause(CauseKind.CpuUp, index, e.TimeNs, Cpu: e.Cpu);
        }
        ref CpuContext context = ref At(e.Cpu);
        bool matches = Matches(in context.Current, in e, irq, device);
        bool open = context.IsOpen(e.TimeNs, index)
            && (context.Scope.Device == 0 || device == 0 || context.Scope.Device == device);
        if (matches && (context.CurrentIsRequest || !open)) return context.Current;
        return open ? context.Scope : Cause.None;
    }

    private static bool Matches(in Cause cause, in IrqEvent e, uint irq, ushort device)
    {
        if (cause.Kind == CauseKind.None || e.TimeNs - cause.TimeNs > WindowNs) return false;
        if (cause.Irq != IrqEvent.NoIrq) return irq == IrqEvent.NoIrq || cause.Irq == irq;
        return cause.Device == 0 || device == 0 || cause.Device == device;
    }

    private static long DownEvent(MachineState machine, int cpu) =>
        machine.Cpus[cpu].TakedownEvent >= 0 ? machine.Cpus[cpu].TakedownEvent : machine.Cpus[cpu].OfflineEvent;

    private long MoveOf(uint irq) => irq < (uint)_irqs.Length && _irqs[irq].Place != 0 ? _irqs[irq].Move : -1;

    private static Cause ByKernel(in IrqEvent e, long index) =>
        new(CauseKind.AffinityByKernel, index, e.TimeNs, e.Irq, Detail: new AffinityRequest(in e).Mask);

    private static Cause OnArrival(in Cause request, ulong timeNs) =>
        request with { Kind = CauseKind.AffinityOnArrival, TimeNs = timeNs };

    private void ObserveSleep(MachineState machine, in IrqEvent e, long index)
    {
        var phase = new SuspendPhase(in e);
        string action = machine.Tables.Names[phase.Action];
        if (phase.Start && action == "machine_suspend") _sleep = new Cause(CauseKind.Suspend, index, e.TimeNs);
        else if (!phase.Start && action == "thaw_processes") _sleep = Cause.None;
    }

    /// <summary>Puts a cause in place unless it is a part of the operation that the CPU is already in.</summary>
    private static void Set(ref CpuContext cpu, in Cause cause, Rank rank)
    {
        ref Cause now = ref cpu.Current;
        bool inside = rank > cpu.Rank && now.Kind != CauseKind.None && cause.TimeNs - now.TimeNs <= WindowNs
            && (now.Irq == cause.Irq || (now.Irq == IrqEvent.NoIrq && now.Device != 0));
        if (inside) return;
        now = cause;
        cpu.Rank = rank;
    }

    private static void Set(ref CpuContext cpu, CauseKind kind, in IrqEvent e, long index, Rank rank) =>
        Set(ref cpu, new Cause(kind, index, e.TimeNs, e.Irq), rank);

    /// <summary>Resets restore messages, and freeing vectors disables MSI-X: the outer one is the cause.</summary>
    private static void SetDevice(ref CpuContext cpu, CauseKind kind, in IrqEvent e, long index)
    {
        Cause cause = DeviceCause(kind, in e, index);
        bool inner = kind is CauseKind.Restore or CauseKind.MsixDisable or CauseKind.Flr;
        if (inner && cpu.Current.Device == cause.Device && cpu.Current.Irq == IrqEvent.NoIrq && cpu.CurrentIsRequest
            && e.TimeNs - cpu.Current.TimeNs <= 20 * WindowNs)
        {
            cpu.Current = cpu.Current with { TimeNs = e.TimeNs };
            return;
        }
        Set(ref cpu, cause, Rank.Request);
    }

    private static Cause DeviceCause(CauseKind kind, in IrqEvent e, long index) =>
        new(kind, index, e.TimeNs, Device: new DeviceOperation(in e).Device, Detail: e.A);

    private static void Open(ref CpuContext cpu, in Cause cause)
    {
        cpu.Scope = cause;
        cpu.ScopeEnd = -1;
        cpu.Current = Cause.None;
        cpu.Rank = Rank.Detail;
    }

    private Cause Pending(uint irq) => irq < (uint)_irqs.Length ? _irqs[irq].Request : Cause.None;

    private void Remember(uint irq, in Cause request)
    {
        if (TryEnsure(irq)) _irqs[irq].Request = request;
    }

    /// <summary>A probe and a tracepoint tell of the same move; the first of the two is its event.</summary>
    private void RememberMove(uint irq, byte vector, ushort cpu, long index)
    {
        if (!TryEnsure(irq)) return;
        ref IrqContext context = ref _irqs[irq];
        uint place = (uint)cpu << 8 | vector;
        if (context.Place == place) return;
        context.Place = place;
        context.Move = index;
    }

    private bool TryEnsure(uint irq)
    {
        if (irq >= IrqTable.IrqMax) return false;
        if (irq >= (uint)_irqs.Length)
            Array.Resize(ref _irqs, Math.Min(IrqTable.IrqMax, Math.Max((int)irq + 1, Math.Max(256, _irqs.Length * 2))));
        return true;
    }

    private ref CpuContext At(int cpu)
    {
        if (cpu >= _cpus.Length) Array.Resize(ref _cpus, Math.Max(cpu + 1, _cpus.Length * 2));
        return ref _cpus[cpu];
    }

    private struct CpuContext // mutable struct: never readonly
    {
        /// <summary>Last stimulus; kind None when there was none.</summary>
        public Cause Current;

        public Rank Rank;

        /// <summary>Operation whose end is recorded: it is open until then.</summary>
        public Cause Scope;

        /// <summary>Event that ended <see cref="Scope"/>, and is still a part of it; -1 while it is open.</summary>
        public long ScopeEnd;

        public readonly bool CurrentIsRequest => Current.Kind != CauseKind.None && Rank == Rank.Request;

        public readonly bool IsOpen(ulong timeNs, long index) => Scope.Kind != CauseKind.None
            && (ScopeEnd < 0 || ScopeEnd == index)
            && (Scope.Kind != CauseKind.MsixEnable || timeNs - Scope.TimeNs <= ScopeWindowNs);
    }

    private struct IrqContext // mutable struct: never readonly
    {
        /// <summary>Affinity asked for and not carried out yet; kind None when there is none.</summary>
        public Cause Request;

        /// <summary>Event of the last move.</summary>
        public long Move;

        /// <summary>Where the last move led, CPU 31:8 and vector 7:0; 0 when there was none.</summary>
        public uint Place;
    }
}
