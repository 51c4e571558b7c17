using System.Collections.Generic;
using Replay.Core.Diff;
using Replay.Core.Reports;
using Xunit;

namespace Replay.Core.Tests.Diff;

public sealed class MarkAlignmentTests
{
    [Theory]
    [InlineData("", "", "", "low")]
    [InlineData("abc", "abc", "abc", "high")]
    [InlineData("abc", "axbc", "abc", "medium")]
    [InlineData("abab", "baba", "bab", "medium")]
    [InlineData("abcd", "d", "d", "low")]
    [InlineData("aaaaaaaaaa", "aaaaaaaaa", "aaaaaaaaa", "high")]
    [InlineData("abc", "xyz", "", "low")]
    public void The_longest_common_series_is_paired(string left, string right, string paired, string confidence)
    {
        var alignment = new MarkAlignment(Marks(left), Marks(right));
        string texts = "";
        foreach ((MarkPoint a, MarkPoint b) in alignment.Pairs)
        {
            Assert.Equal(a.Text, b.Text);
            texts += a.Text;
        }
        Assert.Equal(paired, texts);
        Assert.Equal(confidence, alignment.Confidence);
    }

    [Fact]
    public void An_event_belongs_to_the_last_paired_marker_before_it()
    {
        // Events 0, 10, 20 on the left; 0, 10, 20, 30 on the right, whose second marker has no partner.
        var alignment = new MarkAlignment(Marks("abc"), Marks("axbc"));
        Assert.Equal((1, 1, 2, 3),
            (alignment.PhaseOfLeft(0), alignment.PhaseOfLeft(9), alignment.PhaseOfLeft(10), alignment.PhaseOfLeft(99)));
        Assert.Equal((1, 1, 2, 3), (alignment.PhaseOfRight(10), alignment.PhaseOfRight(19), alignment.PhaseOfRight(20),
            alignment.PhaseOfRight(30)));
        Assert.Equal(("", "a", "c"), (alignment.NameOf(0), alignment.NameOf(1), alignment.NameOf(3)));
    }

    private static List<MarkPoint> Marks(string texts)
    {
        var marks = new List<MarkPoint>();
        foreach (char text in texts)
            marks.Add(new MarkPoint(marks.Count * 10, 0, text.ToString(), new MatrixRow(null, null, null, [])));
        return marks;
    }
}
