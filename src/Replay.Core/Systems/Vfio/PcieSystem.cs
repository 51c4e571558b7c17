using System;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;
using Replay.Core.Systems.Aer;

namespace Replay.Core.Systems.Vfio;

/// <summary>
/// Assigned functions and PCIe errors. Functions that were described (vfio_function) are modelled under the rules; of
/// all others the recorded recovery is followed.
/// </summary>
internal sealed partial class PcieSystem : ISystem
{
    private readonly SystemContext _context;
    private readonly VfioModel _model;
    private readonly RecordedRecovery _recorded;

    public PcieSystem(SystemContext context)
    {
        _context = context;
        _model = new VfioModel(context, Report);
        _recorded = new RecordedRecovery(context, Report, _model.Log);
    }

    public SystemReport Report { get; } = new();

    public bool Apply(ReadOnlySpan<IrqEvent> at, long index)
    {
        ref readonly IrqEvent e = ref at[0];
        _model.Recovery.StartDue(e.TimeNs, HurriedBy(in e));
        switch (e.Kind)
        {
            case EventKind.AerEvent: return ApplyAerEvent(in e);
            case EventKind.AerAnswer: return ApplyAerAnswer(in e);
            case EventKind.DeviceStep: return ApplyDeviceStep(in e);
            case EventKind.VmRun: return ApplyVmRun(in e);
            case EventKind.VfioHost: return ApplyVfioHost(in e);
            case EventKind.VfioFunction: return ApplyVfioFunction(in e);
            case EventKind.PciSecondaryBusReset: return ApplyBusReset(new DeviceOperation(in e).Device);
            case EventKind.PciRestoreState: return ApplyDriverRestore(new DeviceOperation(in e).Device);
            case EventKind.PciRestoreMsiState: return ApplyRestore(new DeviceOperation(in e).Device);
            case EventKind.MsixEnable or EventKind.MsixDisable or EventKind.FreeIrqVectors:
                return ApplyModeChange(in e);
            case EventKind.SetupIrq or EventKind.FreeIrq or EventKind.MsiWrite
                or EventKind.MsiUnmask or EventKind.PcieFlr
                or EventKind.LogLine or EventKind.IoPageFault:
                Watch(at);
                return false;
            case EventKind.VfioSignal: return _model.Vectors.Signalled(e.Irq, e.Cpu);
            case EventKind.GuestMsi: return _model.Vectors.Injected(e.Cpu, new MsiMessage(e.A, (uint)e.B));
            case EventKind.VfioVector: return true;
            case EventKind.AerTimer:
                var timer = new RecoveryTimer(in e);
                if (_model.PortOf(NameOf(timer.Device)) is not { } port) return false;
                _model.Guest.Timer(port, timer.Ready, timer.Expired);
                return true;
        }
        // What is left concerns one function that was described; every such kind has its device in
        // the same place but two.
        ushort device = e.Kind is EventKind.GuestMsixMessage or EventKind.MsixTableRead
            ? new MessageWrite(in e).Device : new DeviceOperation(in e).Device;
        string name = NameOf(device);
        AssignedFunction? function = _model.Find(name) ?? (IsOfAssigned(e.Kind) ? _model.Assume(name) : null);
        return function is not null && ApplyTo(function, in e);
    }

    /// <summary>
    /// Kinds that only an assigned function has: who writes or records one need not describe the function before.
    /// </summary>
    private static bool IsOfAssigned(EventKind kind) => kind is EventKind.GuestMsixControl or EventKind.GuestMsixMessage
        or EventKind.GuestMsixMask or EventKind.VfioSetIrqs or EventKind.VfioReset or EventKind.GuestAerStep;

    /// <summary>
    /// A guest recovers and a machine goes on only after the host's recovery: the port that cannot wait; else null.
    /// </summary>
    private BusPort? HurriedBy(ref readonly IrqEvent e) =>
        e.Kind == EventKind.GuestAerStep ? _model.PortOf(NameOf(new DeviceOperation(in e).Device)) : null;

    public void Finish()
    {
        _model.Recovery.StartDue(ulong.MaxValue);
        foreach (AssignedFunction function in _model.Functions) _model.Guest.RaiseIfLost(function);
        foreach (AssignedFunction function in _model.Functions) _model.CheckMismatch(function);
        EndVerdicts.Add(_model, Report);
        _recorded.Finish();
    }

    private bool ApplyTo(AssignedFunction function, ref readonly IrqEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.DeviceRaise:
                int raised = new DeviceEntry(in e).Entry;
                if (!_model.HasEntry(function, raised)) return false;
                _model.Hardware.Raise(function, raised);
                return true;
            case EventKind.GuestAerStep:
                _model.Guest.Step(function,
                    (GuestAerStepCode)Math.Min(new GuestRecoveryStep(in e).Step, (byte)GuestAerStepCode.Resume));
                return true;
            case EventKind.GuestAccess: _model.Guest.Access(function); return true;
            case EventKind.VfioReset: return ApplyReset(function, in e);
            case EventKind.VfioResetReturn: _model.Resets.CheckResult(function, new ResetResult(in e).Ret); return true;
            case EventKind.VfioSetIrqs: return ApplySetIrqs(function, in e);
            case EventKind.KvmRoute: return ApplyRoute(function, in e);
            case EventKind.MsixTableRead: return ApplyTableRead(function, in e);
            default: return ApplyGuestWrite(function, in e);
        }
    }

    /// <summary>The guest's writes go to QEMU; a machine that stands still writes nothing.</summary>
    private bool ApplyGuestWrite(AssignedFunction function, ref readonly IrqEvent e)
    {
        if (!function.IsAssigned)
        {
            _model.Log.Note(function.Name, VfioModel.NotApplied,
                "a guest writes to it, and it is not assigned: bound=vfio says so");
            return false;
        }
        if (_model.MachineOf(function) is { Running: false } stopped)
        {
            _model.Log.Line(function.Name, VfioModel.NotApplied,
                $"{stopped.Name} is stopped ({stopped.StopReason}) and writes nothing");
            return true;
        }
        function.Port.AccessesSinceReset++;
        function.GuestSeen = true;
        switch (e.Kind)
        {
            case EventKind.GuestMsixControl:
                var control = new GuestControlWrite(in e);
                _model.Qemu.WriteControl(function, control.Enable, control.Mask);
                return true;
            case EventKind.GuestMsixMessage:
                var message = new MessageWrite(in e);
                if (!_model.HasEntry(function, message.Entry)) return false;
                _model.Qemu.WriteMessage(function, message.Entry, new MsiMessage(message.Address, message.Data));
                return true;
            case EventKind.GuestMsixMask:
                var mask = new EntryFlag(in e);
                if (!_model.HasEntry(function, mask.Entry)) return false;
                _model.Qemu.WriteMask(function, mask.Entry, mask.Value);
                return true;
            default: return false;
        }
    }

    private bool ApplyReset(AssignedFunction function, ref readonly IrqEvent e)
    {
        var reset = new ResetRequest(in e);
        switch ((ResetKind)reset.Kind)
        {
            case ResetKind.Backdoor:
                _model.Resets.Backdoor(function, reset.EnableSurvives, reset.EntryMask);
                return true;
            case ResetKind.Flr: _model.Resets.FunctionLevel(function); return true;
            case ResetKind.Eeh: _model.Resets.Eeh(function, reset.EnableSurvives, reset.EntryMask); return true;
            case ResetKind.Hot:
                string caller = reset.Caller == 0 ? function.Owner : _context.Tables.Names[reset.Caller];
                _model.Resets.Hot(function, caller, viaQemu: reset.Via == 0, reset.Single, reset.Contended);
                return true;
            default: return false;
        }
    }

    private string NameOf(ushort device) => _context.Tables.Devices[device];

    public void Transfer(StateArchive archive)
    {
        Report.Transfer(archive);
        _model.Transfer(archive);
        _recorded.Transfer(archive);
    }
}
