using System;
using System.IO;
using Replay.Cli.Tests.Fakes;
using Replay.Core.Events;
using Xunit;

namespace Replay.Cli.Tests.Commands;

public class EventsCommandTests
{
    [Fact]
    public void Text_is_the_text_form()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("events", cli.File));
        string[] lines = cli.Out.Split('\n');
        Assert.Equal("irqs 1", lines[0]);
        Assert.Equal("6", cli.Out[cli.Out.IndexOf("@end ", StringComparison.Ordinal)..].Split(' ', '\n')[1]);
        Assert.Equal(6, Events(cli.Out).Length);
        Assert.Equal("", cli.Error);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    public void Where_keeps_matching_events_whatever_the_batch(int batchEvents)
    {
        using var cli = new Fakes.Cli();
        cli.Recording.BatchEvents = batchEvents;
        Assert.Equal(0, cli.Run("events", cli.File, "--where", "irq == 24"));
        string[] events = Events(cli.Out);
        Assert.Equal(3, events.Length);
        Assert.All(events, line => Assert.Contains("handler_entry irq=24", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    public void Numbers_are_those_of_the_recording(int batchEvents)
    {
        using var cli = new Fakes.Cli();
        cli.Recording.BatchEvents = batchEvents;
        Assert.Equal(0, cli.Run("events", cli.File, "--number", "--where", "irq == 24"));
        Assert.Equal([" # 0", " # 3", " # 5"], Numbers(cli.Out));
    }

    [Fact]
    public void Numbers_without_a_filter_count_every_event()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(0, cli.Run("events", cli.File, "--number"));
        Assert.Equal([" # 0", " # 1", " # 2", " # 3", " # 4", " # 5"], Numbers(cli.Out));
    }

    private static string[] Events(string text) =>
        Array.FindAll(text.Split('\n'), line => line.Length > 0 && char.IsAsciiDigit(line[0]));

    private static string[] Numbers(string text) =>
        Array.ConvertAll(Events(text), line => line[line.IndexOf(" #", StringComparison.Ordinal)..]);

    [Fact]
    public void Json_spells_every_operand()
    {
        using var cli = new Fakes.Cli { Recording = new FakeRecording() };
        int device = cli.Recording.Tables.Devices.Intern("0000:00:03.0");
        cli.Recording
            .Add(EventKind.MsiWrite, 7, irq: 24, cpu: 2, a: 0xFEE00138, b: ((ulong)device << 48) | (1UL << 32) | 0x4022)
            .AddMark("snap \"before\" begin", 8)
            .Add(EventKind.VectorAlloc, 9, irq: 24, vector: 34, b: unchecked((uint)-28));
        Assert.Equal(0, cli.Run("events", cli.File, "--format", "json"));
        Assert.Equal(
            """
            {"schema":1,"events":[{"event":0,"timeNs":7,"cpu":2,"kind":"msi_write","operands":{"irq":24,
            "device":"0000:00:03.0","entry":1,"address":"0xfee00138","data":"0x4022"}},
            {"event":1,"timeNs":8,"cpu":0,"kind":"mark","operands":{"text":"snap \"before\" begin"}},
            {"event":2,"timeNs":9,"cpu":0,"kind":"vector_alloc","operands":{"irq":24,"vector":34,"reserved":0,"ret":-28}}]}
            """.ReplaceLineEndings("") + "\n",
            cli.Out);
    }

    [Fact]
    public void A_wrong_filter_is_a_usage_error_and_prints_nothing()
    {
        using var cli = new Fakes.Cli();
        Assert.Equal(2, cli.Run("events", cli.File, "--where", "irk == 24"));
        Assert.Equal("", cli.Out);
        Assert.Equal("irqreplay: --where: column 1: expected irq, found \"irk == 24\"\n", cli.Error);
    }

    [Fact]
    public void A_reader_that_goes_away_ends_the_command_quietly()
    {
        using var cli = new Fakes.Cli { OutStream = new FailingStream(errorNumber: 32) };
        Assert.Equal(0, cli.Run("events", cli.File, "--format", "json"));
        Assert.Equal("", cli.Error);
    }

    [Fact]
    public void A_full_disk_is_said()
    {
        using var cli = new Fakes.Cli { OutStream = new FailingStream(errorNumber: 28) };
        Assert.Equal(2, cli.Run("events", cli.File));
        Assert.Equal("irqreplay: the results could not be written: the write failed\n", cli.Error);
    }

    /// <summary>Fails as the runtime does for a failed write: the error number is the HResult.</summary>
    private sealed class FailingStream(int errorNumber) : MemoryStream
    {
        public override void Write(ReadOnlySpan<byte> buffer) => throw new IOException("the write failed", errorNumber);
    }
}
