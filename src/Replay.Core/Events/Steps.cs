namespace Replay.Core.Events;

/// <summary>
/// Steps of the whole kernel that probes see; the number is the operand <c>step</c> of <c>kernel_step</c>.
/// </summary>
public enum KernelStepCode : byte
{
    Other = 0,
    FreezeSecondaryCpus = 1,
    ThawSecondaryCpus = 2,
    SyscoreSuspend = 3,
    SyscoreResume = 4,
    LapicSuspend = 5,
    LapicResume = 6,
    IommuSuspend = 7,
    IommuResume = 8,
    RemappingDisable = 9,
    RemappingReenable = 10,
    SuspendDeviceIrqs = 11,
    ResumeDeviceIrqs = 12,
    IoApicResume = 13,
}

/// <summary>Text-form names of <see cref="KernelStepCode"/>, by number.</summary>
public static class KernelSteps
{
    public static string[] Names { get; } =
    [
        "other", "freeze_secondary_cpus", "thaw_secondary_cpus", "syscore_suspend", "syscore_resume", "lapic_suspend",
        "lapic_resume", "iommu_suspend", "iommu_resume", "remapping_disable", "remapping_reenable",
        "suspend_device_irqs", "resume_device_irqs", "ioapic_resume",
    ];
}

/// <summary>Steps of one device that probes see; the number is the operand <c>step</c> of <c>device_step</c>.</summary>
public enum DeviceStepCode : byte
{
    Other = 0,
    ErrorDetected = 1,
    MmioEnabled = 2,
    SlotReset = 3,
    ErrorResume = 4,
    RecoveryStart = 5,
    LinkWait = 6,
    ResetPrepare = 7,
    ResetDone = 8,
    DriverReset = 9,
    DriverDisable = 10,
    PmRestoreNoirq = 11,
    PmResumeNoirq = 12,
    RootReset = 13,
    BusErrorReset = 14,
    PmFreezeNoirq = 15,
    PmThawNoirq = 16,
    PmPoweroffNoirq = 17,
}

/// <summary>Text-form names of <see cref="DeviceStepCode"/>, by number.</summary>
public static class DeviceSteps
{
    public static string[] Names { get; } =
    [
        "other", "error_detected", "mmio_enabled", "slot_reset", "error_resume", "recovery_start", "link_wait",
        "reset_prepare", "reset_done", "driver_reset", "driver_disable", "pm_restore_noirq", "pm_resume_noirq",
        "root_reset", "bus_error_reset", "pm_freeze_noirq", "pm_thaw_noirq", "pm_poweroff_noirq",
    ];
}

/// <summary>
/// Steps of a guest's own error recovery; the number is the operand <c>step</c> of <c>guest_aer_step</c>.
/// </summary>
public enum GuestAerStepCode : byte
{
    Other = 0,
    ErrorDetected = 1,
    MmioEnabled = 2,
    LinkReset = 3,
    SlotReset = 4,
    Resume = 5,
}

/// <summary>Text-form names of <see cref="GuestAerStepCode"/>, by number.</summary>
public static class GuestAerSteps
{
    public static string[] Names { get; } =
        ["other", "error_detected", "mmio_enabled", "link_reset", "slot_reset", "resume"];
}

/// <summary>
/// Names of the callbacks that answer in error recovery; the numbers are those of <see cref="DeviceStepCode"/>.
/// </summary>
public static class AerCallbacks
{
    public static string[] Names { get; } = ["other", "error_detected", "mmio_enabled", "slot_reset"];
}

/// <summary>Answers to those callbacks, as Linux numbers them (pci.h, pci_ers_result).</summary>
public enum AerAnswerCode : byte
{
    Unknown = 0,
    None = 1,
    CanRecover = 2,
    NeedReset = 3,
    Disconnect = 4,
    Recovered = 5,
    NoAerDriver = 6,
}

/// <summary>Text-form names of <see cref="AerAnswerCode"/>, by number.</summary>
public static class AerAnswers
{
    public static string[] Names { get; } =
        ["unknown", "none", "can_recover", "need_reset", "disconnect", "recovered", "no_aer_driver"];
}
