using System;
using System.IO;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests;

public class ProgressLineTests
{
    [Theory]
    [InlineData(0.5, 1_000_000, 2, 60, "[############...........]  50 %  500.0 k events/s  2 s left")]
    [InlineData(0.0, 0, 1, 40, "[...................]   0 %  0 events/s")]
    [InlineData(1.0, 30_000_000, 3, 40, "[##############] 100 %  10.0 M events/s")]
    [InlineData(0.01, 1000, 60, 50, "[...........]   1 %  17 events/s  1 h 39 min left")]
    [InlineData(0.25, 1000, 60, 45, "[##....]  25 %  17 events/s  3 min 00 s left")]
    [InlineData(double.NaN, 1000, 1, 30, "[.....]   0 %  1.0 k events/s")]
    public void A_line_shows_part_rate_and_time_left(double part, long events, int seconds, int width, string expected)
    {
        Assert.Equal(expected, ProgressLine.Render(part, events, TimeSpan.FromSeconds(seconds), width));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(300)]
    public void A_line_never_fills_the_terminal(int width)
    {
        Assert.True(ProgressLine.Render(0.123, 123_456_789, TimeSpan.FromSeconds(77), width).Length < width);
    }

    [Fact]
    public void What_was_drawn_is_erased()
    {
        using var error = new StringWriter();
        using (var progress = new ProgressLine(FakeRecording.Small(), Host(error, terminal: true)))
        {
            progress.Report(5);
            progress.Tick();
            Assert.Contains("events/s", error.ToString(), StringComparison.Ordinal);
        }
        Assert.EndsWith("\r\x1b[K", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Short_work_draws_nothing()
    {
        using var error = new StringWriter();
        using (var progress = new ProgressLine(FakeRecording.Small(), Host(error, terminal: true))) progress.Report(5);
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void Nothing_is_drawn_after_the_end()
    {
        using var error = new StringWriter();
        var progress = new ProgressLine(FakeRecording.Small(), Host(error, terminal: true));
        progress.Dispose();
        progress.Tick();
        Assert.Equal("", error.ToString());
    }

    [Theory]
    [InlineData(false, false, null)]
    [InlineData(true, true, null)]
    [InlineData(true, false, "dumb")]
    public void Nothing_is_drawn_where_it_could_not_be_erased(bool terminal, bool resultsStreamToTerminal, string? term)
    {
        using var error = new StringWriter();
        using (var progress = new ProgressLine(FakeRecording.Small(),
            Host(error, terminal, term), resultsStreamToTerminal))
            progress.Tick();
        Assert.Equal("", error.ToString());
    }

    private static CliHost Host(TextWriter error, bool terminal, string? term = null) => new()
    {
        Out = Stream.Null,
        Error = error,
        OpenIn = () => Stream.Null,
        ErrorIsTerminal = terminal,
        Variable = name => name == "TERM" ? term : null,
    };
}
