using System;
using Replay.Core.Findings;
using Xunit;

namespace Replay.Core.Tests.Systems;

/// <summary>
/// Variants of Hyper-V hibernation (scenario A.6) and the comparison of two kernels' recordings (A.7).
/// </summary>
public class HibernationVariantTests
{
    private const string Device = "0000:00:02.0";
    private const string Second = "0000:00:03.0";
    private const string PreFix = "linux-6.12,prefix:915cff7f38c5";
    private const string Version2 = "linux-6.12,fix:hv-hibernate-v2";
    private const string Merged = "linux-6.12,fix:915cff7f38c5";
    private const string UnmaskOnly = "linux-6.12,fix:hv-unmask-only";

    [Fact]
    public void A_driver_that_recreates_in_resume_works_but_the_unmask_failure_was_logged()
    {
        Play late = Play.Run("a-driver-late", PreFix);
        Assert.Equal("WORKING", late.End(40));
        Assert.Equal("WORKING", late.End(41));
        Assert.Equal(2, late.CountLines("log", "hv_irq_unmask() failed"));
        Assert.Equal(0, late.Findings.Count);
        Play early = Play.Run("a-hibernate", PreFix + ",drv.hibernateIrqs=destroyAndRecreate");
        Assert.Equal(0, early.CountLines("log", "hv_irq_unmask() failed")); // freed before CPUs went down
    }

    [Theory]
    [InlineData(PreFix, "NO_MAPPING")]
    [InlineData(Merged, "WORKING")]
    public void Suspending_the_bus_after_the_CPUs_repairs_the_mask_not_the_mapping(string rules, string end)
    {
        Play play = Play.Run("a-ordering", rules);
        Assert.Equal(0, play.CountLines("log", "hv_irq_unmask() failed"));
        Assert.Equal("0", play.Word("irq 41", "CPU 3 is off", "cache"));
        Assert.Equal("1", play.Word("irq 41", "CPU 3 is off", "map"));
        Assert.Equal(end, play.End(40));
        Assert.Equal(end, play.End(41));
    }

    [Theory]
    [InlineData(PreFix, "STUCK_MASKED", "PENDING")]
    [InlineData(Version2, "STUCK_MASKED", "PENDING")]
    [InlineData(Merged, "WRONG_TARGET", "LOST")]
    public void A_failure_outside_removing_is_stuck_or_goes_astray(string rules, string end, string verdict)
    {
        Play play = Play.Run("a-retarget-refused", rules);
        Assert.Equal(end, play.End(41));
        Assert.Equal(verdict, play.Verdicts(Device, 1, skip: 1));
        Assert.Equal("WORKING", play.End(50));
        Assert.Equal("DELIVERED(3,0x20,50)", play.Verdicts(Second, 0, skip: 1));
        Assert.Equal(1, play.CountLines("log", "hv_irq_unmask() failed: 0x4"));
    }

    [Theory]
    [InlineData(PreFix)]
    [InlineData(Version2)]
    [InlineData(Merged)]
    [InlineData(UnmaskOnly)]
    public void A_CPU_that_goes_down_at_run_time_costs_nothing(string rules)
    {
        Play play = Play.Run("a-runtime-offline", rules);
        Assert.Equal("DELIVERED(2,0x20,41) DELIVERED(3,0x20,41) DELIVERED(1,0x21,41) DELIVERED(1,0x21,41)",
            play.Verdicts(Device, 1));
        foreach (int irq in (int[])[40, 41, 50]) Assert.Equal("WORKING", play.End(irq));
        Assert.Equal(0, play.Findings.Count);
        Assert.Empty(play.Calls());
    }

    /// <summary>
    /// Columns: rules; at the return of CPUs, cache and log of irq 31; its end and its event after resume.
    /// </summary>
    [Theory]
    [InlineData("linux-6.1,prefix:915cff7f38c5", "1", 2, "STUCK_MASKED+NO_MAPPING", "PENDING")]
    [InlineData("linux-6.1,fix:915cff7f38c5", "0", 0, "WORKING", "DELIVERED(2,0x21,31)")]
    [InlineData("linux-6.1,fix:hv-hibernate-v2", "0", 0, "WORKING", "DELIVERED(2,0x21,31)")]
    [InlineData("linux-6.1,fix:hv-unmask-only", "0", 0, "NO_MAPPING", "DMA_STRAY(0)")]
    [InlineData("linux-6.12,prefix:915cff7f38c5", "1", 0, "WORKING", "DELIVERED(2,0x20,31)")]
    [InlineData("linux-6.12,fix:915cff7f38c5", "1", 0, "WORKING", "DELIVERED(2,0x20,31)")]
    public void Managed_interrupts_start_on_a_closed_channel_in_6_1_and_wait_in_6_12(string rules,
        string cache, int failures,
        string end, string verdict)
    {
        Play play = Play.Run("a-managed", rules);
        Assert.Contains("shutdown", play.State("irq 31", "CPU 2 is off"), StringComparison.Ordinal);
        Assert.Equal("0", play.Word("message 31", "CPU 2 is off", "cache"));
        Assert.Contains("shutdown", play.State("irq 32", "CPU 3 is off"), StringComparison.Ordinal);
        Assert.Equal(cache, play.Word("irq 31", "CPUs are back", "cache"));
        Assert.Equal(failures, play.CountLines("log", "hv_irq_unmask() failed"));
        Assert.Equal(end, play.End(31));
        Assert.Equal(verdict, play.Verdicts(Device, 1, skip: 1));
        bool closed = rules.StartsWith("linux-6.1,", StringComparison.Ordinal);
        Assert.Equal(closed ? 2 : 0, play.Calls("CREATE_INTERRUPT").Count);
    }

    [Fact]
    public void A_block_of_messages_is_reused_and_its_mapping_lost()
    {
        Play play = Play.Run("a-multi-msi", Merged);
        for (int irq = 70; irq < 74; irq++) Assert.Equal("NO_MAPPING", play.End(irq));
        for (int entry = 0; entry < 4; entry++)
            Assert.EndsWith("BLOCKED_IR(no host mapping)", play.Verdicts(Device, entry), StringComparison.Ordinal);
        Assert.Equal("WORKING", play.End(50));
        Assert.Equal(4, play.Findings.CountOf(FindingCode.NoHostMapping));
        Assert.All(play.Findings.Kept, static finding => Assert.Equal(Certainty.Inferred, finding.Certainty));
        Play what = Play.Run("a-multi-msi", Merged + ",hv.multiMsiResume=recreate");
        for (int irq = 70; irq < 74; irq++) Assert.Equal("WORKING", what.End(irq));
        Assert.Equal(0, what.Findings.Count);
    }

    [Theory]
    [InlineData(PreFix, "NO_MAPPING", "BLOCKED_IR(no host mapping)")]
    [InlineData(UnmaskOnly, "NO_MAPPING", "BLOCKED_IR(no host mapping)")]
    [InlineData("linux-6.12,fix:hv-restore-only", "WORKING", "DELIVERED(0,0x41,41)")]
    [InlineData(Merged, "WORKING", "DELIVERED(0,0x41,41)")]
    public void On_ARM64_only_the_mapping_half_of_the_bug_exists(string rules, string end, string verdict)
    {
        Play play = Play.Run("a-arm64", rules);
        Assert.Equal(end, play.End(40));
        Assert.Equal(end, play.End(41));
        Assert.Equal("DELIVERED(2,0x41,41) " + verdict, play.Verdicts(Device, 1));
        Assert.Equal(0, play.CountLines("hypercall", "retarget"));
        Assert.Equal("0", play.Word("irq 41", "CPU 3 is off", "cache"));
    }

    [Fact]
    public void A_device_restored_before_its_bus_holds_the_message_of_before()
    {
        Play play = Play.Run("a-order-violation", Merged);
        Assert.Equal("NO_MAPPING", play.End(40));
        Assert.Equal("NO_MAPPING", play.End(41));
        Assert.Equal(2, play.Findings.CountOf(FindingCode.OneMappingEach));
        Assert.Equal(2, play.Findings.Count);
    }

    /// <summary>
    /// Two devices, eight CPUs, the second bus suspended first: where each interrupt goes is computed.
    /// </summary>
    [Fact]
    public void Two_devices_on_eight_CPUs_fail_and_are_repaired_alike()
    {
        Play before = Play.Run("a-hibernate-two", PreFix), after = Play.Run("a-hibernate-two", Merged);
        (int Irq, string Before, string Place)[] rows =
        [
            (40, "NO_MAPPING", "(0,0x20)"), (41, "STUCK_MASKED+NO_MAPPING", "(0,0x22)"),
            (42, "STUCK_MASKED+NO_MAPPING", "(0,0x23)"), (60, "STUCK_MASKED+NO_MAPPING", "(0,0x24)"),
            (61, "NO_MAPPING", "(0,0x21)"),
        ];
        foreach ((int irq, string end, string place) in rows)
        {
            Assert.Equal(end, before.End(irq));
            Assert.Equal("WORKING", after.End(irq));
            Assert.Equal(place, after.Word($"irq {irq}", "CPU 7 is off", "at"));
        }
        Assert.Equal("(6,0x20)", after.Word("irq 60", "CPU 1 is off", "at")); // the other CPU of its mask
        Assert.Equal(4, before.CountLines("log", Device + ": hv_irq_unmask() failed"));
        Assert.Equal(3, before.CountLines("log", Second + ": hv_irq_unmask() failed"));
    }

    /// <summary>A.7: the recording of the kernel before, replayed with the rules of both.</summary>
    [Fact]
    public void The_two_kernels_part_at_step_7_for_B_and_at_step_11_for_A()
    {
        Play before = Play.Run("a-hibernate", PreFix), after = Play.Run("a-hibernate", Merged);
        (long Event, string Left, string Right) b = Play.FirstDivergence(before, after, "irq 41")!.Value;
        Assert.InRange(b.Event, before.EventOf("step 6"), before.EventOf("step 7"));
        Assert.Contains("cache=1", b.Left, StringComparison.Ordinal);
        Assert.Contains("cache=0", b.Right, StringComparison.Ordinal);
        (long Event, string Left, string Right) a = Play.FirstDivergence(before, after, "irq 40")!.Value;
        Assert.InRange(a.Event, before.EventOf("step 10"), before.EventOf("step 11"));
        Assert.Contains("map=0", a.Left, StringComparison.Ordinal);
        Assert.Contains("map=1", a.Right, StringComparison.Ordinal);
        Assert.Null(Play.FirstDivergence(before, after, Device));
        Assert.Null(Play.FirstDivergence(before, after, "matrix"));
    }

    [Fact]
    public void The_fixed_kernel_creates_each_mapping_once_in_each_resume_and_logs_nothing()
    {
        Play after = Play.Run("a-hibernate", Merged), before = Play.Run("a-hibernate", PreFix);
        foreach (string irq in (string[])["irq=40", "irq=41"])
        {
            Assert.Equal(1, after.CountLines("vpci", "CREATE_INTERRUPT " + irq, "step 10", "step 14"));
            Assert.Equal(1, after.CountLines("vpci", "DELETE_INTERRUPT " + irq, "step 10", "step 14"));
            Assert.Equal(1, after.CountLines("vpci", "CREATE_INTERRUPT " + irq, "step 18", "step 20"));
            Assert.Equal(1, after.CountLines("vpci", "DELETE_INTERRUPT " + irq, "step 18", "step 20"));
        }
        Assert.Equal(0, after.CountLines("log", ""));
        Assert.Equal(0, before.CountLines("vpci", "CREATE_INTERRUPT", "step 4"));
        Assert.Equal(0, before.CountLines("vpci", "DELETE_INTERRUPT", "step 4"));
        Assert.Equal(2, before.CountLines("log", "hv_irq_unmask() failed"));
    }
}
