namespace Replay.Core.Events;

/// <summary>Families of kinds.</summary>
public static class EventKinds
{
    /// <summary>True for kinds that the kernel emits on online CPUs only (DECLARE_TRACE tests cpu_online).</summary>
    public static bool NeedOnlineCpu(EventKind kind) =>
        kind is (>= EventKind.HandlerEntry and <= EventKind.SystemExit)
            or (>= EventKind.VectorSetup and <= EventKind.VectorTeardown)
            or (>= EventKind.MatrixOnline and <= EventKind.MatrixAllocReserved)
            or (>= EventKind.CpuhpEnter and <= EventKind.CpuhpExit)
            or (>= EventKind.SuspendResume and <= EventKind.DevicePmEnd)
            or EventKind.QiSubmit;
}
