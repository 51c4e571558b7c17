using System;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Spec;
using Replay.Core.Systems.Aer;

namespace Replay.Core.Systems.Vfio;

/// <summary>
/// Assigned functions and PCIe errors. Functions that were described (vfio_function) are modelled under the rules; of
/// all others the recorded recovery is followed.
/// </summary>
internal sealed class PcieSystem : ISystem
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

    /// <summary>I-46: recorded eventfds against those that the guest's masks ask for.</summary>
    private bool ApplySetIrqs(AssignedFunction function, ref readonly IrqEvent e)
    {
        var change = new TriggerChange(in e);
        if (change.Trigger > (byte)Trigger.Kvm || !function.IsAssigned) return false;
        var trigger = (Trigger)change.Trigger;
        int end = Math.Min(change.Start + change.Count, function.Entries.Count);
        if (!function.HostEnabled && trigger != Trigger.None) _model.Interrupts.Enable(function, end);
        for (int i = change.Start; i < end; i++)
        {
            AssignedEntry entry = function.Entries[i];
            if (entry.Trigger == trigger) continue;
            Trigger due = function.GuestUnmasked(entry) ? Trigger.Kvm : Trigger.Qemu;
            if (function.GuestSeen && function.ShadowEnabled && trigger != due)
            {
                _context.Raise(FindingCode.TriggerNotAsMasked, _context.Index, function.Name, i,
                    due == Trigger.Kvm ? "The guest has the entry unmasked, and its interrupt does not go to KVM."
                        : "The guest has the entry masked, and its interrupt does not go to QEMU.");
            }
            if (trigger == Trigger.Kvm) entry.Route ??= entry.Shadow;
            VfioInterrupts.Grow(function, i + 1);
            _model.Interrupts.SetTrigger(function, i, trigger);
        }
        return true;
    }

    /// <summary>I-47: an irqfd without a route swallows the event.</summary>
    private bool ApplyRoute(AssignedFunction function, ref readonly IrqEvent e)
    {
        var route = new EntryFlag(in e);
        if (route.Entry >= function.Entries.Count) return false;
        AssignedEntry entry = function.Entries[route.Entry];
        entry.Route = route.Value ? entry.Shadow : null;
        entry.CauseEvent = _context.Index;
        _model.Log.Entry(function, route.Entry, route.Value ? "KVM route set" : "KVM route removed");
        if (!route.Value && entry.Trigger == Trigger.Kvm)
        {
            _context.Raise(FindingCode.RouteMissing, _context.Index, function.Name, route.Entry,
                "KVM's route of the vector was removed while its irqfd is armed: the next event is swallowed.");
        }
        return true;
    }

    /// <summary>I-48: a table that was read out against the kernel's cache; a known reset explains a difference.</summary>
    private bool ApplyTableRead(AssignedFunction function, ref readonly IrqEvent e)
    {
        var read = new MessageWrite(in e);
        if (read.Entry >= function.Entries.Count) return false;
        AssignedEntry entry = function.Entries[read.Entry];
        var message = new MsiMessage(read.Address, read.Data);
        if (entry.HasHandler && message != entry.Cache && function.BackdoorEvent < 0 && function.StateLostEvent < 0 && !function.Isolated)
        {
            _context.Raise(FindingCode.HardwareMessageDiffers, _context.Index, function.Name, read.Entry,
                "The device holds another message than the host's cache, and no reset explains it.");
        }
        entry.Hardware = message;
        return true;
    }

    private bool ApplyVfioHost(ref readonly IrqEvent e)
    {
        var host = new HostDescription(in e);
        _model.DescribeHost(host.Platform == (byte)HostPlatform.Power ? HostPlatform.Power : HostPlatform.X86,
            layered: host.IrqCode == 0, host.DmaTranslation, host.Page0Mapped);
        return true;
    }

    private bool ApplyVfioFunction(ref readonly IrqEvent e)
    {
        var row = new FunctionDescription(in e);
        if (row.Device == 0 || row.Driver > (byte)FunctionDriver.NativeNoCallbacks) return false;
        if (_model.Describe(NameOf(row.Device), NameOf(row.Port), Math.Min((int)row.Entries, State.MsixFunction.EntriesMax)) is not { } function)
            return false;
        function.Driver = (FunctionDriver)row.Driver;
        function.Owner = row.Owner == 0 ? "" : _context.Tables.Names[row.Owner];
        function.Group = row.Group;
        function.NoBusReset = row.NoBusReset;
        if (function.IsAssigned) _model.GetMachine(function.Owner);
        else if (function.IsNative && !function.HostEnabled) StartNative(function);
        return true;
    }

    /// <summary>A driver of the host has all entries in use from the start.</summary>
    private void StartNative(AssignedFunction function)
    {
        _model.Interrupts.Enable(function, function.Entries.Count);
        for (int i = 0; i < function.Entries.Count; i++) _model.Interrupts.SetTrigger(function, i, Trigger.Native);
    }

    private bool ApplyVmRun(ref readonly IrqEvent e)
    {
        var run = new MachineRun(in e);
        if (_model.GetMachine(run.Vm == 0 ? "" : _context.Tables.Names[run.Vm]) is not { } machine) return false;
        _model.Guest.Run(machine, run.Running);
        return true;
    }

    private bool ApplyAerEvent(ref readonly IrqEvent e)
    {
        var error = new ErrorReport(in e);
        if (_model.PortOf(NameOf(error.Device)) is { } port) _model.Recovery.Report(port, NameOf(error.Device), error.Severity);
        else _recorded.Report(error.Device, error.Severity);
        return true;
    }

    private bool ApplyAerAnswer(ref readonly IrqEvent e)
    {
        var given = new AerVoteGiven(in e);
        if (given.Answer > (byte)AerAnswerCode.NoAerDriver) return false;
        var callback = (DeviceStepCode)given.Callback;
        if (_model.Find(NameOf(given.Device)) is { } function)
            _model.Recovery.Answers.Tell(function, callback, (AerAnswerCode)given.Answer);
        else
            _recorded.Answer(given.Device, callback, (AerAnswerCode)given.Answer);
        return true;
    }

    private bool ApplyDeviceStep(ref readonly IrqEvent e)
    {
        var progress = new DeviceProgress(in e);
        var step = (DeviceStepCode)progress.Step;
        if (_model.PortOf(NameOf(progress.Device)) is not { } port)
        {
            _recorded.Step(progress.Device, step, progress.State);
            return step is >= DeviceStepCode.ErrorDetected and <= DeviceStepCode.RecoveryStart
                or DeviceStepCode.RootReset or DeviceStepCode.BusErrorReset;
        }
        // The host's own steps are decided by the rules; where they begin is in the recording.
        if (step != DeviceStepCode.RecoveryStart) return false;
        bool frozen = progress.State == 0 ? port.OpenSeverity == AerSeverity.Fatal : progress.State == (int)ChannelState.Frozen;
        _model.Recovery.Run(port, frozen ? ChannelState.Frozen : ChannelState.Normal);
        return true;
    }

    /// <summary>A bus reset that a probe saw: part of a reset that was replayed, or somebody's who asked nobody (H-30).</summary>
    private bool ApplyBusReset(ushort device)
    {
        if (_model.FindPort(NameOf(device)) is not { } port)
        {
            _recorded.Reset(device);
            return true;
        }
        if (port.ResetExplained)
        {
            port.ResetExplained = false;
            return true;
        }
        _model.Resets.ResetBus(port, "bus reset by the host");
        port.ResetExplained = false;
        foreach (AssignedFunction function in port.Functions)
        {
            if (!function.IsAssigned || function.Owner.Length == 0) continue;
            _context.Raise(FindingCode.ResetByPartialOwner, _context.Index, function.Name, null,
                $"RESET_SCOPE_VIOLATION: the bus below {port.Name} was reset while {function.Name} belongs to {function.Owner}.");
            function.StateLostEvent = -1;
        }
        return true;
    }

    private bool ApplyRestore(ushort device)
    {
        if (_model.Find(NameOf(device)) is { } function) _model.Hardware.RestoreFromCache(function, "restored from the kernel's cache");
        else _recorded.Repaired(device);
        return true;
    }

    private string NameOf(ushort device) => _context.Tables.Devices[device];
}
