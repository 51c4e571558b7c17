using System;
using System.Runtime.InteropServices;
using System.Threading;
using Replay.Formats.Lanes;
using Xunit;

namespace Replay.Formats.Tests.Lanes;

public sealed class LaneRingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(nameof(LaneCursors.Filled), 128)]
    [InlineData(nameof(LaneCursors.TakenSeen), 136)]
    [InlineData(nameof(LaneCursors.Completed), 144)]
    [InlineData(nameof(LaneCursors.Taken), 384)]
    [InlineData(nameof(LaneCursors.FilledSeen), 392)]
    [InlineData(nameof(LaneCursors.Stopped), 400)]
    public void Each_side_writes_cache_lines_of_its_own(string field, int offset)
    {
        Assert.Equal(offset, (int)Marshal.OffsetOf<LaneCursors>(field));
        Assert.Equal(512, Marshal.SizeOf<LaneCursors>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_capacity_that_is_no_power_of_two_is_refused(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Make(capacity));

    [Fact]
    public void A_full_ring_gives_no_slot_and_an_empty_one_no_item()
    {
        LaneRing<Slot> ring = Make(2);
        Assert.False(ring.TryTake(out _));
        for (int i = 0; i < 2; i++)
        {
            Assert.True(ring.TryClaim(out Slot slot));
            slot.Value = i;
            ring.Publish();
        }
        Assert.False(ring.TryClaim(out _));
        Assert.False(ring.HasRoom);
        Assert.True(ring.TryTake(out Slot first));
        Assert.Equal(0, first.Value);
        ring.Release();
        Assert.True(ring.TryClaim(out _));
        Assert.True(ring.TryTake(out Slot second));
        Assert.Equal(1, second.Value);
    }

    [Fact]
    public void A_completed_ring_gives_what_is_there_and_then_the_end()
    {
        LaneRing<Slot> ring = Make(4);
        Assert.True(ring.Claim(out _));
        ring.Publish();
        ring.Complete();
        Assert.True(ring.Take(out _));
        ring.Release();
        Assert.False(ring.Take(out _));
    }

    [Fact]
    public void A_producer_that_sleeps_is_woken_by_stop()
    {
        LaneRing<Slot> ring = Make(1);
        Assert.True(ring.Claim(out _));
        ring.Publish();
        bool? claimed = null;
        var producer = new Thread(() => claimed = ring.Claim(out _));
        producer.Start();
        Thread.Sleep(20);
        ring.Stop();
        Assert.True(producer.Join(Patience));
        Assert.False(claimed);
    }

    [Fact]
    public void A_consumer_that_sleeps_is_woken_by_the_end()
    {
        LaneRing<Slot> ring = Make(1);
        bool? taken = null;
        var consumer = new Thread(() => taken = ring.Take(out _));
        consumer.Start();
        Thread.Sleep(20);
        ring.Complete();
        Assert.True(consumer.Join(Patience));
        Assert.False(taken);
    }

    /// <summary>
    /// Every item once, in order, whole: its parts are written without any fence, so a slot that was seen too early
    /// would show parts of two items. No wake-up may be lost, or this does not end.
    /// </summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(8, 0)]
    [InlineData(1, 17)]
    [InlineData(4, 18)]
    public void Items_arrive_whole_and_in_order(int capacity, int seed)
    {
        int count = seed == 0 ? 300_000 : 5_000;
        LaneRing<Slot> ring = Make(capacity, seed);
        var producer = new Thread(() =>
        {
            for (int i = 0; i < count && ring.Claim(out Slot slot); i++)
            {
                slot.Value = i;
                for (int part = 0; part < slot.Parts.Length; part++) slot.Parts[part] = i;
                ring.Publish();
            }
            ring.Complete();
        });
        producer.Start();
        int next = 0;
        while (ring.Take(out Slot slot))
        {
            Assert.Equal(next, slot.Value);
            Assert.DoesNotContain(slot.Parts, part => part != next);
            next++;
            ring.Release();
        }
        Assert.Equal(count, next);
        Assert.True(producer.Join(Patience));
    }

    private static LaneRing<Slot> Make(int capacity, int seed = 0) => new(capacity, static () => new Slot(),
        new LaneGate(), new LaneGate(), seed == 0 ? null : new OddSchedule(seed).Settings(capacity).Hook);

    private sealed class Slot
    {
        public int Value { get; set; }

        public int[] Parts { get; } = new int[24];
    }
}
