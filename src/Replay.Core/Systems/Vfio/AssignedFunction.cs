using System.Collections.Generic;
using Replay.Core.Checkpoints;
using Replay.Core.Events;
using Replay.Core.Spec;

namespace Replay.Core.Systems.Vfio;

/// <summary>Who drives a function on the host; the operand <c>bound</c> of vfio_function.</summary>
internal enum FunctionDriver : byte
{
    None = 0,
    Vfio = 1,
    Native = 2,

    /// <summary>A driver of the host without callbacks for error recovery.</summary>
    NativeNoCallbacks = 3,
}

/// <summary>Error state of a channel, with the kernel's numbers (pci_channel_state_t).</summary>
internal enum ChannelState : byte
{
    Normal = 1,
    Frozen = 2,
    PermanentFailure = 3,
}

/// <summary>What the guest was told of an error and has not yet finished to recover from.</summary>
internal enum GuestError : byte
{
    None,
    NonFatal,
    Fatal,
}

/// <summary>
/// A function of the host below a port: an assigned one with three copies of each entry, or a native one.
/// </summary>
internal sealed class AssignedFunction
{
    private readonly List<AssignedEntry> _entries = [];

    public required string Name { get; init; }

    public required BusPort Port { get; set; }

    public FunctionDriver Driver { get; set; }

    /// <summary>The virtual machine, or other user, that has it; empty for the host.</summary>
    public string Owner { get; set; } = "";

    /// <summary>IOMMU group, as far as functions share one.</summary>
    public int Group { get; set; }

    public bool NoBusReset { get; set; }

    /// <summary>Nobody described the function.</summary>
    public bool IsAssumed { get; set; }

    /// <summary>The size of its table is not known: it has as many entries as are used.</summary>
    public bool IsOpenEnded { get; set; }

    // QEMU's copy of the control word.
    public bool ShadowEnabled { get; set; }

    public bool ShadowFunctionMask { get; set; }

    // The host's MSI-X of the function, and the device's own enable bit, which only switching on and off writes.
    public bool HostEnabled { get; set; }

    /// <summary>Vectors that the host has set up: entries from 0 to this, exclusive.</summary>
    public int VectorCount { get; set; }

    public bool HardwareEnabled { get; set; }

    /// <summary>A write of the guest was recorded: its masks are known.</summary>
    public bool GuestSeen { get; set; }

    /// <summary>
    /// The platform isolates the device after a stray write: reads are all ones, writes and DMA are dropped.
    /// </summary>
    public bool Isolated { get; set; }

    public ChannelState ErrorState { get; set; } = ChannelState.Normal;

    public GuestError GuestError { get; set; }

    /// <summary>The guest was told of the error that is open.</summary>
    public bool Notified { get; set; }

    /// <summary>The guest is kept away from the device until the host's recovery is over.</summary>
    public bool Blocked { get; set; }

    /// <summary>Event of the reset that took the state and that nobody made up for; -1 when none.</summary>
    public long StateLostEvent { get; set; } = -1;

    /// <summary>Event of a reset behind the kernel's back whose damage is not yet repaired; -1 when none.</summary>
    public long BackdoorEvent { get; set; } = -1;

    public bool MismatchTold { get; set; }

    /// <summary>Event of a refused reset that the caller has not repeated with success; -1 when none.</summary>
    public long RefusedEvent { get; set; } = -1;

    /// <summary>What the last reset asked for returned in the model; null when none was asked for.</summary>
    public int? LastResetResult { get; set; }

    public bool IsNative => Driver is FunctionDriver.Native or FunctionDriver.NativeNoCallbacks;

    public bool IsAssigned => Driver == FunctionDriver.Vfio;

    /// <summary>Function number of its bus address, <c>…00.N</c>; -1 for a name without one.</summary>
    public int Number => Name.Length > 1 && Name[^2] == '.' && char.IsAsciiDigit(Name[^1]) ? Name[^1] - '0' : -1;

    public IReadOnlyList<AssignedEntry> Entries => _entries;

    public void AddEntry(MsiMessage hostMessage) => _entries.Add(new AssignedEntry { HostMessage = hostMessage });

    /// <summary>True when the guest could get this entry's interrupt: enabled, function and entry unmasked.</summary>
    public bool GuestUnmasked(AssignedEntry entry) => ShadowEnabled && !ShadowFunctionMask && !entry.ShadowMasked;

    /// <summary>Saves or restores all but its name and port, which the model knows.</summary>
    public void Transfer(StateArchive archive)
    {
        int entries = archive.Count(_entries.Count, VfioModel.EntriesMax);
        while (_entries.Count < entries) _entries.Add(new AssignedEntry());
        foreach (AssignedEntry entry in _entries) entry.Transfer(archive);
        Driver = (FunctionDriver)archive.Value((byte)Driver);
        Owner = archive.Value(Owner);
        Group = archive.Value(Group);
        NoBusReset = archive.Value(NoBusReset);
        ShadowEnabled = archive.Value(ShadowEnabled);
        ShadowFunctionMask = archive.Value(ShadowFunctionMask);
        HostEnabled = archive.Value(HostEnabled);
        VectorCount = archive.Value(VectorCount);
        HardwareEnabled = archive.Value(HardwareEnabled);
        GuestSeen = archive.Value(GuestSeen);
        Isolated = archive.Value(Isolated);
        ErrorState = (ChannelState)archive.Value((byte)ErrorState);
        GuestError = (GuestError)archive.Value((byte)GuestError);
        Notified = archive.Value(Notified);
        Blocked = archive.Value(Blocked);
        StateLostEvent = archive.Value(StateLostEvent);
        BackdoorEvent = archive.Value(BackdoorEvent);
        MismatchTold = archive.Value(MismatchTold);
        RefusedEvent = archive.Value(RefusedEvent);
        LastResetResult = archive.Value(LastResetResult);
        IsAssumed = archive.Value(IsAssumed);
        IsOpenEnded = archive.Value(IsOpenEnded);
    }
}

/// <summary>A port (or bridge): the scope of its bus reset is every function below it.</summary>
internal sealed class BusPort
{
    public required string Name { get; init; }

    public List<AssignedFunction> Functions { get; } = [];

    /// <summary>Severity of the last error reported below it that is not yet recovered; null when none.</summary>
    public int? OpenSeverity { get; set; }

    /// <summary>Event of that report.</summary>
    public long ErrorEvent { get; set; } = -1;

    /// <summary>When it was reported, while its recovery has not started; null otherwise.</summary>
    public ulong? WaitsSinceNs { get; set; }

    /// <summary>The last recovery started without a recovery_start of the recording, which may still come.</summary>
    public bool StartedByItself { get; set; }

    /// <summary>Steps of guests that wait for the host's recovery, in their order.</summary>
    public List<(AssignedFunction Function, GuestAerStepCode Step)> HeldBack { get; } = [];

    /// <summary>A fatal error was reported and no bus reset has happened since; the report's event, or -1.</summary>
    public long UnresetFatalEvent { get; set; } = -1;

    /// <summary>That the devices are used again without one was told.</summary>
    public bool UnresetTold { get; set; }

    /// <summary>A recovery waits for its timer.</summary>
    public bool TimerArmed { get; set; }

    public int TimerCount { get; set; }

    /// <summary>Event of the last bus reset; -1 when none.</summary>
    public long ResetEvent { get; set; } = -1;

    /// <summary>Bus resets so far, and accesses since the last one.</summary>
    public int ResetCount { get; set; }

    public int AccessesSinceReset { get; set; }

    /// <summary>A reset was replayed and its record by a probe may follow.</summary>
    public bool ResetExplained { get; set; }

    /// <summary>
    /// Saves or restores all but its name and functions, which the model knows, and steps of those functions.
    /// </summary>
    public void Transfer(StateArchive archive)
    {
        WaitsSinceNs = archive.Value(WaitsSinceNs);
        StartedByItself = archive.Value(StartedByItself);
        ResetEvent = archive.Value(ResetEvent);
        OpenSeverity = archive.Value(OpenSeverity);
        ErrorEvent = archive.Value(ErrorEvent);
        UnresetFatalEvent = archive.Value(UnresetFatalEvent);
        UnresetTold = archive.Value(UnresetTold);
        TimerArmed = archive.Value(TimerArmed);
        TimerCount = archive.Value(TimerCount);
        ResetCount = archive.Value(ResetCount);
        AccessesSinceReset = archive.Value(AccessesSinceReset);
        ResetExplained = archive.Value(ResetExplained);
    }
}

/// <summary>A virtual machine, or any other user of functions.</summary>
internal sealed class VirtualMachine
{
    public required string Name { get; init; }

    public bool Running { get; set; } = true;

    /// <summary>Why it stands still.</summary>
    public string StopReason { get; set; } = "";

    /// <summary>Saves one, or restores one where there is none yet.</summary>
    public static VirtualMachine Transfer(StateArchive archive, VirtualMachine? machine)
    {
        string name = archive.Value(machine?.Name ?? "");
        machine ??= new VirtualMachine { Name = name };
        machine.Running = archive.Value(machine.Running);
        machine.StopReason = archive.Value(machine.StopReason);
        return machine;
    }
}
