using System;
using System.IO;
using System.Text;
using Replay.Formats.Machines;
using Xunit;

namespace Replay.Formats.Tests.Machines;

public class MachineSnifferTests
{
    private const string Padding = "# a comment that is longer than the bytes that a magic number "
        + "needs, as comments are\n";

    [Theory]
    [InlineData("irqs 1\n" + Padding + "@machine a\n1.0 0 mark text=a\n", true)]
    [InlineData("irqs 1\r\n" + Padding + "\r\n  @machines 2\r\n@machine a\r\n", true)]
    [InlineData("irqs 1\n" + Padding + "@machinery a\n@machine a\n", false)]
    [InlineData("irqs 1\n" + Padding + "@clock mono\n@machine a\n", false)]
    [InlineData("irqs 1\n" + Padding + "1.0 0 mark text=a\n", false)]
    [InlineData("irqs 1\n" + Padding, false)]
    [InlineData("irqs 1\n@machine a", true)]
    [InlineData("irqs 1", false)]
    [InlineData("# tracer: nop\n@machine a\n", false)]
    [InlineData("", false)]
    public void The_first_line_that_says_anything_tells(string text, bool expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        byte[] start = MachineSniffer.ReadStart(new MemoryStream(bytes), "x", out bool names);
        Assert.Equal((text, expected), (Encoding.UTF8.GetString(start), names));
        for (int length = 0; length < bytes.Length; length++)
        {
            if (MachineSniffer.NamesMachines(bytes.AsSpan(0, length), isAll: false) is { } early)
                Assert.Equal(expected, early);
        }
    }

    /// <summary>A live pipe may give nothing more for a long time.</summary>
    [Theory]
    [InlineData("irqs 1\n" + Padding + "1.0 0 mark text=a\n")]
    [InlineData("          <idle>-0       [001] d.h1.    10.000001: irq_handler_entry: irq=24 name=nvme0q1\n")]
    public void No_more_is_read_than_tells(string text)
    {
        using var pipe = new Then(Encoding.UTF8.GetBytes(text));
        MachineSniffer.ReadStart(pipe, "x", out bool names);
        Assert.False(names);
    }

    [Fact]
    public void What_cannot_be_read_is_bad_input()
    {
        BadInputException e = Assert.Throws<BadInputException>(() =>
            MachineSniffer.ReadStart(new Then([]), "x", out _));
        Assert.Equal("x: offset 0: cannot be read: nothing more", e.Message);
    }

    /// <summary>Fails where it would wait.</summary>
    private sealed class Then(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = base.Read(buffer, offset, count);
            return read > 0 ? read : throw new IOException("nothing more");
        }
    }
}
