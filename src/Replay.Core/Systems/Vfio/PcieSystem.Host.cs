using System;
using Replay.Core.Events;
using Replay.Core.Findings;

namespace Replay.Core.Systems.Vfio;

/// <content>The host's description, its errors and its resets.</content>
internal sealed partial class PcieSystem
{
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
        if (row.Device == 0 || row.Bound > (byte)FunctionDriver.NativeNoCallbacks) return false;
        string port = row.Port == 0 ? VfioModel.BusOf(NameOf(row.Device)) : NameOf(row.Port);
        if (_model.Describe(NameOf(row.Device), port,
            Math.Min((int)row.Entries, State.MsixFunction.EntriesMax)) is not { } function)
            return false;
        var driver = (FunctionDriver)row.Bound;
        string owner = driver != FunctionDriver.Vfio ? "" : row.Owner == 0 ? VfioModel.SomeGuest
            : _context.Tables.Names[row.Owner];
        if (function.HostEnabled && (driver != function.Driver || owner != function.Owner)) Release(function);
        function.Driver = driver;
        function.Owner = owner;
        function.Group = row.Group;
        function.NoBusReset = row.NoBusReset;
        if (function.IsAssigned) _model.GetMachine(owner);
        else if (function.IsNative && !function.HostEnabled) StartNative(function);
        return true;
    }

    /// <summary>The driver or user of before lets go of the function: all its vectors are freed.</summary>
    private void Release(AssignedFunction function)
    {
        if (function.IsAssigned) _model.Qemu.Disable(function, "given up by " + function.Owner);
        else _model.Interrupts.Disable(function);
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
        if (_model.PortOf(NameOf(error.Device)) is { } port)
            _model.Recovery.Report(port, NameOf(error.Device), error.Severity);
        else _recorded.Report(error.Device, error.Severity);
        return true;
    }

    private bool ApplyAerAnswer(ref readonly IrqEvent e)
    {
        var given = new AerVoteGiven(in e);
        if (given.Answer > (byte)AerAnswerCode.NoAerDriver || given.Callback >= AerCallbacks.Names.Length) return false;
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
        _model.Recovery.Start(port, progress.State);
        return true;
    }

    /// <summary>
    /// A bus reset that a probe saw: part of a reset that was replayed, or somebody's who asked nobody (H-30).
    /// </summary>
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
                $"RESET_SCOPE_VIOLATION: the bus below {port.Name} was reset while "
                + $"{function.Name} belongs to {function.Owner}.");
            function.StateLostEvent = -1;
        }
        return true;
    }

    /// <summary>
    /// A driver of the host restores its device, MSI-X with it (pci_restore_state). Of an assigned function it may as
    /// well be the guest's, whose writes to the table come one by one.
    /// </summary>
    private bool ApplyDriverRestore(ushort device)
    {
        if (_model.Find(NameOf(device)) is not { IsNative: true } function) return false;
        _model.Hardware.RestoreFromCache(function, "restored from the kernel's cache");
        return true;
    }

    private bool ApplyRestore(ushort device)
    {
        if (_model.Find(NameOf(device)) is { } function)
            _model.Hardware.RestoreFromCache(function, "restored from the kernel's cache");
        else _recorded.Repaired(device);
        return true;
    }
}
