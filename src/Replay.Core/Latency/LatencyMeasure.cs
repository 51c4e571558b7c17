using System;
using System.Collections.Generic;

namespace Replay.Core.Latency;

/// <summary>What a number of a measure names.</summary>
public enum LatencySubject
{
    Irq,
    SystemVector,
    HotplugStep,
    PowerAction,
    Device,
    Machine,
}

/// <summary>What is measured between two records of a recording.</summary>
public enum LatencyMeasure
{
    Handler,
    SystemHandler,
    AffinityApplied,
    AffinityArrival,
    OldVector,
    Invalidations,
    Request,
    Activation,
    Reserved,
    Masked,
    Pending,
    HotplugStep,
    HotplugWhole,
    PowerPhase,
    DevicePower,
    Reset,
    Hypercall,
    Gap,
}

/// <summary>A measure as it is shown and saved.</summary>
/// <param name="Measure">Which.</param>
/// <param name="Name">Its name in JSON, saved files and on the command line; for ever.</param>
/// <param name="Title">A few words for a table.</param>
/// <param name="Meaning">From which record to which.</param>
/// <param name="Subject">What is measured apart.</param>
/// <param name="IsTime">Nanoseconds; otherwise a count.</param>
/// <param name="IsJudged">More of it is worse. The gap between arrivals is neither: it is the workload.</param>
public sealed record LatencyMeasureInfo(
    LatencyMeasure Measure, string Name, string Title, string Meaning, LatencySubject Subject,
    bool IsTime = true, bool IsJudged = true);

/// <summary>All measures.</summary>
public static class LatencyMeasures
{
    /// <summary>In the order of <see cref="LatencyMeasure"/>.</summary>
    public static IReadOnlyList<LatencyMeasureInfo> All { get; } =
    [
        new(LatencyMeasure.Handler, "handler", "handler runs",
            "handler_entry to handler_exit on one CPU", LatencySubject.Irq),
        new(LatencyMeasure.SystemHandler, "system_handler", "system vector runs",
            "system_entry to system_exit on one CPU", LatencySubject.SystemVector),
        new(LatencyMeasure.AffinityApplied, "affinity_applied", "affinity asked to applied",
            "irq_set_affinity to vector_config", LatencySubject.Irq),
        new(LatencyMeasure.AffinityArrival, "affinity_arrival", "affinity asked to first arrival",
            "irq_set_affinity to the first handler_entry on the new CPU", LatencySubject.Irq),
        new(LatencyMeasure.OldVector, "old_vector", "old vector held",
            "vector_update of a move to vector_free_moved", LatencySubject.Irq),
        new(LatencyMeasure.Invalidations, "invalidations", "invalidations a move",
            "descriptors of the interrupt entry cache submitted between ir_set_affinity and its end on that CPU",
            LatencySubject.Irq, IsTime: false),
        new(LatencyMeasure.Request, "request", "request to started", "setup_irq to irq_startup", LatencySubject.Irq),
        new(LatencyMeasure.Activation, "activation", "activation to started",
            "vector_activate of a request to irq_startup", LatencySubject.Irq),
        new(LatencyMeasure.Reserved, "reserved", "reserved to vector", "vector_reserve to vector_alloc",
            LatencySubject.Irq, IsJudged: false),
        new(LatencyMeasure.Masked, "masked", "masked", "msi_mask to msi_unmask, unless the interrupt was shut down",
            LatencySubject.Irq),
        new(LatencyMeasure.Pending, "pending", "pending in the local APIC",
            "lapic_accept to lapic_service of one vector", LatencySubject.Machine),
        new(LatencyMeasure.HotplugStep, "hotplug_step", "CPU hotplug step", "cpuhp_enter to cpuhp_exit of one step",
            LatencySubject.HotplugStep),
        new(LatencyMeasure.HotplugWhole, "hotplug", "CPU off or on",
            "first cpuhp_enter to last cpuhp_exit on the way to one target", LatencySubject.HotplugStep),
        new(LatencyMeasure.PowerPhase, "power_phase", "suspend and resume phase", "suspend_resume begin to end",
            LatencySubject.PowerAction),
        new(LatencyMeasure.DevicePower, "device_power", "device power callback",
            "device_pm_start to device_pm_end of one device", LatencySubject.Device),
        new(LatencyMeasure.Reset, "reset", "device reset",
            "reset asked for to config space restored, or to vfio_reset_return", LatencySubject.Device),
        new(LatencyMeasure.Hypercall, "hypercall", "hypercall",
            "hv_hypercall to hv_hypercall_done on one CPU", LatencySubject.Machine),
        new(LatencyMeasure.Gap, "gap", "between arrivals", "one handler_entry to the next of the interrupt",
            LatencySubject.Irq, IsJudged: false),
    ];

    public static LatencyMeasureInfo Get(LatencyMeasure measure) => All[(int)measure];

    /// <summary>The measure of that name, or null.</summary>
    public static LatencyMeasureInfo? Find(string name)
    {
        foreach (LatencyMeasureInfo info in All)
        {
            if (info.Name.Equals(name, StringComparison.Ordinal)) return info;
        }
        return null;
    }
}
