using System.Collections.Generic;
using Replay.Formats.Mapping;

namespace Replay.Formats.TraceDat;

/// <summary>How a trace.dat is imported.</summary>
public sealed record TraceDatOptions
{
    /// <summary>Which recorded events become which canonical ones.</summary>
    public MappingTable Mapping { get; init; } = MappingTable.BuiltIn;

    /// <summary>
    /// Patterns of <c>system:name</c> (<c>*</c> stands for any text) whose records are dropped as if never recorded:
    /// neither counted nor part of first and last time.
    /// </summary>
    public IReadOnlyList<string> IgnorePatterns { get; init; } = [];

    /// <summary>
    /// Applies the recording's TIME_SHIFT option, so that a guest's events carry the host's clock. Off: times are the
    /// guest's own.
    /// </summary>
    public bool HostTime { get; init; }
}
