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
        switch (e.Kind)
        {
            case EventKind.AerEvent: return ApplyAerEvent(in e);
            case EventKind.AerAnswer: return ApplyAerAnswer(in e);
            case EventKind.DeviceStep: return ApplyDeviceStep(in e);
            case EventKind.VmRun: return ApplyVmRun(in e);
            case EventKind.VfioHost: return ApplyVfioHost(in e);
            case EventKind.VfioFunction: return ApplyVfioFunction(in e);
            case EventKind.PciSecondaryBusReset: return ApplyBusReset(new DeviceOperation(in e).Device);
            case EventKind.PciRestoreMsiState: return ApplyRestore(new DeviceOperation(in e).Device);
            case EventKind.MsixEnable or EventKind.MsixDisable or EventKind.FreeIrqVectors:
                _recorded.Repaired(new DeviceOperation(in e).Device);
                return true;
            case EventKind.AerTimer:
                var timer = new RecoveryTimer(in e);
                if (_model.PortOf(NameOf(timer.Device)) is not { } port) return false;
                _model.Guest.Timer(port, timer.Ready, timer.Expired);
                return true;
        }
        // What is left concerns one function that was described; every such kind has its device in the same place but two.
        ushort device = e.Kind is EventKind.GuestMsixMessage or EventKind.MsixTableRead
            ? new MessageWrite(in e).Device : new DeviceOperation(in e).Device;
        return _model.Find(NameOf(device)) is { } function && ApplyTo(function, in e);
    }

    public void Finish()
    {
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
                if (raised >= function.Entries.Count) return false;
                _model.Hardware.Raise(function, raised);
                return true;
            case EventKind.GuestAerStep:
                _model.Guest.Step(function, (GuestAerStepCode)Math.Min(new GuestRecoveryStep(in e).Step, (byte)GuestAerStepCode.Resume));
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
        if (!function.IsAssigned) return false;
        if (_model.MachineOf(function) is { Running: false }) return true;
        function.GuestSeen = true;
        switch (e.Kind)
        {
            case EventKind.GuestMsixControl:
                var control = new GuestControlWrite(in e);
                _model.Qemu.WriteControl(function, control.Enable, control.Mask);
                return true;
            case EventKind.GuestMsixMessage:
                var message = new MessageWrite(in e);
                if (message.Entry >= function.Entries.Count) return false;
                _model.Qemu.WriteMessage(function, message.Entry, new MsiMessage(message.Address, message.Data));
                return true;
            case EventKind.GuestMsixMask:
                var mask = new EntryFlag(in e);
                if (mask.Entry >= function.Entries.Count) return false;
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
            case ResetKind.Backdoor: _model.Resets.Backdoor(function, reset.EnableSurvives, reset.EntryMask); return true;
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
