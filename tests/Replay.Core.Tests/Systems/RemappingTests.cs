using System;
using Replay.Core.Findings;
using Xunit;

namespace Replay.Core.Tests.Systems;

/// <summary>
/// The remapping hierarchy (scenario B): life of an interrupt, failures, torn messages, backing, reservation.
/// </summary>
public class RemappingTests
{
    private const string Device = "0000:00:04.0";
    private const string Other = "0000:00:05.0";
    private const string On = "linux-6.12,ir.host=on";
    private const string Off = "linux-6.12,ir.host=off";

    /// <summary>B.2: state after each step, with and without remapping.</summary>
    public static TheoryData<string, string, string, string, string> Life() => new()
    {
        { On, "start", "available=200,201 global=401 reserved=0 total=1", "none", "none" },
        { On, "1", "available=200,201 global=401 reserved=1 total=1", "placeholder", "none" },
        { On, "2", "available=200,201 global=401 reserved=1 total=1", "placeholder", "0:(0,0xef)" },
        { On, "3", "available=200,200 global=400 reserved=0 total=2", "(1,0x20)", "0:(1,0x20)" },
        { On, "4", "available=200,200 global=400 reserved=0 total=2", "(1,0x20)", "0:(1,0x20)" },
        { On, "5", "available=199,200 global=399 reserved=0 total=3", "(0,0x20)", "0:(0,0x20)" },
        { On, "6", "available=199,201 global=400 reserved=0 total=2", "(0,0x20)", "0:(0,0x20)" },
        { On, "7", "available=200,201 global=401 reserved=1 total=1", "placeholder", "0:absent" },
        { On, "8", "available=200,201 global=401 reserved=0 total=1", "placeholder", "0:absent" },
        { Off, "start", "available=200,201 global=401 reserved=0 total=1", "none", "" },
        { Off, "1", "available=200,201 global=401 reserved=1 total=1", "placeholder", "" },
        { Off, "2", "available=200,201 global=401 reserved=1 total=1", "placeholder", "" },
        { Off, "3", "available=200,200 global=400 reserved=0 total=2", "(1,0x20)", "" },
        { Off, "5", "available=200,200 global=400 reserved=0 total=2", "(1,0x20)", "" }, // waits for the next interrupt
        { Off, "5 moved", "available=199,200 global=399 reserved=0 total=3", "(0,0x20)", "" },
        { Off, "6", "available=199,201 global=400 reserved=0 total=2", "(0,0x20)", "" },
        { Off, "7", "available=200,201 global=401 reserved=1 total=1", "placeholder", "" },
        { Off, "8", "available=200,201 global=401 reserved=0 total=1", "placeholder", "" },
    };

    [Theory]
    [MemberData(nameof(Life))]
    public void Allocator_vector_and_entry_are_the_table_s_after_each_step(string rules, string mark,
        string matrix, string at, string irte)
    {
        Play play = Play.Run("b-life", rules);
        Assert.Equal(matrix, play.State("matrix", mark));
        if (at == "none") Assert.Equal("none", play.State("irq 40", mark));
        else Assert.Equal(at, play.Word("irq 40", mark, "at"));
        if (irte != "none") Assert.Equal(irte, play.Word("irq 40", mark, "irte"));
    }

    [Fact]
    public void With_remapping_the_message_is_constant_and_each_entry_write_is_invalidated()
    {
        Play play = Play.Run("b-life", On);
        foreach (string mark in (string[])["2", "3", "5", "6"])
            Assert.Equal("cache=0xfee00018/0x0 device=same writes=1", play.State("message 40", mark));
        Assert.Equal("cache=0 device=same writes=2", play.State("message 40", "7"));
        Assert.Equal(4, play.CountLines("iommu", "IRTE[0]"));
        Assert.Equal(4, play.CountLines("iommu", "IEC(0)"));
        Assert.Equal("DELIVERED(1,0x20,40) DELIVERED(0,0x20,40) DELIVERED(0,0x20,40) DELIVERED(0,0x20,40)",
            play.Verdicts(Device, 0));
        Assert.Equal("old=(1,0x20) cleanup", TailOf(play.State("irq 40", "5"))); // scheduled at once
    }

    [Fact]
    public void Without_remapping_each_step_rewrites_the_message_and_the_move_waits()
    {
        Play play = Play.Run("b-life", Off);
        Assert.Equal("cache=0xfee00000/0xef device=same writes=1", play.State("message 40", "2"));
        Assert.Equal("cache=0xfee01000/0x20 device=same writes=2", play.State("message 40", "3"));
        Assert.Equal("pending=0", TailOf(play.State("irq 40", "5")));
        // One write: same vector.
        Assert.Equal("cache=0xfee00000/0x20 device=same writes=3", play.State("message 40", "5 moved"));
        Assert.Equal("old=(1,0x20) moving", TailOf(play.State("irq 40", "5 moved")));
        Assert.Equal("cache=0 device=same writes=4", play.State("message 40", "7"));
        Assert.Equal("DELIVERED(1,0x20,40) DELIVERED(1,0x20,40) DELIVERED(0,0x20,40) DELIVERED(0,0x20,40)",
            play.Verdicts(Device, 0));
    }

    [Fact]
    public void The_clean_up_IPI_gives_the_old_vector_back_at_once()
    {
        Play play = Play.Run("b-life", On + ",vector.cleanup=ipi");
        Assert.Equal("available=199,201 global=400 reserved=0 total=2", play.State("matrix", "5"));
        Assert.Equal("", TailOf(play.State("irq 40", "5")));
    }

    [Theory]
    [InlineData(On)]
    [InlineData(Off)]
    public void A_second_move_waits_for_the_first_one_s_clean_up(string rules)
    {
        Play play = Play.Run("b-life-four", rules);
        Assert.Equal("available=199,200,200,199 global=798 reserved=0 total=6", play.State("matrix", "requested"));
        Assert.Contains("pending=2", play.State("irq 61", "second move"), StringComparison.Ordinal);
        Assert.Equal("(2,0x22)", play.Word("irq 61", "end", "at"));
        Assert.Equal("available=199,201,199,199 global=798 reserved=0 total=6", play.State("matrix", "end"));
        Assert.EndsWith("DELIVERED(2,0x22,61)", play.Verdicts(Other, 1), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_free_entry_the_allocation_fails_and_nothing_is_reserved()
    {
        Play play = Play.Run("b-fail-irte", On);
        Assert.Equal(["pci_alloc_irq_vectors:-ENOSPC at message 1 of 1"], play.Calls());
        // The first device's.
        Assert.Equal("available=200,201 global=401 reserved=1 total=1", play.State("matrix", "allocated"));
        Assert.Equal("WORKING", play.End(40));
        Assert.Equal("none", play.End(50));
        Assert.Empty(Play.Run("b-fail-irte", Off).Calls());
    }

    [Theory]
    [InlineData(On)]
    [InlineData(Off)]
    public void Without_a_free_vector_the_request_fails_and_the_reservation_stays(string rules)
    {
        Play play = Play.Run("b-fail-request", rules);
        Assert.Equal(["request_irq(40):-ENOSPC"], play.Calls());
        Assert.Equal("placeholder", play.Word("irq 40", "refused", "at"));
        Assert.EndsWith("reserved", play.State("irq 40", "refused"), StringComparison.Ordinal);
        Assert.Equal("NOT_ALLOCATED", play.End(40));
        Assert.Equal("WORKING", play.End(50));
    }

    [Theory]
    [InlineData(On)]
    [InlineData(Off)]
    public void Without_a_free_vector_on_the_new_CPU_the_move_fails_and_nothing_changes(string rules)
    {
        Play play = Play.Run("b-fail-affinity", rules);
        Assert.Equal(["irq_set_affinity(40):-ENOSPC"], play.Calls());
        foreach (string subject in (string[])["irq 40", "matrix", "message 40"])
            Assert.Equal(play.State(subject, "before"), play.State(subject, "after"));
        Assert.Equal("DELIVERED(1,0x20,40) DELIVERED(1,0x20,40) DELIVERED(1,0x20,40)", play.Verdicts(Device, 0));
    }

    [Fact]
    public void A_missing_invalidation_delivers_to_the_old_place_until_it_is_given_up()
    {
        Play play = Play.Run("b-fail-iec", On);
        Assert.Equal("DELIVERED(1,0x20,40) DELIVERED(1,0x20,40) MISROUTED(1,0x20)", play.Verdicts(Device, 0));
        Assert.Equal(1, play.CountLines("log", "No irq handler for 1.32"));
        Assert.Equal(1, play.Findings.CountOf(FindingCode.StaleIec));
        Assert.Equal("WRONG_TARGET", play.End(40));
        Assert.EndsWith("DELIVERED(0,0x20,40)",
            Play.Run("b-fail-iec", Off).Verdicts(Device, 0), StringComparison.Ordinal);
    }

    /// <summary>B.3; the second verdict is that of the event between the two writes.</summary>
    [Theory]
    [InlineData("b-torn-msi", "ir.host=off,msi.affinityProtocol=direct", "MISROUTED(0,0x20)", 1)]
    [InlineData("b-torn-msi", "ir.host=off,msi.affinityProtocol=asCoded", "MISROUTED(0,0x20)", 1)]
    [InlineData("b-torn-msi", "ir.host=off,msi.affinityProtocol=careful", "DELIVERED(0,0x21,40)", 0)]
    [InlineData("b-torn-occupied", "ir.host=off,msi.affinityProtocol=direct", "MISROUTED(0,0x20)", 1)]
    [InlineData("b-torn-occupied", "ir.host=off,msi.affinityProtocol=careful", "DELIVERED(0,0x21,40)", 1)]
    [InlineData("b-torn-msix", "ir.host=off,msi.affinityProtocol=direct", "DELIVERED(0,0x21,40)", 0)]
    [InlineData("b-torn-msix", "ir.host=off,msi.affinityProtocol=careful", "DELIVERED(0,0x21,40)", 0)]
    [InlineData("b-torn-msix", "ir.host=off,msi.affinityProtocol=asCoded", "DELIVERED(0,0x21,40)", 0)]
    [InlineData("b-torn-msi", "ir.host=on", "none", 0)]
    [InlineData("b-torn-msix", "ir.host=on", "none", 0)]
    [InlineData("b-ims", "ir.host=off,ims.requireIr=no", "MISROUTED(0,0x20)", 2)]
    [InlineData("b-ims", "ir.host=on", "none", 0)]
    public void Event_between_the_writes_of_a_move(string trace, string rules, string between, int spurious)
    {
        Play play = Play.Run(trace, "linux-6.12," + rules);
        string[] verdicts = play.Verdicts(Device, 0).Split(' ');
        bool raised = between != "none"; // with remapping there are no two writes
        if (raised) Assert.Equal(between, verdicts[2]);
        Assert.Equal("DELIVERED(0,0x21,40)", verdicts[^1]);
        Assert.Equal(spurious, play.CountLines("handler", "SPURIOUS"));
        Assert.Equal("WORKING", play.End(40));
    }

    [Fact]
    public void A_message_store_in_queue_memory_may_hold_half_a_message_for_any_time()
    {
        Play play = Play.Run("b-ims", "linux-6.12,ir.host=off,ims.requireIr=no");
        Assert.Equal(1, play.Findings.CountOf(FindingCode.UnsafeConfig));
        Assert.Equal("DELIVERED(1,0x20,40) DELIVERED(1,0x20,40) MISROUTED(0,0x20) MISROUTED(0,0x20) "
            + "DELIVERED(0,0x21,40)", play.Verdicts(Device, 0));
        Assert.Contains("held=0xfee00000/0x20", play.State("message 40", "moved"), StringComparison.Ordinal);
        Play refused = Play.Run("b-ims", Off);
        Assert.Equal(["irq_alloc(ims):-EOPNOTSUPP:expected"], refused.Calls());
        Assert.Equal("none", refused.End(40));
    }

    [Fact]
    public void A_message_that_was_handed_to_a_peer_goes_stale_without_remapping()
    {
        Play on = Play.Run("b-copied", On), off = Play.Run("b-copied", Off);
        Assert.Equal("DELIVERED(1,0x20,40) DELIVERED(0,0x20,40)", on.Verdicts(Other, 7));
        Assert.Equal("DELIVERED(1,0x20,40) MISROUTED(1,0x20)", off.Verdicts(Other, 7));
        Assert.Equal(0, on.Findings.CountOf(FindingCode.CopiedMessage));
        Assert.Equal(1, off.Findings.CountOf(FindingCode.CopiedMessage));
        Assert.Equal("WORKING", on.End(53));
        Assert.Equal("none", off.End(51)); // a block is refused without remapping: one message
        Assert.Equal("WORKING", off.End(50));
    }

    private static string TailOf(string state)
    {
        int at = state.IndexOf(" at=", StringComparison.Ordinal);
        int blank = state.IndexOf(' ', at + 1);
        return blank < 0 ? "" : state[(blank + 1)..];
    }
}
