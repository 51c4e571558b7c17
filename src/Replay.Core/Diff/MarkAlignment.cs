using System;
using System.Collections.Generic;

namespace Replay.Core.Diff;

/// <summary>
/// Which markers of two recordings are the same place: the longest series of equal texts in the same order. Wall clocks
/// are of no use: two runs of one workload take different times.
/// </summary>
public sealed class MarkAlignment
{
    private readonly List<(MarkPoint Left, MarkPoint Right)> _pairs = [];

    public MarkAlignment(IReadOnlyList<MarkPoint> left, IReadOnlyList<MarkPoint> right)
    {
        LeftCount = left.Count;
        RightCount = right.Count;
        int width = right.Count + 1;
        ushort[] longest = new ushort[(left.Count + 1) * width];
        for (int i = left.Count - 1; i >= 0; i--)
        {
            for (int j = right.Count - 1; j >= 0; j--)
            {
                longest[(i * width) + j] = left[i].Text == right[j].Text
                    ? (ushort)(longest[((i + 1) * width) + j + 1] + 1)
                    : Math.Max(longest[((i + 1) * width) + j], longest[(i * width) + j + 1]);
            }
        }
        int a = 0, b = 0;
        while (a < left.Count && b < right.Count)
        {
            if (left[a].Text == right[b].Text) _pairs.Add((left[a++], right[b++]));
            else if (longest[((a + 1) * width) + b] >= longest[(a * width) + b + 1]) a++;
            else b++;
        }
    }

    /// <summary>Markers that both have, in order.</summary>
    public IReadOnlyList<(MarkPoint Left, MarkPoint Right)> Pairs => _pairs;

    /// <summary>Markers of the left recording.</summary>
    public int LeftCount { get; }

    /// <summary>Markers of the right recording.</summary>
    public int RightCount { get; }

    /// <summary>
    /// <c>high</c> when nine of ten markers have their partner, <c>medium</c> from one half, else <c>low</c>; without
    /// markers both recordings are one phase, and that is <c>low</c>.
    /// </summary>
    public string Confidence
    {
        get
        {
            int all = Math.Max(LeftCount, RightCount);
            if (all == 0 || _pairs.Count * 2 < all) return "low";
            return _pairs.Count * 10 >= all * 9 ? "high" : "medium";
        }
    }

    /// <summary>Phase of a left event: markers paired until then; 0 is before the first.</summary>
    public int PhaseOfLeft(long index) => CountUntil(index, isLeft: true);

    /// <summary>Phase of a right event.</summary>
    public int PhaseOfRight(long index) => CountUntil(index, isLeft: false);

    /// <summary>Text of the marker that begins a phase; empty for what comes before the first.</summary>
    public string NameOf(int phase) => phase == 0 ? "" : _pairs[phase - 1].Left.Text;

    private int CountUntil(long index, bool isLeft)
    {
        int low = 0, high = _pairs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if ((isLeft ? _pairs[middle].Left.Event : _pairs[middle].Right.Event) <= index) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
