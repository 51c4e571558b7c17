using System;
using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Systems.HyperV;
using Replay.Core.Systems.Remapping;

namespace Replay.Core.Systems.Linux;

/// <summary>
/// A Linux machine that is run, not recorded: its kernel requests, moves and suspends interrupts by the rules of a
/// policy, and its devices signal. Messages take one of several routes to a CPU: straight, through remapping, through a
/// hypervisor's mapping, or backed by a host. Software state is one object that a snapshot copies; hardware never goes
/// back.
/// </summary>
public sealed partial class LinuxSystem : ISystem
{
    // Steps that one recording may take, some nanoseconds each, and states that it may describe.
    private const long WorkMax = 4_000_000_000;
    private const int EventCost = 16;
    private const int CopyCost = 20_000;
    private const long DescriptionsMax = 4_000_000;

    private readonly SystemContext _context;
    private readonly Policy _policy;
    private readonly SortedDictionary<ushort, DeviceHardware> _hardware = [];
    private readonly StateLog _states;
    private readonly InjectedFaults _faults = new();
    private readonly HyperVHost _host = new();
    private readonly RemapUnit _remap = new();
    private readonly DirectRoute _direct;
    private readonly RemapRoute _remapped;
    private readonly HyperVRoute _hyperV;
    private readonly BackedRoute _backed;
    private MachineArchitecture _arch;
    private (byte WindowEnd, int Cpus, int Legacy, bool HasPic) _machine;
    private bool _defined;
    private Kernel _kernel;
    private Kernel? _snapshot;
    private long _event = -1;
    private long _work = WorkMax;
    private long _descriptions = DescriptionsMax;

    public LinuxSystem(SystemContext context)
        : this(context, Policy.From(context.Rules))
    {
    }

    internal LinuxSystem(SystemContext context, Policy policy)
    {
        _context = context;
        _policy = policy;
        _states = new StateLog(Report);
        _direct = new DirectRoute(this);
        _remapped = new RemapRoute(this, _remap);
        _hyperV = new HyperVRoute(this, _host);
        _backed = new BackedRoute(this);
        _machine = (policy.WindowEnd, 4, 1, true);
        _kernel = BootKernel("K1");
    }

    public SystemReport Report { get; } = new();

    internal Policy Policy => _policy;

    internal Kernel Kernel => _kernel;

    internal InjectedFaults Faults => _faults;

    internal MachineArchitecture Architecture => _arch;

    public bool Apply(ReadOnlySpan<IrqEvent> at, long index)
    {
        _event = index;
        if (_work < 0) return false;
        if (!_defined && at[0].Kind != EventKind.Machine)
        {
            _defined = true;
            Note("no machine event before this: four CPUs and one legacy vector are assumed");
        }
        Spend(EventCost + _kernel.Irqs.Count);
        if (!ApplyEvent(at)) return false;
        FireCleanupIpis();
        DescribeStates(NameStep(in at[0]));
        return true;
    }

    /// <summary>Counts what an event may cost; a made-up recording must not keep the replay busy for ever.</summary>
    internal void Spend(long steps) => _work -= steps;

    private bool ApplyEvent(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        switch (e.Kind)
        {
            case EventKind.Machine: DefineMachine(new MachineDefinition(in e)); break;
            case EventKind.IrqAlloc: AllocateIrqs(in e, at.Length > 1 ? at[1].A : 0); break;
            case EventKind.VectorActivate: ActivateReserved(e.Irq); break;
            case EventKind.IrqRequest: RequestIrqs(in e); break;
            case EventKind.IrqSetAffinity: RequestAffinity(e.Irq, new AffinityRequest(in e).Mask); break;
            case EventKind.FreeIrq: FreeHandler(e.Irq); break;
            case EventKind.FreeIrqVectors: FreeDevice(new DeviceOperation(in e).Device); break;
            case EventKind.CpuOff: TakeCpuOffline(new CpuOperation(in e).Cpu); break;
            case EventKind.CpuOn: BringCpuOnline(new CpuOperation(in e).Cpu); break;
            case EventKind.Tick: RunTick(new CpuOperation(in e).Cpu); break;
            case EventKind.SuspendResume: ApplyPhase(new SuspendPhase(in e), (int)(e.A >> 32)); break;
            case EventKind.KernelStep: ApplyKernelStep((KernelStepCode)(byte)e.A); break;
            case EventKind.PciRestoreState or EventKind.PciRestoreMsiState:
                return ApplyDeviceStep((ushort)e.A, DeviceStepCode.PmRestoreNoirq);
            case EventKind.DevicePmStart: return ApplyPowerCallback(in e);
            case EventKind.VpciChannel:
                return _hyperV.ApplyChannel(new ChannelChange(in e).Device, new ChannelChange(in e).Open);
            case EventKind.DeviceStep: return ApplyDeviceStep((ushort)e.A, (DeviceStepCode)(byte)(e.A >> 16));
            case EventKind.HvBusStep:
                return _hyperV.ApplyStep((ushort)e.A, (HvBusStepCode)new VpciBusChange(in e).Step);
            case EventKind.Snapshot: TakeSnapshot(); break;
            case EventKind.Restore: RestoreSnapshot(); break;
            case EventKind.KernelBoot: BootAnother(_context.Tables.Names[(ushort)e.A]); break;
            case EventKind.Inject: ApplyInjection(new InjectedFault(in e)); break;
            case EventKind.MessageCopied: HandOut(new MessageCopy(in e), e.Irq); break;
            case EventKind.MessageCopy: CopyMessage(new MessageCopying(in e)); break;
            case EventKind.DeviceRaise: return Raise(new DeviceEntry(in e).Device, new DeviceEntry(in e).Entry, _event);
            default: return false;
        }
        return true;
    }

    /// <summary>The event in words, for states: its name, and the phase or step that it tells of.</summary>
    private string NameStep(ref readonly IrqEvent e)
    {
        string name = EventSchema.Find(e.Kind)!.Name;
        return e.Kind switch
        {
            EventKind.SuspendResume => $"{_context.Tables.Names[new SuspendPhase(in e).Action]} "
                + $"{(new SuspendPhase(in e).Start ? "begin" : "end")}",
            EventKind.HvBusStep when (byte)(e.A >> 16) is var step && step < HvBusSteps.Names.Length =>
                $"hv_{HvBusSteps.Names[step]}",
            EventKind.DeviceStep when (byte)(e.A >> 16) is var step && step < DeviceSteps.Names.Length =>
                DeviceSteps.Names[step],
            _ => name,
        };
    }

    public void Finish()
    {
        EnsureDriversResumed();
        foreach (string fault in _faults.Unused()) Note($"inject {fault}: nothing came that it was for");
        ConcludeInterrupts();
    }

    private void DefineMachine(MachineDefinition machine)
    {
        Spend(CopyCost);
        _defined = true;
        _arch = (MachineArchitecture)machine.Arch;
        _machine = (machine.WindowEnd == 0 ? _policy.WindowEnd : machine.WindowEnd, machine.Cpus, machine.Legacy,
            !machine.NoPic);
        _kernel = BootKernel("K1");
    }

    private Kernel BootKernel(string name) =>
        Kernel.Boot(_policy, name, _machine.Cpus, _machine.WindowEnd, _machine.Legacy, _machine.HasPic,
            _arch == MachineArchitecture.Arm64);

    /// <summary>Name of a device.</summary>
    internal string NameOf(ushort device) => _context.Tables.Devices[device];

    /// <summary>The device's hardware, made when it is new.</summary>
    internal DeviceHardware HardwareOf(ushort device)
    {
        if (!_hardware.TryGetValue(device, out DeviceHardware? found))
            _hardware.Add(device, found = new DeviceHardware { Device = device });
        return found;
    }

    /// <summary>A call that did not succeed.</summary>
    internal void Fail(ushort device, string call, string error, bool expected = false) =>
        Report.Add(new FailingCall(_event, NameOf(device), call, error, expected));

    /// <summary>Something about the trace itself that its writer should know: an event that could do nothing.</summary>
    internal void Note(string text) => Show(TraceLine.Note, text);

    /// <summary>The interrupt of that number, or a note that there is none.</summary>
    private KernelIrq? IrqFor(uint number, string kind)
    {
        if (_kernel.Irqs.TryGetValue((int)number, out KernelIrq? irq)) return irq;
        Note(string.Create(CultureInfo.InvariantCulture, $"{kind}: there is no irq {number}; irq_alloc makes it"));
        return null;
    }

    /// <summary>What a recording would show.</summary>
    internal void Show(string source, string text) => Report.Add(new TraceLine(_event, source, text));

    /// <summary>Event that is being applied.</summary>
    internal long EventIndex => _event;

    internal SystemContext Context => _context;

    /// <summary>How messages of the interrupt reach a CPU.</summary>
    internal MessageRoute RouteOf(KernelIrq irq) => RouteOf(irq.Device, irq.Passthrough);

    private MessageRoute RouteOf(ushort device, bool passthrough)
    {
        if (passthrough) return _backed;
        if (_kernel.Devices.TryGetValue(device, out KernelDevice? known) && known.Bus is not null)
            return _policy.Paravirtual ? _hyperV : _direct;
        return _policy.HostRemapping ? _remapped : _direct;
    }
}
