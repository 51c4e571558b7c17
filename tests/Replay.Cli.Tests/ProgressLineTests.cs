using System;
using System.IO;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests;

public class ProgressLineTests
{
    [Theory]
    [InlineData(0.5, 1_000_000, 2, 60, "[##############..............]  50 %  500.0 k events/s  2 s left")]
    [InlineData(0.0, 0, 1, 60, "  0 %  0 events/s")]
    [InlineData(1.0, 30_000_000, 3, 60, "100 %  10.0 M events/s")]
    [InlineData(0.01, 1000, 60, 80, "1 h 39 min left")]
    [InlineData(double.NaN, 1000, 1, 80, "  0 %  1.0 k events/s")]
    public void A_line_shows_part_rate_and_time_left(double part, long events, int seconds, int width, string says)
    {
        string line = ProgressLine.Render(part, events, TimeSpan.FromSeconds(seconds), width);
        Assert.Contains(says[..Math.Min(4, says.Length)].Trim() is ['[', ..] ? says[^20..] : says, line, StringComparison.Ordinal);
        Assert.True(line.Length < width, line);
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

    private static CliHost Host(TextWriter error, bool terminal) =>
        new() { Out = Stream.Null, Error = error, OpenIn = () => Stream.Null, ErrorIsTerminal = terminal };
}
