using System.Collections.Generic;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Systems;
using Replay.Core.WhatIf;

namespace Replay.Core.Reports;

/// <summary>
/// What a replay found, as plain data for printing; the shape and its names are those of
/// <c>irqreplay replay --format json</c>.
/// </summary>
/// <param name="Events">Events of the recording.</param>
/// <param name="Applied">Events that changed or were checked against the machine.</param>
/// <param name="Findings">In the order of their events.</param>
/// <param name="Interrupts">Totals of what happened to interrupts.</param>
/// <param name="Digest">One number for the final machine, as text (<c>0x…</c>); the same on every route.</param>
/// <param name="Seconds">Wall time of the replay, reading included.</param>
public sealed record ReplayReport(
    long Events,
    long Applied,
    IReadOnlyList<ReportFinding> Findings,
    InterruptTotals Interrupts,
    string Digest,
    double Seconds)
{
    /// <summary>What the recording shows of the recorded system's policies, in the order of events.</summary>
    public IReadOnlyList<PolicyEvidence> Policies { get; init; } = [];

    /// <summary>Systems beside the machine that the recording has events of, with what they say.</summary>
    public IReadOnlyList<NamedSystem> Systems { get; init; } = [];

    /// <summary>
    /// What was decided otherwise than by the recorded kernel, where the user chose the rules; else null.
    /// </summary>
    public WhatIfReport? WhatIf { get; init; }

    /// <summary>Old places of pending moves that dying CPUs gave back, in the order of events.</summary>
    public IReadOnlyList<OfflineRelease> OfflineReleases { get; init; } = [];

    /// <summary>Whose records are missing; null when none are.</summary>
    public MissingReport? Missing { get; init; }

    /// <summary>Null when the replay was too short to be timed.</summary>
    public double? EventsPerSecond => Seconds > 0 ? Events / Seconds : null;
}

/// <summary>One finding.</summary>
/// <param name="Code">Stable code (<c>IRQ001</c>).</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Event">Index of the event where it shows.</param>
/// <param name="TimeNs">Time of that event.</param>
/// <param name="Blame">Index of the event where the views first parted; null when it lies before the recording.</param>
/// <param name="Irq">Interrupt concerned.</param>
/// <param name="Device">Device concerned.</param>
/// <param name="Entry">MSI-X or remapping entry concerned.</param>
/// <param name="Cpu">CPU concerned.</param>
/// <param name="Vector">Vector concerned.</param>
/// <param name="Message">One plain sentence.</param>
public sealed record ReportFinding(
    string Code,
    Severity Severity,
    long Event,
    ulong? TimeNs,
    long? Blame,
    uint? Irq,
    string? Device,
    int? Entry,
    int? Cpu,
    int? Vector,
    string Message);

/// <summary>What became of interrupts; a total that the recording cannot tell is null.</summary>
public sealed record InterruptTotals(
    long? Raised, long? Delivered, long? Pending, long? Coalesced, long? Lost, long? Spurious);
