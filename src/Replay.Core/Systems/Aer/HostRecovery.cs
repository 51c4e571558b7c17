using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Systems.Vfio;

namespace Replay.Core.Systems.Aer;

/// <summary>
/// The host's error recovery of all functions below a port (Linux pcie/err.c pcie_do_recovery, 6.1 and 6.12), with what
/// VFIO and the virtual machine monitor make of it.
/// </summary>
internal sealed class HostRecovery
{
    private readonly VfioModel _model;

    /// <summary>Ports whose recovery has not started.</summary>
    private int _waiting;

    public HostRecovery(VfioModel model) => _model = model;

    /// <summary>Time after an error's report when a recovery that nobody starts is under way.</summary>
    public const ulong StartsAfterNs = 1_000_000;

    public DriverAnswers Answers { get; } = new();

    /// <summary>An error is reported: from now on a fatal one keeps the link frozen.</summary>
    public void Report(BusPort port, string source, int severity)
    {
        if (severity == AerSeverity.Correctable)
        {
            _model.Log.Line(port.Name, "error", $"{source} reports a correctable error: counted, no recovery");
            return;
        }
        // Two functions may report one error: the worse report counts until its recovery runs.
        port.OpenSeverity = port.OpenSeverity == AerSeverity.Fatal ? AerSeverity.Fatal : severity;
        port.ErrorEvent = _model.Context.Index;
        if (port.WaitsSinceNs is null) _waiting++;
        port.WaitsSinceNs ??= _model.Context.TimeNs;
        port.StartedByItself = false;
        foreach (AssignedFunction function in port.Functions) function.Notified = false;
        if (severity == AerSeverity.Fatal)
        {
            port.UnresetFatalEvent = _model.Context.Index;
            port.UnresetTold = false;
        }
        _model.Log.Line(port.Name, "error", severity == AerSeverity.Fatal
            ? $"{source} reports a fatal error: the link is frozen" : $"{source} reports a non-fatal error");
    }

    /// <summary>
    /// The recording says that the recovery starts now; one that has started by itself is not repeated.
    /// </summary>
    public void Start(BusPort port, int state)
    {
        if (port.OpenSeverity is null && port.StartedByItself)
        {
            port.StartedByItself = false;
            return;
        }
        bool frozen = state == 0 ? port.OpenSeverity == AerSeverity.Fatal : state == (int)ChannelState.Frozen;
        Run(port, frozen ? ChannelState.Frozen : ChannelState.Normal);
    }

    /// <summary>
    /// Starts recoveries that the recording does not start: the kernel's follows its report within microseconds,
    /// so an event that is <see cref="StartsAfterNs"/> younger finds it over. <paramref name="hurried"/>
    /// does not wait so long.
    /// </summary>
    public void StartDue(ulong nowNs, BusPort? hurried = null)
    {
        if (_waiting == 0) return;
        foreach (BusPort port in _model.Ports)
        {
            if (port.WaitsSinceNs is not { } since
                || (port != hurried && (nowNs < since || nowNs - since < StartsAfterNs)))
                continue;
            port.StartedByItself = true;
            // It is the report's doing, whatever event shows that its time has come.
            SystemContext context = _model.Context;
            (long index, ulong timeNs) = (context.Index, context.TimeNs);
            (context.Index, context.TimeNs) = (port.ErrorEvent, since);
            Run(port, port.OpenSeverity == AerSeverity.Fatal ? ChannelState.Frozen : ChannelState.Normal);
            (context.Index, context.TimeNs) = (index, timeNs);
        }
    }

    /// <summary>pcie_do_recovery.</summary>
    private void Run(BusPort port, ChannelState state)
    {
        if (port.WaitsSinceNs is not null) _waiting--;
        port.WaitsSinceNs = null;
        bool frozen = state == ChannelState.Frozen;
        AerAnswerCode vote = AerAnswerCode.CanRecover;
        foreach (AssignedFunction function in port.Functions)
        {
            AerAnswerCode answer = ErrorDetected(function, state);
            vote = AerVote.Merge(vote, answer);
            Say(function.Name, "error_detected", answer, vote);
        }
        if (frozen) ResetLink(port);
        if (vote == AerAnswerCode.CanRecover) vote = Ask(port, DeviceStepCode.MmioEnabled, "mmio_enabled", state);
        if (vote == AerAnswerCode.NeedReset) vote = Ask(port, DeviceStepCode.SlotReset, "slot_reset", state);
        port.OpenSeverity = null;
        if (vote == AerAnswerCode.Recovered) Succeed(port);
        else Fail(port, vote);
    }

    private AerAnswerCode ErrorDetected(AssignedFunction function, ChannelState state)
    {
        if (function.ErrorState == ChannelState.PermanentFailure) return AerAnswerCode.Disconnect;
        function.ErrorState = state;
        if (function.Driver is FunctionDriver.None or FunctionDriver.NativeNoCallbacks)
            return AerAnswerCode.NoAerDriver;
        if (function.IsNative) return Answers.Native(function, DeviceStepCode.ErrorDetected, state);
        if (_model.Policy.BlockGuest) function.Blocked = true;
        return VfioErrorDetected(function, state == ChannelState.Frozen);
    }

    /// <summary>vfio_pci_aer_err_detected: whom the eventfds tell, and what the host is answered.</summary>
    private AerAnswerCode VfioErrorDetected(AssignedFunction function, bool frozen)
    {
        bool disconnect = _model.Policy.Result switch
        {
            VfioResult.AlwaysDisconnect => true,
            VfioResult.ByState => frozen,
            _ => false,
        };
        bool nonFatalToGuest = !frozen && _model.Policy.Result is (VfioResult.NonFatalToGuest or VfioResult.ByState);
        if (disconnect) _model.Guest.Tell(function, GuestError.Fatal);
        else if (nonFatalToGuest) _model.Guest.Tell(function, GuestError.NonFatal);
        else if (_model.Policy.ForwardsErrors)
            _model.Guest.Tell(function, frozen ? GuestError.Fatal : GuestError.NonFatal);
        else _model.Guest.StopMachine(function);
        return disconnect ? AerAnswerCode.Disconnect : AerAnswerCode.CanRecover;
    }

    /// <summary>The reset of a frozen link, unless the rules leave it to the user of a device below.</summary>
    private void ResetLink(BusPort port)
    {
        if (_model.Policy.SkipLinkReset && HasUser(port))
        {
            port.TimerArmed = true;
            _model.Log.Line(port.Name, "link reset", "left to the user of the devices; a timer waits for it");
        }
        else
        {
            _model.Resets.ResetBus(port, "link reset");
        }
    }

    /// <summary>A round of callbacks: starts at RECOVERED; who has no such callback does not answer.</summary>
    private AerAnswerCode Ask(BusPort port, DeviceStepCode callback, string step, ChannelState state)
    {
        AerAnswerCode vote = AerAnswerCode.Recovered;
        foreach (AssignedFunction function in port.Functions)
        {
            AerAnswerCode answer = function.Driver == FunctionDriver.Native
                ? Answers.Native(function, callback, state) : AerAnswerCode.None;
            vote = AerVote.Merge(vote, answer);
            Say(function.Name, step, answer, vote);
            if (function.Driver == FunctionDriver.Native) port.AccessesSinceReset++;
            if (callback == DeviceStepCode.SlotReset && function.Driver == FunctionDriver.Native)
                _model.Hardware.RestoreFromCache(function, "driver restores in slot_reset");
        }
        return vote;
    }

    private void Succeed(BusPort port)
    {
        foreach (AssignedFunction function in port.Functions)
        {
            if (function.ErrorState != ChannelState.PermanentFailure) function.ErrorState = ChannelState.Normal;
        }
        if (_model.Policy.BlockGuest && HasUser(port))
        {
            port.TimerArmed = true;
            port.TimerCount = 0;
            _model.Log.Line(port.Name, "resume", "the guest stays blocked until a config register reads; timer armed");
        }
        _model.Log.Line(port.Name, "end", "RECOVERED: device recovery successful");
    }

    /// <summary>
    /// 6.1 and 6.12 tell no driver that recovery failed; a guest that was handed the error knows of it.
    /// </summary>
    private void Fail(BusPort port, AerAnswerCode vote)
    {
        bool forwarded = vote == AerAnswerCode.Disconnect && HasUser(port);
        _model.Report.Add(new FailingCall(_model.Context.Index, port.Name, "pcie_do_recovery",
            $"{AerVote.Name(vote)}: device recovery failed", Expected: forwarded));
        _model.Log.Line(port.Name, "end", $"{AerVote.Name(vote)}: device recovery failed");
        foreach (AssignedFunction function in port.Functions)
        {
            if (!function.IsNative || function.ErrorState == ChannelState.PermanentFailure) continue;
            _model.Context.Raise(FindingCode.RecoveryUnderUser, port.ErrorEvent, function.Name, null,
                $"RECOVERY_NOT_NOTIFIED: the recovery below {port.Name} failed and no callback tells the driver of "
                + $"{function.Name}.", severity: Severity.Major);
        }
        foreach (AssignedFunction function in port.Functions)
        {
            // The channel of a device that its guest recovers works again; the others stay as the error left them.
            if (function.IsAssigned && function.ErrorState == ChannelState.Frozen)
                function.ErrorState = ChannelState.Normal;
            function.Blocked = false;
        }
    }

    /// <summary>Saves or restores how many wait; answers are saved by themselves.</summary>
    public void Transfer(StateArchive archive) => _waiting = archive.Value(_waiting);

    private static bool HasUser(BusPort port)
    {
        foreach (AssignedFunction function in port.Functions)
        {
            if (function.IsAssigned) return true;
        }
        return false;
    }

    private void Say(string function, string step, AerAnswerCode answer, AerAnswerCode vote)
    {
        if (_model.Log.HasRoom)
            _model.Log.Line(function, step, $"answers {AerVote.Name(answer)}, vote {AerVote.Name(vote)}");
    }
}
