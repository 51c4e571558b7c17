using System.Globalization;
using Replay.Core.Findings;

namespace Replay.Core.Systems.Vfio;

/// <summary>How a function is reset; the operand <c>kind</c> of vfio_reset.</summary>
internal enum ResetKind : byte
{
    /// <summary>By a register of the device or its self test: nobody but the device knows.</summary>
    Backdoor = 0,

    /// <summary>Function-level reset: the kernel saves and restores around it.</summary>
    Flr = 1,

    /// <summary>VFIO hot reset: every function of the bus, if the caller has them all.</summary>
    Hot = 2,

    /// <summary>The platform's, after it isolated the device.</summary>
    Eeh = 3,
}

/// <summary>Resets of assigned functions, and what asking for one returns (interrupt model 10.5).</summary>
internal sealed class VfioResets
{
    private const int NotPermitted = -1;
    private const int Busy = -16;
    private const int NoDevice = -19;
    private const int Invalid = -22;

    private readonly VfioModel _model;

    public VfioResets(VfioModel model) => _model = model;

    /// <summary>
    /// A reset behind the kernel's back. The rules say whether guest or QEMU do something about MSI-X around it.
    /// </summary>
    public void Backdoor(AssignedFunction function, bool enableSurvives, bool entryMask)
    {
        if (function.IsAssigned && _model.Policy.DisableAroundReset && function.ShadowEnabled)
            _model.Qemu.Disable(function, "guest disables MSI-X before the reset");
        _model.Hardware.Reset(function, "backdoor reset", enableSurvives, entryMask);
        function.BackdoorEvent = _model.Context.Index;
        function.MismatchTold = false;
        if (!function.HostEnabled) function.BackdoorEvent = -1;
        if (function.IsAssigned && _model.Policy.ClearShadowOnReset) _model.Qemu.ClearShadow(function);
    }

    /// <summary>The kernel saves, resets and restores: the table comes back from its cache.</summary>
    public void FunctionLevel(AssignedFunction function)
    {
        _model.Hardware.Reset(function, "function-level reset", enableSurvives: false, entryMask: true);
        _model.Hardware.RestoreFromCache(function, "restored from the kernel's cache");
        function.LastResetResult = 0;
        function.RefusedEvent = -1;
    }

    /// <summary>The platform resets an isolated device; its table is empty afterwards and nobody restores it.</summary>
    public void Eeh(AssignedFunction function, bool enableSurvives, bool entryMask)
    {
        Isolation.Release(function.Port);
        foreach (AssignedFunction each in function.Port.Functions)
        {
            if (each.Isolated) continue;
            _model.Hardware.Reset(each, "EEH reset", enableSurvives, entryMask);
            each.BackdoorEvent = _model.Context.Index;
            each.MismatchTold = false;
        }
    }

    /// <summary>
    /// A hot reset that a user asks for; refused as QEMU or the kernel refuse it. Returns 0 or a negative error.
    /// </summary>
    public int Hot(AssignedFunction function, string caller, bool viaQemu, bool single, bool contended)
    {
        (int result, string why) = Judge(function, caller, viaQemu, single, contended);
        function.LastResetResult = result;
        if (result != 0)
        {
            function.RefusedEvent = _model.Context.Index;
            _model.Report.Add(new FailingCall(_model.Context.Index, function.Name, "VFIO hot reset",
                ErrorName(result), Expected: true));
            _model.Log.Line(function.Name, "hot reset refused", ErrorName(result) + ": " + why);
            return result;
        }
        BusPort port = function.Port;
        foreach (AssignedFunction each in port.Functions)
        {
            each.RefusedEvent = -1;
            if (viaQemu && each.IsAssigned && each.ShadowEnabled)
                _model.Qemu.Disable(each, "QEMU disables MSI-X before the reset");
        }
        _model.Log.Line(function.Name, "hot reset accepted", $"0: every function below {port.Name} loses its state");
        ResetBus(port, "hot reset");
        foreach (AssignedFunction each in port.Functions)
            _model.Hardware.RestoreFromCache(each, "restored from the kernel's cache");
        return 0;
    }

    /// <summary>Every function below the port loses its state. No reset is ever left out as a duplicate.</summary>
    public void ResetBus(BusPort port, string step)
    {
        port.ResetCount++;
        port.ResetExplained = true;
        port.UnresetFatalEvent = -1;
        if (_model.Log.HasRoom)
        {
            string since = port.ResetCount == 1 ? ""
                : string.Create(CultureInfo.InvariantCulture,
                    $" · {port.AccessesSinceReset} accesses since the reset before");
            _model.Log.Line(port.Name, step,
                string.Create(CultureInfo.InvariantCulture, $"bus reset {port.ResetCount}{since}"));
        }
        if (port.ResetCount > 1 && port.AccessesSinceReset == 0 && port.ErrorEvent < port.ResetEvent
            && port.Functions.Count > 0)
        {
            _model.Context.Raise(FindingCode.RepeatedReset, port.ResetEvent, port.Functions[0].Name, null,
                $"REPEATED_RESET: the bus below {port.Name} was reset again with no access since the reset before.");
        }
        port.ResetEvent = _model.Context.Index;
        port.AccessesSinceReset = 0;
        foreach (AssignedFunction function in port.Functions)
        {
            _model.Hardware.Reset(function, step, enableSurvives: false, entryMask: true);
            function.StateLostEvent = function.HostEnabled ? _model.Context.Index : -1;
        }
    }

    /// <summary>The recorded result of the last reset asked for, against what ownership allows.</summary>
    public void CheckResult(AssignedFunction function, int recorded)
    {
        if (function.LastResetResult is not { } expected) return;
        if (expected != 0 && recorded == 0)
        {
            function.RefusedEvent = -1;
            _model.Context.Raise(FindingCode.HotResetWithoutOwnership, _model.Context.Index, function.Name, null,
                $"The hot reset of {function.Name} succeeded although its caller does not have all functions "
                + $"of the bus ({ErrorName(expected)} was due).");
        }
        else if (recorded < 0 && expected == 0)
        {
            function.RefusedEvent = _model.Context.Index;
            _model.Report.Add(new FailingCall(
                _model.Context.Index, function.Name, "VFIO hot reset", ErrorName(recorded), Expected: false));
        }
    }

    public static string ErrorName(int error) => error switch
    {
        NotPermitted => "-EPERM",
        Busy => "-EBUSY",
        NoDevice => "-ENODEV",
        Invalid => "-EINVAL",
        _ => error.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>
    /// The order of the checks: the kernel's query of the set, QEMU's look at its own groups, the kernel's ownership
    /// test, its locks (QEMU vfio_pci_hot_reset, Linux vfio_pci_ioctl_pci_hot_reset).
    /// </summary>
    private static (int Result, string Why) Judge(
        AssignedFunction function, string caller, bool viaQemu, bool single, bool contended)
    {
        if (function.NoBusReset) return (NoDevice, "neither its slot nor its bus can be reset");
        foreach (AssignedFunction each in function.Port.Functions)
        {
            if (!HasGroup(function.Port, each, caller))
                return (viaQemu ? NotPermitted : Invalid,
                    $"{each.Name} is in a group that {Who(caller)} does not have");
        }
        if (viaQemu && single && function.Port.Functions.Count > 1)
            return (Invalid, "only one device was to be reset and others share its bus");
        foreach (AssignedFunction each in function.Port.Functions)
        {
            if (!each.IsAssigned) return (Invalid, $"{each.Name} is not bound to vfio");
        }
        return contended
            ? (Busy, "a mapping or lock of a device in the set is in use; nothing was done, try again") : (0, "");
    }

    /// <summary>
    /// The caller has a group when a function of it is assigned to the caller; group 0 is a function's own.
    /// </summary>
    private static bool HasGroup(BusPort port, AssignedFunction function, string caller)
    {
        if (function.IsAssigned && function.Owner == caller) return true;
        if (function.Group == 0) return false;
        foreach (AssignedFunction each in port.Functions)
        {
            if (each.Group == function.Group && each.IsAssigned && each.Owner == caller) return true;
        }
        return false;
    }

    private static string Who(string caller) => caller.Length == 0 ? "the caller" : caller;
}
