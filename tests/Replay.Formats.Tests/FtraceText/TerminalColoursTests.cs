using System.Text;
using Replay.Formats.FtraceText;
using Xunit;

namespace Replay.Formats.Tests.FtraceText;

public class TerminalColoursTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\x1b[01;31m\x1b[Kirq\x1b[m\x1b[K=24", "irq=24")]
    [InlineData("\x1b[38;5;12mx\x1b[0m", "x")]
    [InlineData("\x1b[", "\x1b[")]
    [InlineData("a\x1b", "a\x1b")]
    [InlineData("\x1b[12", "\x1b[12")]
    [InlineData("\x1b]0;title", "\x1b]0;title")]
    [InlineData("\x1b\x1b[1mx", "\x1bx")]
    [InlineData("\x1b[1\x01m", "\x1b[1\x01m")]
    public void Only_whole_control_sequences_go(string line, string expected)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(line);
        Assert.Equal(expected, Encoding.Latin1.GetString(TerminalColours.Strip(bytes, new byte[bytes.Length])));
    }
}
