using Replay.Core.Spec;

namespace Replay.Core.Rules;

/// <summary>Linux 6.1 (6.1.192, with what stable took in since 6.1.0).</summary>
public readonly struct Linux61 : IKernelRules
{
    public VectorCleanup Cleanup => VectorCleanup.Ipi;

    public bool Reservation => true;

    public byte WindowEnd => VectorRanges.LocalTimer;

    public bool SlotRecheck => false;

    public bool ForceCompleteFirst => true;

    public bool OfflineEnospcRetry => false;

    public bool ManagedStartWhileSuspended => true;

    public bool FlatLogical => true;

    public MsiAffinityProtocol AffinityProtocol => MsiAffinityProtocol.AsCoded;
}

/// <summary>Linux 6.12 (6.12.117).</summary>
public readonly struct Linux612 : IKernelRules
{
    public VectorCleanup Cleanup => VectorCleanup.Timer;

    public bool Reservation => true;

    public byte WindowEnd => VectorRanges.PostedMsiNotification;

    public bool SlotRecheck => true;

    public bool ForceCompleteFirst => true;

    public bool OfflineEnospcRetry => true;

    public bool ManagedStartWhileSuspended => false;

    public bool FlatLogical => false;

    public MsiAffinityProtocol AffinityProtocol => MsiAffinityProtocol.AsCoded;
}

/// <summary>A set put together on the command line: one alternative of each behaviour.</summary>
public readonly struct ChosenRules : IKernelRules
{
    public required VectorCleanup Cleanup { get; init; }

    public required bool Reservation { get; init; }

    public required byte WindowEnd { get; init; }

    public required bool SlotRecheck { get; init; }

    public required bool ForceCompleteFirst { get; init; }

    public required bool OfflineEnospcRetry { get; init; }

    public required bool ManagedStartWhileSuspended { get; init; }

    public required bool FlatLogical { get; init; }

    public required MsiAffinityProtocol AffinityProtocol { get; init; }

    /// <summary>The same choices as another set.</summary>
    public static ChosenRules From<TRules>(TRules rules)
        where TRules : struct, IKernelRules => new()
        {
            Cleanup = rules.Cleanup,
            Reservation = rules.Reservation,
            WindowEnd = rules.WindowEnd,
            SlotRecheck = rules.SlotRecheck,
            ForceCompleteFirst = rules.ForceCompleteFirst,
            OfflineEnospcRetry = rules.OfflineEnospcRetry,
            ManagedStartWhileSuspended = rules.ManagedStartWhileSuspended,
            FlatLogical = rules.FlatLogical,
            AffinityProtocol = rules.AffinityProtocol,
        };
}
