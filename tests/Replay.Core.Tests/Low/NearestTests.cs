using Replay.Core.Low;
using Xunit;

namespace Replay.Core.Tests.Low;

public class NearestTests
{
    private static readonly string[] Commands = ["info", "events", "convert", "replay", "state"];

    [Theory]
    [InlineData("inof", "info")]
    [InlineData("event", "events")]
    [InlineData("conv", "convert")]
    [InlineData("STATE", "state")]
    [InlineData("relpay", "replay")]
    [InlineData("xyz", null)]
    [InlineData("", null)]
    public void A_slip_finds_what_was_meant(string word, string? expected)
    {
        Assert.Equal(expected, Nearest.Find(word, Commands));
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "abcd", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_edits(string left, string right, int expected)
    {
        Assert.Equal(expected, Nearest.Distance(left, right));
        Assert.Equal(expected, Nearest.Distance(right, left));
    }
}
