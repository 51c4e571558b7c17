using System.Collections.Generic;
using Replay.Core.Reports;

namespace Replay.Core.Diff;

/// <summary>A marker of a recording and the vector allocator there.</summary>
/// <param name="Event">Its event.</param>
/// <param name="TimeNs">Its time.</param>
/// <param name="Text">Its text without the number that recording scripts put first.</param>
/// <param name="Matrix">Counters just after it.</param>
public sealed record MarkPoint(long Event, ulong TimeNs, string Text, MatrixRow Matrix);

/// <summary>What of one recording is compared with another.</summary>
/// <param name="Kernel">Kernel release; empty when not recorded.</param>
/// <param name="Marks">Markers in their order, the first <see cref="MarksMax"/>.</param>
/// <param name="Report">Findings and totals.</param>
/// <param name="End">The machine at the end.</param>
public sealed record RecordingProfile(string Kernel, IReadOnlyList<MarkPoint> Marks,
    ReplayReport Report, StateReport End)
{
    /// <summary>Markers that are compared; their alignment costs memory by the square.</summary>
    public const int MarksMax = 2048;
}
