using System.Globalization;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Systems.Vfio;

namespace Replay.Core.Systems.Aer;

/// <summary>
/// The guest's side of an error: being told or stopped, its own recovery, its accesses, and the timers that wait.
/// </summary>
internal sealed class GuestRecovery
{
    /// <summary>Steps of guests that wait; a recovery has five for each function.</summary>
    public const int HeldBackMax = 1024;

    private readonly VfioModel _model;

    public GuestRecovery(VfioModel model) => _model = model;

    /// <summary>The eventfd fires and the monitor shows the error to the guest; the machine runs on.</summary>
    public void Tell(AssignedFunction function, GuestError error)
    {
        function.GuestError = error;
        function.Notified = true;
        _model.Log.Line(function.Name, "guest told", error == GuestError.Fatal ? "fatal" : "non-fatal");
    }

    /// <summary>The eventfd fires and the monitor stops the machine: QEMU's internal error.</summary>
    public void StopMachine(AssignedFunction function)
    {
        function.Notified = true;
        if (_model.MachineOf(function) is not { Running: true } machine) return;
        machine.Running = false;
        machine.StopReason = "internal error";
        _model.Log.Line(machine.Name, "VM stopped", "internal error; irqfds stay armed");
    }

    /// <summary>The operator stops the machine or lets it go on with whatever state its devices have.</summary>
    public void Run(VirtualMachine machine, bool running)
    {
        machine.Running = running;
        machine.StopReason = running ? "" : "operator";
        _model.Log.Line(machine.Name, running ? "VM goes on" : "VM stopped", "operator");
        if (!running) return;
        foreach (AssignedFunction function in _model.Functions)
        {
            if (_model.MachineOf(function) != machine) continue;
            for (int i = 0; i < function.Entries.Count; i++)
            {
                if (!function.Entries[i].KernelPending) continue;
                function.Entries[i].KernelPending = false;
                _model.Log.Entry(function, i, "interrupt kept by KVM handed to the guest");
            }
            RaiseIfLost(function);
        }
    }

    /// <summary>
    /// One step of the guest's recovery; nothing happens when it runs not, was not told, or need not take it.
    /// </summary>
    public void Step(AssignedFunction function, GuestAerStepCode step)
    {
        string name = "guest " + GuestAerSteps.Names[(int)step];
        if (_model.MachineOf(function) is { Running: false } stopped)
        {
            _model.Log.Line(function.Name, name, $"not taken: the VM is stopped ({stopped.StopReason})");
            return;
        }
        if (function.GuestError == GuestError.None)
        {
            _model.Log.Line(function.Name, name, "not taken: the guest was told of no error");
            return;
        }
        if (function.Blocked && function.Port.TimerCount > 0)
        {
            _model.Log.Line(function.Name, name, "waits: the host's recovery blocks the device");
            if (function.Port.HeldBack.Count < HeldBackMax) function.Port.HeldBack.Add((function, step));
            return;
        }
        // No timer has found all ones: the first read, at the host's resume, found the device.
        if (function.Blocked) Unblock(function.Port, "resume");
        bool fatal = function.GuestError == GuestError.Fatal;
        if (!fatal && step is (GuestAerStepCode.LinkReset or GuestAerStepCode.SlotReset))
        {
            _model.Log.Line(function.Name, name, "not needed after a non-fatal error");
            return;
        }
        function.Port.AccessesSinceReset++;
        Take(function, step, name, fatal);
    }

    /// <summary>
    /// A guest touches the device. All ones before it was told of the error is the one thing that must not be.
    /// </summary>
    public void Access(AssignedFunction function)
    {
        function.Port.AccessesSinceReset++;
        bool frozen = function.Port.UnresetFatalEvent >= 0 || function.ErrorState == ChannelState.Frozen
            || function.Isolated || function.ErrorState == ChannelState.PermanentFailure;
        _model.Log.Line(function.Name, "guest access", function.Blocked ? "blocked"
            : frozen ? "reads all ones" : "works");
        if (frozen && !function.Notified && function.IsAssigned && !function.Isolated)
        {
            _model.Context.Raise(FindingCode.ToldTooLate, function.Port.ErrorEvent, function.Name, null,
                $"TOLD_TOO_LATE: the guest read all ones from {function.Name} before it was told of the error.");
        }
    }

    /// <summary>
    /// A waiting recovery's timer fires: with blocked guests the device is asked whether it is back;
    /// with a reset that was left to the user, VFIO does it itself, if the user has every function that it would reset.
    /// </summary>
    public void Timer(BusPort port, bool ready, bool expired)
    {
        if (!port.TimerArmed) return;
        if (_model.Policy.BlockGuest && IsBlocked(port))
        {
            if (!ready)
            {
                port.TimerCount++;
                _model.Log.Line(port.Name, "timer", string.Create(CultureInfo.InvariantCulture,
                    $"all ones: armed again, {port.TimerCount} so far; the guest stays blocked"));
                return;
            }
            Unblock(port, "timer");
        }
        bool waits = _model.Policy.SkipLinkReset && port.UnresetFatalEvent >= 0;
        if (waits && expired) ResetForUser(port);
        port.TimerArmed = waits && !expired;
    }

    /// <summary>
    /// A config register reads: the guest may touch its devices again, and steps that waited are taken.
    /// </summary>
    private void Unblock(BusPort port, string step)
    {
        foreach (AssignedFunction function in port.Functions) function.Blocked = false;
        _model.Log.Line(port.Name, step, "the device reads: the guest goes on");
        if (!_model.Policy.SkipLinkReset) port.TimerArmed = false;
        if (port.HeldBack.Count == 0) return;
        (AssignedFunction, GuestAerStepCode)[] held = [.. port.HeldBack];
        port.HeldBack.Clear();
        foreach ((AssignedFunction function, GuestAerStepCode taken) in held) Step(function, taken);
    }

    /// <summary>H-29: a device without state, in the hands of a guest that believes in it.</summary>
    public void RaiseIfLost(AssignedFunction function)
    {
        if (!function.IsAssigned || function.StateLostEvent < 0 || !function.HostEnabled) return;
        if (_model.MachineOf(function) is { Running: false }) return;
        _model.Context.Raise(FindingCode.RecoveryUnderUser, function.StateLostEvent, function.Name, null,
            $"DEVICE_STATE_LOST: {function.Name} was reset under its user: "
            + "MSI-X is off in the device and on in every book.");
        function.StateLostEvent = -1;
    }

    private void Take(AssignedFunction function, GuestAerStepCode step, string name, bool fatal)
    {
        switch (step)
        {
            case GuestAerStepCode.ErrorDetected:
                _model.Log.Line(function.Name, name, fatal ? "frozen" : "normal");
                if (fatal && function.StateLostEvent >= 0)
                {
                    _model.Context.Raise(FindingCode.StateGoneBeforeRecovery,
                        function.StateLostEvent, function.Name, null,
                        "STATE_GONE_BEFORE_RECOVERY: the guest's error_detected reads "
                        + $"{function.Name} after the host's reset took its state.");
                }
                if (fatal && _model.Policy.DisableAroundReset && function.ShadowEnabled)
                    _model.Qemu.Disable(function, "guest disables MSI-X before the reset");
                break;
            case GuestAerStepCode.LinkReset:
                LinkReset(function, name);
                break;
            case GuestAerStepCode.SlotReset:
                _model.Log.Line(function.Name, name, "the guest's driver restores");
                if (function.IsAssigned) _model.Qemu.RestoreByGuest(function);
                break;
            case GuestAerStepCode.Resume:
                _model.Log.Line(function.Name, name, "the guest's recovery is over");
                function.GuestError = GuestError.None;
                if (function.Port.UnresetFatalEvent >= 0) RaiseUnreset(function);
                break;
            default:
                _model.Log.Line(function.Name, name, "");
                break;
        }
    }

    /// <summary>The guest resets its virtual bridge, and the monitor makes of it what the rules say.</summary>
    private void LinkReset(AssignedFunction function, string name)
    {
        switch (_model.Policy.ResetMap)
        {
            case GuestResetMap.DeviceReset:
                _model.Log.Line(function.Name, name, "function-level reset on the host, no link reset");
                if (function.ShadowEnabled) _model.Qemu.Disable(function, "QEMU disables MSI-X before the reset");
                _model.Resets.FunctionLevel(function);
                break;
            case GuestResetMap.HotReset when function.Number == 0:
                _model.Log.Line(function.Name, name, "function 0 asks the host for a hot reset");
                _model.Resets.Hot(function, function.Owner, viaQemu: true, single: false, contended: false);
                break;
            case GuestResetMap.HotReset:
                _model.Log.Line(function.Name, name, "left to function 0");
                if (!HasFunctionZero(function)) RaiseNotIssued(function);
                break;
            default:
                _model.Log.Line(function.Name, name, "virtual only: nothing is reset on the host");
                break;
        }
    }

    private void ResetForUser(BusPort port)
    {
        string owner = "";
        foreach (AssignedFunction function in port.Functions)
        {
            if (function.IsAssigned && owner.Length == 0) owner = function.Owner;
            if (function.IsAssigned && function.Owner == owner) continue;
            _model.Log.Line(port.Name, "timer", "the devices have several users: no one may reset them");
            foreach (AssignedFunction each in port.Functions)
            {
                if (!each.IsAssigned) continue;
                _model.Context.Raise(FindingCode.NobodyMayReset, port.ErrorEvent, each.Name, null,
                    $"NOBODY_MAY_RESET: {each.Name} is returned in an unknown state: its link had a fatal error, "
                    + "and its port has several users.");
            }
            return;
        }
        _model.Resets.ResetBus(port, "link reset by VFIO, the user did none");
    }

    private void RaiseUnreset(AssignedFunction function)
    {
        if (function.Port.UnresetTold) return;
        function.Port.UnresetTold = true;
        _model.Context.Raise(FindingCode.LinkNotReset, function.Port.UnresetFatalEvent, function.Name, null,
            $"LINK_NOT_RESET: {function.Name} is used again after a fatal error of its link, "
            + "and no bus reset was done.");
    }

    private void RaiseNotIssued(AssignedFunction function) =>
        _model.Context.Raise(FindingCode.ResetNotIssued, function.Port.ErrorEvent, function.Name, null,
            $"RESET_NOT_ISSUED: function 0 of the bus of {function.Name} is not in {function.Owner}, "
            + $"and only function 0 asks for the reset.");

    private static bool HasFunctionZero(AssignedFunction function)
    {
        foreach (AssignedFunction each in function.Port.Functions)
        {
            if (each.Number == 0 && each.IsAssigned && each.Owner == function.Owner) return true;
        }
        return false;
    }

    private static bool IsBlocked(BusPort port)
    {
        foreach (AssignedFunction function in port.Functions)
        {
            if (function.Blocked) return true;
        }
        return false;
    }
}
