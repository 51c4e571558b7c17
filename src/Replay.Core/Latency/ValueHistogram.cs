using System;
using System.Numerics;
using Replay.Core.Statistics;

namespace Replay.Core.Latency;

// Buckets:  0 .. 127      one value each
//           128 .. 191    values 128 .. 255 in steps of 2
//           192 .. 255    values 256 .. 511 in steps of 4, and so on: 64 a power of two

/// <summary>
/// How often each value was seen, by buckets that are at most 1/64 of their value wide. Only buckets that were seen are
/// kept, in order; memory is bounded by their number and nothing is allocated once they are there.
/// </summary>
public sealed class ValueHistogram
{
    /// <summary>Buckets that there are for 64-bit values.</summary>
    public const int BucketCount = ((64 - ExactBits) << StepBits) + (1 << ExactBits);

    private const int StepBits = 6;
    private const int ExactBits = StepBits + 1;

    private ushort[] _buckets = new ushort[4];
    private long[] _counts = new long[4];
    private int _used;

    /// <summary>Values added.</summary>
    public long Count { get; private set; }

    /// <summary>Buckets seen, in rising order.</summary>
    public ReadOnlySpan<ushort> Buckets => _buckets.AsSpan(0, _used);

    /// <summary>How often each of <see cref="Buckets"/> was seen.</summary>
    public ReadOnlySpan<long> Counts => _counts.AsSpan(0, _used);

    /// <summary>The bucket of a value.</summary>
    public static int BucketOf(ulong value)
    {
        if (value < 1 << ExactBits) return (int)value;
        int shift = BitOperations.Log2(value) - StepBits;
        return (shift << StepBits) + (int)(value >> shift);
    }

    /// <summary>The value in the middle of a bucket.</summary>
    public static double ValueOf(int bucket)
    {
        if (bucket < 1 << ExactBits) return bucket;
        int shift = (bucket >> StepBits) - 1;
        ulong low = (ulong)(bucket - (shift << StepBits)) << shift;
        return low + (((1UL << shift) - 1) / 2.0);
    }

    public void Add(ulong value) => Add(BucketOf(value), 1);

    /// <summary>Adds what was counted elsewhere.</summary>
    public void Add(int bucket, long count)
    {
        int place = _buckets.AsSpan(0, _used).BinarySearch((ushort)bucket);
        if (place < 0)
        {
            place = ~place;
            Insert(place, (ushort)bucket);
        }
        _counts[place] += count;
        Count += count;
    }

    public void Add(ValueHistogram other)
    {
        for (int i = 0; i < other._used; i++) Add(other._buckets[i], other._counts[i]);
    }

    /// <summary>The values as the tests of <see cref="Comparison"/> take them.</summary>
    public SampleSet ToSamples()
    {
        var values = new double[_used];
        for (int i = 0; i < _used; i++) values[i] = ValueOf(_buckets[i]);
        return new SampleSet(values, Counts);
    }

    private void Insert(int place, ushort bucket)
    {
        if (_used == _buckets.Length)
        {
            Array.Resize(ref _buckets, _used * 2);
            Array.Resize(ref _counts, _used * 2);
        }
        Array.Copy(_buckets, place, _buckets, place + 1, _used - place);
        Array.Copy(_counts, place, _counts, place + 1, _used - place);
        _buckets[place] = bucket;
        _counts[place] = 0;
        _used++;
    }
}
