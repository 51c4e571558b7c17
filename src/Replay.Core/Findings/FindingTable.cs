using System.Collections.Generic;

namespace Replay.Core.Findings;

/// <summary>
/// Findings of one replay, in the order in which they showed. At most <see cref="KeptPerCode"/> of a code are kept with
/// their text; all are counted.
/// </summary>
public sealed partial class FindingTable
{
    /// <summary>Findings of one code that are kept whole; a storm of one kind must not fill memory, a leak of a few
    /// hundred vectors must be told whole.</summary>
    public const int KeptPerCode = 5000;

    private readonly List<Finding> _kept = [];
    private readonly long[] _countByCode = new long[256];

    /// <summary>Findings with their text.</summary>
    public IReadOnlyList<Finding> Kept => _kept;

    /// <summary>All findings, kept or only counted.</summary>
    public long Count { get; private set; }

    /// <summary>All findings of a code.</summary>
    public long CountOf(FindingCode code) => _countByCode[(int)code];

    /// <summary>True while a finding of this code would be kept; callers ask before they make its text.</summary>
    public bool WouldKeep(FindingCode code) => _countByCode[(int)code] < KeptPerCode;

    /// <summary>Counts one that is not kept.</summary>
    public void CountOnly(FindingCode code)
    {
        Count++;
        _countByCode[(int)code]++;
    }

    public void Add(Finding finding)
    {
        if (WouldKeep(finding.Code)) _kept.Add(finding);
        CountOnly(finding.Code);
    }
}
