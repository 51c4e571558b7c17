using System;
using Replay.Core.Events;

namespace Replay.Core.Latency;

/// <summary>
/// Measures a recorded system: the time between records that begin something and records that end it.
/// No machine is needed, so it costs a switch an event. Nothing is allocated per event; what grows is bounded by
/// the numbers of interrupts, phases and distinct values.
/// </summary>
public sealed partial class LatencyRecorder
{
    private readonly PhaseBook _book = new();
    private readonly EventTables _tables;
    private long _index = -1;

    /// <param name="tables">Names of the recording.</param>
    public LatencyRecorder(EventTables tables) => _tables = tables;

    /// <summary>Events seen.</summary>
    public long EventCount => _index + 1;

    /// <summary>Records that the recorder lost: whatever was open then is not measured.</summary>
    public long Losses { get; private set; }

    /// <summary>Takes a batch; all batches of a recording, in order.</summary>
    public void Observe(ReadOnlySpan<IrqEvent> events)
    {
        for (int i = 0; i < events.Length; i++)
        {
            ref readonly IrqEvent e = ref events[i];
            if (e.Kind == EventKind.Extension) continue;
            _index++;
            switch (e.Kind)
            {
                case EventKind.HandlerEntry: EnterHandler(in e); break;
                case EventKind.HandlerExit: ExitHandler(in e); break;
                case EventKind.SystemEntry: EnterSystem(in e); break;
                case EventKind.SystemExit: ExitSystem(in e); break;
                case EventKind.AckIrq or EventKind.FlowHandler: break;
                case EventKind.Mark: _book.Begin(events[i..]); break;
                case EventKind.Loss: ForgetOpen(); break;
                default: ObserveRare(in e); break;
            }
        }
    }

    /// <summary>What was measured. Call it after the last batch.</summary>
    public LatencyReport Finish()
    {
        FinishHotplug();
        return LatencyReport.Build(_book, Label, _index + 1, Losses);
    }

    private void ObserveRare(in IrqEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.IrqSetAffinity: AskAffinity(in e); break;
            case EventKind.ApicSetAffinity: BeginWork(in e); break;
            case EventKind.ApicSetAffinityReturn: EndWork(in e); break;
            case EventKind.IrSetAffinity: BeginMove(in e); break;
            case EventKind.IrActivate or EventKind.IrDeactivate or EventKind.IrFree: EndMove(in e); break;
            case EventKind.QiSubmit: CountInvalidation(in e); break;
            case EventKind.VectorConfig: Configure(in e); break;
            case EventKind.VectorUpdate: BeginOldVector(in e); break;
            case EventKind.VectorFreeMoved or EventKind.FreeMovedVector: EndOldVector(in e); break;
            case EventKind.VectorClear: ForgetOldVector(in e); break;
            case EventKind.VectorReserve: Begin(in e, ref Irq(in e).ReservedSince); break;
            case EventKind.VectorAlloc or EventKind.VectorAllocManaged: Allocate(in e); break;
            case EventKind.VectorActivate: Activate(in e); break;
            case EventKind.SetupIrq: Begin(in e, ref Irq(in e).RequestedSince); break;
            case EventKind.IrqStartup: Start(in e); break;
            case EventKind.FreeIrq or EventKind.IrqShutdown or EventKind.IrqShutdownDeactivate: Forget(in e); break;
            case EventKind.MsiMask: Mask(in e); break;
            case EventKind.MsiUnmask: End(in e, LatencyMeasure.Masked, ref Irq(in e).MaskedSince); break;
            case EventKind.MsiWrite: NameIrq(in e); break;
            case EventKind.CpuhpEnter or EventKind.CpuhpMultiEnter: EnterStep(in e); break;
            case EventKind.CpuhpExit: ExitStep(in e); break;
            case EventKind.SuspendResume: PowerPhase(in e); break;
            case EventKind.DevicePmStart: BeginDevicePower(in e); break;
            case EventKind.DevicePmEnd: EndDevicePower(in e); break;
            case EventKind.PcieFlr or EventKind.PciResetFunction
                or EventKind.PciSecondaryBusReset or EventKind.VfioReset:
                BeginReset(in e);
                break;
            case EventKind.PciRestoreState or EventKind.VfioResetReturn: EndReset(in e); break;
            case EventKind.LapicAccept: AcceptVector(in e); break;
            case EventKind.LapicService: ServiceVector(in e); break;
            case EventKind.HvHypercall: BeginHypercall(in e); break;
            case EventKind.HvHypercallDone: EndHypercall(in e); break;
        }
    }

    /// <summary>The time of an event as the beginning of something; 0 stands for nothing that is open.</summary>
    private static ulong Since(in IrqEvent e) => Math.Max(1, e.TimeNs);

    private static void Begin(in IrqEvent e, ref ulong since) => since = Since(in e);

    private void End(in IrqEvent e, LatencyMeasure measure, ref ulong since)
    {
        Sample(measure, (int)e.Irq, since, in e);
        since = 0;
    }

    /// <summary>One value, unless nothing was open or the clock went back.</summary>
    private void Sample(LatencyMeasure measure, int subject, ulong since, in IrqEvent e)
    {
        if (since == 0 || e.TimeNs < since) return;
        _book.Add(_book.Current, measure, subject, e.TimeNs - since, _index);
    }

    /// <summary>The end of anything may be among what was lost.</summary>
    private void ForgetOpen()
    {
        Losses++;
        foreach (ref IrqTimes irq in _irqs.AsSpan())
            irq = new IrqTimes { Name = irq.Name, Device = irq.Device, Entry = irq.Entry };
        foreach (ref CpuTimes cpu in _cpus.AsSpan()) cpu = default;
        Array.Clear(_powerSince);
        Array.Clear(_devices);
        foreach (ulong[]? pending in _pending)
        {
            if (pending is not null) Array.Clear(pending);
        }
    }
}
