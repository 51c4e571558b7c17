namespace Replay.Core.Latency;

/// <summary>Values of one measure, of one thing, in one phase of a recording.</summary>
public sealed class LatencySeries
{
    public ValueHistogram Histogram { get; } = new();

    /// <summary>The largest value; 0 before the first.</summary>
    public ulong Max { get; private set; }

    /// <summary>Event at which the largest value ended; -1 before the first.</summary>
    public long MaxEvent { get; private set; } = -1;

    public void Add(ulong value, long index)
    {
        Histogram.Add(value);
        Raise(value, index);
    }

    public void Add(LatencySeries other)
    {
        Histogram.Add(other.Histogram);
        if (other.MaxEvent >= 0) Raise(other.Max, other.MaxEvent);
    }

    /// <summary>Takes over a largest value that was seen elsewhere.</summary>
    public void Raise(ulong value, long index)
    {
        if (MaxEvent >= 0 && value <= Max) return;
        Max = value;
        MaxEvent = index;
    }
}
