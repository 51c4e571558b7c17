using System;
using System.Globalization;

namespace Replay.Core.Systems.Vfio;

/// <content>How a port, a function, an entry or a machine is at one moment.</content>
internal sealed partial class PcieSystem : IDescribesState
{
    public string? StateOf(string subject)
    {
        if (_model.Find(subject) is { } function) return StateOf(function);
        if (_model.FindPort(subject) is { } port) return StateOf(port);
        if (_model.FindMachine(subject) is { } machine)
            return machine.Running ? "runs" : $"stopped: {machine.StopReason}";
        int bracket = subject.LastIndexOf('[');
        return bracket > 0 && subject[^1] == ']' && _model.Find(subject[..bracket]) is { } owner
            && int.TryParse(subject.AsSpan(bracket + 1, subject.Length - bracket - 2), NumberStyles.None,
                CultureInfo.InvariantCulture, out int entry)
            && entry < owner.Entries.Count ? owner.Entries[entry].Describe() : null;
    }

    private static string StateOf(BusPort port)
    {
        string link = port.UnresetFatalEvent >= 0 ? "link frozen"
            : port.OpenSeverity is not null ? "error open" : "link works";
        string resets = string.Create(CultureInfo.InvariantCulture, $" · bus resets {port.ResetCount}");
        return link + resets + (port.TimerArmed ? " · a timer waits" : "");
    }

    private static string StateOf(AssignedFunction function)
    {
        string driver = function.Driver switch
        {
            FunctionDriver.Vfio => "of " + function.Owner,
            FunctionDriver.Native => "native",
            FunctionDriver.NativeNoCallbacks => "native, no callbacks",
            _ => "no driver",
        };
        string error = function.ErrorState switch
        {
            ChannelState.Frozen => " · error frozen",
            ChannelState.PermanentFailure => " · removed for good",
            _ => "",
        };
        return $"{driver} · {SystemLog.Describe(function)}{error}{(function.Blocked ? " · guest blocked" : "")}";
    }
}
