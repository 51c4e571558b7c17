using System.Collections.Generic;
using Replay.Core.Findings;
using Xunit;

namespace Replay.Core.Tests.Systems;

/// <summary>Hyper-V hibernation (scenario A): every table of the specification, row for row.</summary>
public class HibernationTests
{
    private const string Device = "0000:00:02.0";
    private const string Second = "0000:00:03.0";
    private const string PreFix = "linux-6.12,prefix:915cff7f38c5";
    private const string Version2 = "linux-6.12,fix:hv-hibernate-v2";
    private const string Merged = "linux-6.12,fix:915cff7f38c5";

    /// <summary>
    /// A.3: hbus, channel, mapA, mapB | cacheA, hwA | cacheB, hwB after each step. After 11 the device is back with the
    /// host's reset values, masked; the specification leaves hw open there.
    /// </summary>
    public static TheoryData<string, string, string> StatesAfterSteps()
    {
        (string Mark, string PreFix, string Version2, string Merged)[] rows =
        [
            ("start", "installed, open, 1, 1 | 0,0 | 0,0", "=", "="),
            ("step 4", "removing, closed, 0, 0 | 0,u | 0,u", "=", "="),
            ("step 6", "removing, closed, 0, 0 | 0,u | 0,u", "=", "="),
            ("step 7", "removing, closed, 0, 0 | 0,u | 1,u", "removing, closed, 0, 0 | 0,u | 0,u",
                "removing, closed, 0, 0 | 0,u | 0,u"),
            ("step 8", "removing, closed, 0, 0 | 0,u | 1,u", "removing, closed, 0, 0 | 0,u | 0,u",
                "removing, closed, 0, 0 | 0,u | 0,u"),
            ("step 9", "removing, closed, 0, 0 | 0,u | 1,u", "removing, closed, 0, 0 | 0,u | 0,u",
                "removing, closed, 0, 0 | 0,u | 0,u"),
            ("step 10", "removing, closed, 0, 0 | 0,u | 1,u", "removing, closed, 0, 0 | 0,u | 0,u",
                "removing, closed, 0, 0 | 0,u | 0,u"),
            ("step 11", "installed, open, 0, 0 | 0,1 | 1,1", "installed, open, 1, 1 | 0,1 | 0,1",
                "installed, open, 1, 1 | 0,1 | 0,1"),
            ("step 12", "installed, open, 0, 0 | 0,0 | 1,1", "installed, open, 1, 1 | 0,0 | 0,0",
                "installed, open, 1, 1 | 0,0 | 0,0"),
            ("step 13", "installed, open, 0, 0 | 0,0 | 1,1", "installed, open, 1, 1 | 0,0 | 0,0",
                "installed, open, 1, 1 | 0,0 | 0,0"),
            ("step 14", "installed, open, 0, 0 | 0,0 | 1,1", "installed, open, 1, 1 | 0,0 | 0,0",
                "installed, open, 1, 1 | 0,0 | 0,0"),
            ("step 15", "removing, closed, 0, 0 | 0,u | 1,u", "removing, closed, 0, 0 | 0,u | 0,u",
                "removing, closed, 0, 0 | 0,u | 0,u"),
            ("step 17", "removing, closed, 0, 0 | 0,u | 1,u", "removing, closed, 0, 0 | 0,u | 0,u",
                "removing, closed, 0, 0 | 0,u | 0,u"),
            ("step 18", "removing, closed, 0, 0 | 0,u | 1,u", "removing, closed, 0, 0 | 0,u | 0,u",
                "removing, closed, 0, 0 | 0,u | 0,u"),
            ("step 19", "installed, open, 0, 0 | 0,1 | 1,1", "installed, open, 1, 1 | 0,1 | 0,1",
                "installed, open, 1, 1 | 0,1 | 0,1"),
            ("step 20", "installed, open, 0, 0 | 0,0 | 1,1", "installed, open, 1, 1 | 0,0 | 0,0",
                "installed, open, 1, 1 | 0,0 | 0,0"),
        ];
        var data = new TheoryData<string, string, string>();
        foreach ((string mark, string preFix, string version2, string merged) in rows)
        {
            data.Add(mark, PreFix, preFix);
            data.Add(mark, Version2, version2 == "=" ? preFix : version2);
            data.Add(mark, Merged, merged == "=" ? preFix : merged);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(StatesAfterSteps))]
    public void State_after_each_step_is_the_table_s(string mark, string rules, string expected)
    {
        Play play = Play.Run("a-hibernate", rules);
        string State(int irq, string key) => play.Word($"irq {irq}", mark, key);
        string actual = $"{play.State(Device, mark)}, {State(40, "map")}, {State(41, "map")} | "
            + $"{State(40, "cache")},{State(40, "hw")} | {State(41, "cache")},{State(41, "hw")}";
        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("start", "(2,0x20)")]
    [InlineData("step 6", "(2,0x20)")]
    [InlineData("step 7", "(3,0x20)")]
    [InlineData("step 8", "(0,0x21)")]
    [InlineData("step 10", "(0,0x21)")]
    [InlineData("step 20", "(0,0x21)")]
    public void B_leaves_each_CPU_for_the_freest_one_and_is_not_moved_back(string mark, string place)
    {
        foreach (string rules in (string[])[PreFix, Version2, Merged])
        {
            Play play = Play.Run("a-hibernate", rules);
            Assert.Equal(place, play.Word("irq 41", mark, "at"));
            Assert.Equal("(0,0x20)", play.Word("irq 40", mark, "at"));
            Assert.Equal("0", play.Word("irq 41", mark, "generic"));
        }
    }

    [Fact]
    public void A_tie_goes_to_the_lowest_CPU_and_the_second_step_moves_nothing()
    {
        Play play = Play.Run("a-hibernate-tie", PreFix);
        Assert.Equal("available=201,off,201,201 global=603 reserved=0 total=3", play.State("matrix", "CPU 1 is off"));
        Assert.Equal("(0,0x21)", play.Word("irq 41", "CPU 2 is off", "at"));
        Assert.Equal("(0,0x21)", play.Word("irq 41", "CPU 3 is off", "at"));
        Assert.Equal("(0,0x22)", play.Word("irq 50", "CPU 3 is off", "at"));
        Assert.Equal(1, play.CountLines("log", Device + ": hv_irq_unmask() failed"));
        Assert.Equal(1, play.CountLines("log", Second + ": hv_irq_unmask() failed"));
    }

    /// <summary>A.4: what migration of B does, call by call.</summary>
    [Theory]
    [InlineData(PreFix, 2, 2, "1")]
    [InlineData(Version2, 0, 0, "0")]
    [InlineData(Merged, 2, 0, "0")]
    public void Migration_retargets_logs_and_unmasks_as_its_kernel_does(string rules,
        int hypercalls, int lines, string cache)
    {
        Play play = Play.Run("a-hibernate", rules);
        Assert.Equal(hypercalls, play.CountLines("hypercall", "retarget irq=41", "step 4", "step 9"));
        Assert.Equal(lines, play.CountLines("log", "hv_irq_unmask() failed", "step 4", "step 9"));
        Assert.Equal(cache, play.Word("irq 41", "step 7", "cache"));
        Assert.Equal(play.State("message 41", "step 4"), play.State("message 41", "step 9")); // no message is written
        Assert.Equal(0, play.CountLines("hypercall", "retarget irq=40", "step 4"));
    }

    /// <summary>A.5, each row; the last two columns are the events of A and B after resume.</summary>
    public static TheoryData<string, string, string, string, string> Outcomes() => new()
    {
        { "hv.unmaskOnFailure=preFix,hv.resumeRecreate=none", "NO_MAPPING", "STUCK_MASKED+NO_MAPPING",
            "BLOCKED_IR(no host mapping)", "PENDING COALESCED" },
        { "hv.unmaskOnFailure=preFix,hv.resumeRecreate=allDescriptors", "WORKING", "STUCK_MASKED",
            "DELIVERED(0,0x20,40)", "PENDING COALESCED" },
        { "hv.unmaskOnFailure=v2SkipWhenRemoving,hv.resumeRecreate=none", "NO_MAPPING", "NO_MAPPING",
            "BLOCKED_IR(no host mapping)", "BLOCKED_IR(no host mapping) BLOCKED_IR(no host mapping)" },
        { "hv.unmaskOnFailure=merged,hv.resumeRecreate=none", "NO_MAPPING", "NO_MAPPING", "BLOCKED_IR(no host mapping)",
            "BLOCKED_IR(no host mapping) BLOCKED_IR(no host mapping)" },
        { "hv.unmaskOnFailure=v2SkipWhenRemoving,hv.resumeRecreate=allDescriptors", "WORKING", "WORKING",
            "DELIVERED(0,0x20,40)", "DELIVERED(0,0x21,41) DELIVERED(0,0x21,41)" },
        { "hv.unmaskOnFailure=merged,hv.resumeRecreate=allDescriptors", "WORKING", "WORKING", "DELIVERED(0,0x20,40)",
            "DELIVERED(0,0x21,41) DELIVERED(0,0x21,41)" },
        { "hv.unmaskOnFailure=preFix,hv.resumeRecreate=none,drv.hibernateIrqs=destroyAndRecreate", "WORKING", "WORKING",
            "DELIVERED(0,0x20,40)", "DELIVERED(1,0x20,41) DELIVERED(1,0x20,41)" },
        { "hv.unmaskOnFailure=v2SkipWhenRemoving,hv.resumeRecreate=allDescriptors,drv.hibernateIrqs=destroyAndRecreate",
            "WORKING", "WORKING", "DELIVERED(0,0x20,40)", "DELIVERED(1,0x20,41) DELIVERED(1,0x20,41)" },
        { "hv.unmaskOnFailure=merged,hv.resumeRecreate=none,drv.hibernateIrqs=destroyAndRecreate", "WORKING", "WORKING",
            "DELIVERED(0,0x20,40)", "DELIVERED(1,0x20,41) DELIVERED(1,0x20,41)" },
        { "hv.unmaskOnFailure=preFix,hv.resumeRecreate=none,hv.msiTrap=trapAndEmulate", "WORKING", "WORKING",
            "DELIVERED(0,0x20,40)", "DELIVERED(0,0x21,41) DELIVERED(0,0x21,41)" },
        { "hv.unmaskOnFailure=preFix,hv.resumeRecreate=none,hv.msiTrap=bareMetal", "WORKING", "WORKING",
            "DELIVERED(0,0x20,40)", "DELIVERED(0,0x21,41) DELIVERED(0,0x21,41)" },
    };

    [Theory]
    [MemberData(nameof(Outcomes))]
    public void Outcome_of_each_pair_of_policies_is_the_table_s(string rules, string a, string b,
        string eventOfA, string eventsOfB)
    {
        Play play = Play.Run("a-hibernate", "linux-6.12," + rules);
        Assert.Equal(a, play.End(40));
        Assert.Equal(b, play.End(41));
        Assert.Equal(eventOfA, play.Verdicts(Device, 0, skip: 1));
        Assert.Equal(eventsOfB, play.Verdicts(Device, 1, skip: 1));
        Assert.Equal(b.Contains("STUCK", System.StringComparison.Ordinal) ? 1 : 0,
            play.Findings.CountOf(FindingCode.StuckMasked));
        int unmapped = (a.Contains("NO_MAPPING", System.StringComparison.Ordinal) ? 1 : 0)
            + (b.Contains("NO_MAPPING", System.StringComparison.Ordinal) ? 1 : 0);
        Assert.Equal(unmapped, play.Findings.CountOf(FindingCode.NoHostMapping));
    }

    /// <summary>A.5, calls that fail.</summary>
    [Fact]
    public void A_retarget_fails_while_removing_and_that_is_expected_before_the_fix_and_as_merged()
    {
        List<string> twice = ["HvCallRetargetDeviceInterrupt:0x5:expected",
            "HvCallRetargetDeviceInterrupt:0x5:expected"];
        Assert.Equal(twice, Play.Run("a-hibernate", PreFix).Calls("HvCallRetargetDeviceInterrupt"));
        Assert.Equal(twice, Play.Run("a-hibernate", Merged).Calls("HvCallRetargetDeviceInterrupt"));
        Assert.Empty(Play.Run("a-hibernate", Version2).Calls("HvCallRetargetDeviceInterrupt"));
    }

    [Fact]
    public void Deleting_mappings_that_the_host_has_dropped_is_expected_in_resume()
    {
        Play play = Play.Run("a-hibernate", Merged);
        Assert.Equal(4, play.Calls("DELETE_INTERRUPT").Count);
        Assert.All(play.Calls("DELETE_INTERRUPT"),
            static call => Assert.Equal("DELETE_INTERRUPT:unknown mapping:expected", call));
        Assert.Equal(0, play.Findings.Count);
        Assert.Empty(Play.Run("a-hibernate", PreFix).Calls("DELETE_INTERRUPT"));
    }

    [Fact]
    public void A_retarget_that_fails_on_an_installed_bus_is_a_finding()
    {
        Play play = Play.Run("a-retarget-refused", Merged);
        Assert.Equal(["HvCallRetargetDeviceInterrupt:0x4"], play.Calls());
        Assert.Equal(1, play.Findings.CountOf(FindingCode.RetargetFailed));
    }

    [Fact]
    public void A_bus_that_is_not_installed_does_not_suspend_and_a_silent_host_is_waited_for_ten_seconds()
    {
        Assert.Equal(["hv_pci_suspend:-ETIMEDOUT", "hv_pci_suspend:-EINVAL"],
            Play.Run("a-fail-d0exit", Merged).Calls());
    }

    [Fact]
    public void A_host_with_another_protocol_version_leaves_the_bus_in_its_first_state()
    {
        Play play = Play.Run("a-fail-version", Merged);
        Assert.Equal(["hv_pci_resume:-EPROTO"], play.Calls("hv_pci_resume"));
        Assert.Equal("LOST", play.Verdicts(Device, 0));
        Assert.Equal("STUCK_MASKED+NO_MAPPING", play.End(40));
        Assert.Equal("WORKING", play.End(50));
    }

    [Fact]
    public void A_refused_mapping_zeroes_the_message_and_the_next_event_strays()
    {
        Play play = Play.Run("a-fail-create", Merged);
        Assert.Equal(["CREATE_INTERRUPT:0xc000000d"], play.Calls("CREATE_INTERRUPT"));
        Assert.Equal(1, play.CountLines("log", "Request for interrupt failed: 0xc000000d"));
        Assert.Equal("DMA_STRAY(0)", play.Verdicts(Device, 0));
        Assert.Equal("DELIVERED(0,0x21,41)", play.Verdicts(Device, 1));
    }
}
