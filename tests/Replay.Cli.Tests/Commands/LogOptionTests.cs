using System;
using System.IO;
using System.Text.Json;
using Replay.Cli.Tests.Fakes;
using Xunit;

namespace Replay.Cli.Tests.Commands;

/// <summary><c>--log</c>: a kernel log beside a recording, and one that is all there is.</summary>
public sealed class LogOptionTests : IDisposable
{
    private const string Log = """
        [    0.000000] Linux version 5.4.0-1031-azure (x)
        [   62.310044] Disabling non-boot CPUs ...
        [   62.331021] smpboot: CPU 1 is now offline
        [   62.352011] hv_pci 47505500-0001: hv_irq_unmask() failed: 0x5
        [   62.353108] smpboot: CPU 2 is now offline

        """;

    private const string Trace = """
        irqs 1
        @clock CLOCK
        101.0 0 suspend_resume action=CPU_OFF val=1 start=1
        101.1 0 suspend_resume action=CPU_OFF val=1 start=0
        101.2 0 suspend_resume action=CPU_OFF val=2 start=1
        101.3 0 suspend_resume action=CPU_OFF val=2 start=0

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("irqreplay-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Lines_become_events_where_the_trace_tells_of_the_same_thing()
    {
        (int code, string output, _) = RealCli.Run("events", Write("t.irqs", Trace), "--log", Write("dmesg.txt", Log),
            "--where", "kind=log text=*unmask*");
        Assert.Equal(0, code);
        Assert.Contains("101.298903000 0 log text=\"hv_pci 47505500-0001: hv_irq_unmask() failed: 0x5\"",
            output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--log", 9, 4)]
    [InlineData("--left-log", 9, 4)]
    [InlineData("--right-log", 4, 9)]
    public void Of_two_recordings_each_can_have_a_log_of_its_own(string option, long left, long right)
    {
        // The same file twice: which side a log belongs to is not a question of names.
        string trace = Write("t.irqs", Trace);
        (int code, string output, _) = RealCli.Run("diff", trace, trace, option,
            Write("dmesg.txt", Log), "--format", "json");
        Assert.InRange(code, 0, 1);
        JsonElement root = JsonDocument.Parse(output).RootElement;
        Assert.Equal((left, right), (root.GetProperty("left").GetProperty("events").GetInt64(),
            root.GetProperty("right").GetProperty("events").GetInt64()));
    }

    [Fact]
    public void Both_logs_at_once()
    {
        string trace = Write("t.irqs", Trace), log = Write("dmesg.txt", Log);
        (int code, string output, _) = RealCli.Run("diff", trace, trace, "--left-log", log,
            "--right-log", log, "--format", "json");
        Assert.Equal(0, code);
        Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("same").GetBoolean());
    }

    [Fact]
    public void A_log_alone_shows_the_policy_of_its_driver()
    {
        (int code, string output, _) = RealCli.Run("replay", Write("dmesg.txt", Log), "--format", "json");
        Assert.Equal(1, code);
        JsonElement policy = JsonDocument.Parse(output).RootElement.GetProperty("policies")[0];
        Assert.Equal("hv.unmaskOnFailure", policy.GetProperty("policy").GetString());
        Assert.Equal("preFix", policy.GetProperty("alternative").GetString());
    }

    [Theory]
    [InlineData("local", 2)]
    [InlineData("mono", 0)]
    public void A_clock_that_nothing_ties_is_refused_where_it_starts_at_another_moment(string clock, int expected)
    {
        string trace = Write("t.irqs", $"irqs 1\n@clock {clock}\n101.0 0 handler_entry irq=24 name=nvme0q1\n");
        (int code, _, string error) = RealCli.Run("info", trace, "--log", Write("dmesg.txt", Log));
        Assert.Equal(expected, code);
        Assert.Contains(expected == 0
            ? "nothing ties the two clocks" : "its clock cannot be tied to the trace clock \"local\"",
            error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_that_is_none_says_what_to_type()
    {
        (int code, _, string error) = RealCli.Run("info", Write("t.irqs", Trace), "--log",
            Write("dmesg.txt", "[Sat Nov 28 07:13:48 2026] x\n"));
        Assert.Equal(3, code);
        Assert.Contains("write the log with dmesg (without -T)", error, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text.Replace("CLOCK", "local", StringComparison.Ordinal));
        return path;
    }
}
