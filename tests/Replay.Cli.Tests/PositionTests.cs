using Xunit;

namespace Replay.Cli.Tests;

public class PositionTests
{
    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("0.000000001", 1UL)]
    [InlineData("12.5", 12_500_000_000UL)]
    [InlineData("12.503200417", 12_503_200_417UL)]
    [InlineData("12.5032004179", 12_503_200_417UL)]
    [InlineData("0.1", 100_000_000UL)]
    [InlineData("8241.123456789", 8_241_123_456_789UL)]
    [InlineData("18446744073.709551615", ulong.MaxValue)]
    public void Seconds_become_nanoseconds_through_integers(string text, ulong expected)
    {
        Assert.Equal(expected, Position.Parse("time:" + text).TimeNs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1e3")]
    [InlineData("1,5")]
    [InlineData(" 1")]
    [InlineData("1.2.3")]
    [InlineData("18446744073.709551616")]
    [InlineData("99999999999999999999")]
    public void Times_that_are_no_seconds_are_refused_with_an_example(string text)
    {
        var e = Assert.Throws<UsageException>(() => Position.Parse("time:" + text));
        Assert.Contains("for example --at time:12.503200417", e.Message, System.StringComparison.Ordinal);
    }

    [Fact]
    public void Each_form_is_read()
    {
        Assert.Equal(PositionKind.End, Position.Parse("end").Kind);
        Assert.Equal(17, Position.Parse("event:17").Event);
        Assert.Equal("snap: begin", Position.Parse("mark:snap: begin").Mark);
        Assert.Equal("event:17", Position.Parse("event:17").Text);
    }

    [Theory]
    [InlineData("evnt:5", "did you mean --at \"event:5\"?")]
    [InlineData("marker:x", "did you mean --at \"mark:x\"?")]
    [InlineData("1200", "did you mean --at event:1200?")]
    [InlineData("End", "did you mean --at end?")]
    [InlineData("zzzzzzz", "a position is end, event:N")]
    [InlineData("", "a position is end, event:N")]
    [InlineData("event", "did you mean")]
    [InlineData("event:-1", "an event is a number from 0 on")]
    [InlineData("event:", "an event is a number from 0 on")]
    [InlineData("event:99999999999999999999", "an event is a number from 0 on")]
    [InlineData("mark:", "needs the start of a marker")]
    public void Anything_else_is_refused_with_what_to_type(string text, string says)
    {
        Assert.Contains(says, Assert.Throws<UsageException>(() => Position.Parse(text)).Message,
            System.StringComparison.Ordinal);
    }
}
