using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Replay.Core.Events;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Replay.Core.Systems;
using Replay.Formats;
using Xunit;

namespace Replay.Core.Tests.Systems;

/// <summary>From a recording alone: which policy the recorded driver follows (scenarios A.6 and A.7).</summary>
public class PolicyEvidenceTests
{
    private const string Device = "0000:00:02.0";

    // A bus with one mapped interrupt, suspended; {0} is what happens while CPU 2 goes down, {1} what in resume.
    private const string Sleep = """
        irqs 1
        1.0 0 vpci_channel device=0000:00:02.0 open=1
        1.1 0 hv_packet type=create_interrupt irq=41 device=0000:00:02.0 address=0xfee00000 data=0x1000
        1.2 0 msi_unmask irq=41
        2.0 0 suspend_resume action=dpm_suspend_noirq start=1
        2.1 0 hv_packet type=resources_released device=0000:00:02.0
        2.2 0 vpci_channel device=0000:00:02.0 open=0
        2.3 0 suspend_resume action=CPU_OFF val=2 start=1
        {0}
        2.4 0 suspend_resume action=CPU_OFF val=2 start=0
        3.0 0 vpci_channel device=0000:00:02.0 open=1
        3.1 0 hv_packet type=d0_entry device=0000:00:02.0
        {1}
        3.9 0 suspend_resume action=thaw_processes start=0
        """;

    [Theory]
    [InlineData("", "", "hv.resumeRecreate=none")]
    [InlineData("2.31 2 log text=\"hv_pci 0000:00:02.0: hv_irq_unmask() failed: 0x5\"", "",
        "hv.unmaskOnFailure=preFix hv.resumeRecreate=none")]
    [InlineData("2.31 2 hv_unmask irq=41", "", "hv.unmaskOnFailure=preFix hv.resumeRecreate=none")]
    [InlineData("2.31 2 hv_hypercall irq=41 device=0000:00:02.0 code=0x7e status=5\n2.32 2 msi_unmask irq=41", "",
        "hv.unmaskOnFailure=merged hv.resumeRecreate=none")]
    [InlineData("2.31 2 hv_hypercall irq=41 device=0000:00:02.0 code=0x7e\n2.315 2 hv_hypercall_done status=5\n"
        + "2.32 2 msi_unmask irq=41", "", "hv.unmaskOnFailure=merged hv.resumeRecreate=none")]
    // Merged or second version.
    [InlineData("2.31 2 hv_unmask irq=41\n2.32 2 msi_unmask irq=41", "", "hv.resumeRecreate=none")]
    [InlineData("2.30 2 hv_hypercall code=0x2\n2.31 2 hv_unmask irq=41\n2.32 2 msi_unmask irq=41", "",
        "hv.unmaskOnFailure=v2SkipWhenRemoving hv.resumeRecreate=none")]
    [InlineData("", "3.2 0 hv_packet type=create_interrupt2 irq=41 device=0000:00:02.0 address=0xfee00000 data=0x1001",
        "hv.resumeRecreate=allDescriptors")]
    [InlineData("", "3.2 0 vpci_create_interrupt irq=41 device=0000:00:02.0 address=0xfee00000",
        "hv.resumeRecreate=allDescriptors")]
    [InlineData("", "3.2 0 hv_bus_step step=restore_msi", "hv.resumeRecreate=allDescriptors")]
    // The driver's doing.
    [InlineData("",
        "3.15 0 vector_activate irq=41\n3.2 0 vpci_create_interrupt irq=41 device=0000:00:02.0 address=0xfee00000", "")]
    public void What_happens_at_CPU_OFF_and_in_resume_tells_the_driver(string atOffline,
        string inResume, string expected)
    {
        string text = Sleep.Replace("{0}", atOffline, StringComparison.Ordinal).Replace("{1}",
            inResume, StringComparison.Ordinal);
        Assert.Equal(expected, string.Join(" ", Evidence(Encoding.UTF8.GetBytes(text + "\n"))));
    }

    [Fact]
    public void The_same_log_line_outside_of_suspend_tells_nothing()
    {
        string text =
            Sleep.Replace("2.0 0 suspend_resume action=dpm_suspend_noirq start=1\n", "", StringComparison.Ordinal)
                .Replace("{0}", "2.31 2 log text=\"hv_irq_unmask() failed: 0x5\"", StringComparison.Ordinal)
                .Replace("{1}", "", StringComparison.Ordinal);
        Assert.Equal(["hv.resumeRecreate=none"], Evidence(Encoding.UTF8.GetBytes(text + "\n")));
    }

    [Theory]
    [InlineData("a-capture-p",
        "hv.unmaskOnFailure=preFix hv.unmaskOnFailure=preFix hv.resumeRecreate=none hv.resumeRecreate=none")]
    [InlineData("a-capture-q", "hv.unmaskOnFailure=merged hv.unmaskOnFailure=merged hv.resumeRecreate=allDescriptors "
        + "hv.resumeRecreate=allDescriptors")]
    public void Two_failures_and_no_mapping_are_P_and_one_mapping_in_each_resume_is_Q(
        string scenario, string expected) =>
        Assert.Equal(expected, string.Join(" ", Evidence(File.ReadAllBytes(Play.PathOf(scenario)))));

    private static List<string> Evidence(byte[] text)
    {
        using Recording recording = new RecordingOpener(FormatCatalog.BuiltIn, new OpenOptions()).Open(
            new MemoryStream(text), "text");
        var replayer = new Replayer<Linux61, ParanoidProbe>(recording.Tables);
        while (recording.TryReadBatch(out ReadOnlySpan<IrqEvent> batch)) replayer.Replay(batch);
        replayer.Finish();
        Assert.Empty(recording.Report.Entries);
        var found = new List<string>();
        foreach (NamedSystem live in replayer.Systems.Live)
        {
            foreach (PolicyEvidence row in live.System.Report.Evidence)
            {
                found.Add($"{row.Policy}={row.Alternative}");
                Assert.True(RuleChoice.For(RuleCatalog.Linux61Name).With(found[^1]).Is(row.Policy, row.Alternative));
                Assert.Contains(row.Device, (string[])[Device, ""]);
            }
        }
        return found;
    }
}
