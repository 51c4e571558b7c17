using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Cli.Output;
using Replay.Cli.Top;
using Xunit;

namespace Replay.Cli.Tests.Top;

public class TopScreenTests
{
    private static readonly List<TopLine> Lines = [new("one", TopStyle.Plain), new("two", TopStyle.Plain)];

    [Fact]
    public void A_terminal_of_another_size_wants_a_frame_of_that_size()
    {
        (int width, int height) = (80, 24);
        using var output = new MemoryStream();
        using var screen = new TopScreen(Host(output, () => width, () => height), redraws: true);
        Assert.False(screen.WasResized);
        screen.Draw(Lines);
        Assert.False(screen.WasResized);
        (width, height) = (40, 3);
        Assert.True(screen.WasResized);
        Assert.Equal((40, 2), (screen.Width, screen.Height));
        screen.Draw(Lines);
        Assert.False(screen.WasResized);
    }

    [Fact]
    public void What_is_no_terminal_has_no_size_and_no_sequences()
    {
        using var output = new MemoryStream();
        using (var screen = new TopScreen(Host(output, () => 80, () => 24) with { OutIsTerminal = false },
            redraws: false))
        {
            screen.Draw(Lines);
            Assert.False(screen.WasResized);
        }
        Assert.Equal("one\ntwo\n\n", Encoding.UTF8.GetString(output.ToArray()));
    }

    private static CliHost Host(MemoryStream output, System.Func<int> width, System.Func<int> height) => new()
    {
        Out = output,
        Error = TextWriter.Null,
        OpenIn = static () => Stream.Null,
        OutIsTerminal = true,
        TerminalWidth = width,
        TerminalHeight = height,
        Variable = static _ => "1",
    };
}
