using Replay.Core.Checkpoints;
using Replay.Core.State;

namespace Replay.Core.Verify;

/// <summary>
/// By how much a record's counters differ from the books. The same difference in the next record means that the books
/// are wrong; no difference there means that the one record was.
/// </summary>
internal readonly record struct CounterClaim(bool Made, uint A, uint B, uint C, uint D)
{
    public static CounterClaim Of(in CpuCounters model, in CpuCounters recorded) => new(true,
        recorded.Available - model.Available, recorded.Allocated - model.Allocated, recorded.Managed - model.Managed,
        recorded.Online == model.Online ? 0u : 1u);

    public static CounterClaim Of(in GlobalCounters model, in GlobalCounters recorded) => new(true,
        recorded.OnlineMaps - model.OnlineMaps, recorded.GlobalAvailable - model.GlobalAvailable,
        recorded.GlobalReserved - model.GlobalReserved, recorded.TotalAllocated - model.TotalAllocated);

    public bool Matches(in CpuCounters model, in CpuCounters recorded) => Made && this == Of(model, recorded);

    public bool Matches(in GlobalCounters model, in GlobalCounters recorded) => Made && this == Of(model, recorded);

    /// <summary>Saves or restores one.</summary>
    public static CounterClaim Transfer(StateArchive archive, CounterClaim claim) => new(
        archive.Value(claim.Made), archive.Value(claim.A), archive.Value(claim.B),
        archive.Value(claim.C), archive.Value(claim.D));
}
