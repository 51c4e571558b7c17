using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Formats.KernelLog;
using Replay.Formats.Tests.Text;
using Xunit;
using Log = Replay.Formats.KernelLog.KernelLog;

namespace Replay.Formats.Tests.KernelLog;

/// <summary>The kernel's log as a file: lines, boots, and its clock tied to a trace's.</summary>
public sealed class KernelLogTests
{
    [Theory]
    [InlineData("[   12.345678] smpboot: CPU 3 is now offline", 12345678000, 0, "smpboot: CPU 3 is now offline")]
    [InlineData("<6>[    0.000000] Linux version 6.1.0", 0, 0, "Linux version 6.1.0")]
    [InlineData("kern  :info  : [   62.352011] hv_pci x: hv_irq_unmask() failed: 0x5", 62352011000, 0,
        "hv_pci x: hv_irq_unmask() failed: 0x5")]
    [InlineData("[  812.5][    T1] text", 812500000000, 0, "text")]
    [InlineData("[   62.352011][    C2] hv_pci: text", 62352011000, 2, "hv_pci: text")]
    [InlineData("6,812,12345678,-;text; with more", 12345678000, 0, "text; with more")]
    [InlineData("6,812,12345678,-,caller=C3;text", 12345678000, 3, "text")]
    [InlineData("[    1.000000]", 1000000000, 0, "")]
    public void A_line_is_read_in_every_form(string line, ulong ns, ushort cpu, string text)
    {
        Assert.True(KernelLogLine.TryParse(line, out KernelLogLine result));
        Assert.Equal(new KernelLogLine(ns, cpu, text), result);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[Sat Nov 28 07:13:48 2026] text")]
    [InlineData("Nov 28 07:13:48 host kernel: text")]
    [InlineData("[12] text")]
    [InlineData("[.5] text")]
    [InlineData("[99999999999999999999.5] text")]
    [InlineData("[1.0000000000] text")]
    [InlineData("x [    1.000000] text")]
    [InlineData("6,812;text")]
    [InlineData("irqs 1")]
    public void Anything_else_is_no_line(string line) => Assert.False(KernelLogLine.TryParse(line, out _));

    [Fact]
    public void The_last_boot_counts_and_other_programs_do_not()
    {
        Log boots = Read("[   70.0] before\n[    0.0] Linux version 6.1.0-50-amd64 (x)\nno time\n[    1.0] after\n");
        Assert.Equal(["Linux version 6.1.0-50-amd64 (x)", "after"], Texts(boots));
        Assert.Equal((1, 1, "6.1.0-50-amd64"), (boots.OfEarlierBoots, boots.Others, boots.Kernel));
        Log journal = Read("[    1.0] vm1 kernel: one\n[    1.5] vm1 systemd[1]: no\n[    2.0] vm1 kernel: two\n");
        Assert.Equal(["one", "two"], Texts(journal));
        Assert.Equal(1, journal.Others);
    }

    [Fact]
    public void A_file_without_a_kernels_line_says_what_to_type() =>
        Assert.Contains("found \"Sat Nov 28\"; write the log with dmesg (without -T)",
            Assert.Throws<BadInputException>(() => Read("Sat Nov 28\n")).Message, StringComparison.Ordinal);

    [Fact]
    public void Lines_lie_where_both_tell_of_the_same_thing_and_a_sleep_moves_the_rest()
    {
        const string Trace = """
            irqs 1
            @clock boot
            100.000 0 cpuhp_enter cpu=1 target=0 step=145 fun=takedown_cpu
            100.010 0 cpuhp_exit cpu=1 state=145 step=145 ret=0
            100.020 0 suspend_resume action=CPU_OFF val=1 start=0
            500.000 0 suspend_resume action=CPU_ON val=1 start=1
            500.010 0 suspend_resume action=CPU_ON val=1 start=0

            """;
        Log log = Read("[   10.000] before\n[   10.009] failed\n[   10.010] smpboot: CPU 1 is now offline\n"
            + "[   10.089] Enabling\n[   10.100] CPU1 is up\n");
        ClockTie tie = ClockTie.Make(log, TextSamples.OpenText(Trace));
        Assert.Equal(2, tie.Count);
        using var merged = new LogMergedRecording(TextSamples.OpenText(Trace), log, tie);
        Assert.Equal(
            [
                "cpuhp_enter", "log \"before\"", "log \"failed\"", "cpuhp_exit",
                "log \"smpboot: CPU 1 is now offline\"", "suspend_resume", "log \"Enabling\"", "suspend_resume",
                "suspend_resume", "log \"CPU1 is up\"",
            ], Describe(merged));
        Assert.Equal(10, merged.Info.EventCount);
    }

    [Fact]
    public void A_log_alone_is_a_recording()
    {
        byte[] bytes = "<6>[    0.0] Linux version 6.1.0 (x)\n<4>[    1.0] two\n"u8.ToArray();
        Assert.True(KernelLogRecording.LooksLike(bytes));
        Assert.False(KernelLogRecording.LooksLike("irqs 1\n"u8));
        using Recording recording = KernelLogRecording.Open(new MemoryStream(bytes), "log");
        Assert.Equal(["log \"Linux version 6.1.0 (x)\"", "log \"two\""], Describe(recording));
        Assert.Equal("6.1.0", recording.Info.Kernel);
    }

    [Fact]
    public void No_cut_and_no_change_of_a_log_breaks_its_reader()
    {
        byte[] good = Encoding.UTF8.GetBytes("<6>[    0.5][    C2] text é\n6,1,200,-,caller=T1;more\nkern  :info  : "
            + "[    1.0] host kernel: x\n");
        var random = new Random(4);
        for (int round = 0; round < 2000; round++)
        {
            byte[] bytes = good[..random.Next(good.Length + 1)];
            for (int i = random.Next(3); i > 0 && bytes.Length > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                using Recording recording = KernelLogRecording.Open(new MemoryStream(bytes), "log");
                Describe(recording);
            }
            catch (BadInputException)
            {
                // Nothing in it was a line: said so.
            }
        }
    }

    private static Log Read(string text) => Log.Read(new StringReader(text), "log");

    private static List<string> Texts(Log log)
    {
        var texts = new List<string>();
        foreach (KernelLogLine line in log.Lines) texts.Add(line.Text);
        return texts;
    }

    private static List<string> Describe(Recording recording)
    {
        var lines = new List<string>();
        var buffer = new byte[EventText.LengthMax];
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch))
        {
            for (int i = 0; i < batch.Length; i++)
            {
                if (batch[i].Kind == EventKind.Extension) continue;
                string name = EventSchema.Find(batch[i].Kind)!.Name;
                lines.Add(batch[i].Kind == EventKind.LogLine
                    ? $"{name} \"{Encoding.UTF8.GetString(buffer.AsSpan(0, EventText.Read(batch[i..], buffer)))}\""
                    : name);
            }
        }
        return lines;
    }
}
