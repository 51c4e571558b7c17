using System;
using Replay.Core.Latency;
using Replay.Core.Statistics;
using Xunit;

namespace Replay.Core.Tests.Latency;

public sealed class ValueHistogramTests
{
    [Fact]
    public void Buckets_rise_with_values_and_are_at_most_a_64th_wide()
    {
        int last = -1;
        var random = new Random(64);
        for (int bits = 0; bits < 64; bits++)
        {
            for (int i = 0; i < 50; i++)
            {
                ulong value = (1UL << bits) | ((ulong)random.NextInt64() & ((1UL << bits) - 1));
                int bucket = ValueHistogram.BucketOf(value);
                Assert.InRange(bucket, 0, ValueHistogram.BucketCount - 1);
                Assert.InRange(ValueHistogram.ValueOf(bucket) / value, 1 - (1 / 64.0), 1 + (1 / 64.0));
            }
            int first = ValueHistogram.BucketOf(1UL << bits);
            Assert.True(first > last);
            last = first;
        }
        Assert.Equal(ValueHistogram.BucketCount - 1, ValueHistogram.BucketOf(ulong.MaxValue));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    public void Small_values_are_exact(ulong value) =>
        Assert.Equal(value, ValueHistogram.ValueOf(ValueHistogram.BucketOf(value)));

    [Fact]
    public void Every_bucket_is_that_of_its_own_value()
    {
        for (int bucket = 0; bucket < ValueHistogram.BucketCount; bucket++)
            Assert.Equal(bucket, ValueHistogram.BucketOf((ulong)ValueHistogram.ValueOf(bucket)));
    }

    [Fact]
    public void Adding_in_parts_is_adding_at_once_and_quantiles_are_near()
    {
        var random = new Random(5);
        var all = new ValueHistogram();
        var first = new ValueHistogram();
        var second = new ValueHistogram();
        var values = new double[5000];
        for (int i = 0; i < values.Length; i++)
        {
            ulong value = (ulong)Math.Exp(random.NextDouble() * 20);
            values[i] = value;
            all.Add(value);
            (i % 3 == 0 ? first : second).Add(value);
        }
        first.Add(second);
        Assert.Equal(all.Buckets.ToArray(), first.Buckets.ToArray());
        Assert.Equal(all.Counts.ToArray(), first.Counts.ToArray());
        SampleSet exact = SampleSet.Of(values), near = all.ToSamples();
        foreach (double part in new[] { 0.01, 0.5, 0.9, 0.99, 1 })
            Assert.InRange(near.Quantile(part) / exact.Quantile(part), 1 - (1 / 64.0), 1 + (1 / 64.0));
    }
}
