using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using Replay.Core.Events;
using Replay.Core.Findings;
using Replay.Core.Replay;
using Replay.Core.Rules;
using Xunit;

namespace Replay.Core.Tests.Findings;

/// <summary>
/// What the pairs of traces do not say: degrees of severity, both kernels, counts too long for a text.
/// </summary>
public class HazardTests
{
    private const ulong Millisecond = 1_000_000;

    [Theory]
    [InlineData(99_901, Millisecond, 1)]
    [InlineData(99_900, Millisecond, 0)]
    [InlineData(99_901, 101 * Millisecond, 0)]
    public void A_storm_is_more_than_99900_refusals_with_no_long_pause_between(int refused, ulong apartNs, int expected)
    {
        var replay = new Recorded();
        for (int i = 0; i <= refused; i++)
        {
            // The answer to an arrival is counted when the next one comes.
            replay.Add(EventKind.HandlerEntry, irq: 19, at: (ulong)i * apartNs);
            replay.Add(EventKind.HandlerExit, irq: 19, at: (ulong)i * apartNs);
        }
        FindingTable findings = replay.Run<Linux61>();
        Assert.Equal(expected, findings.CountOf(FindingCode.InterruptStorm));
        Assert.Equal(expected, findings.Count);
    }

    [Fact]
    public void An_interrupt_that_is_taken_now_and_then_is_no_storm()
    {
        var replay = new Recorded();
        for (int i = 0; i < 110_000; i++)
        {
            replay.Add(EventKind.HandlerEntry, irq: 19, at: (ulong)i * Millisecond);
            replay.Add(EventKind.HandlerExit, irq: 19, at: (ulong)i * Millisecond, a: i % 500 == 0 ? 1UL : 0);
        }
        Assert.Equal(0, replay.Run<Linux61>().Count);
    }

    [Theory]
    [InlineData("IRQ41: set affinity failed(-28).", FindingCode.AffinityStuck, Severity.Critical)]
    [InlineData("Eff. affinity 8 of irq 41 contains only offline CPUs after offlining CPU 3",
        FindingCode.AffinityStuck, Severity.Minor)]
    [InlineData("Managed startup for irq 41, but no CPU", FindingCode.AffinityStuck, Severity.Major)]
    [InlineData("irq 41: Affinity broken due to vector space exhaustion.", FindingCode.VectorExhausted, Severity.Major)]
    [InlineData("Reserved vectors 380 > available 195. IRQ request may fail",
        FindingCode.VectorExhausted, Severity.Note)]
    [InlineData("CPU 2 has 173 vectors, 50 available. Cannot disable CPU", FindingCode.VectorExhausted, Severity.Major)]
    [InlineData("CPU 0 has 4294967295 vectors, 589 available. Cannot disable CPU",
        FindingCode.CounterUnderflow, Severity.Major)]
    [InlineData("Request for interrupt failed: 0xc000000d", FindingCode.ZeroMessage, Severity.Major)]
    [InlineData("hv_irq_unmask() failed: 0x5", FindingCode.StuckMasked, Severity.Major)]
    [InlineData("Disabling IRQ #19", FindingCode.InterruptStorm, Severity.Critical)]
    [InlineData("AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:03:00.0 domain=0x0000 address=0xfdf8000030 "
        + "flags=0x0008]", FindingCode.RemapFault, Severity.Critical)]
    [InlineData("AMD-Vi: Completion-Wait loop timed out", FindingCode.InvalidationStalled, Severity.Critical)]
    [InlineData("NETDEV WATCHDOG: eth0 (e1000e): transmit queue 2 timed out",
        FindingCode.MissedCompletion, Severity.Major)]
    [InlineData("1.55 No irq handler for vector", FindingCode.StrayDelivery, Severity.Major)]
    [InlineData("Spurious interrupt (vector 0x37) on CPU#12. Acked", FindingCode.SpuriousVector, Severity.Minor)]
    public void A_line_of_the_log_alone_is_one_finding(string text, FindingCode code, Severity severity)
    {
        var replay = new Recorded();
        replay.Log(text);
        Finding finding = Assert.Single(replay.Run<Linux61>().Kept);
        Assert.Equal(code, finding.Code);
        Assert.Equal(severity, finding.Severity);
    }

    [Theory]
    [InlineData("AMD-Vi: Event logged [IO_PAGE_FAULT device=0000:03:00.0 domain=0x0000 "
        + "address=0x12345000 flags=0x0008]")]
    [InlineData("IRQ fixup: irq 41 move in progress, old vector 33")]
    [InlineData("nvme nvme0: I/O 123 QID 4 timeout, aborting")]
    public void A_line_of_something_else_is_none(string text)
    {
        var replay = new Recorded();
        replay.Log(text);
        Assert.Equal(0, replay.Run<Linux61>().Count);
    }

    [Fact]
    public void The_line_behind_nobody_cared_is_the_same_storm()
    {
        var replay = new Recorded();
        replay.Log("irq 19: nobody cared (try booting with the \"irqpoll\" option)");
        replay.Log("Disabling IRQ #19");
        Assert.Equal(1, replay.Run<Linux61>().Count);
    }

    [Fact]
    public void A_slot_with_an_owner_is_overwritten_only_where_the_kernel_does_not_read_it_again()
    {
        var replay = new Recorded();
        replay.Add(EventKind.VectorUpdate, irq: 41, vector: 55, a: 1);
        replay.Log("__common_interrupt: 1.55 No irq handler for vector");
        Assert.Equal(FindingCode.SlotOverwritten, Assert.Single(replay.Run<Linux61>().Kept).Code);
        Assert.Equal(FindingCode.StrayDelivery, Assert.Single(replay.Run<Linux612>().Kept).Code);
    }

    [Fact]
    public void Refusals_of_the_hypervisor_while_CPUs_go_down_for_suspend_are_critical()
    {
        var replay = new Recorded();
        ulong action = (ulong)replay.Tables.Names.Intern("dpm_suspend_noirq");
        replay.Add(EventKind.SuspendResume, a: action);
        replay.Log("hv_irq_unmask() failed: 0x5");
        Finding finding = Assert.Single(replay.Run<Linux61>().Kept);
        Assert.Equal((FindingCode.StuckMasked, Severity.Critical, Certainty.Inferred, 0L),
            (finding.Code, finding.Severity, finding.Certainty, finding.Blame));
    }

    [Fact]
    public void A_device_that_writes_to_address_0_by_an_unmasked_zero_entry_is_told_apart_from_other_faults()
    {
        var replay = new Recorded();
        ulong device = (ulong)replay.Tables.Devices.Intern("0000:03:00.0");
        replay.Add(EventKind.MsiWrite, irq: 41, b: device << 48);
        replay.Add(EventKind.MsiUnmask, irq: 41);
        replay.Add(EventKind.IoPageFault, b: device);
        replay.Add(EventKind.IoPageFault, a: 0x1234_5000, b: device);
        replay.Add(EventKind.IoPageFault, a: 0xFEE0_0000, b: device);
        FindingTable findings = replay.Run<Linux61>();
        Assert.Equal([FindingCode.ZeroMessage, FindingCode.ZeroMessage, FindingCode.RemapFault],
            Codes(findings));
        Assert.All(findings.Kept, finding => Assert.Equal("0000:03:00.0", finding.Device));
    }

    [Fact]
    public void A_guests_pin_that_waits_for_seconds_is_a_hint_once()
    {
        var replay = new Recorded();
        const ulong Waiting = 0xC039, Pin = 9 << 8;
        replay.Add(EventKind.GuestEoi, vector: 48);
        for (ulong second = 0; second < 4; second++)
            replay.Add(EventKind.GuestPin, a: Waiting, b: Pin, at: second * 1_000 * Millisecond);
        Finding finding = Assert.Single(replay.Run<Linux61>().Kept);
        Assert.Equal((FindingCode.RemoteIrrStuck, Severity.Major, Certainty.Hint, 2L, 1L),
            (finding.Code, finding.Severity, finding.Certainty, finding.Event, finding.Blame));

        replay = new Recorded();
        for (ulong second = 0; second < 4; second++)
        {
            replay.Add(EventKind.GuestPin, a: Waiting, b: Pin, at: second * 1_000 * Millisecond);
            replay.Add(EventKind.GuestEoi, vector: 57, at: (second * 1_000 * Millisecond) + 1);
        }
        Assert.Equal(0, replay.Run<Linux61>().Count);
    }

    private static List<FindingCode> Codes(FindingTable findings)
    {
        List<FindingCode> codes = [];
        foreach (Finding finding in findings.Kept) codes.Add(finding.Code);
        return codes;
    }

    private sealed class Recorded
    {
        private readonly List<IrqEvent> _events = [];

        public EventTables Tables { get; } = new();

        public void Add(EventKind kind, uint irq = 0, byte vector = 0, ulong a = 0, ulong b = 0, ulong at = 0) =>
            _events.Add(new IrqEvent { Kind = kind, Irq = irq, Vector = vector, A = a, B = b, TimeNs = at });

        public void Log(string text)
        {
            var records = new IrqEvent[64];
            records[0].Kind = EventKind.LogLine;
            int count = EventText.Write(Encoding.UTF8.GetBytes(text), records);
            _events.AddRange(records[..count]);
        }

        public FindingTable Run<TRules>()
            where TRules : struct, IKernelRules
        {
            var replayer = new Replayer<TRules, ParanoidProbe>(Tables);
            replayer.Replay(CollectionsMarshal.AsSpan(_events));
            replayer.Finish();
            return replayer.Findings;
        }
    }
}
