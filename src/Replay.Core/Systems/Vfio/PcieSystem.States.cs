using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Reports;

namespace Replay.Core.Systems.Vfio;

/// <content>How ports, functions, entries and machines are at one moment; where nothing was described, the recoveries.</content>
internal sealed partial class PcieSystem : IDescribesState
{
    public void Describe(List<SystemStateRow> rows)
    {
        foreach (BusPort port in _model.Ports) rows.Add(new SystemStateRow(port.Name, StateOf(port)));
        foreach (AssignedFunction function in _model.Functions)
        {
            rows.Add(new SystemStateRow(function.Name, StateOf(function)));
            for (int i = 0; i < function.Entries.Count; i++)
            {
                string entry = string.Create(CultureInfo.InvariantCulture, $"{function.Name}[{i}]");
                rows.Add(new SystemStateRow(entry, function.Entries[i].Describe()));
            }
        }
        foreach (VirtualMachine machine in _model.Machines)
            rows.Add(new SystemStateRow(machine.Name, machine.Running ? "runs" : $"stopped: {machine.StopReason}"));
    }

    private static string StateOf(BusPort port)
    {
        string link = port.UnresetFatalEvent >= 0 ? "link frozen" : port.OpenSeverity is not null ? "error open" : "link works";
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
