using System.Collections.Generic;

namespace Replay.Core.Verify;

/// <summary>What was decided again, and how it compares.</summary>
/// <param name="Tally">Decisions by kind, and the disagreements.</param>
/// <param name="Evidence">What the recording shows of its kernel's behaviours.</param>
public sealed record VerifyReport(VerifyTally Tally, IReadOnlyList<Evidence> Evidence);
