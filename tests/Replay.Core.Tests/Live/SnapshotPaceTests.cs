using Replay.Core.Live;
using Xunit;

namespace Replay.Core.Tests.Live;

public sealed class SnapshotPaceTests
{
    private const long Longest = 1_000_000;

    [Fact]
    public void The_first_snapshot_is_due_at_once()
    {
        Assert.True(new SnapshotPace(Longest).IsDue(0));
    }

    [Fact]
    public void The_next_is_due_after_its_cost_many_times_over()
    {
        var pace = new SnapshotPace(Longest);
        pace.Note(1000, 1010);
        Assert.False(pace.IsDue(1010 + (10 * SnapshotPace.Rest) - 1));
        Assert.True(pace.IsDue(1010 + (10 * SnapshotPace.Rest)));
    }

    [Theory]
    [InlineData(1, 100)]
    [InlineData(7, 3)]
    [InlineData(5000, 13)]
    public void A_reader_that_asks_at_every_border_costs_less_than_two_hundredths(long cost, long work)
    {
        var pace = new SnapshotPace(Longest);
        long now = 0, copying = 0;
        for (int border = 0; border < 1_000_000; border++)
        {
            now += work;
            if (!pace.IsDue(now)) continue;
            pace.Note(now, now + cost);
            now += cost;
            copying += cost;
        }
        Assert.True(copying > 0);
        Assert.True(copying < now / 50, $"{copying} of {now}");
    }

    [Fact]
    public void Nobody_waits_longer_than_the_longest_however_long_a_copy_took()
    {
        var pace = new SnapshotPace(Longest);
        pace.Note(0, Longest * 40);
        Assert.False(pace.IsDue((Longest * 41) - 1));
        Assert.True(pace.IsDue(Longest * 41));
    }
}
