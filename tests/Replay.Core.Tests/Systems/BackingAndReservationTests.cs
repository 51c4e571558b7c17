using System;
using Replay.Core.Findings;
using Xunit;

namespace Replay.Core.Tests.Systems;

/// <summary>
/// Backing of guests' interrupts (scenario B.4), reservation mode (B.5), and the hierarchy's phases (B.1).
/// </summary>
public class BackingAndReservationTests
{
    private const string Device = "0000:00:04.0";
    private const string Other = "0000:00:05.0";

    [Fact]
    public void Backing_at_the_trapped_unmask_fails_in_silence()
    {
        Play play = Play.Run("b-backing", "linux-6.12,guest.irqBacking=allocateOnUnmask");
        Assert.Empty(play.Calls());
        Assert.Equal(1, play.Findings.CountOf(FindingCode.SilentBackingFailure));
        Assert.Equal(50, play.Findings.Kept[0].Irq);
        Assert.Equal("BLOCKED_IR(the host never made an entry)", play.Verdicts(Other, 0));
        Assert.Equal("NO_MAPPING", play.End(50));
        Assert.Equal("WORKING", play.End(40));
        Assert.Equal(0, play.CountLines("hypercall", "back"));
    }

    [Fact]
    public void Backing_by_hypercall_fails_the_request_and_leaves_the_old_target()
    {
        Play play = Play.Run("b-backing", "linux-6.12,guest.irqBacking=hypercallAtIrteUpdate");
        Assert.Equal(["request_irq(50):-ENOSPC", "irq_set_affinity(40):-ENOSPC"], play.Calls());
        Assert.Equal("(1,0x20)", play.Word("irq 40", "affinity", "at"));
        Assert.Equal("DELIVERED(1,0x20,40) DELIVERED(1,0x20,40) DELIVERED(0,0x20,40) DELIVERED(0,0x20,40)",
            play.Verdicts(Device, 0));
        Assert.Equal("NOT_ALLOCATED", play.End(50));

        // One call an update of an entry, none for the allocation: two activations, two moves.
        Assert.Equal(0, play.CountLines("hypercall", "back", until: "allocated"));
        Assert.Equal(4, play.CountLines("hypercall", "back"));
    }

    [Theory]
    [InlineData("ir.guest=off,ims.requireIr=no", "BLOCKED_IR(the host never made an entry) BLOCKED_IR(the host never "
        + "made an entry) BLOCKED_IR(the host never made an entry)", "NO_MAPPING")]
    [InlineData("ir.guest=on,guest.irqBacking=hypercallAtIrteUpdate",
        "DELIVERED(1,0x20,40) DELIVERED(0,0x20,40) DELIVERED(0,0x20,40)", "WORKING")]
    [InlineData("ir.guest=off,ims.requireIr=yes", "", "none")]
    public void A_store_that_does_not_trap_is_backed_by_hypercall_or_never(string rules, string verdicts, string end)
    {
        Play play = Play.Run("b-backing-ims", "linux-6.12," + rules);
        Assert.Equal(verdicts, play.Verdicts(Device, 0));
        Assert.Equal(end, play.End(40));
    }

    [Theory]
    [InlineData("ir.host=on")]
    [InlineData("ir.host=off")]
    public void With_reservation_450_messages_cost_10_vectors(string remapping)
    {
        Play play = Play.Run("b-reserve-450", "linux-6.12," + remapping);
        Assert.Empty(play.Calls());
        Assert.Equal("available=200,201 global=401 reserved=450 total=1", play.State("matrix", "allocated"));
        Assert.Equal("available=195,196 global=391 reserved=440 total=11", play.State("matrix", "requested"));
    }

    [Fact]
    public void Without_reservation_message_402_fails()
    {
        Play play = Play.Run("b-reserve-450", "linux-6.12,vector.reservation=off");
        Assert.Equal("pci_alloc_irq_vectors:-ENOSPC at message 402 of 450", play.Calls()[0]);
        // All given back.
        Assert.Equal("available=200,201 global=401 reserved=0 total=1", play.State("matrix", "allocated"));
        // Content with fewer.
        Assert.Equal("available=0,0 global=0 reserved=0 total=402", play.State("matrix", "second"));
    }

    [Fact]
    public void Without_reservation_the_CPU_stays_online_and_with_it_it_goes()
    {
        Play off = Play.Run("b-reserve-offline", "linux-6.12,vector.reservation=off");
        Assert.Equal(["cpu_down(1):-ENOSPC"], off.Calls());
        Assert.Equal(1, off.CountLines("log", "CPU 1 has 195 vectors, 5 available. Cannot disable CPU"));
        Assert.Equal("available=5,6 global=11 reserved=0 total=391", off.State("matrix", "off"));
        Play on = Play.Run("b-reserve-offline", "linux-6.12");
        Assert.Empty(on.Calls());
        Assert.Equal(1, on.CountLines("log", "Reserved vectors 380 > available 195. IRQ request may fail"));
        Assert.Equal("available=190,off global=190 reserved=380 total=11", on.State("matrix", "off"));
        Assert.Equal("DELIVERED(0,0x25,1000)", on.Verdicts(Device, 0));
    }

    [Theory]
    [InlineData("ir.host=on", "DELIVERED(1,0x20,16) DELIVERED(0,0x20,16) DELIVERED(0,0x20,16) DELIVERED(0,0x20,16)")]
    [InlineData("ir.host=off", "DELIVERED(1,0x20,16) DELIVERED(1,0x20,16) DELIVERED(0,0x20,16) DELIVERED(0,0x20,16)")]
    public void A_pin_of_an_IO_APIC_has_no_reservation(string remapping, string verdicts)
    {
        Play play = Play.Run("b-ioapic", "linux-6.12," + remapping);
        Assert.Equal("available=200,201 global=401 reserved=0 total=1", play.State("matrix", "allocated"));
        Assert.DoesNotContain("reserved", play.State("irq 16", "allocated"), StringComparison.Ordinal);
        Assert.Equal(verdicts, play.Verdicts("ioapic0", 16));
    }
}
