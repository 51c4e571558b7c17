using System;
using System.Collections.Generic;
using Replay.Core.State;
using Xunit;

namespace Replay.Core.Tests.State;

public class Bits256Tests
{
    /// <summary>
    /// A sorted set is the slow twin: random sets and clears from a fixed seed must agree at each step.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Bits_agree_with_a_sorted_set_after_every_step(int seed)
    {
        var random = new Random(seed);
        var twin = new SortedSet<int>();
        Bits256 bits = default;
        for (int step = 0; step < 2000; step++)
        {
            var bit = (byte)random.Next(256);
            bool value = random.Next(2) == 0;
            bits[bit] = value;
            if (value) twin.Add(bit);
            else twin.Remove(bit);

            Assert.Equal(twin.Count, bits.Count);
            Assert.Equal(twin.Count == 0, bits.IsEmpty);
            int from = random.Next(256);
            SortedSet<int> above = twin.GetViewBetween(from, 255);
            Assert.Equal(above.Count == 0 ? -1 : above.Min, bits.NextSet(from));
        }
    }

    [Fact]
    public void Next_clear_stops_at_the_end_of_the_window()
    {
        Bits256 bits = default;
        for (int bit = 0x20; bit < 0xEC; bit++) bits[(byte)bit] = true;
        Assert.Equal(-1, bits.NextClear(0x20, 0xEC));
        bits[0x80] = false;
        Assert.Equal(0x80, bits.NextClear(0x20, 0xEC));
    }

    [Fact]
    public void Set_operations_work_across_all_words()
    {
        Bits256 left = default, right = default;
        left[0] = left[64] = left[255] = true;
        right[64] = right[128] = true;
        Assert.Equal(1, left.CountOfBoth(in right));
        Assert.Equal(4, left.Or(right).Count);
        Assert.Equal(2, left.AndNot(right).Count);
        Assert.False(left.AndNot(right)[64]);
    }
}
