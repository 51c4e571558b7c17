using System;
using Replay.Cli.Scenarios;
using Xunit;

namespace Replay.Cli.Tests.Scenarios;

public sealed class ExpectationTests
{
    [Fact]
    public void Keys_and_quoted_values_are_read()
    {
        Expectation expectation = Expectation.Parse(
            "#expect rules=linux-6.1,vfio.dynMsix=yes device=0000:03:00.0 entry=2 nth=3 step=\"guest masks\" verdict=DELIVERED(1,0x41)", 7);
        Assert.Equal("linux-6.1,vfio.dynMsix=yes", expectation.Rules);
        Assert.Equal("0000:03:00.0", expectation["device"]);
        Assert.Equal("guest masks", expectation["step"]);
        Assert.Equal("DELIVERED(1,0x41)", expectation["verdict"]);
        Assert.Equal((2, 3, 7), (expectation.Entry, expectation.Nth, expectation.Line));
        Assert.Null(expectation.Irq);
    }

    [Theory]
    [InlineData("#expect rules=linux-6.1", "nothing is expected; give verdict=, end=, call=, finding=, state= or order=")]
    [InlineData("#expect verdict=LOST oops", "expected key=value, found \"oops\"")]
    [InlineData("#expect verdict=LOST verdict=LOST", "verdict stands twice")]
    [InlineData("#expect verdict=LOST entry=two", "entry is a number, found \"two\"")]
    [InlineData("#expect verdict=\"LOST", "a quote is not closed")]
    public void What_is_wrong_with_a_line_is_said(string line, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => Expectation.Parse(line, 1)).Message);

    [Fact]
    public void A_wrong_key_is_answered_with_the_keys() =>
        Assert.StartsWith("no key \"devise\"; the keys are rules, device, entry,",
            Assert.Throws<FormatException>(() => Expectation.Parse("#expect devise=x verdict=LOST", 1)).Message, StringComparison.Ordinal);
}
