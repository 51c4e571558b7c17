using System;
using Replay.Core.Rules;

namespace Replay.Core.WhatIf;

/// <summary>
/// Behaviours of a kernel that a recording can be replayed otherwise for, the most important to an interrupt first.
/// </summary>
public enum WhatIfRule : byte
{
    Reservation,
    HostRemapping,
    ForceCompleteFirst,
    OfflineEnospcRetry,
    ManagedStartWhileSuspended,
    Cleanup,
    AffinityProtocol,
    WindowEnd,

    /// <summary>vector.cleanup again: the clean-up vector, which is the system's as long as an IPI uses it.</summary>
    CleanupVector,
    FlatLogical,
}

/// <summary>
/// What a guided kernel decides by rule, against what the recorded kernel did. A behaviour that nobody chose is null:
/// what the recording shows of it is followed, and where it shows nothing any more, <see cref="Recorded"/> decides.
/// </summary>
public sealed class WhatIfRules
{
    private static readonly string[] NameList =
    [
        "vector.reservation", "ir.host", "cpu.forceCompleteFirst", "cpu.offlineEnospcRetry",
        "cpu.managedStartWhileSuspended", "vector.cleanup", "msi.affinityProtocol", "vector.windowEnd",
        "vector.cleanup", "apic.flatLogical",
    ];

    private WhatIfRules(ChosenRules recorded) => Recorded = recorded;

    /// <summary>Names in the catalogue, by <see cref="WhatIfRule"/>.</summary>
    public static ReadOnlySpan<string> Names => NameList;

    /// <summary>The recorded kernel's behaviours, by its version.</summary>
    public ChosenRules Recorded { get; }

    /// <summary>vector.reservation is on.</summary>
    public bool? Reservation { get; private init; }

    /// <summary>ir.host is on.</summary>
    public bool? HostRemapping { get; private init; }

    /// <summary>cpu.forceCompleteFirst.</summary>
    public bool? ForceCompleteFirst { get; private init; }

    /// <summary>cpu.offlineEnospcRetry.</summary>
    public bool? OfflineEnospcRetry { get; private init; }

    /// <summary>cpu.managedStartWhileSuspended.</summary>
    public bool? ManagedStartWhileSuspended { get; private init; }

    /// <summary>vector.cleanup.</summary>
    public VectorCleanup? Cleanup { get; private init; }

    /// <summary>msi.affinityProtocol.</summary>
    public MsiAffinityProtocol? AffinityProtocol { get; private init; }

    /// <summary>vector.windowEnd.</summary>
    public byte? WindowEnd { get; private init; }

    /// <summary>apic.flatLogical.</summary>
    public bool? FlatLogical { get; private init; }

    /// <summary>The chosen alternative of a rule; null where the recording is followed.</summary>
    public object? this[WhatIfRule rule] => rule switch
    {
        WhatIfRule.Reservation => Reservation,
        WhatIfRule.HostRemapping => HostRemapping,
        WhatIfRule.ForceCompleteFirst => ForceCompleteFirst,
        WhatIfRule.OfflineEnospcRetry => OfflineEnospcRetry,
        WhatIfRule.ManagedStartWhileSuspended => ManagedStartWhileSuspended,
        WhatIfRule.Cleanup or WhatIfRule.CleanupVector => Cleanup,
        WhatIfRule.AffinityProtocol => AffinityProtocol,
        WhatIfRule.WindowEnd => WindowEnd,
        _ => FlatLogical,
    };

    /// <summary>The rules of a choice.</summary>
    /// <param name="chosen">All behaviours as somebody chose them.</param>
    /// <param name="recorded">Those of the recorded kernel.</param>
    /// <param name="isChosen">True for the name of a behaviour that was chosen; the others follow
    /// the recording.</param>
    public static WhatIfRules From(RuleChoice chosen, RuleChoice recorded, Predicate<string> isChosen)
    {
        ChosenRules own = chosen.ToKernelRules();
        bool Chose(WhatIfRule rule) => isChosen(NameList[(int)rule]);
        return new WhatIfRules(recorded.ToKernelRules())
        {
            Reservation = Chose(WhatIfRule.Reservation) ? own.Reservation : null,
            HostRemapping = Chose(WhatIfRule.HostRemapping) ? chosen.Is("ir.host", "on") : null,
            ForceCompleteFirst = Chose(WhatIfRule.ForceCompleteFirst) ? own.ForceCompleteFirst : null,
            OfflineEnospcRetry = Chose(WhatIfRule.OfflineEnospcRetry) ? own.OfflineEnospcRetry : null,
            ManagedStartWhileSuspended = Chose(WhatIfRule.ManagedStartWhileSuspended)
                ? own.ManagedStartWhileSuspended : null,
            Cleanup = Chose(WhatIfRule.Cleanup) ? own.Cleanup : null,
            AffinityProtocol = Chose(WhatIfRule.AffinityProtocol) ? own.AffinityProtocol : null,
            WindowEnd = Chose(WhatIfRule.WindowEnd) ? own.WindowEnd : null,
            FlatLogical = Chose(WhatIfRule.FlatLogical) ? own.FlatLogical : null,
        };
    }
}
