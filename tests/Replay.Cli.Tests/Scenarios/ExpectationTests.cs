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
            "#expect rules=linux-6.1,vfio.dynMsix=yes device=0000:03:00.0 entry=2 nth=3 step=\"guest masks\" "
            + "verdict=DELIVERED(1,0x41)", 7);
        Assert.Equal("linux-6.1,vfio.dynMsix=yes", expectation.Rules);
        Assert.Equal("0000:03:00.0", expectation["device"]);
        Assert.Equal("guest masks", expectation["step"]);
        Assert.Equal("DELIVERED(1,0x41)", expectation["verdict"]);
        Assert.Equal((2, 3, 7), (expectation.Entry, expectation.Nth, expectation.Line));
        Assert.Null(expectation.Irq);
    }

    [Theory]
    [InlineData("#expect rules=linux-6.1", 8, "nothing is expected; give verdict=, end=, call=, finding=, state=, "
        + "has=, line=, order= or policy=")]
    [InlineData("#expect verdict=LOST oops", 22, "expected key=value, found \"oops\"")]
    [InlineData("#expect verdict=LOST verdict=LOST", 22, "verdict stands twice")]
    [InlineData("#expect verdict=LOST entry=two", 28, "entry is a number, found \"two\"")]
    [InlineData("#expect verdict=\"LOST", 17, "a quote is not closed")]
    [InlineData("#expect verdict=DELIVRED(1,0x21)", 17, "no verdict \"DELIVRED\"; did you mean DELIVERED?")]
    [InlineData("#expect verdict=DELIVERED(1,0x21", 17, "a parenthesis is not closed in \"DELIVERED(1,0x21\"")]
    [InlineData("#expect irq=40 end=WORKIN", 20, "no end verdict \"WORKIN\"; did you mean WORKING?")]
    [InlineData("#expect finding=STUCK_MASK", 17, "no finding \"STUCK_MASK\"; did you mean STUCK_MASKED?")]
    [InlineData("#expect devise=x verdict=LOST", 9, "no key \"devise\"; did you mean device?")]
    public void What_is_wrong_with_a_line_is_said_and_where(string line, int column, string message)
    {
        ExpectationException error = Assert.Throws<ExpectationException>(() => Expectation.Parse(line, 1));
        Assert.Equal((column, message), (error.Column, error.Message));
    }

    [Fact]
    public void A_key_like_no_other_is_answered_with_the_keys() =>
        Assert.StartsWith("no key \"xyzzy\"; there are rules, device, entry,",
            Assert.Throws<ExpectationException>(() => Expectation.Parse("#expect xyzzy=1 verdict=LOST", 1)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("#expect finding=IRQ001")]
    [InlineData("#expect finding=stuck-masked")]
    [InlineData("#expect verdict=none end=none finding=none")]
    [InlineData("#expect line=\"hv_irq_unmask() failed\" count=2")]
    [InlineData("#expect at=\"step 7\" subject=\"irq 41\" has=\"map=0 cache=1\"")]
    public void Every_asking_key_is_enough(string line) => Assert.NotNull(Expectation.Parse(line, 1));
}
