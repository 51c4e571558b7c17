using System.Collections.Generic;
using System.Globalization;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.State;
using Replay.Core.Systems.Vfio;

namespace Replay.Core.Systems.Aer;

/// <summary>
/// Recoveries of devices that nobody described: a recording of a machine with probes on pcie_do_recovery and the
/// drivers' callbacks. What was recorded is followed, not decided; at the end, the interrupts of a device that lost its
/// state in a reset and got it back from nobody are told.
/// </summary>
internal sealed class RecordedRecovery
{
    /// <summary>Recoveries and devices that are followed; a storm of errors is counted by the log's limits.</summary>
    private const int RecoveriesMax = 1024;
    private const int DevicesMax = 4096;

    /// <summary>Devices of one recovery: a bus has 256 functions.</summary>
    private const int SetMax = 256;

    private readonly SystemContext _context;
    private readonly SystemReport _report;
    private readonly SystemLog _log;
    private readonly List<FollowedRecovery> _recoveries = [];
    private readonly Dictionary<ushort, FollowedDevice> _devices = [];
    private readonly List<FollowedDevice> _inOrder = [];
    private bool _resumeSeen;

    public RecordedRecovery(SystemContext context, SystemReport report, SystemLog log)
    {
        _context = context;
        _report = report;
        _log = log;
    }

    public void Report(ushort device, int severity) =>
        _log.Line(NameOf(device), "error", severity switch
        {
            AerSeverity.Fatal => "fatal",
            AerSeverity.NonFatal => "non-fatal",
            _ => "correctable: counted, no recovery",
        });

    public void Step(ushort device, DeviceStepCode step, int state)
    {
        switch (step)
        {
            case DeviceStepCode.RecoveryStart: Start(device, state); break;
            case DeviceStepCode.ErrorDetected: ErrorDetected(device, state); break;
            case DeviceStepCode.MmioEnabled: Callback(device, step, "mmio_enabled"); break;
            case DeviceStepCode.SlotReset: Callback(device, step, "slot_reset"); break;
            case DeviceStepCode.ErrorResume: Resume(device); break;
            case DeviceStepCode.RootReset or DeviceStepCode.BusErrorReset: Reset(device); break;
        }
    }

    /// <summary>A driver's recorded answer.</summary>
    public void Answer(ushort device, DeviceStepCode callback, AerAnswerCode answer)
    {
        if (Open is not { } recovery || Get(device) is not { } followed) return;
        followed.AnswerEvent = _context.Index;
        if (callback != recovery.Phase)
        {
            // Each round after the first starts at RECOVERED (pcie_do_recovery).
            recovery.Vote = callback == DeviceStepCode.ErrorDetected
                ? AerAnswerCode.CanRecover : AerAnswerCode.Recovered;
            recovery.Phase = callback;
        }
        recovery.Vote = AerVote.Merge(recovery.Vote, answer);
        recovery.Answered = true;
        if (_log.HasRoom)
            _log.Line(NameOf(device), "answer", $"{AerVote.Name(answer)}, vote {AerVote.Name(recovery.Vote)}");
    }

    /// <summary>
    /// Messages come back from the kernel's cache, or MSI-X was switched off or on: the reset is made up for.
    /// </summary>
    public void Repaired(ushort device)
    {
        if (_devices.TryGetValue(device, out FollowedDevice? followed)) followed.RepairEvent = _context.Index;
    }

    /// <summary>The bus below a port is reset: what was asked to recover below it has no state left.</summary>
    public void Reset(ushort port)
    {
        if (Open is not { } recovery) return;
        bool isFirst = recovery.ResetEvent < 0;
        recovery.ResetEvent = recovery.LastEvent = _context.Index;
        foreach (ushort device in recovery.Set)
        {
            if (_devices.TryGetValue(device, out FollowedDevice? followed)) followed.ResetEvent = _context.Index;
        }
        // The reset goes through several functions of the kernel, and a probe on each tells of the same one.
        if (isFirst) _log.Line(NameOf(port), "link reset", "all functions below lose their state");
    }

    public void Finish()
    {
        for (int i = 0; i < _recoveries.Count; i++) Conclude(_recoveries[i], isLast: i == _recoveries.Count - 1);
        foreach (FollowedDevice device in _inOrder) Conclude(device);
    }

    private FollowedRecovery? Open => _recoveries.Count > 0 ? _recoveries[^1] : null;

    private void Start(ushort device, int state)
    {
        if (_recoveries.Count == RecoveriesMax) return;
        _recoveries.Add(new FollowedRecovery { Device = device, Event = _context.Index, LastEvent = _context.Index });
        _log.Line(NameOf(device), "recovery starts", state == (int)ChannelState.Frozen ? "frozen" : "normal");
    }

    private void ErrorDetected(ushort device, int state)
    {
        if (Get(device) is not { } followed) return;
        CheckState(followed, state);
        if (Open is not { } recovery || recovery.Set.Count == SetMax) return;
        followed.IsAsked = true;
        recovery.LastEvent = _context.Index;
        if (recovery.Set.Add(device))
            _log.Line(NameOf(device), "error_detected", state == (int)ChannelState.Frozen ? "frozen" : "normal");
    }

    /// <summary>I-49: a device that failed for good stays so (pci_dev_set_io_state).</summary>
    private void CheckState(FollowedDevice device, int state)
    {
        if (state is < (int)ChannelState.Normal or > (int)ChannelState.PermanentFailure) return;
        if (device.FailedEvent >= 0 && state != (int)ChannelState.PermanentFailure)
        {
            _context.Raise(FindingCode.ErrorStateChange, device.FailedEvent, NameOf(device.Device), null,
                $"{NameOf(device.Device)} failed for good and is told of another error state.");
            device.FailedEvent = -1;
        }
        if (state == (int)ChannelState.PermanentFailure) device.FailedEvent = _context.Index;
    }

    /// <summary>The port's walk and the driver's own callback are both recorded: one line for the two.</summary>
    private void Callback(ushort device, DeviceStepCode step, string name)
    {
        if (Open is not { } recovery || Get(device) is not { } followed) return;
        recovery.LastEvent = _context.Index;
        if (followed.CallbackOf == recovery.Event && followed.Callback == step) return;
        followed.CallbackOf = recovery.Event;
        followed.Callback = step;
        _log.Line(NameOf(device), name, "");
    }

    /// <summary>I-50: nobody is told to resume before all have answered and the vote is RECOVERED.</summary>
    private void Resume(ushort device)
    {
        _resumeSeen = true;
        Callback(device, DeviceStepCode.ErrorResume, "resume");
        if (Open is not { } recovery) return;
        recovery.Resumed = true;
        if (!recovery.Answered || recovery.ResumeTold) return;
        string? why = recovery.Vote is AerAnswerCode.Disconnect or AerAnswerCode.NoAerDriver
            || (recovery.Phase != DeviceStepCode.ErrorDetected && recovery.Vote != AerAnswerCode.Recovered)
            ? "the vote was " + AerVote.Name(recovery.Vote)
            : FindSilent(recovery) is { } silent ? NameOf(silent) + " had not answered" : null;
        if (why is null) return;
        recovery.ResumeTold = true;
        _context.Raise(FindingCode.ResumeBeforeVote, recovery.Event, NameOf(device), null,
            $"{NameOf(device)} was told to resume although {why}.");
    }

    private ushort? FindSilent(FollowedRecovery recovery)
    {
        foreach (ushort device in recovery.Set)
        {
            if (_devices.TryGetValue(device, out FollowedDevice? followed) && followed.AnswerEvent < recovery.Event)
                return device;
        }
        return null;
    }

    /// <summary>
    /// A recovery that nobody was told to resume from has failed, if resumes are recorded and it had time to.
    /// </summary>
    private void Conclude(FollowedRecovery recovery, bool isLast)
    {
        string name = NameOf(recovery.Device);
        if (recovery.Resumed) End(recovery, "device recovery successful");
        else if (_resumeSeen && !isLast)
        {
            _report.Add(new FailingCall(recovery.Event, name, "pcie_do_recovery",
                "device recovery failed", Expected: false));
            End(recovery, "device recovery failed: no driver was told to resume");
        }
    }

    private void End(FollowedRecovery recovery, string how)
    {
        if (_log.HasRoom) _report.Add(new StateLine(recovery.LastEvent, NameOf(recovery.Device), "end", how));
    }

    /// <summary>
    /// The interrupts of a device that was asked to recover, and a finding when a reset left them dead.
    /// </summary>
    private void Conclude(FollowedDevice device)
    {
        MachineState machine = _context.Machine;
        if (!device.IsAsked || machine.Msix.Find(device.Device) is not { } function) return;
        bool lost = device.ResetEvent >= 0 && device.RepairEvent < device.ResetEvent && function.Enabled != false;

        // Whether the state came back can be said only where restores and allocations are recorded.
        bool isKnown = !lost || machine.RestoreMsiSeen;
        int dead = 0;
        for (int entry = 0; entry < function.Count; entry++)
        {
            int irq = function[entry].Irq;
            if (irq < 0 || irq >= machine.Irqs.Used || !isKnown) continue;
            ref IrqDesc desc = ref machine.Irqs[irq];
            if (!desc.Has(IrqFlags.Started) && !desc.Has(IrqFlags.Activated)) continue;
            if (desc.Device != device.Device || desc.Entry != entry) continue;
            if (lost) dead++;
            _report.Add(new InterruptVerdict(NameOf(device.Device), entry, irq,
                lost ? EndVerdict.StuckMasked : EndVerdict.Working, lost ? device.ResetEvent : null,
                lost ? "MSI-X is off since the bus reset, and nobody restored the device"
                : device.ResetEvent < 0 ? "not reset" : "restored after the reset"));
        }
        if (dead == 0) return;
        _context.Raise(FindingCode.RecoveryUnderUser, device.ResetEvent, NameOf(device.Device), null, string.Create(
            CultureInfo.InvariantCulture,
            $"DEVICE_STATE_LOST: the bus of {NameOf(device.Device)} was reset in a recovery and nobody ")
            + string.Create(CultureInfo.InvariantCulture, $"restored the device: its {dead} interrupts are dead."),
            certainty: Certainty.Inferred, severity: Severity.Major);
    }

    private FollowedDevice? Get(ushort device)
    {
        if (_devices.TryGetValue(device, out FollowedDevice? followed)) return followed;
        if (_devices.Count == DevicesMax) return null;
        followed = new FollowedDevice { Device = device };
        _devices.Add(device, followed);
        _inOrder.Add(followed);
        return followed;
    }

    private string NameOf(ushort device) => _context.Tables.Devices[device];

    /// <summary>Saves or restores all that is followed.</summary>
    public void Transfer(StateArchive archive)
    {
        archive.Section("recoveries", 1);
        archive.List(_recoveries, RecoveriesMax, recovery => FollowedRecovery.Transfer(archive, recovery));
        archive.List(_inOrder, DevicesMax, device => FollowedDevice.Transfer(archive, device));
        if (archive.IsLoading)
        {
            foreach (FollowedDevice device in _inOrder) _devices[device.Device] = device;
        }
        _resumeSeen = archive.Value(_resumeSeen);
    }
}
