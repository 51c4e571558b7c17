using System;
using Replay.Core.Events;
using Replay.Core.State;

namespace Replay.Core.Findings.Hazards;

/// <summary>
/// All detections that have a file of their own, and which events each of them looks at. Called for events that are no
/// delivery: before the machine applies one (what it is about to replace is still there), and after.
/// </summary>
internal sealed partial class HazardSet
{
    private static readonly bool[] LookedAt = BuildLookedAt();

    private readonly LogEvidence _log;
    private readonly SuspendPhases _suspend;
    private readonly InheritedInterrupt _inherited;
    private readonly TruncatedDestination _truncated;
    private readonly StartedWhileSuspended _started;
    private readonly CaptureGap _gap;
    private readonly TornMessage _torn;
    private readonly InFlightAtOffline _inFlight;
    private readonly LapicOrder _lapic;
    private readonly LevelEoi _level;
    private readonly RoutelessIrqfd _irqfds;
    private readonly PostedInterrupts _posted;
    private readonly PendingLost _pending;
    private readonly HostMessage _host;
    private readonly CopiedMessage _copies;
    private readonly MaskViews _masks;
    private readonly MessageTarget _targets;
    private readonly DeactivatedMessage _deactivated;
    private readonly EntryInvalidation _invalidations;
    private readonly EntryTear _tears;
    private readonly EntryOwner _owners;
    private readonly RemapEnableOrder _remapOrder;

    /// <summary>Detections for one machine; the kernel's rule vector.slotRecheck decides how a stray is read.</summary>
    public HazardSet(MachineState machine, FindingTable findings, bool slotRecheck)
    {
        Context = new HazardContext(machine, findings);
        _suspend = new SuspendPhases(Context);
        _inherited = new InheritedInterrupt(Context);
        _truncated = new TruncatedDestination(Context);
        _started = new StartedWhileSuspended(Context, _suspend);
        _gap = new CaptureGap(Context);
        _torn = new TornMessage(Context);
        _inFlight = new InFlightAtOffline(Context);
        _lapic = new LapicOrder(Context);
        _level = new LevelEoi(Context, _inherited);
        _irqfds = new RoutelessIrqfd(Context);
        _posted = new PostedInterrupts(Context);
        _pending = new PendingLost(Context);
        _host = new HostMessage(Context);
        _copies = new CopiedMessage(Context);
        _masks = new MaskViews(Context, _suspend);
        _targets = new MessageTarget(Context);
        _deactivated = new DeactivatedMessage(Context);
        _invalidations = new EntryInvalidation(Context);
        _tears = new EntryTear(Context);
        _owners = new EntryOwner(Context);
        _remapOrder = new RemapEnableOrder(Context, _owners);
        Erratum = new RemappingErratum(Context);
        NoHandler = new NoHandler(Context, _inherited, Erratum, slotRecheck);
        UnmaskFailed = new UnmaskFailed(Context, _suspend);
        ZeroMessage = new ZeroMessage(Context);
        Shortage = new VectorShortage(Context);
        Underflow = new CounterUnderflow(Context);
        Affinity = new AffinityStuck(Context);
        Spurious = new SpuriousVector(Context);
        Faults = new RemapFault(Context);
        Stalled = new InvalidationStalled(Context);
        Storm = new InterruptStorm(Context);
        Completions = new MissedCompletion(Context);
        _log = new LogEvidence(this);
    }

    public HazardContext Context { get; }

    // Those that lines of the kernel's log are evidence for.

    public NoHandler NoHandler { get; }

    public UnmaskFailed UnmaskFailed { get; }

    public ZeroMessage ZeroMessage { get; }

    public VectorShortage Shortage { get; }

    public CounterUnderflow Underflow { get; }

    public AffinityStuck Affinity { get; }

    public SpuriousVector Spurious { get; }

    public RemapFault Faults { get; }

    public InvalidationStalled Stalled { get; }

    public InterruptStorm Storm { get; }

    public MissedCompletion Completions { get; }

    public RemappingErratum Erratum { get; }

    /// <summary>
    /// False for kinds that no detection looks at: neither <see cref="Before"/> nor <see cref="After"/> is needed.
    /// </summary>
    public static bool LooksAt(EventKind kind) => LookedAt[(byte)kind];

    /// <summary>An event is about to be applied.</summary>
    public void Before(in IrqEvent e, long index)
    {
        Context.Index = index;
        Context.TimeNs = e.TimeNs;
        switch (e.Kind)
        {
            case EventKind.MsiWrite:
                _torn.Writing(in e);
                _copies.Writing(in e);
                _targets.Writing(in e);
                break;
            case EventKind.VectorClear: _invalidations.Clearing(in e); break;
            case EventKind.VectorTeardown: _deactivated.Forgetting(e.Irq); break;
            case EventKind.VectorFreeMoved: Freeing(e.Irq, new VectorPlace(in e).Cpu, e.Vector); break;
            case EventKind.FreeMovedVector:
                Freeing(e.Irq, new VectorMove(in e).PrevCpu, new VectorMove(in e).PrevVector);
                break;
            case EventKind.IrteWrite:
                _posted.Writing(in e);
                _owners.Writing(in e);
                _targets.EntryWriting(in e);
                break;
            case EventKind.IrteWriteAmd: _targets.AmdEntryWriting(in e); break;
            case EventKind.MsixStore: _torn.Storing(in e); break;
            case EventKind.MsixPending: _pending.Reading(in e); break;
            case EventKind.MsixSeen:
                _host.EntrySeen(in e);
                _masks.EntrySeen(in e);
                break;
            case EventKind.IrteHalf: _tears.Storing(in e); break;
            case EventKind.LapicService: _lapic.Entering(in e); break;
            case EventKind.LapicEoi: _lapic.Ending(in e); break;
        }
    }

    /// <summary>The event in hand was applied. True for the kinds that only detections have a rule for.</summary>
    public bool After(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        switch (e.Kind)
        {
            case EventKind.LogLine: _log.Read(at); return true;
            case EventKind.Loss: _gap.Lost(in e); break;
            case EventKind.SuspendResume: _suspend.Phase(in e); break;

            case EventKind.VectorActivate: _started.Activated(in e); break;
            case EventKind.VectorUpdate or EventKind.VectorConfig or EventKind.ApicUpdateVector:
                _inherited.Given(new VectorPlace(in e).Cpu, e.Vector);
                _targets.Moved(e.Irq);
                break;
            case >= EventKind.MatrixOnline and <= EventKind.MatrixAllocReserved: Matrix(at); break;

            case EventKind.QiSubmit:
                Stalled.Submitted(in e);
                _remapOrder.Invalidated(in e);
                break;
            case EventKind.AmdInvalidate: Stalled.Submitted(in e); break;
            case EventKind.IrActivate: _owners.Activating(in e); break;
            case EventKind.IrFree or EventKind.VectorTeardown: _owners.Freed(); break;
            case EventKind.MsiWrite:
                ZeroMessage.Written(in e);
                _truncated.Written(in e);
                _owners.MessageWritten(in e);
                _targets.Written(in e);
                break;
            case EventKind.MsiUnmask: ZeroMessage.Unmasked(e.Irq); break;

            case EventKind.Retrigger: _inFlight.Retriggered(e.Irq); break;
            case EventKind.LapicOffline: _inFlight.WentOffline(e.Cpu); break;
            case EventKind.CpuhpExit: HotplugDone(new HotplugResult(in e).Cpu); break;

            default: return Hardware(in e);
        }
        return false;
    }

    /// <summary>An entry to one of the system's fault vectors.</summary>
    public void SystemFault(in IrqEvent e, long index)
    {
        Context.Index = index;
        Context.TimeNs = e.TimeNs;
        Spurious.Entered(in e);
    }

    /// <summary>An arrival of an interrupt ended with no handler having taken it.</summary>
    public void Refused(uint irq, ulong timeNs, long index) => Storm.Refused(irq, timeNs, index);

    /// <summary>Records are missing before the event in hand: what was remembered may be so no longer.</summary>
    public void Forget(long index, ulong timeNs)
    {
        Context.Index = index;
        Context.TimeNs = timeNs;
        Context.AfterLoss = true;
        _suspend.Forget();
        _inherited.Forget();
        _torn.Forget();
        _inFlight.Forget();
        _level.Forget();
        _irqfds.Forget();
        _posted.Forget();
        _pending.Forget();
        _copies.Forget();
        _masks.Forget();
        _targets.Forget();
        _owners.Forget();
        _remapOrder.Forget();
        Underflow.Forget();
        Stalled.Forget();
        Storm.Forget();
    }

    /// <summary>The recording is over.</summary>
    public void Finish(long index, ulong timeNs)
    {
        Context.Index = index;
        Context.TimeNs = timeNs;
        _targets.CheckAll();
    }

    private static bool[] BuildLookedAt()
    {
        var looked = new bool[byte.MaxValue + 1];
        ReadOnlySpan<EventKind> kinds =
        [
            EventKind.LogLine, EventKind.Loss, EventKind.SuspendResume, EventKind.CpuhpExit, EventKind.VectorActivate,
            EventKind.VectorUpdate, EventKind.VectorConfig, EventKind.VectorClear, EventKind.VectorTeardown,
            EventKind.VectorFreeMoved, EventKind.ApicUpdateVector, EventKind.FreeMovedVector, EventKind.IrteWrite,
            EventKind.QiSubmit, EventKind.AmdInvalidate, EventKind.IrActivate, EventKind.IrFree, EventKind.MsiWrite,
            EventKind.MsiUnmask, EventKind.Retrigger, EventKind.LapicOffline, EventKind.DeviceRaise,
            EventKind.IrteWriteAmd,
        ];
        foreach (EventKind kind in kinds) looked[(byte)kind] = true;
        for (int kind = (int)EventKind.MatrixOnline; kind <= (int)EventKind.MatrixAllocReserved; kind++)
            looked[kind] = true;
        for (int kind = (int)EventKind.MsixStore; kind <= (int)EventKind.GuestEoi; kind++) looked[kind] = true;
        return looked;
    }

    private bool Hardware(in IrqEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.DeviceRaise:
                _torn.Raised(in e);
                _targets.Raised(new EntryOperation(in e).Device, new EntryOperation(in e).Entry);
                return false;
            case EventKind.MsixStore:
                ZeroMessage.Stored(new EntryOperation(in e).Device, new EntryOperation(in e).Entry);
                break;
            case EventKind.MsiModeSeen: _host.ModeSeen(in e); break;
            case EventKind.IrqStateSeen: _masks.GenericSeen(in e); break;
            case EventKind.LapicAccept: _inFlight.Accepted(in e); break;
            case EventKind.LapicService: _inFlight.Served(in e); break;
            case EventKind.LapicEoi: _level.Ended(in e); break;
            case EventKind.IoApicPin: _level.Entry(in e); break;
            case EventKind.IoPageFault: PageFault(in e); break;
            case EventKind.RemapControl: _remapOrder.Control(in e); break;
            case EventKind.PostedDescriptor: _posted.Seen(in e); break;
            case EventKind.VcpuPlace: _posted.VcpuMoved(in e); break;
            case EventKind.PiIrteUpdate: _posted.Updated(in e); break;
            case EventKind.IrqfdBind: _irqfds.Bind(in e); break;
            case EventKind.IrqfdSignal: _irqfds.Signal(in e); break;
            case EventKind.IrqRoute: _irqfds.Route(in e); break;
            case EventKind.MessageCopied: _copies.Copied(in e); break;
            case EventKind.GuestPin: _level.GuestEntry(in e); break;
            case EventKind.GuestEoi: _level.GuestEnded(in e); break;
            default: return false;
        }
        return true;
    }

    private void Matrix(ReadOnlySpan<IrqEvent> at)
    {
        ref readonly IrqEvent e = ref at[0];
        bool ofCpu = e.Kind is >= EventKind.MatrixReserveManaged and <= EventKind.MatrixAllocReserved;
        Underflow.Record(at, ofCpu);
        if (e.Kind == EventKind.MatrixAssign) _inherited.Given(new MatrixOperation(in e).Cpu, e.Vector);
        if (e.Kind == EventKind.MatrixOnline) _inFlight.CameOnline(e.Cpu);
    }

    private void PageFault(in IrqEvent e)
    {
        var fault = new PageFault(in e);
        if (!ZeroMessage.Explains(fault.Device, fault.Address)) Faults.PageFault(fault.Device, fault.Address);
    }

    private void Freeing(uint irq, int cpu, byte vector)
    {
        _invalidations.Freeing(irq, cpu, vector);
        _inFlight.Freed(irq, cpu, vector);
    }

    /// <summary>Where no probe saw the CPU's map go offline, the result of the takedown tells.</summary>
    private void HotplugDone(int cpu)
    {
        if (cpu >= Context.Machine.Cpus.Used) return;
        ref CpuState state = ref Context.Machine.Cpus[cpu];
        if (state.Online == Online.No && state.Dark && !state.GoingDown) _inFlight.WentOffline(cpu);
        else if (state.Online == Online.Yes) _inFlight.CameOnline(cpu);
    }
}
