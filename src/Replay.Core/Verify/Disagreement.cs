namespace Replay.Core.Verify;

/// <summary>One decision that the kernel took and the rules would have taken otherwise.</summary>
/// <param name="Event">Number of the record.</param>
/// <param name="TimeNs">Its time.</param>
/// <param name="Cpu">The CPU that recorded it.</param>
/// <param name="Kind">What was decided.</param>
/// <param name="Irq">The interrupt, or null.</param>
/// <param name="Expected">What the rules decide.</param>
/// <param name="Actual">What the recording says.</param>
/// <param name="Because">The inputs that lead to what is expected.</param>
public sealed record Disagreement(
    long Event, ulong TimeNs, int Cpu, DecisionKind Kind, int? Irq, string Expected, string Actual, string Because);
