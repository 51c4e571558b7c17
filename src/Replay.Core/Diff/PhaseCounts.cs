using System.Collections.Generic;

namespace Replay.Core.Diff;

/// <summary>Something that happened a different number of times in one phase of two recordings.</summary>
/// <param name="Phase">Number of the phase.</param>
/// <param name="What">Code of a finding, or what else is counted.</param>
/// <param name="Place">Interrupt, device or CPU.</param>
/// <param name="Left">How often on the left.</param>
/// <param name="Right">How often on the right.</param>
public sealed record PhaseDifference(int Phase, string What, string Place, long Left, long Right);

/// <summary>Counts by phase, what and place, for both recordings.</summary>
internal sealed class PhaseCounts
{
    private readonly SortedDictionary<(int Phase, string What, string Place), (long Left, long Right)> _rows =
        new(Order.Instance);

    public void AddLeft(int phase, string what, string place)
    {
        (long left, long right) = _rows.GetValueOrDefault((phase, what, place));
        _rows[(phase, what, place)] = (left + 1, right);
    }

    public void AddRight(int phase, string what, string place)
    {
        (long left, long right) = _rows.GetValueOrDefault((phase, what, place));
        _rows[(phase, what, place)] = (left, right + 1);
    }

    /// <summary>Rows whose sides differ, in the order of phases.</summary>
    public List<PhaseDifference> Differences()
    {
        var differences = new List<PhaseDifference>();
        foreach (((int phase, string what, string place), (long left, long right)) in _rows)
        {
            if (left != right) differences.Add(new PhaseDifference(phase, what, place, left, right));
        }
        return differences;
    }

    private sealed class Order : IComparer<(int Phase, string What, string Place)>
    {
        public static Order Instance { get; } = new();

        public int Compare((int Phase, string What, string Place) x, (int Phase, string What, string Place) y)
        {
            int order = x.Phase.CompareTo(y.Phase);
            if (order == 0) order = string.CompareOrdinal(x.What, y.What);
            return order == 0 ? string.CompareOrdinal(x.Place, y.Place) : order;
        }
    }
}
